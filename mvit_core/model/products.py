"""The attention product, a tile of rows at a time.

Axis legend: B batch, h heads, N tokens (class token first where there is one), d head channels,
e augmented head channels. Maps of all items and heads lie one after another: (B*h, Nq, Nk).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from mvit_core.model.kernels import differentiable, product, recorded, used_rows

CPU_TILE_BYTES = 1 << 20
"""Logits computed at a time: a tile stays in the second-level cache from product to product."""

DEVICE_TILE_BYTES = 256 << 20
"""The same on a GPU, where few large products keep it busy."""


@dataclass(frozen=True)
class Tile:
    """Whole rows of one map, or some whole maps: always one dense part of (B*h, Nq, Nk)."""

    maps: slice
    rows: slice


OnTile = Callable[[Tile, Tensor, Tensor], None]
"""Called with a tile's place, its logits and its probabilities, both (maps, rows, Nk)."""

OnPiece = Callable[[], None]
"""Called after each tile, of the pass and of its gradient; raising from it ends either."""


def tiles_of(shape: tuple[int, int, int], logit: Tensor) -> Iterator[Tile]:
    """The tiles of maps (B*h, Nq, Nk), in order.

    A tile never holds parts of two maps: each is one matrix product on one thread's cache, and
    its place in memory is dense, so that probabilities can be written where they are to stay.

    Args:
        shape: of the maps.
        logit: a tensor of the type and on the device of the logits.
    """
    maps, nq, nk = shape
    limit = CPU_TILE_BYTES if logit.device.type == "cpu" else DEVICE_TILE_BYTES
    row_bytes = max(nk * logit.element_size(), 1)
    rows = min(max(limit // row_bytes, 16), nq)
    together = max(limit // (row_bytes * nq), 1) if rows == nq else 1
    for first in range(0, maps, together):
        for start in range(0, nq, rows):
            yield Tile(slice(first, first + together), slice(start, start + rows))


def masked_logits(logits: Tensor, mask: Tensor | None) -> Tensor:
    """Logits that give pairs with ``mask == 0`` no probability."""
    if mask is None:
        return logits
    # As the formula's -1e9, but within what half precision can hold.
    return logits.masked_fill(mask == 0, max(-1e9, torch.finfo(logits.dtype).min))


def flat_mask(mask: Tensor | None, q: Tensor, k: Tensor) -> Tensor | None:
    """A mask that broadcasts to (B, h, Nq, Nk), as (B*h, Nq, Nk)."""
    if mask is None:
        return None
    return mask.expand(*q.shape[:3], k.shape[2]).flatten(0, 1)


def tile_softmax(
    q: Tensor, k: Tensor, mask: Tensor | None, tile: Tile, out: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Logits and probabilities of one tile, (maps, rows, Nk) each.

    Args:
        q: (B*h, Nq, e), augmented.
        k: (B*h, Nk, e), scaled and augmented.
        mask: (B*h, Nq, Nk); 0 forbids a pair.
        tile: the part that is wanted.
        out: where the probabilities go; new memory by default.
    """
    logits = product(q[tile.maps, tile.rows], k[tile.maps])
    logits = masked_logits(logits, None if mask is None else mask[tile.maps, tile.rows])
    # The type is named because autocast may have left the logits in another one.
    return logits, torch.softmax(logits, -1, None if out is None else out.dtype, out=out)


def weighted_values(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    *,
    on_tile: OnTile | None = None,
    maps: Tensor | None = None,
    drop_rate: float = 0.0,
    on_piece: OnPiece | None = None,
) -> Tensor:
    """softmax(q k^T) v, tile by tile, so that no full map is stored unless it is asked for.

    Args:
        q: (B, h, Nq, e), augmented.
        k: (B, h, Nk, e), scaled and augmented.
        v: (B, h, Nk, d).
        mask: broadcasts to (B, h, Nq, Nk); 0 forbids a pair.
        on_tile: is called for every tile while it is still in the cache.
        maps: (B*h, Nq, Nk) that the probabilities are written to.
        drop_rate: share of the probabilities that is dropped, in training.
        on_piece: hears of tiles, on the way back too.

    Returns:
        (B, h, Nq, d).
    """
    heads, mask = q.shape[:2], flat_mask(mask, q, k)
    q, k, v = q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1)  # (B*h, N, ...)
    if not (drop_rate or recorded(q, k, v)):
        weighted = _tiled(q, k, v, mask, on_tile, maps, on_piece)
    elif drop_rate or q.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
        weights = _whole_softmax(q, k, mask, on_tile, maps)
        weighted = functional.dropout(weights, drop_rate) @ v
    else:
        weighted = differentiable(_TiledAttention, q, k, v, mask, on_tile, maps, on_piece)
    return weighted.unflatten(0, heads)


def _tiled(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None,
    on_tile: OnTile | None,
    maps: Tensor | None,
    on_piece: OnPiece | None,
) -> Tensor:
    """``weighted_values`` of maps one after another, (B*h, Nq, d), without a gradient."""
    k, v = k.contiguous(), v.contiguous()  # else each tile would copy them for its products
    weighted = q.new_empty(*q.shape[:2], v.shape[2])
    for tile in tiles_of((*q.shape[:2], k.shape[1]), q):
        out = None if maps is None else maps[tile.maps, tile.rows]
        logits, weights = tile_softmax(q, k, mask, tile, out)
        if on_tile is not None:
            on_tile(tile, logits, weights)
        if on_piece is not None:
            on_piece()
        weighted[tile.maps, tile.rows] = product(weights, v[tile.maps].transpose(1, 2))
    return weighted


class _TiledAttention(torch.autograd.Function):
    """softmax(q k^T) v with a gradient, for which each tile of the map is computed again.

    Autograd would keep every probability: 287 MiB for MViTv2-S, and as much again on the way back.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        q: Tensor,
        k: Tensor,
        v: Tensor,
        mask: Tensor | None,
        on_tile: OnTile | None,
        maps: Tensor | None,
        on_piece: OnPiece | None,
    ) -> Tensor:
        k, v = k.contiguous(), v.contiguous()
        weighted = _tiled(q, k, v, mask, on_tile, maps, on_piece)
        ctx.on_piece = on_piece
        ctx.save_for_backward(q, k, v, mask, weighted)
        return weighted

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        q, k, v, mask, weighted = ctx.saved_tensors
        used = used_rows(gradient)
        gradient = gradient[:, :used].contiguous()
        # A row of dP less its mean under P, which is dO . O (the softmax's own gradient).
        mean = (gradient * weighted[:, :used]).sum(dim=2, keepdim=True)  # (B*h, used, 1)
        to_q = torch.zeros_like(q)
        to_k, to_v = (x.new_zeros(len(x), x.shape[2], x.shape[1]) for x in (k, v))  # (B*h, e, Nk)
        for tile in tiles_of((len(q), used, k.shape[1]), q):
            part = gradient[tile.maps, tile.rows]  # (maps, rows, d)
            _, weights = tile_softmax(q, k, mask, tile)
            to_v[tile.maps] += product(part.transpose(1, 2), weights.transpose(1, 2))
            to_logits = product(part, v[tile.maps]).sub_(mean[tile.maps, tile.rows]).mul_(weights)
            if mask is not None:
                to_logits.masked_fill_(mask[tile.maps, tile.rows] == 0, 0.0)
            to_q[tile.maps, tile.rows] = product(to_logits, k[tile.maps].transpose(1, 2))
            queries = q[tile.maps, tile.rows].transpose(1, 2)
            to_k[tile.maps] += product(queries, to_logits.transpose(1, 2))
            if ctx.on_piece is not None:
                ctx.on_piece()
        return to_q, to_k.transpose(1, 2), to_v.transpose(1, 2), None, None, None, None


def _whole_softmax(
    q: Tensor, k: Tensor, mask: Tensor | None, on_tile: OnTile | None, maps: Tensor | None
) -> Tensor:
    """All probabilities in one piece: autograd keeps each of them, so tiles would save nothing."""
    whole = Tile(slice(None), slice(None))
    logits, weights = tile_softmax(q, k, mask, whole)
    if maps is not None:
        maps.copy_(weights.detach())
    if on_tile is not None:
        on_tile(whole, logits.detach(), weights.detach())
    return weights
