"""The one place in an attention layer where a recorder may listen."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.positions import RelativePositions, augment_keys, augment_queries
from mvit_core.model.products import OnPiece, OnTile, Tile, weighted_values


@dataclass(frozen=True)
class AttentionInputs:
    """Operands of one attention layer: all that is needed to rebuild its map."""

    q: Tensor
    """(B, heads, Nq, d): pooled and normed, before scaling; class token first if there is one."""
    k: Tensor
    """(B, heads, Nk, d), likewise."""
    v: Tensor
    """(B, heads, Nk, d_v)."""
    scale: float
    """Factor of q k^T."""
    positions: RelativePositions
    """Relative embeddings of the two grids; empty where the layer has none."""
    input_shape: Triple
    """Grid that entered the layer."""
    q_shape: Triple
    k_shape: Triple
    has_class_token: bool
    q_window: SlidingWindow | None
    """Footprint of the query pooling on the input grid."""
    k_window: SlidingWindow | None
    mask: Tensor | None = None
    """Broadcasts to (B, heads, Nq, Nk); 0 forbids a pair."""
    drop_rate: float = 0.0
    """Share of the probabilities that is dropped; 0 outside training."""

    def queries(self) -> Tensor:
        """Augmented queries (B, heads, Nq, e), whose product with ``keys`` is the biased logits."""
        cls = int(self.has_class_token)
        return augment_queries(self.q, self.positions, self.q_shape, cls)

    def keys(self) -> Tensor:
        """Scaled and augmented keys (B, heads, Nk, e)."""
        cls = int(self.has_class_token)
        return augment_keys(self.k, self.scale, self.positions, self.k_shape, cls)


class MapNotes:
    """Sums to note of a map while its tiles pass by in the cache.

    Sums are taken in float32 whatever the network computes in.

    Args:
        inputs: of the layer.
        maps: (B*heads, Nq, Nk) to be filled with every probability; none by default.
        on_tile: called with each tile as well; raising from it ends the forward pass.
    """

    def __init__(
        self,
        inputs: AttentionInputs,
        maps: Tensor | None = None,
        on_tile: OnTile | None = None,
    ) -> None:
        q, k = inputs.q, inputs.k
        self._on_tile = on_tile
        count = q.shape[0] * q.shape[1]
        dtype = torch.promote_types(q.dtype, torch.float32)
        self.maps = maps
        self.column_sums = q.new_zeros(count, k.shape[2], dtype=dtype)
        self.log_sum_exp = q.new_empty(count, q.shape[2], dtype=dtype)
        self.first_row = q.new_empty(count, k.shape[2], dtype=dtype)

    def add(self, tile: Tile, logits: Tensor, weights: Tensor) -> None:
        """Add one tile, (maps, rows, Nk), to the notes."""
        self.column_sums[tile.maps] += weights.sum(dim=1, dtype=self.column_sums.dtype)
        # The softmax does not say what it divided by; at a row's maximum p = exp(logit - lse),
        # and there p is at least 1 / Nk, so its logarithm loses nothing.
        dtype = self.log_sum_exp.dtype
        highest, p = logits.amax(dim=2).to(dtype), weights.amax(dim=2).to(dtype)
        self.log_sum_exp[tile.maps, tile.rows] = highest - p.log()
        if not tile.rows.start:
            self.first_row[tile.maps] = weights[:, 0].to(self.first_row.dtype)
        if self._on_tile is not None:
            self._on_tile(tile, logits, weights)


class AttentionTap(nn.Module):
    """Weights the values of one layer; recorders attach their hooks here.

    Forward hooks receive the inputs and the weighted values. A forward pre-hook that hands on notes
    beside the inputs has them filled tile by tile; without notes nothing is done for them. One that
    hands on weighted values has them used as they are.
    """

    on_piece: OnPiece | None = None
    """Hears of each tile of a pass and of its gradient; None for nobody."""

    def forward(
        self, inputs: AttentionInputs, notes: MapNotes | None = None, known: Tensor | None = None
    ) -> Tensor:
        """softmax(q k^T) v, (B, heads, Nq, d_v)."""
        if known is not None:
            return known
        return weighted_values(
            inputs.queries(),
            inputs.keys(),
            inputs.v,
            inputs.mask,
            on_tile=None if notes is None else notes.add,
            maps=None if notes is None else notes.maps,
            drop_rate=inputs.drop_rate,
            on_piece=self.on_piece,
        )


def tap_of(layer: nn.Module) -> AttentionTap:
    """The place in a block where its attention can be heard and changed."""
    return next(part for part in layer.modules() if isinstance(part, AttentionTap))
