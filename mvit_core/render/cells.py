"""A map as rectangles, one for each token: what a drawing program can take apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mvit_core.heatmap import Heatmap
from mvit_core.render.colours import COMPONENTS, ImageArray
from mvit_core.render.differences import Side
from mvit_core.render.heat_settings import RenderStyle
from mvit_core.render.layers import HeatLayer, paint_values

Edges = tuple[float, float, float, float]
"""Left, top, right and bottom edge in source pixels, 0 for the left and upper edge of the frame."""


@dataclass(frozen=True)
class HeatCell:
    """The part of a frame that is nearest to one token, in its colour."""

    edges_px: Edges
    colour: tuple[int, int, int]
    opacity: float
    """Above 0, to 1."""


def heat_cells(heatmap: Heatmap, frame_index: int, style: RenderStyle) -> tuple[HeatCell, ...]:
    """The heat of one source frame, as ``heat_layer`` draws it where nothing is smoothed.

    Tokens that lie outside of what the model saw, or show nothing, have no cell. A spotlight
    has cells of no token too: the part that the model did not see is dark.
    """
    layer = _token_layer(heatmap, frame_index, style)
    down = _cuts(heatmap.y_px, layer.alpha.shape[0], heatmap.box_px[1::2])
    across = _cuts(heatmap.x_px, layer.alpha.shape[1], heatmap.box_px[::2])
    return (*_unseen(heatmap, style), *_cells(layer, down, across))


def difference_cells(first: Side, second: Side, style: RenderStyle) -> tuple[HeatCell, ...]:
    """The first map minus the second, as ``difference_layer`` draws it where nothing is smoothed.

    Where the grids differ, a cell is what two tokens have in common.

    Args:
        first: a map of the frame below.
        second: another map of the same frame.
        style: signed, with a range that is symmetrical around 0.
    """
    sides = [
        (side.heatmap, side.heatmap.values[side.heatmap.token_time(side.frame_index)])
        for side in (first, second)
    ]
    cuts = []
    for axis in (1, 0):  # rows of the grid lie along y
        lines = [(each.x_px, each.y_px)[axis] for each, _ in sides]
        seen = [each.box_px[axis::2] for each, _ in sides]
        both = max(low for low, _ in seen), min(high for _, high in seen)
        each_cuts = (
            _cuts(line, plane.shape[1 - axis], both)
            for line, (_, plane) in zip(lines, sides, strict=True)
        )
        cuts.append(tuple(sorted({cut for each in each_cuts for cut in each})))
    down, across = cuts
    values = []
    for side, (heatmap, plane) in zip((first, second), sides, strict=True):
        rows = _nearest(heatmap.y_px, plane.shape[0], down)
        columns = _nearest(heatmap.x_px, plane.shape[1], across)
        values.append(side.factor * plane[np.ix_(rows, columns)])
    painted = paint_values(np.asarray(values[0] - values[1], dtype=np.float32), style)
    return tuple(_cells(painted, down, across))


def _nearest(line: tuple[float, float], tokens: int, cuts: tuple[float, ...]) -> NDArray[np.int_]:
    """The token at the middle of each part between two cuts along one axis."""
    middles = np.array([(low + high) / 2 for low, high in pairwise(cuts)]) - 0.5
    places = np.floor((middles - line[1]) / line[0] + 0.5)
    return np.asarray(np.clip(places, 0, tokens - 1), dtype=int)


def _cells(
    layer: HeatLayer, down: tuple[float, ...], across: tuple[float, ...]
) -> Iterator[HeatCell]:
    """A cell for each part between cuts that shows something."""
    for y, (top, bottom) in enumerate(pairwise(down)):
        for x, (left, right) in enumerate(pairwise(across)):
            if layer.alpha[y, x] and left < right and top < bottom:
                red, green, blue = (int(value) for value in layer.colours[y, x])
                edges, opacity = (left, top, right, bottom), float(layer.alpha[y, x]) / 255
                yield HeatCell(edges, (red, green, blue), opacity)


def _token_layer(heatmap: Heatmap, frame_index: int, style: RenderStyle) -> HeatLayer:
    """Colours (Y', X', 3) and opacities (Y', X') of the tokens at a frame."""
    t = heatmap.token_time(frame_index)
    if heatmap.colours is None or style.colormap != COMPONENTS:
        return paint_values(heatmap.values[t], style)
    rgb = np.clip(heatmap.colours.rgb[t], 0, 1)
    alpha: ImageArray = np.full(rgb.shape[:2], round(255 * style.opacity), np.uint8)
    return HeatLayer(np.rint(255 * rgb).astype(np.uint8), alpha)


def _cuts(line: tuple[float, float], tokens: int, seen: tuple[float, ...]) -> tuple[float, ...]:
    """Edges of the tokens along one axis: halfway between their centres, within what was seen."""
    low, high = seen
    halves = (line[0] * (token + 0.5) + line[1] + 0.5 for token in range(tokens - 1))
    return (low, *(min(max(half, low), high) for half in halves), high)


def _unseen(heatmap: Heatmap, style: RenderStyle) -> Iterator[HeatCell]:
    """What a spotlight darkens beside the part that the model saw."""
    if style.mode != "spotlight" or not style.opacity:
        return
    (left, top, right, bottom), (width, height) = heatmap.box_px, heatmap.frame_size
    beside = (
        (0.0, 0.0, float(width), top),
        (0.0, bottom, float(width), float(height)),
        (0.0, top, left, bottom),
        (right, top, float(width), bottom),
    )
    for edges in beside:
        if edges[0] < edges[2] and edges[1] < edges[3]:
            yield HeatCell(edges, (0, 0, 0), style.opacity)
