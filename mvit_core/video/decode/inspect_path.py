"""Inspects what lies at a path: a folder of pictures, a capture, an animation, or packets."""

from typing import TYPE_CHECKING

from mvit_core.system.ordinary_file import is_folder
from mvit_core.video.decode.animations import (
    inspect_tiff_stack,
    inspect_webp,
    is_animated_webp,
    is_tiff_stack,
)
from mvit_core.video.decode.captured_clip import inspect_capture, is_capture
from mvit_core.video.decode.image_folder import inspect_folder
from mvit_core.video.decode.inspect_video import inspect_video

if TYPE_CHECKING:
    from pathlib import Path

    from mvit_core.video.decode.inspect_video import OpenedVideo
    from mvit_core.video.decode.packets import Progress


def inspect_path(
    path: "Path", fps: float | None, stream: int | None, progress: "Progress | None"
) -> "OpenedVideo":
    """Open a folder of pictures, the clip of a capture, an animation, or the packets of a file.

    Args:
        path: a file or folder.
        fps: frames per second of pictures; None for the usual.
        stream: number of the video stream within the file; None for the film.
        progress: told the share of a file that was listed; may raise to stop.

    Raises:
        VideoOpenError: it is no video that can be decoded.
        VideoError: a rate that pictures cannot have.
    """
    if is_folder(path):
        return inspect_folder(path, fps)
    if is_capture(path):
        return inspect_capture(path, progress)
    if is_animated_webp(path):
        return inspect_webp(path)
    if is_tiff_stack(path):
        return inspect_tiff_stack(path, fps)
    return inspect_video(path, progress, stream)
