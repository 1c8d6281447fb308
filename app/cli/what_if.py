"""``mvit-lens what-if``: what a network says of a window of a clip that is changed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.class_options import add_class_options, classes_from
from app.cli.model_options import (
    CLIP_WORDS,
    MODEL_WORDS,
    add_clip_options,
    add_model_options,
    file_name,
    load_and_report,
)
from app.cli.printing import say, say_json, say_note
from app.cli.tube_options import add_patch_options, add_tube_options, patches_from, tubes_from
from app.cli.windows import chosen_window
from mvit_core.errors import CaptureError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mvit_core.captured import WindowCapture
    from mvit_core.explaining import Tube
    from mvit_core.explaining.evidence import Target
    from mvit_core.explaining.patches import Patch
    from mvit_core.explaining.what_if import Outcome
    from mvit_core.pipeline import Explainer
    from mvit_core.video import Video

Json = dict[str, Any]

_TOP = 5
"""Classes that are printed beside those explained; JSON has all."""


def add_options(what_if: argparse.ArgumentParser) -> None:
    """Give ``what-if`` its options."""
    what_if.add_argument("clip", type=file_name, help=CLIP_WORDS)
    add_clip_options(what_if)
    what_if.add_argument(
        "--checkpoint", metavar="F", type=file_name, required=True, help=MODEL_WORDS
    )
    add_model_options(what_if)
    what_if.add_argument("--window", type=int, metavar="I", help="clip window, from 0 (0)")
    add_tube_options(what_if)
    add_patch_options(what_if)
    add_class_options(what_if)
    what_if.add_argument("--json", action="store_true", help="print JSON")
    what_if.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the classes of a window before and after its changes; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.pipeline import Explainer

    patches = patches_from(options)
    with ExitStack() as stack:

        def opened(path: Any) -> Video:  # noqa: ANN401 - a path, as argparse gives it
            return stack.enter_context(open_video(path, fps=options.fps, stream=options.stream))

        video = opened(options.clip)
        other = None if options.other is None else opened(options.other)
        tubes = tubes_from(options, video)
        if not tubes and not patches:
            raise CaptureError(
                "nothing is changed; give --erase, --blur, --freeze or --keep X,Y,W,H@A-B, or "
                "--patch PART PLACE --from CLIP"
            )
        loaded = load_and_report(options)
        explainer = Explainer(loaded, remembered_windows=3)
        info = what_if(explainer, (video, other), tubes, patches, options)
        damage = {options.clip.name: video.damage}
        damage |= {} if other is None else {options.other.name: other.damage}
    told = [f"{name}: {sentence}" for name, said in damage.items() for sentence in said]
    if options.json:
        say_json({**info, "notes": [*loaded.report.warnings, *info["notes"], *told]})
    else:
        print_outcome(info)
    for sentence in told:
        say_note(sentence)
    return 0


def what_if(
    explainer: Explainer,
    videos: tuple[Video, Video | None],
    tubes: Sequence[Tube],
    patches: Sequence[Patch],
    options: argparse.Namespace,
) -> Json:
    """Classes of a window before and after its changes; returns the values of ``what-if --json``.

    Args:
        explainer: of the model.
        videos: the clip, and the one that patches come from.
        tubes: painted on the clip.
        patches: parts that take their output from the other clip.
        options: the window, the window of the other clip, and the classes.

    Raises:
        MvitError: there is no such window, class, block or head, or a clip cannot be read.
    """
    from mvit_core.explaining import Changes
    from mvit_core.explaining.what_if import what_if as answered

    video, other = videos
    captured = explainer.capture(video, chosen_window(explainer.windows(video), options))
    source = None if other is None else _captured_source(explainer, other, options)
    changed = explainer.with_changes(Changes(tubes=tuple(tubes)))
    outcome = answered(
        explainer.subject(video, captured),
        changed.subject(video, changed.capture(video, captured.window)),
        patches,
        None if other is None or source is None else explainer.subject(other, source),
    )
    target = _target(explainer, captured, source, options)
    placed = [_placed(tube, captured) for tube in tubes]
    return {
        "window": captured.window.index,
        "frames": list(captured.frame_indices),
        "tubes": placed,
        "patches": [asdict(patch) for patch in patches],
        "from": None if source is None else _source(source, options),
        **_figures(captured, outcome, target),
        "classes": _classes(explainer, captured, outcome),
        "notes": _notes(captured, placed),
    }


def _captured_source(
    explainer: Explainer, other: Video, options: argparse.Namespace
) -> WindowCapture:
    """The window that patches come from."""
    from mvit_core.captured import window_at

    index = options.from_window or 0
    return explainer.capture(other, window_at(explainer.windows(other), index, options.other.name))


def _notes(captured: WindowCapture, placed: list[Json]) -> list[str]:
    unseen = [
        f"tube {number} covers nothing: it lies beside what the model sees in this window"
        for number, row in enumerate(placed, start=1)
        if not row["covered"]
    ]
    return [*([captured.note] if captured.note else []), *unseen]


def _source(source: WindowCapture, options: argparse.Namespace) -> Json:
    frames = list(source.frame_indices)
    return {"clip": options.other.name, "window": source.window.index, "frames": frames}


def _placed(tube: Tube, captured: WindowCapture) -> Json:
    """A tube, and the share of the model's input that it covers."""
    from mvit_core.explaining.painting import covered

    left, top, right, bottom = tube.box.corners
    inside = covered(tube, captured.pixel_map, captured.frame_indices)
    return {
        "what": tube.what,
        "x": left,
        "y": top,
        "width": right - left,
        "height": bottom - top,
        "first": tube.first,
        "last": tube.last,
        "covered": float(inside.mean()),
    }


def _target(
    explainer: Explainer,
    captured: WindowCapture,
    source: WindowCapture | None,
    options: argparse.Namespace,
) -> Target:
    """The class asked for; by default the first, with patches instead of the other clip's first."""
    from mvit_core.attribution import MapSpec

    index, against = classes_from(options, explainer.loaded)
    if source is not None and index is None and against is None:
        own, other = captured.predictions[0].index, source.predictions[0].index
        against = other if other != own else None
    target = explainer.target_of(captured, MapSpec(target=index, against=against))
    target.check(explainer.loaded.config.num_classes)
    return target


def _figures(captured: WindowCapture, outcome: Outcome, target: Target) -> Json:
    from mvit_core.explaining.subject import margin

    before, after = (float(margin(each, target)) for each in (outcome.before, outcome.after))
    logit = {"before": before, "after": after, "difference": after - before}
    if outcome.other is not None:
        logit["other"] = float(margin(outcome.other, target))
    return {
        "class": captured.name_of(target.index),
        "against": captured.name_of(target.against) or None,
        "logit": logit,
        "share": outcome.share(target),
    }


def _classes(explainer: Explainer, captured: WindowCapture, outcome: Outcome) -> list[Json]:
    """All classes, the most probable before or after first."""
    from mvit_core.attention.record import activated

    kind = explainer.loaded.config.head_act
    before, after = (activated(each, kind)[0].tolist() for each in (outcome.before, outcome.after))
    rows: list[Json] = [
        {"index": index, "class": captured.name_of(index), "before": p, "after": q}
        for index, (p, q) in enumerate(zip(before, after, strict=True))
    ]
    for row in rows:
        row["difference"] = row["after"] - row["before"]
    if outcome.other is not None:
        for row, p in zip(rows, activated(outcome.other, kind)[0].tolist(), strict=True):
            row["other"] = p
    return sorted(rows, key=lambda row: -max(row["before"], row["after"]))


def print_outcome(info: Json) -> None:
    """Print classes before and after as lines of text."""
    from mvit_core.explaining import TUBE_KINDS
    from mvit_core.render import share_text, signed_text

    say(f"window {info['window']}, frames {info['frames'][0]} to {info['frames'][-1]}")
    for number, tube in enumerate(info["tubes"], start=1):
        size = f"{tube['width']:g}x{tube['height']:g} pixels at {tube['x']:g},{tube['y']:g}"
        say(
            f"tube {number}: {TUBE_KINDS[tube['what']].words}, {size}, frames {tube['first']} to "
            f"{tube['last']} ({share_text(tube['covered'])} of what the model sees)"
        )
    if info["from"]:
        _print_patches(info)
    instead = f" instead of {info['against']}" if info["against"] else ""
    before, after, change = (
        signed_text(info["logit"][each], 2) for each in ("before", "after", "difference")
    )
    say(f"{info['class']}{instead}: logit {before}, then {after} ({change})")
    if info["share"] is not None:
        say(f"{share_text(info['share'])} of the other clip's answer comes along")
    named = (info["class"], info["against"])
    _print_classes(
        [row for place, row in enumerate(info["classes"]) if place < _TOP or row["class"] in named]
    )
    for note in info["notes"]:
        say(f"note: {note}")


def _print_patches(info: Json) -> None:
    from mvit_core.explaining.patches import Patch

    source = info["from"]
    words = ", ".join(Patch(**patch).words for patch in info["patches"])
    frames = f"frames {source['frames'][0]} to {source['frames'][-1]}"
    say(f"from {source['clip']}, window {source['window']}, {frames}: {words}")


def _print_classes(rows: list[Json]) -> None:
    from mvit_core.render import share_text, signed_text

    say("  before     after    change" + ("     other" if "other" in rows[0] else ""))
    for row in rows:
        change = signed_text(100 * row["difference"], 1) + " %"
        other = f"  {share_text(row['other']):>8}" if "other" in row else ""
        say(
            f"{share_text(row['before']):>8}  {share_text(row['after']):>8}  {change:>8}{other}  "
            f"{row['class']}  ({row['index']})"
        )
