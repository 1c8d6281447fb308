"""Frames of a report: those that the model saw, each once, as WebP."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mvit_core.captured import WindowCapture
from mvit_core.errors import ExportError
from mvit_core.render import ImageArray
from mvit_core.video import Video

__all__ = ["QUALITY", "ReportFrame", "report_frames"]

QUALITY = 70
"""Of WebP, 0 to 100: at 340x256 a frame has about 8 kB, and differs little from a better one."""


@dataclass(frozen=True, eq=False)
class ReportFrame:
    """One frame that the model saw."""

    index: int
    """Frame of the clip, from 0."""
    seconds: float
    place: float
    """Place on the list of sampled frames, from 0, where it stands first."""
    webp: bytes
    size: tuple[int, int]
    """(width, height) of the picture, in pixels."""

    @property
    def facts(self) -> dict[str, float]:
        """What the page knows of it beside its pixels, as JSON values."""
        return {"index": self.index, "seconds": round(self.seconds, 6), "place": self.place}


def report_frames(
    video: Video, captured: WindowCapture, height: int, on_piece: Callable[[], None]
) -> tuple[ReportFrame, ...]:
    """The frames of a window, each once and in order.

    Args:
        video: the clip.
        captured: the window that was run.
        height: lines that a picture has at most.
        on_piece: called before each frame; what it raises ends the work.

    Raises:
        VideoError: a frame cannot be read.
    """
    made = []
    for index in sorted(set(captured.frame_indices)):
        on_piece()
        picture = _scaled(video.frame(index), height)
        place = float(captured.frame_indices.index(index))
        size = picture.shape[1], picture.shape[0]
        seconds = float(video.pts_seconds[index])
        made.append(ReportFrame(index, seconds, place, webp_of(picture), size))
    return tuple(made)


def webp_of(picture: ImageArray) -> bytes:
    """A picture (H, W, 3) as WebP.

    Raises:
        ExportError: it cannot be written so; WebP holds 16383 pixels along a side.
    """
    colours = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    try:
        done, packed = cv2.imencode(".webp", colours, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    except cv2.error:
        done, packed = False, np.zeros(0, np.uint8)
    if not done:
        height, width = picture.shape[:2]
        raise ExportError(
            f"a frame of {width}x{height} cannot be written as WebP; take fewer lines for frames"
        )
    return packed.tobytes()


def _scaled(picture: ImageArray, height: int) -> ImageArray:
    """The picture, or a smaller one of the same shape."""
    tall, wide = picture.shape[:2]
    if tall <= height:
        return picture
    size = max(round(wide * height / tall), 1), height
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
