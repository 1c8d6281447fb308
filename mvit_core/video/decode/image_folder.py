"""A folder of numbered pictures as a clip: the pictures are the frames, in natural order."""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, pairwise
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from mvit_core.errors import VideoError, VideoOpenError
from mvit_core.video.decode.container import LIBRARY_ERRORS, open_stream
from mvit_core.video.decode.inspect_video import OpenedVideo
from mvit_core.video.decode.packet_reader import go_on
from mvit_core.video.decode.rgb_frame import Painter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction
    from pathlib import Path

    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

PICTURE_ENDINGS = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
)
"""Files of a folder that count as its pictures."""
DEFAULT_PICTURE_FPS = 25.0
"""Frames per second of pictures whose rate nobody said; FFmpeg assumes the same."""
FPS_RANGE = (0.001, 1000.0)
"""Frames per second, both ends included."""
_TRIED_FIRST = 100
"""Unreadable pictures in a row at the beginning after which a folder is refused."""
_GAPS_NAMED = 4
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, eq=False)
class EvenTimes:
    """Times of pictures at one even rate, from 0 on."""

    frame_count: int
    """Pictures in the folder, readable or not."""
    fps: float
    """Frames per second."""
    pts_seconds: "NDArray[np.float64]"
    """Time of each picture in seconds, ``frame_count`` values, read-only."""
    start_seconds: float = 0.0
    """Pictures have no clock of their own."""
    is_variable_rate: bool = False


class FolderSource:
    """Decodes one picture file per frame.

    Args:
        paths: the pictures in the order they are shown.
    """

    def __init__(self, paths: "tuple[Path, ...]") -> None:
        self._paths = paths
        self.check: Callable[[], None] = go_on

    def walk(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Frames of ranks ``start`` to ``stop - 1``, in order, without those that are damaged."""
        for rank in range(start, stop):
            self.check()
            picture = _decode(self._paths[rank])
            if picture is not None:
                yield rank, picture[0]

    def twin(self) -> "FolderSource":
        """Another reader of the same pictures, for another thread."""
        return FolderSource(self._paths)

    def keyframes(self) -> "NDArray[np.int64]":
        """Ranks that are reached without decoding others: all of them."""
        return np.arange(len(self._paths))

    def close(self) -> None:
        """No file is held open between two frames."""


def inspect_folder(folder: "Path", fps: float | None) -> OpenedVideo:
    """List the pictures of a folder, and decode the first.

    Args:
        folder: holds the pictures.
        fps: frames per second, ``DEFAULT_PICTURE_FPS`` unless said.

    Raises:
        VideoOpenError: no pictures, or none of the first that can be decoded.
        VideoError: a rate that no clip can have.
    """
    times_fps = checked_fps(DEFAULT_PICTURE_FPS if fps is None else fps)
    paths, notes = _pictures_in(folder)
    first = next(filter(None, map(_decode, islice(paths, _TRIED_FIRST))), None)
    if first is None:
        count = min(len(paths), _TRIED_FIRST)
        message = f"{folder} is a folder whose first {count} pictures cannot be decoded"
        raise VideoOpenError(f"{message}; choose a folder of whole picture files")
    frame, pixel_aspect, codec = first
    times = EvenTimes(len(paths), times_fps, even_times(len(paths), times_fps))
    painter = Painter(frame, pixel_aspect, turns_each=True)
    return OpenedVideo(times, painter, codec, notes, FolderSource(paths))


def checked_fps(fps: float, path: "Path | None" = None) -> float:
    """The rate, if pictures can be shown at it.

    Raises:
        VideoError: they cannot, or ``path`` is a file, which has a rate of its own.
    """
    if path is not None and not path.is_dir():
        message = f"{path.name} is a file, which has its own frame rate"
        raise VideoError(f"{message}; fps is for folders of pictures: leave it out")
    low, high = FPS_RANGE
    if not (isfinite(fps) and low <= fps <= high):
        message = f"the frame rate of pictures is {fps!r}, allowed are {low:g} to {high:g}"
        raise VideoError(f"{message} frames per second")
    return float(fps)


def even_times(count: int, fps: float) -> "NDArray[np.float64]":
    """Time of each of ``count`` frames in seconds, read-only."""
    seconds = np.arange(count) / fps
    seconds.flags.writeable = False
    return seconds


def _decode(path: "Path") -> "tuple[VideoFrame, Fraction | None, str] | None":
    """The picture of a file with its pixel aspect and codec; None where it is unreadable."""
    try:
        with open_stream(path) as opened:
            for frame in opened.container.decode(opened.stream):
                codec = opened.stream.codec_context.codec.canonical_name
                return frame, opened.stream.sample_aspect_ratio, codec
    except (*LIBRARY_ERRORS, VideoOpenError):
        pass
    return None


def _pictures_in(folder: "Path") -> "tuple[tuple[Path, ...], tuple[str, ...]]":
    """The largest set of pictures whose names differ by numbers alone, and what to know of it."""
    try:
        found = [p for p in folder.iterdir() if _is_picture(p)]
    except OSError as error:
        reason = error.strerror or str(error)
        raise VideoOpenError(f"{folder} cannot be read ({reason}); choose another") from error
    if not found:
        endings = ", ".join(sorted(PICTURE_ENDINGS))
        message = f"{folder} is a folder without pictures ({endings})"
        raise VideoOpenError(f"{message}; choose a video file, or a folder of numbered pictures")
    sets: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(found, key=_natural_key):
        sets[_pattern(path)].append(path)
    paths = max(sets.values(), key=len)
    notes = []
    gaps = _gaps([_numbers(path) for path in paths])
    if gaps:
        notes.append(f"the numbering has gaps, which are left out: {gaps}")
    rest = [path for path in found if _pattern(path) != _pattern(paths[0])]
    if rest:
        example = min(rest, key=_natural_key).name
        notes.append(f"pictures of other names are left out: {len(rest)}, such as {example}")
    return tuple(paths), tuple(notes)


def _is_picture(path: "Path") -> bool:
    return path.suffix.lower() in PICTURE_ENDINGS and not path.name.startswith(".")


def _pattern(path: "Path") -> str:
    """The name without its numbers; names without any share one pattern."""
    return _DIGITS.sub("#", path.stem) if _numbers(path) else ""


def _numbers(path: "Path") -> tuple[int, ...]:
    return tuple(int(digits) for digits in _DIGITS.findall(path.stem))


def _natural_key(path: "Path") -> tuple[str, tuple[int, ...], str]:
    return _pattern(path), _numbers(path), path.name


def _gaps(numbers: list[tuple[int, ...]]) -> str:
    """The numbers that are missing, where one number alone counts through; else nothing."""
    columns = [sorted(set(column)) for column in zip(*numbers, strict=True)]
    counting = [column for column in columns if len(column) > 1]
    if len(counting) != 1:
        return ""
    missing = [(a + 1, b - 1) for a, b in pairwise(counting[0]) if b - a > 1]
    words = [str(a) if a == b else f"{a} to {b}" for a, b in missing[:_GAPS_NAMED]]
    return ", ".join(words) + (", ..." if len(missing) > _GAPS_NAMED else "")
