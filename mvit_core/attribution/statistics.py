"""One row for each head: what it does, over all its queries or the readout's, without a class.

The definitions over all queries are those of ``mvit_core/attention/statistics.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from mvit_core.attribution.attention import query_row
from mvit_core.errors import CaptureError

if TYPE_CHECKING:  # the window imports this module before torch is there
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from mvit_core.attention.record import AttentionRecord, LayerAttention
    from mvit_core.attention.statistics import LayerStatistics
    from mvit_core.attribution.maps import FloatArray
    from mvit_core.geometry import GridGeometry

__all__ = [
    "HEAD_FIELDS",
    "HEAD_QUERIES",
    "HeadStatistics",
    "Queries",
    "head_statistics",
    "mean_statistics",
]

Queries = Literal["all", "readout"]
HEAD_QUERIES: tuple[Queries, ...] = ("all", "readout")
"""Queries that statistics are of: all of a layer, or those that the prediction is read from."""


@dataclass(frozen=True, eq=False)
class HeadStatistics:
    """Statistics of one head over all queries of one forward pass, or over the readout's."""

    block: int
    """Place among the attention layers, from 0."""
    stage: int
    """From 1."""
    head: int
    """From 0."""
    entropy: float
    """How evenly it looks, 0 to 1: -sum a ln a / ln Nk, a mean over all queries."""
    distance_px: float | None
    """How far it looks within a frame, in pixels of the model's input; None where the query is the
    class token, which has no place."""
    distance_frames: float | None
    """How far it looks in time, in sampled frames; None for the class token."""
    sink: float | None
    """Its attention on the class key, 0 to 1, which no picture shows; None without one."""
    centre: float | None
    """Share of its attention on patches that lies in the middle of the picture, half as wide and
    half as high: .25 where it looks everywhere alike; None where it looks at no patch."""
    profile: FloatArray
    """(Tq, Tk): attention of patch queries of a time on patch keys of each time. A row sums to 1
    with ``profile_sink``. Of the readout one row, (1, Tk)."""
    profile_sink: FloatArray | None
    """(Tq,): their attention on the class key; None without one."""

    @property
    def peak(self) -> tuple[int, int]:
        """Times (query, key) at which the profile is largest."""
        query, key = np.unravel_index(int(self.profile.argmax()), self.profile.shape)
        return int(query), int(key)


HEAD_FIELDS = tuple(
    field.name for field in fields(HeadStatistics) if not field.name.startswith("profile")
)
"""Numbers of a head, in the order of tables and files."""


def head_statistics(
    record: AttentionRecord,
    item: int = 0,
    *,
    queries: Queries = "all",
    on_layer: Callable[[int, int], None] | None = None,
) -> tuple[HeadStatistics, ...]:
    """Statistics of every head that a record keeps, block by block.

    Over all queries they cost next to nothing where the run took them (``Keep(statistics=True)``);
    otherwise each map is rebuilt, which takes a good part of a run. Those of the class token's row
    are always at hand.

    Args:
        record: of a run.
        item: which clip of its batch.
        queries: whose attention: of all, or of those that the prediction is read from.
        on_layer: progress, (layers done, layers in all); raising from it cancels.
    """
    found: list[HeadStatistics] = []
    for done, layer in enumerate(record.layers, start=1):
        if queries == "readout":
            found += _of_readout(record, layer, item)
        else:
            found += _of_all(layer, layer.statistics(), item)
        if on_layer is not None:
            on_layer(done, len(record.layers))
    return tuple(found)


def mean_statistics(windows: Sequence[tuple[HeadStatistics, ...]]) -> tuple[HeadStatistics, ...]:
    """The mean of every number over windows of the same network and size.

    Raises:
        CaptureError: there are none, or they are of different heads or grids.
    """
    if not windows:
        raise CaptureError("statistics of no window have no mean; run a window first")
    heads = {tuple((row.block, row.head, row.profile.shape) for row in rows) for rows in windows}
    if len(heads) > 1:
        raise CaptureError("statistics of different networks or grids have no mean")
    return tuple(_mean(rows) for rows in zip(*windows, strict=True))


def _mean(rows: tuple[HeadStatistics, ...]) -> HeadStatistics:
    """The mean of one head's numbers; of what some windows lack, over those that have it."""

    def mean(name: str) -> float | None:
        known = [value for row in rows if (value := getattr(row, name)) is not None]
        return sum(known) / len(known) if known else None

    sinks = [row.profile_sink for row in rows if row.profile_sink is not None]
    return replace(
        rows[0],
        entropy=sum(row.entropy for row in rows) / len(rows),
        distance_px=mean("distance_px"),
        distance_frames=mean("distance_frames"),
        sink=mean("sink"),
        centre=mean("centre"),
        profile=np.mean([row.profile for row in rows], axis=0, dtype=np.float32),
        profile_sink=np.mean(sinks, axis=0, dtype=np.float32) if sinks else None,
    )


def _of_all(layer: LayerAttention, found: LayerStatistics, item: int) -> Iterator[HeadStatistics]:
    sink, profile_sink = found.sink, found.profile_sink
    keys = _array(layer.summary.column_sums[item, :, int(layer.has_class_token) :])
    centres = _centre_shares(keys.reshape(layer.heads, *layer.k_shape), layer.k_geometry)
    for head in range(layer.heads):
        at = (item, head)
        yield HeadStatistics(
            block=layer.block,
            stage=layer.stage,
            head=head,
            entropy=float(found.entropy[at]),
            distance_px=float(found.distance_px[at]),
            distance_frames=float(found.distance_frames[at]),
            sink=None if sink is None else float(sink[at]),
            centre=centres[head],
            profile=_array(found.profile[at]),
            profile_sink=None if profile_sink is None else _array(profile_sink[at]),
        )


def _of_readout(
    record: AttentionRecord, layer: LayerAttention, item: int
) -> Iterator[HeadStatistics]:
    """Statistics of the one row that the prediction is read from, or of the mean of many."""
    rows = _array(query_row(record, layer, "readout")[item])  # (h, Nk)
    cls = int(layer.has_class_token)
    values = rows[:, cls:].reshape(layer.heads, *layer.k_shape)
    found = None if cls and record.readout == "class" else layer.statistics()
    centres = _centre_shares(values, layer.k_geometry)
    for head, row in enumerate(rows):
        at = (item, head)
        yield HeadStatistics(
            block=layer.block,
            stage=layer.stage,
            head=head,
            entropy=_entropy(row),
            distance_px=None if found is None else float(found.distance_px[at]),
            distance_frames=None if found is None else float(found.distance_frames[at]),
            sink=float(row[0]) if cls else None,
            centre=centres[head],
            profile=values[head].sum(axis=(1, 2))[None],
            profile_sink=row[:1] if cls else None,
        )


def _entropy(row: FloatArray) -> float:
    weights = row[row > 0].astype(np.float64)
    return float(-(weights * np.log(weights)).sum() / max(np.log(len(row)), 1e-9))


def _centre_shares(values: FloatArray, geometry: GridGeometry) -> list[float | None]:
    """Share of what each head (h, T, Y, X) gives that lies in the middle of the picture."""
    down, right = (
        _inside(values.shape[axis + 1], geometry.scale[axis], geometry.offset[axis])
        for axis in (1, 2)
    )
    by_place = values.sum(axis=1, dtype=np.float64)  # (h, Y, X)
    inside = np.einsum("hyx,y,x->h", by_place, down, right)
    totals = by_place.sum(axis=(1, 2))
    tiny = np.finfo(np.float32).tiny
    return [
        float(share / total) if total > tiny else None
        for share, total in zip(inside, totals, strict=True)
    ]


def _inside(size: int, scale: float, offset: float) -> FloatArray:
    """The part of each of ``size`` tokens along an axis that lies in the middle half of it."""
    edges = offset + scale * (np.arange(size + 1) - 0.5)
    low, high = np.quantile(edges[[0, -1]], (0.25, 0.75))
    parts = np.clip(edges[1:], low, high) - np.clip(edges[:-1], low, high)
    shares: FloatArray = parts / scale
    return shares


def _array(values: Tensor) -> FloatArray:
    return np.ascontiguousarray(values.float().numpy())
