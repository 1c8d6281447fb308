"""Outlines of what reaches half of a range: found on values, drawn white on black.

They are lines of constant width on any picture, so a window draws them at its own zoom, and
``draw_outlines`` on the layers of exports and small pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from mvit_core.attribution.maps import FloatArray
from mvit_core.render.colours import ImageArray
from mvit_core.render.heat_settings import RenderStyle

BLACK_PX, WHITE_PX = 3.0, 1.2
"""Widths of the two lines."""
DASH_PX, SPACE_PX = 6.0, 4.0
"""White parts of a dashed outline, and the black ones between them."""

SMALL_PX = 160
"""Pictures with a shorter side below it have a thinner black line, not to be hidden by it."""

SAMPLES = 192
"""Longest side of the grid of samples that outlines are found on; a token is many wide."""

_FRACTION_BITS = 4
"""Binary digits of a pixel's fraction that OpenCV draws with."""

# Corners of a cell of samples count 1, 2, 4, 8 clockwise from the upper left, its edges 0 to 3
# from the upper one: the edges that an outline joins, by the sum of the corners inside it.
_JOINED: tuple[tuple[tuple[int, int], ...], ...] = (
    (),
    ((3, 0),),
    ((0, 1),),
    ((3, 1),),
    ((1, 2),),
    ((3, 0), (1, 2)),
    ((0, 2),),
    ((3, 2),),
    ((2, 3),),
    ((0, 2),),
    ((0, 1), (2, 3)),
    ((1, 2),),
    ((1, 3),),
    ((0, 1),),
    ((0, 3),),
    (),
)


@dataclass(frozen=True, eq=False)
class Outline:
    """One line around values of at least half the range."""

    points: FloatArray
    """(points, 2): x and y in source pixels; closed where the first is the last."""
    is_against: bool
    """The values within are below 0: the line is dashed."""


Sampler = Callable[[tuple[int, int]], FloatArray]
"""Gives values (H, W) at a picture size (width, height)."""


def outlines_of(
    sampler: Sampler,
    style: RenderStyle,
    frame_size: tuple[int, int],
    box_px: tuple[float, float, float, float],
) -> tuple[Outline, ...]:
    """Outlines of one map; open lines end at the edge of what the model saw.

    Args:
        sampler: gives the map's values.
        style: has the range; values of a signed style have an outline on each side of 0.
        frame_size: (width, height) of the source frame.
        box_px: edges (left, top, right, bottom) of the part of it that the model saw.
    """
    step = max(frame_size) / SAMPLES
    size = max(round(frame_size[0] / step), 2), max(round(frame_size[1] / step), 2)
    across, down = (frame_size[axis] / size[axis] for axis in (0, 1))
    left, right = (round(box_px[side] / across) for side in (0, 2))
    top, bottom = (round(box_px[side] / down) for side in (1, 3))
    shares = style.range.normalise(sampler(size)[top:bottom, left:right])
    level = 0.75 if style.is_signed else 0.5
    found = []
    for is_against in (False, True) if style.is_signed else (False,):
        for line in _lines(1 - shares if is_against else shares, level):
            places = (line + np.array([left + 0.5, top + 0.5])) * (across, down) - 0.5
            found.append(Outline(places.astype(np.float32), is_against))
    return tuple(found)


def draw_outlines(
    colours: ImageArray,
    alpha: ImageArray,
    outlines: tuple[Outline, ...],
    frame_size: tuple[int, int],
) -> None:
    """Draw outlines over the colours (H, W, 3) and opacities (H, W) of a layer.

    Args:
        colours: of the layer; drawn over.
        alpha: of the layer; drawn over.
        outlines: in source pixels.
        frame_size: (width, height) of the source frame.
    """
    if not outlines:
        return
    height, width = alpha.shape
    scale = np.array([width / frame_size[0], height / frame_size[1]])
    black, white = np.zeros_like(alpha), np.zeros_like(alpha)
    black_px = round(BLACK_PX) if min(width, height) >= SMALL_PX else 2
    for outline in outlines:
        points = (outline.points + 0.5) * scale - 0.5
        _draw(black, [points], black_px)
        _draw(white, _dashes(points) if outline.is_against else [points], round(WHITE_PX))
    touched = np.nonzero(black | white)
    lit = white[touched] / 255.0
    line = 1 - (1 - black[touched] / 255.0) * (1 - lit)
    below = (1 - line) * alpha[touched] / 255.0
    total = np.maximum(line + below, 1e-6)
    mixed = (255 * lit)[:, None] + below[:, None] * colours[touched]
    colours[touched] = np.rint(np.minimum(mixed / total[:, None], 255)).astype(np.uint8)
    alpha[touched] = np.rint(255 * total).astype(np.uint8)


def _draw(mask: ImageArray, lines: list[FloatArray], width: int) -> None:
    fixed = [np.rint(line * 2**_FRACTION_BITS).astype(np.int32) for line in lines]
    cv2.polylines(mask, fixed, False, (255,), width, cv2.LINE_AA, _FRACTION_BITS)


def _dashes(points: FloatArray) -> list[FloatArray]:
    """The white parts of a dashed line, in pixels of the picture."""
    lengths = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    parts = []
    for start in np.arange(0.0, lengths[-1], DASH_PX + SPACE_PX):
        stop = min(start + DASH_PX, lengths[-1])
        inner = lengths[(lengths > start) & (lengths < stop)]
        places = np.concatenate(([start], inner, [stop]))
        parts.append(np.stack([np.interp(places, lengths, axis) for axis in points.T], axis=-1))
    return parts


def _lines(values: FloatArray, level: float) -> Iterator[FloatArray]:
    """Lines (points, 2), x and y, along which values (H, W) have a level: marching squares."""
    if min(values.shape) < 2:
        return
    inside = (values >= level).astype(np.uint8)
    cases = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    neighbours: dict[int, list[int]] = {}
    for y, x in zip(*np.nonzero((cases > 0) & (cases < 15)), strict=True):
        edges = _edges(int(y), int(x), values.shape)
        for one, other in _JOINED[cases[y, x]]:
            neighbours.setdefault(edges[one], []).append(edges[other])
            neighbours.setdefault(edges[other], []).append(edges[one])
    # Open lines first, from one of their ends; what is left then is closed.
    for start in sorted(neighbours, key=lambda edge: len(neighbours[edge])):
        if start in neighbours:
            yield _crossings(values, level, _walk(neighbours, start))


def _edges(y: int, x: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Numbers of a cell's edges, the upper one first, clockwise; upright ones are odd."""
    here, below = y * shape[1] + x, (y + 1) * shape[1] + x
    return 2 * here, 2 * (here + 1) + 1, 2 * below, 2 * here + 1


def _walk(neighbours: dict[int, list[int]], start: int) -> list[int]:
    """Edges along one line from an edge on, which are taken away; a closed one ends at it again."""
    line, edge = [start], start
    while ways := neighbours.pop(edge):
        following = next((way for way in ways if way in neighbours), None)
        if following is None:
            if len(line) > 2 and start in ways:
                line.append(start)
            break
        line.append(edge := following)
    return line


def _crossings(values: FloatArray, level: float, edges: list[int]) -> FloatArray:
    """Where a level crosses edges of the grid, (edges, 2)."""
    corners, upright = np.divmod(np.array(edges), 2)
    y, x = np.divmod(corners, values.shape[1])
    first = values[y, x]
    second = values[y + upright, x + 1 - upright]
    share = (level - first) / (second - first)
    places = np.stack([x + share * (1 - upright), y + share * upright], axis=-1)
    return np.asarray(places, dtype=np.float32)
