"""Boxes of people or things in a clip, for models that predict per box.

Boxes are read from a CSV file: ``seconds`` or ``frame``, then x1, y1, x2, y2 and a name where there
is one; or AVA's own lists, which name the video first and give shares of the frame.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mvit_core.errors import ClipError
from mvit_core.geometry import PixelMap
from mvit_core.printable import brief
from mvit_core.system.ordinary_file import read_bounded

__all__ = ["Box", "TimedBox", "boxes_of_window", "on_model", "places_in_window", "read_boxes"]

_MAX_BYTES = 16 << 20
_MAX_BOXES = 200_000
_AVA_COLUMNS = 6
"""Video, second and four shares; a class, a person or a score may follow."""

_TIMES = {"frame": "frame", "frame_index": "frame", "seconds": "seconds", "second": "seconds",
          "time": "seconds", "timestamp": "seconds"}  # fmt: skip
_NAMES = ("name", "label", "person", "person_id")
_CORNERS = ("x1", "y1", "x2", "y2")

TimeUnit = Literal["frame", "seconds"]


@dataclass(frozen=True)
class Box:
    """A rectangle on the source frame, edges in stored pixels from 0."""

    left: float
    top: float
    right: float
    bottom: float
    name: str = ""

    def __post_init__(self) -> None:
        if not (self.left < self.right and self.top < self.bottom):
            raise ClipError(
                f"a box has edges {self.left:g}, {self.top:g}, {self.right:g}, {self.bottom:g}; "
                "left lies left of right, top above bottom"
            )

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """(x1, y1, x2, y2)."""
        return self.left, self.top, self.right, self.bottom


@dataclass(frozen=True)
class TimedBox:
    """A row of a file of boxes."""

    time: float
    """In ``unit``."""
    unit: TimeUnit
    box: Box
    is_share: bool
    """Edges are shares of the frame's width and height."""

    def on_source(self, size: tuple[int, int]) -> Box:
        """The box in pixels of a source of (width, height)."""
        if not self.is_share:
            return self.box
        (width, height), box = size, self.box
        return Box(
            box.left * width, box.top * height, box.right * width, box.bottom * height, box.name
        )


def read_boxes(path: Path) -> tuple[TimedBox, ...]:
    """The boxes of a CSV file, in its order.

    Raises:
        ClipError: it cannot be read or understood; the message names the line.
    """
    try:
        text = read_bounded(path, _MAX_BYTES, ClipError).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ClipError(f"{path.name} is no CSV file of boxes: it is no text") from error
    try:
        rows = [row for row in csv.reader(text.splitlines(), skipinitialspace=True) if row]
    except csv.Error as error:
        raise ClipError(f"{path.name} is no CSV file of boxes: {error}") from error
    if not rows or len(rows) > _MAX_BOXES:
        raise ClipError(f"{path.name} holds {len(rows)} lines; 1 to {_MAX_BOXES} boxes are read")
    columns = _columns(rows[0], path)
    body = rows[1:] if columns is not None else rows
    columns = columns or _without_header(body, path)
    numbers = [_row(row, columns, line, path) for line, row in enumerate(body, start=1)]
    if not numbers:
        raise ClipError(f"{path.name} names its columns and holds no box")
    is_share = all(max(corners) <= 1.0 for _, corners, _ in numbers)
    return tuple(
        TimedBox(time, columns.unit, Box(*corners, name), is_share)
        for time, corners, name in dict.fromkeys(numbers)  # AVA repeats a box for each action
    )


@dataclass(frozen=True)
class _Columns:
    time: int
    unit: TimeUnit
    corners: tuple[int, int, int, int]
    name: int | None = None


def _columns(header: Sequence[str], path: Path) -> _Columns | None:
    """The columns that a first line declares, or None where it is a box."""
    names = [cell.strip().lower() for cell in header]
    if not any(name.isalpha() and name in (*_TIMES, *_CORNERS, *_NAMES) for name in names) and not (
        set(_CORNERS) & set(names)
    ):
        return None
    time = next((i for i, name in enumerate(names) if name in _TIMES), None)
    missing = [corner for corner in _CORNERS if corner not in names]
    if time is None or missing:
        raise ClipError(
            f"{path.name}: the first line must name seconds or frame, x1, y1, x2 and y2; it has "
            f"{brief(', '.join(names), 120)}"
        )
    x1, y1, x2, y2 = (names.index(corner) for corner in _CORNERS)
    unit: TimeUnit = "frame" if _TIMES[names[time]] == "frame" else "seconds"
    label = next((names.index(name) for name in _NAMES if name in names), None)
    return _Columns(time, unit, (x1, y1, x2, y2), label)


def _without_header(rows: Sequence[Sequence[str]], path: Path) -> _Columns:
    """AVA's own columns, or a time and four edges."""
    if all(len(row) >= _AVA_COLUMNS and not _is_number(row[0]) for row in rows):
        return _Columns(1, "seconds", (2, 3, 4, 5))
    if all(len(row) >= 5 for row in rows):
        whole = all(row[0].strip().isdecimal() for row in rows)
        return _Columns(0, "frame" if whole else "seconds", (1, 2, 3, 4))
    raise ClipError(
        f"{path.name} is no file of boxes: lines hold seconds or frame, x1, y1, x2, y2, or are "
        "AVA's (video, second, x1, y1, x2, y2)"
    )


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _row(
    row: Sequence[str], columns: _Columns, line: int, path: Path
) -> tuple[float, tuple[float, float, float, float], str]:
    try:
        time, x1, y1, x2, y2 = (float(row[i]) for i in (columns.time, *columns.corners))
        name = row[columns.name].strip() if columns.name is not None else ""
    except (ValueError, IndexError) as error:
        raise ClipError(
            f"{path.name}: box {line} is {brief(', '.join(row), 120)}; numbers are needed for the "
            "time and the four edges"
        ) from error
    if not all(map(isfinite, (time, x1, y1, x2, y2))) or x2 <= x1 or y2 <= y1 or x1 < 0 or y1 < 0:
        raise ClipError(
            f"{path.name}: box {line} has edges {x1:g}, {y1:g}, {x2:g}, {y2:g}; x1 lies left of "
            "x2, y1 above y2, none below 0"
        )
    return time, (x1, y1, x2, y2), name


def boxes_of_window(
    boxes: Sequence[TimedBox],
    frame_indices: Sequence[int],
    pts_seconds: NDArray[np.float64],
    size: tuple[int, int],
) -> tuple[Box, ...]:
    """The boxes of the key frame of a window: of the one time nearest to its middle.

    Args:
        boxes: of the whole clip.
        frame_indices: the frames that the model sees, in order.
        pts_seconds: the time of each frame of the clip.
        size: (width, height) of its frames.

    Returns:
        () where no box lies within the window.
    """
    places = places_in_window(boxes, frame_indices, pts_seconds)
    return tuple(boxes[place].on_source(size) for place in places)


def places_in_window(
    boxes: Sequence[TimedBox], frame_indices: Sequence[int], pts_seconds: NDArray[np.float64]
) -> tuple[int, ...]:
    """Places of the boxes of a window, as ``boxes_of_window`` chooses them."""
    first, last = frame_indices[0], frame_indices[-1]
    at = [_frame_of(box, pts_seconds) for box in boxes]
    inside = {frame for frame in at if first <= frame <= last}
    if not inside:
        return ()
    middle = (first + last) / 2
    chosen = min(inside, key=lambda frame: (abs(frame - middle), frame))
    return tuple(place for place, frame in enumerate(at) if frame == chosen)


def _frame_of(box: TimedBox, pts_seconds: NDArray[np.float64]) -> int:
    """The frame shown at the time of a box; -1 beyond the clip."""
    if box.unit == "frame":
        return int(box.time)
    frame = int(np.searchsorted(pts_seconds, box.time + 1e-6, side="right")) - 1
    step = float(np.median(np.diff(pts_seconds))) if len(pts_seconds) > 1 else 1.0
    return frame if box.time <= pts_seconds[-1] + step else -1


def on_model(boxes: Sequence[Box], pixel_map: PixelMap) -> list[tuple[float, float, float, float]]:
    """Edges (x1, y1, x2, y2) on the model's crop, cut at its border.

    A box that lies outside of the crop becomes an empty one at its border.
    """
    (scale_x, scale_y), (left, top) = pixel_map.scale, pixel_map.crop_offset
    width, height = pixel_map.crop_size

    def cut(value: float, most: int) -> float:
        return min(max(value, 0.0), float(most))

    return [
        (
            cut(box.left / scale_x - left, width),
            cut(box.top / scale_y - top, height),
            cut(box.right / scale_x - left, width),
            cut(box.bottom / scale_y - top, height),
        )
        for box in boxes
    ]
