"""Finds the shipped clips and makes their small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt

from app.results import Samples, Thumbnail
from app.workers.decode import to_image
from mvit_core.demo import samples as shipped
from mvit_core.errors import MvitError
from mvit_core.video import open_video

if TYPE_CHECKING:
    from app.workers.worker import TaskHandle
    from mvit_core.demo import DemoSample

THUMBNAIL_PX = 112
"""Side of a thumbnail in pixels, enough for a screen of double density."""


def find_samples() -> Samples:
    """List the shipped clips; damage is reported in the result, never raised."""
    try:
        return Samples(shipped.demo_samples())
    except MvitError as error:
        return Samples(problem=str(error))


def make_thumbnail(index: int, sample: DemoSample, task: TaskHandle) -> Thumbnail:
    """Make a small picture from the middle of a clip's action."""
    task.check()
    try:
        with (
            open_video(sample.clip, progress=lambda _: task.check()) as video,
            video.checked_by(task.check),
        ):
            first, last = sample.truth.active_frames
            middle = min(max((first + last) // 2, 0), video.frame_count - 1)
            image = to_image(video.frame(middle))
    except MvitError:
        return Thumbnail(index, None)
    side = min(image.width(), image.height())
    square = QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    smooth = Qt.TransformationMode.SmoothTransformation
    small = image.copy(square).scaledToHeight(THUMBNAIL_PX, smooth)
    return Thumbnail(index, small)
