"""A map as rectangles, one for each token: what a drawing program can take apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mvit_core.heatmap import Heatmap
from mvit_core.render.colours import COMPONENTS, ImageArray
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
    cells = list(_unseen(heatmap, style))
    for y, (top, bottom) in enumerate(pairwise(down)):
        for x, (left, right) in enumerate(pairwise(across)):
            if layer.alpha[y, x] and left < right and top < bottom:
                red, green, blue = (int(value) for value in layer.colours[y, x])
                edges, opacity = (left, top, right, bottom), float(layer.alpha[y, x]) / 255
                cells.append(HeatCell(edges, (red, green, blue), opacity))
    return tuple(cells)


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
