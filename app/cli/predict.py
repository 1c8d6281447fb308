"""``mvit-lens predict``: the most probable classes of windows or views, and their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli.model_options import (
    add_clip_options,
    add_model_options,
    file_name,
    load_and_report,
    positive,
)
from app.cli.printing import say, say_json, say_note
from app.cli.video_options import ProgressLine
from mvit_core.errors import ClipError

if TYPE_CHECKING:
    import argparse

    import numpy as np

    from mvit_core.checkpoint import LoadedModel
    from mvit_core.multiview import Scores
    from mvit_core.video import Video
    from mvit_core.video.multi_view import ViewPlan

Json = dict[str, Any]


def add_options(predict: argparse.ArgumentParser) -> None:
    """Give ``predict`` its options."""
    predict.add_argument("clip", type=file_name)
    add_clip_options(predict)
    predict.add_argument("--checkpoint", metavar="F", type=file_name, required=True)
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
    predict.add_argument("--json", action="store_true", help="print JSON")
    predict.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the predictions of the options; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.video import clip_windows
    from mvit_core.video.multi_view import parse_plan

    plan = None if options.views is None else parse_plan(options.views)
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
        MvitError: there is no such window, or one cannot be read or run.
    """
    from mvit_core.multiview import mean_scores

    if plan is None:
        rows, scores = _windows(loaded, video, options)
    else:
        rows, scores = _views(loaded, video, plan, options.top)
    return {
        "windows": rows,
        "average": _top(mean_scores(scores), loaded, options.top),
        "notes": [*loaded.report.warnings, *video.damage],
    }


def _windows(
    loaded: LoadedModel,
    video: Video,
    options: argparse.Namespace,
) -> tuple[list[Json], list[Scores]]:
    from mvit_core.pipeline import Explainer

    explainer = Explainer(loaded, remembered_windows=1)
    windows = explainer.windows(video)
    index = options.window or 0
    if not 0 <= index < len(windows):
        raise ClipError(
            f"window {index} does not exist; {options.clip.name} has windows 0 to "
            f"{len(windows) - 1}"
        )
    wanted = windows if options.all else windows[index : index + 1]
    rows, scores, progress = [], [], ProgressLine("window")
    for done, window in enumerate(wanted, start=1):
        # The record is dropped at once: a long video has many windows.
        captured = explainer.capture(video, window)
        scores.append(captured.record.probabilities[0].double().numpy())
        result = {
            "index": window.index,
            "frames": list(captured.frame_indices),
            "top": _top(scores[-1], loaded, options.top),
        }
        rows.append(result | ({"note": captured.note} if captured.note else {}))
        progress.show(done, len(wanted))
    return rows, scores


def _views(
    loaded: LoadedModel,
    video: Video,
    plan: ViewPlan,
    top: int,
) -> tuple[list[Json], list[Scores]]:
    from mvit_core.multiview import view_scores
    from mvit_core.video.clip import read_note
    from mvit_core.video.multi_view import plan_views, preprocessing_for

    spec = preprocessing_for(loaded.clip_spec, plan)
    views = plan_views(video.frame_count, video.fps, spec, plan)
    rows, scores, progress = [], [], ProgressLine("view")
    for done, view in enumerate(views, start=1):
        scores.append(view_scores(loaded, video, view, spec))
        result = {
            "index": view.window.index,
            "crop": view.crop,
            "frames": list(view.window.frame_indices),
            "top": _top(scores[-1], loaded, top),
        }
        note = read_note(video, view.window)
        rows.append(result | ({"note": note} if note else {}))
        progress.show(done, len(views))
    return rows, scores


def _top(scores: Scores, loaded: LoadedModel, count: int) -> list[Json]:
    names = loaded.classes
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
    for window in info["windows"]:
        frames, crop = window["frames"], window.get("crop")
        what = f"view at the {crop}" if crop else f"window {window['index']} of {window_count}"
        say(f"{what}, frames {frames[0]} to {frames[-1]}")
        if "note" in window:
            say(f"  note: {window['note']}")
        _print_top(window["top"])
    if len(info["windows"]) > 1:
        kind = "views" if "crop" in info["windows"][0] else "windows"
        say(f"average of {len(info['windows'])} {kind}")
        _print_top(info["average"])


def _print_top(rows: list[Json]) -> None:
    for row in rows:
        say(f"  {row['probability']:7.2%}  {row['class']}  ({row['index']})")
