"""The clip of a capture file: the frames that the model saw, at their places in the whole clip.

A frame that the model did not see has no picture: the last one before it that has stands for it,
and ``held`` says which have. Where the clip itself lies beside the file all frames are its own.
"""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np
from av.video.frame import VideoFrame

from mvit_core.errors import FileChangedError, MvitError, VideoError, VideoOpenError
from mvit_core.system.json_codec import Codec
from mvit_core.system.named_file import check_digest
from mvit_core.system.ordinary_file import is_file, sha256_of
from mvit_core.system.tensor_file import TensorFile
from mvit_core.video.decode.clock import MOST_SECONDS
from mvit_core.video.decode.container import changed_words
from mvit_core.video.decode.index import LEAST_FPS, MOST_FPS
from mvit_core.video.decode.inspect_video import OpenedVideo, inspect_video
from mvit_core.video.decode.packet_reader import go_on
from mvit_core.video.decode.rgb_frame import Painter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from mvit_core.video.decode.packets import Progress

CAPTURE_ENDING = ".mvitcap"
"""Ending of the name of a capture file."""
TIMES = "clip.times"
"""Name of the tensor with the time of every frame, F64 (frame_count,)."""

_MOST_FRAMES = 10_000_000
_MOST_SIDE = 16_384
_MOST_SIZE = 2**53
_CANDIDATES = 4
"""Files of the clip's size that are compared by their content."""


@dataclass(frozen=True)
class CapturedClip:
    """What a capture file says of its clip."""

    name: str
    """Name of the file, without its folder."""
    size: int
    """Bytes of the file; 0 of a folder of pictures."""
    sha256: str
    """Digest of the file in hexadecimal; empty for a folder of pictures."""
    stream: int
    """Number of the video stream that was shown."""
    frame_count: int
    fps: float
    """Mean frames per second."""
    is_variable_rate: bool
    start_seconds: float
    """Time of the first frame as the file states it."""
    frame_size: tuple[int, int]
    """(width, height) upright, in stored pixels."""
    display_size: tuple[int, int]
    """(width, height) upright with square pixels."""
    codec: str
    frames: tuple[int, ...]
    """Indices of the frames that have a picture, rising."""
    unreadable: tuple[int, ...] = ()
    """Indices of sampled frames that could not be decoded."""
    damaged: tuple[int, ...] = ()
    """Those of them that are painted from damaged data."""
    damage: tuple[str, ...] = ()
    """Sentences on what is wrong with the clip."""

    def __post_init__(self) -> None:
        sides = (*self.frame_size, *self.display_size)
        if not all(1 <= side <= _MOST_SIDE for side in sides):
            raise ValueError(f"frames have 1 to {_MOST_SIDE} pixels a side")
        if not 1 <= self.frame_count <= _MOST_FRAMES:
            raise ValueError(f"a clip has 1 to {_MOST_FRAMES} frames")
        if not self.frames or list(self.frames) != sorted(set(self.frames)):
            raise ValueError("its frames are one or more, and rise")
        if not (self.frames[0] >= 0 and self.frames[-1] < self.frame_count):
            raise ValueError("its frames lie within the clip")
        if not (self.fps >= LEAST_FPS and round(self.fps, 3) <= MOST_FPS):
            raise ValueError(f"frames come at {LEAST_FPS:.3g} to {MOST_FPS:g} a second")
        if self.stream < 0:
            raise ValueError("a stream counts from 0")
        check_digest(self.size, self.sha256)


@dataclass(frozen=True, eq=False)
class _CapturedTimes:
    """Times of all frames of the clip, as the file keeps them."""

    frame_count: int
    fps: float
    pts_seconds: "NDArray[np.float64]"
    start_seconds: float
    is_variable_rate: bool


class CapturedFrames:
    """Gives the frames that a capture file holds; the others show the last one before them.

    Args:
        file: the file.
        clip: what it says of its clip.
    """

    def __init__(self, file: TensorFile, clip: CapturedClip) -> None:
        self._file, self._clip = file, clip
        self.check: Callable[[], None] = go_on
        self.damaged: set[int] = set(clip.damaged)
        self._unreadable = frozenset(clip.unreadable)
        self._last: tuple[int, VideoFrame] | None = None

    def walk(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Frames of ranks ``start`` to ``stop - 1``, in order, without those that are damaged."""
        for rank in range(start, stop):
            self.check()
            if rank not in self._unreadable:
                yield rank, self._at(rank)

    def first(self) -> VideoFrame:
        """The first frame that has a picture."""
        return self._at(self._clip.frames[0])

    def twin(self) -> "CapturedFrames":
        """Another reader of the same file, for another thread."""
        return CapturedFrames(self._file, self._clip)

    def keyframes(self) -> "NDArray[np.int64]":
        """Ranks that are reached without decoding others: those that have a picture."""
        return np.array(self._clip.frames)

    def close(self) -> None:
        """No file is held open between two frames."""

    def _at(self, rank: int) -> VideoFrame:
        frames = self._clip.frames
        held = frames[max(bisect_right(frames, rank) - 1, 0)]
        if self._last is None or self._last[0] != held:
            self._last = held, self._read(held)
        return self._last[1]

    def _read(self, index: int) -> VideoFrame:
        width, height = self._clip.frame_size
        pixels = np.empty((height, width, 3), np.uint8)
        try:
            self._file.read_into(frame_name(index), pixels.data.cast("B"))
        except VideoOpenError as error:
            if self._file.identity.was_replaced():
                raise FileChangedError(changed_words(self._file.path)) from error
            raise
        return VideoFrame.from_ndarray(pixels, format="rgb24")


def frame_name(index: int) -> str:
    """Name of the tensor with the picture of a frame, U8 (H, W, 3)."""
    return f"clip.frame.{index}"


def is_capture(path: "Path") -> bool:
    """The name is that of a capture file."""
    return path.suffix.lower() == CAPTURE_ENDING


def captured_clip(file: TensorFile, error: "type[MvitError]" = VideoOpenError) -> CapturedClip:
    """What a file says of its clip, with every frame in its place.

    Raises:
        MvitError: of the type asked for; the file is damaged.
    """
    kept = file.document.get("clip")
    clip = cast("CapturedClip", Codec(error, (), _MOST_SIZE).decode(kept, CapturedClip, "clip"))
    width, height = clip.frame_size
    file.row(TIMES, ("F64",), (clip.frame_count,))
    for index in clip.frames:
        file.row(frame_name(index), ("U8",), (height, width, 3))
    return clip


def inspect_capture(path: "Path", progress: "Progress | None" = None) -> OpenedVideo:
    """Open the clip of a capture file: its own frames, or the whole clip where that lies beside it.

    Args:
        path: the capture file.
        progress: told the share of the clip that was listed; may raise to stop.

    Raises:
        VideoOpenError: the file is missing or damaged, or is no capture file.
    """
    file = TensorFile(path, VideoOpenError)
    clip = captured_clip(file)
    whole, note = _whole_clip(file, clip, progress)
    if whole is not None:
        return whole
    source = CapturedFrames(file, clip)
    width, height = clip.frame_size
    aspect = Fraction(clip.display_size[0] * height, clip.display_size[1] * width)
    held = frozenset((*clip.frames, *clip.unreadable))
    missing = clip.frame_count - len(held)
    left_out = (
        f"a capture holds the frames that the model saw, {len(clip.frames)} of {clip.frame_count}; "
        f"put {clip.name} beside it to see all",
    )
    damage = (*clip.damage, *((note,) if note else ()), *(left_out if missing else ()))
    return OpenedVideo(
        _times(file, clip),
        Painter(source.first(), aspect),
        clip.codec,
        damage,
        source,
        held=held if missing else None,
    )


def _times(file: TensorFile, clip: CapturedClip) -> _CapturedTimes:
    seconds = np.empty(clip.frame_count, "<f8")
    file.read_into(TIMES, seconds.data.cast("B"))
    ends = np.abs((seconds[0], seconds[-1], clip.start_seconds))
    if not np.isfinite(seconds).all() or (np.diff(seconds) < 0).any() or ends.max() > MOST_SECONDS:
        raise file.damaged("the times of its frames make no sense")
    seconds.flags.writeable = False
    rate, start = clip.fps, clip.start_seconds
    return _CapturedTimes(clip.frame_count, rate, seconds, start, clip.is_variable_rate)


def _whole_clip(
    file: TensorFile, clip: CapturedClip, progress: "Progress | None"
) -> "tuple[OpenedVideo | None, str]":
    """The clip itself where it lies beside the file, else a word on what lies there."""
    beside = _beside(file.path.parent, clip)
    if beside is None:
        return None, ""
    try:
        opened = inspect_video(beside, progress, clip.stream)
    except VideoError as error:
        return None, f"{beside.name} beside it cannot be used: {error}"
    same = (opened.times.frame_count, opened.painter.size) == (clip.frame_count, clip.frame_size)
    if same and np.allclose(opened.times.pts_seconds, _times(file, clip).pts_seconds):
        return opened, ""
    opened.source.close()
    return None, f"{beside.name} beside it is another clip than the one that was captured"


def _beside(folder: "Path", clip: CapturedClip) -> "Path | None":
    """The file of the clip: of its name and size, or of its content under another name."""
    if not clip.sha256:
        return None
    named = folder / clip.name
    is_plain = named.name == clip.name and "\\" not in clip.name
    if is_plain and is_file(named) and named.stat().st_size == clip.size:
        return named
    try:
        alike = [
            p for p in sorted(folder.iterdir()) if is_file(p) and p.stat().st_size == clip.size
        ]
    except OSError:
        return None
    for path in alike[:_CANDIDATES]:
        if sha256_of(path, VideoOpenError) == clip.sha256:
            return path
    return None
