"""The attention product, a tile of rows at a time.

Axis legend: B batch, h heads, N tokens (class token first where there is one), d head channels,
C channels of all heads, (T, Y, X) the patch grid.
"""

from itertools import pairwise

import torch
from torch import Tensor

TILE_BYTES = 1 << 20
"""Logits computed at a time: a tile of rows stays in the second-level cache."""


def masked_softmax(logits: Tensor, mask: Tensor | None) -> Tensor:
    """Attention probabilities; pairs with ``mask == 0`` get none."""
    if mask is not None:
        # As the formula's -1e9, but within what half precision can hold.
        logits = logits.masked_fill(mask == 0, max(-1e9, torch.finfo(logits.dtype).min))
    return logits.softmax(dim=-1)


def weighted_values(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(q k^T) v, a tile of query rows at a time so that no full map is ever stored.

    Args:
        q: (B, h, Nq, e), augmented.
        k: (B, h, Nk, e), scaled and augmented.
        v: (B, h, Nk, d).
        mask: broadcasts to (B, h, Nq, Nk); 0 forbids a pair.

    Returns:
        (B, h, Nq, d).
    """
    keys = k.transpose(-2, -1)
    row_bytes = q.shape[0] * q.shape[1] * k.shape[2] * q.element_size()
    rows = max(TILE_BYTES // max(row_bytes, 1), 16)
    starts = [*range(0, q.shape[2], rows), q.shape[2]]
    tiles = []
    for start, stop in pairwise(starts):
        part = mask if mask is None or mask.shape[-2] == 1 else mask[..., start:stop, :]
        tile = masked_softmax(q[:, :, start:stop] @ keys, part) @ v  # (B, h, rows, d)
        tiles.append(tile.transpose(1, 2))
    # Laid out as (B, Nq, h, d), so that joining the heads afterwards is a view.
    return torch.cat(tiles, dim=1).transpose(1, 2)
