"""What one forward pass looked at: any row, column, mean or full map, rebuilt on demand.

A layer keeps its pooled queries and keys, a quarter of its map or less, and rebuilds the rest with
the arithmetic of the forward pass.

Axis legend: B batch, h heads, Nq/Nk pooled query/key tokens, class token first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from mvit_core.errors import CaptureError
from mvit_core.geometry import Grid, GridGeometry, Triple
from mvit_core.model.positions import augment_keys, augment_queries
from mvit_core.model.products import TILE_BYTES, masked_softmax
from mvit_core.model.tap import AttentionInputs

__all__ = ["AttentionRecord", "LayerAttention"]

FULL_MAP_BYTES = 512 << 20
"""A layer larger than this is not materialised whole unless the caller raises the cap."""


@dataclass(frozen=True)
class LayerAttention:
    """The attention of one layer for one forward pass, rebuilt on demand."""

    name: str
    """Dotted path of the attention module, for example ``blocks.3.attn``; empty for a lone one."""
    block: int
    """Place among the attention layers, from 0."""
    stage: int
    """From 1; a new stage begins where queries are pooled to a coarser grid."""
    inputs: AttentionInputs = field(repr=False)
    """Pooled queries and keys; values only where gradients were asked for (else empty)."""
    q_geometry: GridGeometry
    """Where the queries lie on the model's input."""
    k_geometry: GridGeometry
    output_gradient: Tensor | None = field(default=None, repr=False)
    """(B, h, Nq, d): gradient of the chosen logit with respect to the weighted values."""

    @property
    def q_shape(self) -> Triple:
        """Grid of the patch queries, (T, Y, X)."""
        return self.inputs.q_shape

    @property
    def k_shape(self) -> Triple:
        """Grid of the patch keys, (T, Y, X)."""
        return self.inputs.k_shape

    @property
    def heads(self) -> int:
        """Number of heads."""
        return self.inputs.q.shape[1]

    @property
    def has_class_token(self) -> bool:
        """Token 0 of queries and keys is the class token."""
        return self.inputs.has_class_token

    @property
    def q_grid(self) -> Grid:
        """Query tokens, class token included."""
        return Grid(self.q_shape, self.has_class_token)

    @property
    def k_grid(self) -> Grid:
        """Key tokens, class token included."""
        return Grid(self.k_shape, self.has_class_token)

    @property
    def map_shape(self) -> tuple[int, int, int, int]:
        """(B, h, Nq, Nk) of the full map."""
        q, k = self.inputs.q, self.inputs.k
        return q.shape[0], q.shape[1], q.shape[2], k.shape[2]

    @property
    def attention_bytes(self) -> int:
        """Size of the full float32 map."""
        b, h, nq, nk = self.map_shape
        return b * h * nq * nk * 4

    @property
    def nbytes(self) -> int:
        """Memory this layer really holds."""
        kept = (self.inputs.q, self.inputs.k, self.inputs.v)
        return sum(tensor.nbytes for tensor in kept) + self.inputs.positions.nbytes

    def attention(self, max_bytes: int | None = FULL_MAP_BYTES) -> Tensor:
        """The full map after softmax, (B, h, Nq, Nk); every row sums to 1.

        Args:
            max_bytes: refuse to build a larger map; None builds any.

        Raises:
            CaptureError: the map is larger than ``max_bytes``.
        """
        if max_bytes is not None and self.attention_bytes > max_bytes:
            raise CaptureError(
                f"the map of {self.name or 'this layer'} takes {self.attention_bytes >> 20} MiB, "
                f"more than {max_bytes >> 20} MiB; use row(), column() or received(), "
                f"or pass max_bytes=None"
            )
        full = torch.empty(self.map_shape, dtype=self.inputs.q.dtype)
        for start, tile in self.tiles():  # each is copied while it is still in the cache
            full[:, :, start : start + tile.shape[2]] = tile
        return full

    def tiles(self) -> Iterator[tuple[int, Tensor]]:
        """The map in consecutive tiles of rows: (first row, (B, h, rows, Nk))."""
        inputs = self.inputs
        queries = augment_queries(
            inputs.q, inputs.positions, self.q_shape, int(self.has_class_token)
        )
        b, h, nq, nk = self.map_shape
        rows = max(TILE_BYTES // (b * h * nk * 4), 16)
        for start in range(0, nq, rows):
            yield start, self._softmax(queries[:, :, start : start + rows], start)

    def row(self, query: int) -> Tensor:
        """Where one query looks, (B, h, Nk), without building the rest.

        Args:
            query: index on the query axis; 0 is the class token where there is one.

        Raises:
            CaptureError: there is no such query.
        """
        self._check(query, self.q_grid, "query")
        inputs = self.inputs
        q = inputs.q[:, :, query : query + 1]
        position = self.q_grid.position(query)
        if position is None:
            queries = functional.pad(q, (0, inputs.positions.width))
        else:
            at = inputs.positions.at(*position)
            queries = augment_queries(q, at, (1, 1, 1), 0)
        return self._softmax(queries, query)[:, :, 0]

    def column(self, key: int) -> Tensor:
        """How much every query looks at one key, (B, h, Nq).

        Args:
            key: index on the key axis; 0 is the class token where there is one.

        Raises:
            CaptureError: there is no such key.
        """
        self._check(key, self.k_grid, "key")
        return torch.cat([tile[..., key] for _, tile in self.tiles()], dim=2)

    def received(self) -> Tensor:
        """Mean over all queries, the class token among them, (B, h, Nk)."""
        total = sum(tile.sum(dim=2) for _, tile in self.tiles())
        assert isinstance(total, Tensor)
        return total / self.map_shape[2]

    def patch_rows_mean(self) -> Tensor:
        """Mean over the patch queries alone, (B, h, Nk): the rows that a mean readout reads."""
        cls = int(self.has_class_token)
        total = self.received() * self.map_shape[2]
        if cls:
            total = total - self.row(0)
        return total / (self.map_shape[2] - cls)

    def gradient(self) -> Tensor:
        """Gradient of the chosen logit with respect to the map, (B, h, Nq, Nk).

        Rebuilt as dO v^T, where O is the weighted values.

        Raises:
            CaptureError: the record was made without ``gradient_of``.
        """
        if self.output_gradient is None:
            raise CaptureError("no gradient was kept; capture again with gradient_of=<class index>")
        return self.output_gradient @ self.inputs.v.transpose(-2, -1)

    @cached_property
    def _keys(self) -> Tensor:
        inputs = self.inputs
        keys = augment_keys(
            inputs.k, inputs.scale, inputs.positions, self.k_shape, int(self.has_class_token)
        )
        return keys.transpose(-2, -1)

    def _softmax(self, queries: Tensor, start: int) -> Tensor:
        mask = self.inputs.mask
        if mask is not None and mask.shape[-2] > 1:
            mask = mask[..., start : start + queries.shape[2], :]
        return masked_softmax(queries @ self._keys, mask)

    def _check(self, index: int, grid: Grid, what: str) -> None:
        if not isinstance(index, int):
            raise CaptureError(f"{what} is {index!r}; allowed are whole numbers from 0")
        if not 0 <= index < grid.token_count:
            raise CaptureError(
                f"{what} {index} is outside 0..{grid.token_count - 1} of {self.name or 'the layer'}"
                f" ({'class token and ' if grid.has_class_token else ''}grid {grid.shape})"
            )


@dataclass(frozen=True)
class AttentionRecord:
    """What one forward pass said, and what each of its attention layers looked at."""

    logits: Tensor
    """(B, classes), before softmax."""
    layers: tuple[LayerAttention, ...]
    """In the order of execution."""
    readout: Literal["class", "mean"]
    """Which tokens of the last layer the prediction is read from."""
    input_shape: Triple
    """(frames, height, width) that the model was given."""
    gradient_of: int | None = None

    @property
    def probabilities(self) -> Tensor:
        """(B, classes), after softmax."""
        return self.logits.softmax(dim=-1)

    @property
    def nbytes(self) -> int:
        """Memory held by all layers."""
        return sum(layer.nbytes for layer in self.layers)
