"""A folder of numbered pictures as a clip: the pictures are the frames, in natural order."""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, pairwise
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from mvit_core.errors import VideoError, VideoOpenError
from mvit_core.system.ordinary_file import is_folder
from mvit_core.video.decode.container import LIBRARY_ERRORS, open_stream
from mvit_core.video.decode.index import MOST_FPS
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
FPS_RANGE = (0.001, MOST_FPS)
"""Frames per second, both ends included."""
_TRIED_FIRST = 100
"""Unreadable pictures in a row at the beginning after which a folder is refused."""
_GAPS_NAMED = 4
_EXAMPLES_NAMED = 3
_LIKE_SIZE = 0.5
"""Sets with at least this share of the largest one's pictures are of like size."""
_DERIVED = ("flow", "mask", "seg", "depth", "disp", "label", "annot", "matte", "normal", "edge")
"""Parts of names of pictures that are made from frames and are none."""
_FEW_COLOURS = 64
"""Masks and label maps have no more."""
_GREY_LEVELS = 1.0
"""Mean distance of the channels from grey below which a picture has no colour, of 255."""
_SECONDS_OF_A_MINUTE = 60
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
        self.damaged: set[int] = set()

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
    if path is not None and not is_folder(path):
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
    paths = _best_set(list(sets.values()))
    notes = []
    gaps = _gaps([_numbers(path) for path in paths])
    if gaps:
        notes.append(f"the numbering has gaps, which are left out: {gaps}")
    rest = sorted(set(found).difference(paths), key=_natural_key)
    if rest:
        examples = ", ".join(each.name for each in _one_of_each(rest)[:_EXAMPLES_NAMED])
        notes.append(f"pictures of other names are left out: {len(rest)}, such as {examples}")
    return tuple(paths), tuple(notes)


def _best_set(sets: "list[list[Path]]") -> "list[Path]":
    """The largest set of pictures that belong together; of sets of like size, the photographs.

    Masks, depth and optical flow lie beside the frames that they were made of, as many as those.
    """
    series = [part for paths in sets for part in _cameras(paths)]
    most = max(map(len, series))
    alike = [paths for paths in series if len(paths) >= _LIKE_SIZE * most]
    if len(alike) == 1:
        return alike[0]
    return max(alike, key=lambda paths: (*_photographic(paths[0]), len(paths)))


def _cameras(paths: "list[Path]") -> "list[list[Path]]":
    """Pictures of one pattern, apart where several series count the same frames.

    Names such as ``cam1_0001.jpg`` and ``cam2_0001.jpg`` hold a series for each first number. Times
    of day count the same seconds in each minute too, but never above 59.
    """
    if not _numbers(paths[0]):
        return [paths]
    groups: dict[tuple[int, ...], list[Path]] = defaultdict(list)
    for path in paths:
        groups[_numbers(path)[:-1]].append(path)
    counts = [{_numbers(path)[-1] for path in group} for group in groups.values() if len(group) > 1]
    if len(counts) < 2 or len(counts) < len(groups):
        return [paths]
    common, together = set.intersection(*counts), set.union(*counts)
    is_clock = max(together) < _SECONDS_OF_A_MINUTE
    is_same_count = len(common) >= _LIKE_SIZE * len(together)
    return list(groups.values()) if is_same_count and not is_clock else [paths]


def _photographic(path: "Path") -> tuple[bool, bool, bool, bool]:
    """Signs of a photograph, the strongest first: name, many colours, JPEG, hues."""
    is_derived = any(word in path.stem.lower() for word in _DERIVED)
    picture = _decode(path)
    if picture is None:
        return not is_derived, False, False, False
    rgb = picture[0].to_ndarray(format="rgb24")
    colours = len(np.unique(rgb.reshape(-1, 3), axis=0))
    hues = np.abs(rgb - rgb.mean(axis=2, keepdims=True)).mean()
    is_lossy = path.suffix.lower() in (".jpg", ".jpeg")
    return not is_derived, colours > _FEW_COLOURS, is_lossy, bool(hues > _GREY_LEVELS)


def _one_of_each(paths: "list[Path]") -> "list[Path]":
    """The first picture of each pattern."""
    first: dict[str, Path] = {}
    for path in paths:
        first.setdefault(_pattern(path), path)
    return list(first.values())


def _is_picture(path: "Path") -> bool:
    return path.suffix.lower() in PICTURE_ENDINGS and not path.name.startswith(".")


def _pattern(path: "Path") -> str:
    """The name without its numbers, and its ending; names without numbers share one pattern."""
    return _DIGITS.sub("#", path.stem) + path.suffix.lower() if _numbers(path) else ""


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
