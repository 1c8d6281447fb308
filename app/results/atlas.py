"""Numbers of all heads, and more of the heads of one block."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mvit_core.attribution import head_indices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.results.model import LayerInfo
    from app.state.atlas_choices import HeadField
    from mvit_core.attribution import BlockDetails, HeadChoice, HeadStatistics
    from mvit_core.attribution.maps import FloatArray
    from mvit_core.explaining.direct_parts import DirectParts

Place: TypeAlias = "tuple[int, int]"
"""Block and head, both from 0."""


@dataclass(frozen=True, eq=False)
class AtlasInfo:
    """Numbers of all heads, in the order of blocks and heads."""

    rows: tuple[HeadStatistics, ...]
    windows: int = 1
    """Windows that they are the mean of."""
    total: int = 1
    """Windows that they will be the mean of."""
    is_old: bool = False
    """They are of another window than the one shown, or of other queries than asked for."""
    effects: Mapping[Place, float] = field(default_factory=lambda: MappingProxyType({}))
    """What the class explained loses without a head, in logits, as far as it is known."""

    def row(self, place: Place) -> HeadStatistics | None:
        """The numbers of one head; None where there are none."""
        return next((row for row in self.rows if (row.block, row.head) == place), None)

    def value(self, row: HeadStatistics, name: HeadField) -> float | None:
        """One number of a head; None where it is not known."""
        if name == "on":
            return None
        if name == "effect":
            return self.effects.get((row.block, row.head))
        value: float | None = getattr(row, name)
        return value

    def chosen(self, block: int, head: HeadChoice) -> tuple[HeadStatistics, ...]:
        """The heads that are chosen of a block; all where a reduction over all is."""
        own = [row for row in self.rows if row.block == block]
        named = head_indices(head)
        return tuple(row for row in own if row.head in named) or tuple(own)


@dataclass(frozen=True, eq=False)
class TimesInfo:
    """Attention from time to time, of the chosen heads of a block."""

    profile: FloatArray
    """(Tq, Tk), a mean over the heads; a row sums to 1 with the sink."""
    sink: FloatArray | None
    """(Tq,): share on the class key; None without one."""
    query_frames: tuple[int, ...]
    """Source frame of each row; one alone where the query is the readout."""
    key_frames: tuple[int, ...]
    """Source frame of each column."""

    @property
    def is_of_readout(self) -> bool:
        """One row, whose query has no time."""
        return len(self.profile) == 1 and len(self.query_frames) != 1


def times_of(
    rows: tuple[HeadStatistics, ...], layer: LayerInfo, frame_indices: tuple[int, ...]
) -> TimesInfo:
    """Attention from time to time of some heads of a block.

    Args:
        rows: at least one.
        layer: the block, with the grids of a run.
        frame_indices: source frame of each frame that the model was fed.
    """
    sinks = [row.profile_sink for row in rows if row.profile_sink is not None]
    return TimesInfo(
        np.stack([row.profile for row in rows]).mean(axis=0),
        np.stack(sinks).mean(axis=0) if sinks else None,
        _frames(layer, frame_indices, of_keys=False),
        _frames(layer, frame_indices, of_keys=True),
    )


def _frames(layer: LayerInfo, frame_indices: tuple[int, ...], *, of_keys: bool) -> tuple[int, ...]:
    """The source frame nearest to each time of a grid."""
    geometry = layer.k_geometry if of_keys else layer.q_geometry
    times = (layer.k_shape if of_keys else layer.q_shape)[0]
    scale, offset = (1.0, 0.0) if geometry is None else (geometry.scale[0], geometry.offset[0])
    last = len(frame_indices) - 1
    places = (min(max(int(scale * t + offset + 0.5), 0), last) for t in range(times))
    return tuple(frame_indices[place] for place in places)


@dataclass(frozen=True, eq=False)
class HeadCardInfo:
    """More of the heads of the chosen block, and of the class explained."""

    details: BlockDetails | None = None
    direct: DirectParts | None = None
    """The logit as a sum of what the parts of the last stage add."""
    target: str = ""
    """Name of the class that it is of."""
    against: str = ""
    """Name of the class instead of which; empty for the class alone."""
    problem: str = ""
    """Why there is no such sum for this network, as a sentence; empty while there can be one."""
