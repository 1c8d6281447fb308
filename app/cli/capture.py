"""``mvit-lens capture``: run a clip and keep what the window shows of it in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.model_options import (
    CLIP_WORDS,
    add_clip_options,
    add_model_options,
    add_module_option,
    file_name,
    load_and_report,
    own_code,
)
from app.cli.printing import say, say_json, say_note
from app.cli.video_options import ProgressLine
from mvit_core.errors import ClipError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from mvit_core.captured import WindowCapture
    from mvit_core.pipeline import Explainer
    from mvit_core.video import ClipWindow, Video

_HALF = (
    "queries, keys and positions are stored in float16: maps differ from the run's by about a "
    "thousandth"
)


def add_options(capture: argparse.ArgumentParser) -> None:
    """Give ``capture`` its options."""
    capture.add_argument("clip", type=file_name, help=CLIP_WORDS)
    add_clip_options(capture)
    add_module_option(capture, required=True)
    add_model_options(capture, half=False)
    capture.add_argument(
        "-o",
        "--output",
        metavar="X.mvitcap",
        type=file_name,
        required=True,
        help="the capture file",
    )
    capture.add_argument(
        "--windows", default="all", metavar="all|I,J", help="clip windows, from 0 (all)"
    )
    capture.add_argument(
        "--half",
        dest="half_stored",
        action="store_true",
        help="store float16: half the size, and maps that differ by about a thousandth",
    )
    capture.add_argument("--json", action="store_true", help="print JSON")
    capture.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write a capture file and print what it holds; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.capture_file import check_capture_target, write_capture
    from mvit_core.pipeline import Explainer
    from mvit_core.provenance import capture_command

    code = own_code(options)
    read = options.checkpoint if code is None else code.file
    check_capture_target(options.output, options.clip, read)
    numbers = parse_windows(options.windows)
    with open_video(options.clip, fps=options.fps, stream=options.stream) as video:
        loaded = load_and_report(options)
        explainer = Explainer(loaded, remembered_windows=1)
        chosen = _chosen(explainer.windows(video), numbers, options.clip.name)
        half = options.half_stored
        command = capture_command(explainer, video, options.output.name, numbers, half=half)
        count = write_capture(
            options.output,
            video,
            loaded,
            _captured(explainer, video, chosen),
            half=half,
            command=command,
        )
        damage = video.damage
    _print_summary(options, count)
    for sentence in damage:
        say_note(f"{options.clip.name}: {sentence}")
    return 0


def parse_windows(text: str) -> tuple[int, ...] | None:
    """Parse the windows of ``--windows``, rising; None for all.

    Raises:
        ClipError: the text is neither ``all`` nor numbers with commas between them.
    """
    if text == "all":
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise ClipError(f"windows are {text!r}; allowed are all, and numbers from 0 such as 0,3")
    return tuple(sorted({int(part) for part in parts}))


def _chosen(
    windows: Sequence[ClipWindow], numbers: tuple[int, ...] | None, clip: str
) -> Sequence[ClipWindow]:
    if numbers is None:
        return windows
    if numbers[-1] >= len(windows):
        raise ClipError(
            f"window {numbers[-1]} does not exist; {clip} has windows 0 to {len(windows) - 1}"
        )
    return [windows[number] for number in numbers]


def _captured(
    explainer: Explainer, video: Video, windows: Sequence[ClipWindow]
) -> Iterator[WindowCapture]:
    """Run windows one after the other."""
    progress = ProgressLine("window")
    for done, window in enumerate(windows, start=1):
        yield explainer.capture(video, window)
        progress.show(done, len(windows))


def _print_summary(options: argparse.Namespace, count: int) -> None:
    size = options.output.stat().st_size
    if options.json:
        info = {"path": str(options.output), "windows": count, "bytes": size}
        say_json({**info, "half": options.half_stored})
    else:
        words = "window" if count == 1 else "windows"
        say(f"wrote {options.output} ({count} {words}, {size / 2**20:.1f} MiB)")
    if options.half_stored:
        say_note(_HALF)
