"""Rebuilds any row, column, mean or full map of one recorded forward pass.

A layer keeps its pooled queries and keys, a quarter of its map or less, with what was noted while
the map passed by (first row, column sums, what each row was divided by), and rebuilds the rest
with the arithmetic of the forward pass.

Axis legend: B batch, h heads, Nq/Nk pooled query/key tokens, class token first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Literal, ParamSpec, TypeVar

import torch
from torch import Tensor

from mvit_core.attention.statistics import LayerStatistics, StatisticsNotes
from mvit_core.attention.summary import MapSummary
from mvit_core.errors import CaptureError
from mvit_core.geometry import Grid, GridGeometry, Triple
from mvit_core.model.config import HeadActivation
from mvit_core.model.heads import HeadLogits
from mvit_core.model.positions import augment_queries
from mvit_core.model.products import (
    CPU_TILE_BYTES,
    flat_mask,
    masked_logits,
    tile_softmax,
    tiles_of,
)
from mvit_core.model.tap import AttentionInputs
from mvit_core.system.spill import SpillFile

__all__ = ["AttentionRecord", "LayerAttention", "activated"]

FULL_MAP_BYTES = 512 << 20
"""A layer larger than this is not materialised whole unless the caller raises the cap."""


_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def _own_precision(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Leave a caller's autocast aside: maps are float32, and what is kept lies in memory."""

    @wraps(function)
    def run(*args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
        with torch.autocast("cpu", enabled=False):
            return function(*args, **kwargs)

    return run


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
    summary: MapSummary = field(repr=False)
    q_geometry: GridGeometry
    """Places of the queries on the model's input."""
    k_geometry: GridGeometry
    output_gradient: Tensor | None = field(default=None, repr=False)
    """(B, h, Nq, d): gradient of the chosen logit with respect to the weighted values."""
    spill: SpillFile | None = field(default=None, repr=False)
    """The file that queries, keys and whatever is as large lie in; None if in memory."""

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
    def large(self) -> tuple[Tensor, ...]:
        """All that is worth moving to a file."""
        inputs = self.inputs
        optional = (self.summary.maps, self.output_gradient)
        return (inputs.q, inputs.k, inputs.v, *(part for part in optional if part is not None))

    @property
    def nbytes(self) -> int:
        """Memory this layer really holds; what lies in a file is not counted."""
        mask = 0 if self.inputs.mask is None else self.inputs.mask.nbytes
        small = self.inputs.positions.nbytes + self.summary.nbytes + mask
        return small + (0 if self.spill else sum(part.nbytes for part in self.large))

    @property
    def spilled_bytes(self) -> int:
        """Bytes of this layer that lie in a file."""
        return sum(part.nbytes for part in self.large) if self.spill else 0

    def attention(self, max_bytes: int | None = FULL_MAP_BYTES) -> Tensor:
        """The full map after softmax, (B, h, Nq, Nk); every row sums to 1.

        Args:
            max_bytes: refuse to build a larger map; None builds any. A map that was kept whole
                is always given.

        Raises:
            CaptureError: the map is larger than ``max_bytes``.
        """
        if self.summary.maps is not None:
            return _promoted(self.summary.maps)
        self._check_size(self.attention_bytes, max_bytes)
        return self._maps(self.inputs)

    def head(self, head: int, max_bytes: int | None = FULL_MAP_BYTES) -> Tensor:
        """The full map of one head, (B, Nq, Nk).

        Args:
            head: from 0.
            max_bytes: as of ``attention``.

        Raises:
            CaptureError: there is no such head, or its map is larger than ``max_bytes``.
        """
        if not 0 <= head < self.heads:
            raise CaptureError(
                f"{self.name or 'the layer'} has {self.heads} heads, 0 to {self.heads - 1}; "
                f"got head {head}"
            )
        if self.summary.maps is not None:
            return _promoted(self.summary.maps[:, head])
        self._check_size(self.attention_bytes // self.heads, max_bytes)
        q, k, mask = self.inputs.q, self.inputs.k, self.inputs.mask
        if mask is not None and mask.shape[-3] > 1:
            mask = mask[..., head : head + 1, :, :]
        one = slice(head, head + 1)
        return self._maps(replace(self.inputs, q=q[:, one], k=k[:, one], mask=mask))[:, 0]

    def tiles(self) -> Iterator[tuple[int, Tensor]]:
        """The map in consecutive tiles of rows: (first row, (B, h, rows, Nk))."""
        queries, keys = self._queries(self.inputs), self._keys(self.inputs).transpose(-2, -1)
        rows = self._tile_rows()
        for start in range(0, self.map_shape[2], rows):
            yield start, self._softmax(_times(queries[:, :, start : start + rows], keys), start)

    @_own_precision
    def row(self, query: int) -> Tensor:
        """Row of the map: what one query looks at, (B, h, Nk), without building the rest.

        Args:
            query: index on the query axis; 0 is the class token where there is one.

        Raises:
            CaptureError: there is no such query.
        """
        self._check(query, self.q_grid, "query")
        if query == 0:
            return self.summary.first_row.clone()
        at = self.q_grid.position(query)
        assert at is not None  # only token 0 has no place on the grid
        q = _promoted(self.inputs.q[:, :, query : query + 1])
        queries = augment_queries(q, self.inputs.positions.of_query(at), (1, 1, 1), 0)
        keys = self._keys(self.inputs).transpose(-2, -1)
        return self._softmax(queries @ keys, query)[:, :, 0]

    @_own_precision
    def column(self, key: int) -> Tensor:
        """Column of the map: how much every query looks at one key, (B, h, Nq).

        Args:
            key: index on the key axis; 0 is the class token where there is one.

        Raises:
            CaptureError: there is no such key.
        """
        self._check(key, self.k_grid, "key")
        inputs = self.inputs
        if inputs.mask is not None:  # a row may be forbidden whole, which its sum cannot tell
            return torch.cat([tile[..., key] for _, tile in self.tiles()], dim=2)
        q, k = _promoted(inputs.q), _promoted(inputs.k[:, :, key : key + 1])
        logits = (q @ (k * inputs.scale).transpose(-2, -1))[..., 0]  # (B, h, Nq)
        at = self.k_grid.position(key)
        if at is not None:
            cls = int(self.has_class_token)
            patches = q[:, :, cls:].unflatten(2, self.q_shape)  # (B, h, T, Y, X, d)
            for bias in inputs.positions.of_key(at).biases(patches):
                logits[:, :, cls:] += bias[..., 0].flatten(2)
        return (logits - self.summary.log_sum_exp).exp()

    def received(self) -> Tensor:
        """Mean over all queries, the class token among them, (B, h, Nk)."""
        return self.summary.column_sums / self.map_shape[2]

    def patch_rows_mean(self) -> Tensor:
        """Mean over the patch queries alone, (B, h, Nk): the rows that a mean readout reads."""
        if not self.has_class_token:
            return self.received()
        patches = self.summary.column_sums - self.summary.first_row
        mean: Tensor = patches / (self.map_shape[2] - 1)
        return mean

    @_own_precision
    def statistics(self) -> LayerStatistics:
        """Statistics of all heads over all queries: those of the run, or of the map rebuilt."""
        if self.summary.statistics is not None:
            return self.summary.statistics
        notes = StatisticsNotes(self.inputs, self.q_geometry, self.k_geometry)
        notes.rebuild(*self._operands(self.inputs))
        return notes.statistics()

    def gradient(self) -> Tensor:
        """Gradient of the chosen logit with respect to the map, (B, h, Nq, Nk).

        Raises:
            CaptureError: the record was made without ``gradient_of``.
        """
        return torch.cat([tile for _, tile in self.gradient_tiles()], dim=2)

    def gradient_tiles(self) -> Iterator[tuple[int, Tensor]]:
        """The same in the tiles of ``tiles``, rebuilt as dO v^T; O is the weighted values.

        Raises:
            CaptureError: the record was made without ``gradient_of``.
        """
        if self.output_gradient is None:
            raise CaptureError("no gradient was kept; capture again with gradient_of=<class index>")
        gradient, values = _promoted(self.output_gradient), _promoted(self.inputs.v)
        rows = self._tile_rows()
        for start in range(0, self.map_shape[2], rows):
            yield start, _times(gradient[:, :, start : start + rows], values.transpose(-2, -1))

    def _tile_rows(self) -> int:
        b, h, _, nk = self.map_shape
        return max(CPU_TILE_BYTES // (b * h * nk * 4), 16)

    @_own_precision
    def _queries(self, inputs: AttentionInputs) -> Tensor:
        return replace(inputs, q=_promoted(inputs.q)).queries()

    def _keys(self, inputs: AttentionInputs) -> Tensor:
        return replace(inputs, k=_promoted(inputs.k)).keys()

    def _operands(self, inputs: AttentionInputs) -> tuple[Tensor, Tensor, Tensor | None]:
        """Queries, keys and mask of all maps one after another, for ``tile_softmax``."""
        q, k = self._queries(inputs), self._keys(inputs)
        return q.flatten(0, 1), k.flatten(0, 1), flat_mask(inputs.mask, q, k)

    @_own_precision
    def _maps(self, inputs: AttentionInputs) -> Tensor:
        """Full maps, tile by tile as the forward pass made them: equal to its own bit for bit."""
        q, k, mask = self._operands(inputs)
        full = q.new_empty(*q.shape[:2], k.shape[1])
        for tile in tiles_of((full.shape[0], full.shape[1], full.shape[2]), q):
            tile_softmax(q, k, mask, tile, out=full[tile.maps, tile.rows])
        maps: Tensor = full.unflatten(0, inputs.q.shape[:2])
        return maps

    def _softmax(self, logits: Tensor, start: int) -> Tensor:
        mask = self.inputs.mask
        if mask is not None and mask.shape[-2] > 1:
            mask = mask[..., start : start + logits.shape[2], :]
        return masked_logits(logits, mask).softmax(dim=-1)

    def _check_size(self, size: int, max_bytes: int | None) -> None:
        if max_bytes is not None and size > max_bytes:
            raise CaptureError(
                f"the map of {self.name or 'this layer'} takes {size >> 20} MiB, "
                f"more than {max_bytes >> 20} MiB; use row(), column(), received() or tiles(), "
                f"or pass max_bytes=None"
            )

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
    """Logits of one forward pass, and the attention of each of its layers."""

    logits: Tensor
    """(B, classes), before softmax or sigmoid; of boxes (N, classes) where the network reads
    boxes; (B, 0) of an encoder without classes, and of a pass that was cancelled."""
    layers: tuple[LayerAttention, ...]
    """In the order of execution; those chosen where not all were kept."""
    depth: int
    """Attention layers of the network."""
    readout: Literal["class", "mean"]
    """Tokens of the last layer that the prediction is read from."""
    input_shape: Triple
    """(frames, height, width) that the model was given."""
    gradient_of: int | None = None
    is_complete: bool = True
    """The pass came to its end, so every layer was heard."""
    activation: HeadActivation = "softmax"
    """Makes probabilities of logits."""
    heads: tuple[HeadLogits, ...] = ()
    """Logits of every head where the network has several; ``logits`` are the chosen one's."""
    boxes: Tensor | None = None
    """(N, 5): clip, x1, y1, x2, y2 in pixels of the crop, where logits are of boxes."""

    @property
    def probabilities(self) -> Tensor:
        """(B, classes), after softmax; after sigmoid where classes are independent."""
        return activated(self.logits, self.activation)

    @property
    def nbytes(self) -> int:
        """Memory held by all layers; what lies in a file is not counted."""
        return sum(layer.nbytes for layer in self.layers)

    @property
    def spilled_bytes(self) -> int:
        """Bytes of all layers that lie in a file."""
        return sum(layer.spilled_bytes for layer in self.layers)

    def is_last(self, layer: LayerAttention) -> bool:
        """The prediction is read from this layer's output."""
        return layer.block == self.depth - 1


@_own_precision
def _times(one: Tensor, other: Tensor) -> Tensor:
    return one @ other


def activated(logits: Tensor, activation: HeadActivation) -> Tensor:
    """Probabilities of logits, in float32 at least."""
    logits = _promoted(logits)
    return logits.sigmoid() if activation == "sigmoid" else logits.softmax(dim=-1)


def _promoted(tensor: Tensor) -> Tensor:
    """Maps are rebuilt in float32 at least, whatever the network computed in."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))
