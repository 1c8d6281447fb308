"""One row for each head: what it does, over all its queries, without a class.

The definitions are those of ``mvit_core/attention/statistics.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # the window imports this module before torch is there
    from torch import Tensor

    from mvit_core.attention.record import AttentionRecord, LayerAttention
    from mvit_core.attention.statistics import LayerStatistics
    from mvit_core.attribution.maps import FloatArray

__all__ = ["HeadStatistics", "head_statistics"]


@dataclass(frozen=True)
class HeadStatistics:
    """Statistics of one head over all queries of one forward pass."""

    block: int
    """Place among the attention layers, from 0."""
    stage: int
    """From 1."""
    head: int
    """From 0."""
    entropy: float
    """How evenly it looks, 0 to 1: -sum a ln a / ln Nk, a mean over all queries."""
    distance_px: float
    """How far it looks within a frame, in pixels of the model's input."""
    distance_frames: float
    """How far it looks in time, in sampled frames."""
    sink: float | None
    """Its attention on the class key, 0 to 1, which no picture shows; None without one."""
    profile: FloatArray
    """(Tq, Tk): attention of patch queries of a time on patch keys of each time. A row sums to 1
    with ``profile_sink``."""
    profile_sink: FloatArray | None
    """(Tq,): their attention on the class key; None without one."""

    @property
    def peak(self) -> tuple[int, int]:
        """Times (query, key) at which the profile is largest."""
        query, key = np.unravel_index(int(self.profile.argmax()), self.profile.shape)
        return int(query), int(key)


def head_statistics(record: AttentionRecord, item: int = 0) -> tuple[HeadStatistics, ...]:
    """Statistics of every head that a record keeps, block by block.

    They cost next to nothing where the run took them (``Keep(statistics=True)``); otherwise each
    map is rebuilt, which takes a good part of a run.

    Args:
        record: of a run.
        item: which clip of its batch.
    """
    return tuple(
        _of_head(layer, layer_statistics, (item, head))
        for layer in record.layers
        for layer_statistics in (layer.statistics(),)
        for head in range(layer.heads)
    )


def _of_head(layer: LayerAttention, found: LayerStatistics, at: tuple[int, int]) -> HeadStatistics:
    sink, profile_sink = found.sink, found.profile_sink
    return HeadStatistics(
        block=layer.block,
        stage=layer.stage,
        head=at[1],
        entropy=float(found.entropy[at]),
        distance_px=float(found.distance_px[at]),
        distance_frames=float(found.distance_frames[at]),
        sink=None if sink is None else float(sink[at]),
        profile=_array(found.profile[at]),
        profile_sink=None if profile_sink is None else _array(profile_sink[at]),
    )


def _array(values: Tensor) -> FloatArray:
    return np.ascontiguousarray(values.float().numpy())
