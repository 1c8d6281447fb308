"""``mvit-lens predict``: the most probable classes of windows, views and boxes, and their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli.change_options import add_change_options, changes_from, off_words, with_mean
from app.cli.model_options import (
    CLIP_WORDS,
    add_clip_options,
    add_model_options,
    add_module_option,
    file_name,
    load_and_report,
    positive,
)
from app.cli.printing import say, say_json, say_note
from app.cli.video_options import ProgressLine
from app.cli.windows import chosen_window
from mvit_core.errors import ClipError

if TYPE_CHECKING:
    import argparse

    import numpy as np

    from mvit_core.checkpoint import LoadedModel
    from mvit_core.multiview import Scores
    from mvit_core.pipeline import Explainer, WindowCapture
    from mvit_core.video import Video
    from mvit_core.video.boxes import TimedBox
    from mvit_core.video.multi_view import ViewPlan

Json = dict[str, Any]

_NO_CLASSES = "this network predicts no classes: its attention can be shown, and no prediction"
_NO_BOXES = "no box lies within window {index}: the whole frame is one box"


def add_options(predict: argparse.ArgumentParser) -> None:
    """Give ``predict`` its options."""
    predict.add_argument("clip", type=file_name, help=CLIP_WORDS)
    add_clip_options(predict)
    add_module_option(predict, required=True)
    add_model_options(predict)
    predict.add_argument("--top", type=positive, default=5, help="classes to print (5)")
    which = predict.add_mutually_exclusive_group()
    which.add_argument("--window", type=int, metavar="I", help="one clip window, from 0 (0)")
    which.add_argument("--all", action="store_true", help="every window, and their average")
    which.add_argument(
        "--views",
        metavar="TxS",
        help="the average of T clips evenly spaced in time and S crops (1 or 3), as published "
        "results are measured: 5x1 for MViTv2 on Kinetics",
    )
    predict.add_argument(
        "--boxes",
        metavar="F.csv",
        type=file_name,
        help="what a model of detection predicts for: seconds or frame, x1, y1, x2, y2; or AVA's "
        "own list (the whole frame)",
    )
    add_change_options(predict)
    predict.add_argument("--json", action="store_true", help="print JSON")
    predict.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the predictions of the options; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.video import clip_windows
    from mvit_core.video.multi_view import parse_plan

    plan = None if options.views is None else parse_plan(options.views)
    changes_from(options)  # refused before a model is loaded for nothing
    if plan is not None and options.off is not None:
        raise ClipError("--off is for windows; leave out --views")
    with open_video(options.clip, fps=options.fps, stream=options.stream) as video:
        loaded = load_and_report(options)
        info = predict(loaded, video, options, plan)
        windows = clip_windows(video.frame_count, video.fps, loaded.clip_spec)
        damage = video.damage  # complete only once all frames were read
    if options.json:
        say_json(info)
    else:
        print_predictions(info, len(windows))
    for sentence in damage:
        say_note(f"{options.clip.name}: {sentence}")
    return 0


def predict(
    loaded: LoadedModel,
    video: Video,
    options: argparse.Namespace,
    plan: ViewPlan | None,
) -> Json:
    """Predict windows, or the views of a plan; returns the values of ``predict --json``.

    Raises:
        MvitError: there is no such window, or one cannot be read or run, or boxes are given that
            the model or the plan has no use for.
    """
    from mvit_core.pipeline import Explainer

    explainer = Explainer(loaded, remembered_windows=1)
    explainer = explainer.with_changes(with_mean(changes_from(options), options, explainer))
    if plan is None:
        found = _windows(explainer, video, options)
    elif options.boxes is not None:
        raise ClipError("--boxes are for windows; leave out --views")
    else:
        found = _views(loaded, video, plan, options.top)
    rows, scores, notes = found
    has_classes = bool(loaded.config.num_classes)
    return {
        **explainer.changes.facts,
        "windows": rows,
        "average": _average(scores, loaded, options.top),
        "notes": [
            *loaded.report.warnings,
            *notes,
            *([] if has_classes else [_NO_CLASSES]),
            *video.damage,
        ],
    }


_Found = tuple[list[Json], "list[Scores]", list[str]]
"""One row and the scores of each window or view, and what must be known of them."""


def _average(scores: list[Scores], loaded: LoadedModel, count: int) -> list[Json]:
    from mvit_core.multiview import mean_scores

    return _top(mean_scores(scores), loaded, count) if scores else []


def _windows(explainer: Explainer, video: Video, options: argparse.Namespace) -> _Found:
    loaded = explainer.loaded
    boxes = _read_boxes(loaded, options)
    windows = explainer.windows(video)
    wanted = windows if options.all else (chosen_window(windows, options),)
    rows: list[Json] = []
    scores: list[Scores] = []
    notes: list[str] = []
    progress = ProgressLine("window")
    for done, window in enumerate(wanted, start=1):
        own = _boxes_in(boxes, video, window.frame_indices)
        # The record is dropped at once: a long video has many windows.
        captured = explainer.capture(video, window, boxes=own)
        if not boxes:  # a mean over different people would say nothing
            scores.append(captured.record.probabilities[0].double().numpy())
        if boxes and not own:
            notes.append(_NO_BOXES.format(index=window.index))
        rows.append(_window(captured, loaded, options.top))
        progress.show(done, len(wanted))
    return rows, scores, notes


def _read_boxes(loaded: LoadedModel, options: argparse.Namespace) -> tuple[TimedBox, ...]:
    from mvit_core.video.boxes import read_boxes

    if options.boxes is None:
        return ()
    if loaded.config.readout != "boxes":
        raise ClipError(
            f"--boxes are for models of detection; {loaded.path.name} predicts for whole clips"
        )
    return read_boxes(options.boxes)


def _boxes_in(
    boxes: tuple[TimedBox, ...], video: Video, frame_indices: tuple[int, ...]
) -> tuple[Any, ...]:
    from mvit_core.video.boxes import boxes_of_window

    if not boxes:
        return ()
    return boxes_of_window(boxes, frame_indices, video.pts_seconds, video.size)


def _window(captured: WindowCapture, loaded: LoadedModel, count: int) -> Json:
    """The row of one window; of several boxes, the first gives ``top``."""
    record = captured.record
    row: Json = {
        "index": captured.window.index,
        "frames": list(captured.frame_indices),
        "top": _top(record.probabilities[0].double().numpy(), loaded, count),
    }
    if record.boxes is not None:
        row["boxes"] = _boxes(captured, loaded, count)
    if record.heads:
        row["heads"] = _heads(captured, loaded, count)
    return row | ({"note": captured.note} if captured.note else {})


def _boxes(captured: WindowCapture, loaded: LoadedModel, count: int) -> list[Json]:
    from mvit_core.video.boxes import Box

    width, height = captured.pixel_map.source_size
    boxes = captured.boxes or (Box(0.0, 0.0, float(width), float(height)),)
    rows = captured.record.probabilities.double().numpy()
    return [
        {"box": list(box.corners), "top": _top(scores, loaded, count)}
        | ({"name": box.name} if box.name else {})
        for box, scores in zip(boxes, rows, strict=True)
    ]


def _heads(captured: WindowCapture, loaded: LoadedModel, count: int) -> Json:
    """The best classes of every head; names are known of the chosen one alone."""
    from mvit_core.attention.record import activated

    chosen = loaded.config.head_name
    return {
        head.name: _best(
            activated(head.logits, captured.record.activation)[0].double().numpy(),
            loaded.classes if head.name == chosen else None,
            count,
        )
        for head in captured.record.heads
    }


def _views(loaded: LoadedModel, video: Video, plan: ViewPlan, top: int) -> _Found:
    from mvit_core.multiview import view_scores
    from mvit_core.video.clip import read_note
    from mvit_core.video.multi_view import plan_views, preprocessing_for

    spec = preprocessing_for(loaded.clip_spec, plan)
    views = plan_views(video.frame_count, video.fps, spec, plan)
    rows: list[Json] = []
    scores: list[Scores] = []
    progress = ProgressLine("view")
    for done, view in enumerate(views, start=1):
        scores.append(view_scores(loaded, video, view, spec))
        row = {
            "index": view.window.index,
            "crop": view.crop,
            "frames": list(view.window.frame_indices),
            "top": _top(scores[-1], loaded, top),
        }
        note = read_note(video, view.window)
        rows.append(row | ({"note": note} if note else {}))
        progress.show(done, len(views))
    return rows, scores, []


def _top(scores: Scores, loaded: LoadedModel, count: int) -> list[Json]:
    return _best(scores, loaded.classes, count)


def _best(scores: Scores, names: list[str] | None, count: int) -> list[Json]:
    best: np.ndarray[Any, Any] = (-scores).argsort(kind="stable")[:count]
    return [
        {
            "index": index,
            "class": names[index] if names else f"class {index}",
            "probability": float(scores[index]),
        }
        for index in best.tolist()
    ]


def print_predictions(info: Json, window_count: int) -> None:
    """Print predictions as lines of text."""
    if "heads_off" in info:
        say(off_words(info))
    for window in info["windows"]:
        frames, crop = window["frames"], window.get("crop")
        what = f"view at the {crop}" if crop else f"window {window['index']} of {window_count}"
        say(f"{what}, frames {frames[0]} to {frames[-1]}")
        if "note" in window:
            say(f"  note: {window['note']}")
        _print_window(window)
    if len(info["windows"]) > 1 and info["average"]:
        kind = "views" if "crop" in info["windows"][0] else "windows"
        say(f"average of {len(info['windows'])} {kind}")
        _print_top(info["average"])
    if not any(window["top"] for window in info["windows"]):
        say(f"note: {_NO_CLASSES}")


def _print_window(window: Json) -> None:
    for box in window.get("boxes", ()):
        place = ", ".join(f"{edge:g}" for edge in box["box"])
        name = f" ({box['name']})" if "name" in box else ""
        say(f"  box {place}{name}")
        _print_top(box["top"])
    for name, rows in window.get("heads", {}).items():
        say(f"  {name}")
        _print_top(rows)
    if "boxes" not in window and "heads" not in window:
        _print_top(window["top"])


def _print_top(rows: list[Json]) -> None:
    from mvit_core.render import share_text

    for row in rows:
        say(f"  {share_text(row['probability']):>8}  {row['class']}  ({row['index']})")
