"""The nine outlines, as signed distances: negative inside, in units of the shape's radius.

Axes: y down, x right, as pixels are. All shapes fit the circle of radius 1, nearly fill it, and
have slightly rounded corners.
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHAPES", "signed_distance"]

Floats = NDArray[np.float64]

SHAPES = ("disc", "square", "triangle", "star", "heart", "pentagon", "cross", "drop", "bar")

_ROUNDING = 0.09
"""Radius of the corners."""

_HALF_WIDTH = 1.3
"""The table reaches this far from the centre; farther points are outside every shape."""

_TABLE_SIDE = 209


def signed_distance(shape: str, y: Floats, x: Floats) -> Floats:
    """Distance to a shape's outline at points in units of its radius; y and x broadcast.

    Read bilinearly from a table: the table is made once, and the distance is nearly linear
    between its entries, so the error stays far below a pixel at any size that is drawn.
    """
    table = _table(shape)
    scale = (_TABLE_SIDE - 1) / (2 * _HALF_WIDTH)
    row = np.clip((y + _HALF_WIDTH) * scale, 0, _TABLE_SIDE - 1.001)
    column = np.clip((x + _HALF_WIDTH) * scale, 0, _TABLE_SIDE - 1.001)
    row_index, column_index = row.astype(np.int64), column.astype(np.int64)
    down, right = row - row_index, column - column_index
    corner = row_index * _TABLE_SIDE + column_index
    upper = table[corner] * (1 - right) + table[corner + 1] * right
    below = corner + _TABLE_SIDE
    lower = table[below] * (1 - right) + table[below + 1] * right
    distance: Floats = upper * (1 - down) + lower * down
    return distance


@cache
def _table(shape: str) -> Floats:
    """Distances on a square grid, row by row, flat."""
    axis = np.linspace(-_HALF_WIDTH, _HALF_WIDTH, _TABLE_SIDE)
    y, x = (a.ravel() for a in np.meshgrid(axis, axis, indexing="ij"))
    if shape == "disc":
        disc: Floats = np.sqrt(x * x + y * y) - 0.94
        return disc
    outline = _OUTLINES[shape]() * (1 - _ROUNDING)
    return _polygon_distance(outline, y, x) - _ROUNDING


def _polygon_distance(corners: Floats, y: Floats, x: Floats) -> Floats:
    """Signed distance to a closed polygon of corners (n, 2) as (x, y), even-odd inside."""
    nearest = np.full(x.shape, np.inf)
    inside = np.zeros(x.shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        ex, ey, px, py = bx - ax, by - ay, x - ax, y - ay
        along = np.clip((px * ex + py * ey) / (ex * ex + ey * ey), 0, 1)
        nearest = np.minimum(nearest, (px - ex * along) ** 2 + (py - ey * along) ** 2)
        if ay != by:
            crosses = (ay > y) != (by > y)
            inside ^= crosses & (x < ax + (y - ay) / (by - ay) * ex)
    distance: Floats = np.where(inside, -1.0, 1.0) * np.sqrt(nearest)
    return distance


def _around(count: int, inner: float = 1.0) -> Floats:
    """Corners on the unit circle from the top, every second one at ``inner`` if that is not 1."""
    steps = count if inner == 1.0 else 2 * count
    angles = np.arange(steps) * (2 * np.pi / steps) - np.pi / 2
    radii = np.where(np.arange(steps) % 2, inner, 1.0)
    return np.stack((radii * np.cos(angles), radii * np.sin(angles)), axis=1)


def _rectangle(half_width: float, half_height: float) -> Floats:
    w, h = half_width, half_height
    return np.array([(-w, -h), (w, -h), (w, h), (-w, h)])


def _cross() -> Floats:
    arm, reach = 0.34, 0.94
    quarter = [(arm, -reach), (arm, -arm), (reach, -arm)]
    turns = [(1, 0), (0, 1), (-1, 0), (0, -1)]  # cosine and sine of 0, 90, 180, 270 degrees
    return np.array([(c * x - s * y, s * x + c * y) for c, s in turns for x, y in quarter])


def _heart() -> Floats:
    t = np.arange(64) * (2 * np.pi / 64)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack((x, y - 2.5), axis=1) / 16.5


def _drop() -> Floats:
    """A round belly below a tip."""
    t = np.arange(48) * (2 * np.pi / 48)
    x = 0.68 * np.sin(t) * np.sin(t / 2) ** 1.6
    y = -np.cos(t)
    return np.stack((x, y), axis=1)


_OUTLINES: Mapping[str, Callable[[], Floats]] = {
    "square": lambda: _rectangle(0.8, 0.8),
    "triangle": lambda: _around(3) * 1.08,
    "star": lambda: _around(5, inner=0.5) * 1.08,
    "heart": _heart,
    "pentagon": lambda: _around(5),
    "cross": _cross,
    "drop": _drop,
    "bar": lambda: _rectangle(1.0, 0.4),
}
