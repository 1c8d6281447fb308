"""Files of several pictures that OpenCV decodes and FFmpeg does not: animated WebP, TIFF stacks."""

import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np
from av.video.frame import VideoFrame

from mvit_core.errors import VideoOpenError
from mvit_core.system.ordinary_file import is_file
from mvit_core.video.decode.image_folder import (
    DEFAULT_PICTURE_FPS,
    EvenTimes,
    checked_fps,
    even_times,
)
from mvit_core.video.decode.inspect_video import OpenedVideo
from mvit_core.video.decode.packet_reader import go_on
from mvit_core.video.decode.rgb_frame import Painter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

# As with FFmpeg, what matters of its messages is said in our errors.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_MOVES = 2
"""The bit of the header's flags that says that the picture moves."""
_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEAD_BYTES = 30
_MOST_BYTES = 1 << 30
"""All frames are decoded at once: so many bytes of them are allowed."""
_UNTOLD_SECONDS = 0.1
"""Seconds that a frame of no duration is shown; browsers do the same."""


class AnimationSource:
    """Hands out frames that are decoded already.

    Args:
        pictures: (H, W, 3) each.
        channels: their order, as FFmpeg names it.
    """

    def __init__(self, pictures: "list[NDArray[np.uint8]]", channels: str = "bgr24") -> None:
        self._pictures, self._channels = pictures, channels
        self.check: Callable[[], None] = go_on
        self.damaged: set[int] = set()

    def walk(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Frames of ranks ``start`` to ``stop - 1``, in order."""
        for rank in range(start, stop):
            self.check()
            yield rank, VideoFrame.from_ndarray(self._pictures[rank], self._channels)

    def twin(self) -> "AnimationSource":
        """Another reader of the same pictures, for another thread."""
        return AnimationSource(self._pictures, self._channels)

    def keyframes(self) -> "NDArray[np.int64]":
        """Ranks that are reached without decoding others: all of them."""
        return np.arange(len(self._pictures))

    def close(self) -> None:
        """Let the pictures go; a twin keeps its own list of them."""
        self._pictures = []


def is_animated_webp(path: "Path") -> bool:
    """The file is a WebP that moves; False where it cannot be read."""
    head = _head(path)
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and bool(head[20] & _MOVES)


def is_tiff_stack(path: "Path") -> bool:
    """The file is a TIFF of several pages; False where it cannot be read."""
    if _head(path)[:4] not in _TIFF_MARKS:
        return False
    try:
        return int(cv2.imcount(str(path))) > 1
    except cv2.error:
        return False


def inspect_tiff_stack(path: "Path", fps: float | None) -> OpenedVideo:
    """Decode all pages of a TIFF; they are the frames.

    Args:
        path: the file.
        fps: frames per second, ``DEFAULT_PICTURE_FPS`` unless said.

    Raises:
        VideoOpenError: it is damaged, or too large to be held.
        VideoError: a rate that no clip can have.
    """
    rate = checked_fps(DEFAULT_PICTURE_FPS if fps is None else fps)
    try:
        count = int(cv2.imcount(str(path)))
        is_read, first = cv2.imreadmulti(str(path), 0, 1, None, cv2.IMREAD_COLOR)
        if is_read and count * first[0].nbytes > _MOST_BYTES:
            message = f"{path.name} is a TIFF stack of more than 1 GiB once decoded"
            raise VideoOpenError(f"{message}; convert it to a video")
        is_read, pages = cv2.imreadmulti(str(path), None, cv2.IMREAD_COLOR)
    except cv2.error:
        is_read, pages = False, ()
    if not is_read or not pages:
        message = f"no page of {path.name} can be decoded; it is damaged: get another copy"
        raise VideoOpenError(message)
    pictures = [np.ascontiguousarray(page, dtype=np.uint8) for page in pages]
    times = EvenTimes(len(pictures), rate, even_times(len(pictures), rate))
    painter = Painter(VideoFrame.from_ndarray(pictures[0], "bgr24"), None)
    return OpenedVideo(times, painter, "tiff", (), AnimationSource(pictures))


def inspect_webp(path: "Path") -> OpenedVideo:
    """Decode the whole animation.

    Raises:
        VideoOpenError: it is damaged, or too large to be held.
    """
    data = path.read_bytes()
    frame_bytes = 3 * _size(data)[0] * _size(data)[1]
    if data.count(b"ANMF") * frame_bytes > _MOST_BYTES:
        message = f"{path.name} is an animated WebP of more than 1 GiB once decoded"
        raise VideoOpenError(f"{message}; convert it to a video")
    try:
        is_read, animation = cv2.imdecodeanimation(np.frombuffer(data, np.uint8))
    except cv2.error:
        is_read = False
    if not is_read or not animation.frames:
        message = f"no frame of {path.name} can be decoded; it is damaged: get another copy"
        raise VideoOpenError(message)
    # Transparency is dropped, as it is in every other file.
    pictures = [np.ascontiguousarray(frame[..., :3], dtype=np.uint8) for frame in animation.frames]
    durations = np.array([ms / 1e3 if ms > 0 else _UNTOLD_SECONDS for ms in animation.durations])
    painter = Painter(VideoFrame.from_ndarray(pictures[0], "bgr24"), None)
    return OpenedVideo(_times(durations), painter, "webp", (), AnimationSource(pictures))


def _times(durations: "NDArray[np.float64]") -> EvenTimes:
    """Times of the frames, from the duration of each."""
    seconds = np.concatenate([[0.0], np.cumsum(durations)[:-1]])
    seconds.flags.writeable = False
    return EvenTimes(
        frame_count=len(durations),
        fps=len(durations) / float(durations.sum()),
        pts_seconds=seconds,
        is_variable_rate=bool(np.ptp(durations[:-1]) > 0) if len(durations) > 1 else False,
    )


def _size(data: bytes) -> tuple[int, int]:
    """(width, height) of the canvas: three bytes each, less one."""
    width, height = (struct.unpack("<I", data[at : at + 3] + b"\0")[0] + 1 for at in (24, 27))
    return width, height


def _head(path: "Path") -> bytes:
    if not is_file(path):  # a pipe would wait for ever
        return b""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return b""
    return head if len(head) == _HEAD_BYTES else b""
