"""More of the heads of one block: how far they look, distance by distance, and what positions do.

Axis legend: h heads, Nq/Nk tokens, Sq/Sk places of a frame on the two grids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # the window imports this module before torch is there
    from collections.abc import Callable

    from mvit_core.attention.record import LayerAttention
    from mvit_core.attribution.maps import FloatArray

__all__ = ["BlockDetails", "block_details"]

BINS = 12
"""Bins of the distances."""


@dataclass(frozen=True, eq=False)
class BlockDetails:
    """What takes a pass over all maps of a block to know."""

    block: int
    edges_px: FloatArray
    """(bins + 1,): ends of the bins, in pixels of the model's input; the first is 0."""
    distances: FloatArray
    """(h, bins): share of the attention of patches on patches at each distance; a row sums to 1,
    or to 0 where a head looks at no patch."""
    position: tuple[float, ...] | None
    """Of each head, 0 to 1: how far its rows are from those of content alone, as total variation
    (half the sum of absolute differences), a mean over patch queries; None where the block has no
    relative positions."""


def block_details(
    layer: LayerAttention, item: int = 0, *, on_tile: Callable[[], None] | None = None
) -> BlockDetails:
    """What heads do, from all maps of a block as they are and without positions.

    Args:
        layer: of a record.
        item: which clip of its batch.
        on_tile: called after each part; raising from it cancels.
    """
    import torch

    from mvit_core.attention.statistics import distance_tables
    from mvit_core.model.positions import RelativePositions

    cls = int(layer.has_class_token)
    shapes = layer.q_shape, layer.k_shape
    pixels, _, places = distance_tables(*shapes, layer.q_geometry, layer.k_geometry, cls)
    edges = torch.linspace(0, max(float(pixels.max()), 1.0), BINS + 1, dtype=torch.float64)
    bins = (torch.bucketize(pixels, edges, right=True) - 1).clamp(0, BINS - 1)  # (Sq, Sk)
    has_positions = bool(layer.inputs.positions.axes)
    plain = replace(layer.inputs, positions=RelativePositions(None, None, None))
    others = replace(layer, inputs=plain).tiles() if has_positions else None
    counts = torch.zeros(layer.heads, BINS, dtype=torch.float64)
    apart = torch.zeros(layer.heads, dtype=torch.float64)
    for first, tile in layer.tiles():
        content = None if others is None else next(others)[1][item]
        skipped = max(cls - first, 0)  # the class token's row has no place
        rows = tile[item, :, skipped:]  # (h, rows, Nk)
        where = places[first + skipped : first + skipped + rows.shape[1]]
        by_place = rows[..., cls:].unflatten(2, (layer.k_shape[0], -1)).sum(dim=2)  # (h, rows, Sk)
        index = bins[where].flatten().expand(layer.heads, -1)
        counts.scatter_add_(1, index, by_place.flatten(1).double().cpu())
        if content is not None:
            apart += (rows - content[:, skipped:]).abs().sum(dim=(1, 2)).double().cpu() / 2
        if on_tile is not None:
            on_tile()
    queries = layer.map_shape[2] - cls
    shares = counts / counts.sum(dim=1, keepdim=True).clamp(min=1e-30)
    position = tuple((apart / queries).tolist()) if has_positions else None
    return BlockDetails(
        layer.block, edges.numpy().astype(np.float32), shares.float().numpy(), position
    )
