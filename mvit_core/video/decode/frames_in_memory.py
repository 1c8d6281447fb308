"""Frames that lie in memory as a video: what a script holds already, with no file behind it."""

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from av.video.frame import VideoFrame

from mvit_core.errors import ClipError
from mvit_core.system.ordinary_file import FileIdentity
from mvit_core.video.decode.animations import AnimationSource
from mvit_core.video.decode.image_folder import EvenTimes, checked_fps, even_times
from mvit_core.video.decode.inspect_video import OpenedVideo
from mvit_core.video.decode.reader import Video
from mvit_core.video.decode.rgb_frame import Painter

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["video_of_frames"]

_MOST_SIDE = 16_384
_numbers = count(1)


def video_of_frames(frames: "ArrayLike", fps: float) -> Video:
    """A video of frames in memory; the array must not change while it is used.

    Args:
        frames: uint8 (T, H, W, 3), RGB from 0 to 255, upright: an array, or what becomes one.
        fps: frames per second.

    Raises:
        ClipError: it is no such array.
        VideoError: a rate that no clip can have.
    """
    pictures = _checked(frames)
    total, height, width, _ = pictures.shape
    name = f"<array of {total} frames {width}x{height}>"
    rate = checked_fps(fps)
    opened = OpenedVideo(
        EvenTimes(total, rate, even_times(total, rate)),
        Painter(VideoFrame.from_ndarray(pictures[0], "rgb24"), None),
        "rawvideo",
        (),
        AnimationSource(list(pictures), "rgb24"),
        identity=FileIdentity(Path(name), -1, 0, next(_numbers)),
    )
    return Video(name, known=opened)


def _checked(frames: "ArrayLike") -> "NDArray[np.uint8]":
    allowed = "allowed is uint8 (frames, height, width, 3), RGB from 0 to 255"
    try:
        array = np.asarray(frames)
    except (RuntimeError, TypeError, ValueError) as error:  # a tensor elsewhere, a ragged list
        raise ClipError(
            f"frames of type {type(frames).__name__} make no array ({error}); {allowed}"
        ) from error
    if array.dtype != np.uint8 or array.ndim != 4 or array.shape[3] != 3 or not array.size:
        raise ClipError(
            f"frames are {array.dtype} {array.shape}; {allowed}: convert them, or give a path"
        )
    if max(array.shape[1:3]) > _MOST_SIDE:
        raise ClipError(
            f"frames are {array.shape[2]}x{array.shape[1]}; at most {_MOST_SIDE} a side"
        )
    return np.ascontiguousarray(array)
