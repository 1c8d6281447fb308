"""Options of the command line for encoding a video, and its line of progress."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

from app.cli.printing import say_progress

if TYPE_CHECKING:
    import argparse

    from mvit_core.video.encode.encoders import Encoding


def add_video_options(export: argparse.ArgumentParser) -> None:
    """Give a command the options for video files."""
    video = export.add_argument_group("video files")
    codecs = "h264, h265, vp9, av1, prores or gif (the usual one of the ending)"
    video.add_argument("--codec", metavar="NAME", help=codecs)
    video.add_argument("--quality", default="good", help="small, good or best (good)")
    video.add_argument("--rate", type=float, metavar="N", help="frames per second at most (all)")
    video.add_argument("--sampled", action="store_true", help="only the frames that the model saw")
    video.add_argument("--audio", action="store_true", help="keep the sound of the clip")


def encoding_from(options: argparse.Namespace) -> Encoding:
    """Make the encoding of the options; the export checks that it fits the file."""
    from mvit_core.video.encode.encoders import Encoding

    return Encoding(options.codec, options.quality)


class ProgressLine:
    """A line of progress that rewrites itself; prints nothing where stderr is no terminal.

    Args:
        what: word for the steps, such as frames.
        unit: unit of their rate, such as fps; empty shows none.
    """

    def __init__(self, what: str, unit: str = "") -> None:
        self._what, self._unit = what, unit
        self._began = monotonic()

    def show(self, done: int, total: int) -> None:
        """Print steps done, rate and time left."""
        if total <= 1 or not sys.stderr.isatty():
            return
        words, spent = f"{self._what} {done} of {total}", monotonic() - self._began
        if self._unit and done and spent > 0:
            left = round((total - done) * spent / done)
            words += f", {done / spent:.1f} {self._unit}, {left // 60}:{left % 60:02} left"
        say_progress(f"\r{words:<60}", end="" if done < total else "\n")
