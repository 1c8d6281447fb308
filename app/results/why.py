"""What is known beside a map of evidence: how it comes along, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.results.maps import MapRequest
    from mvit_core.explaining.removals import CurveName, Removal
    from mvit_core.explaining.sanity import Verdict
    from mvit_core.geometry import PixelMap
    from mvit_core.render import ImageArray

Coming = Literal["ready", "waiting", "stopped", "failed"]
"""The map asked for: on screen; on its way behind the quick answer; stopped; or impossible."""


@dataclass(frozen=True)
class FaithfulnessInfo:
    """p(class) while the tubes of a window are removed or restored, as far as it is measured."""

    points: Mapping[CurveName, tuple[tuple[float, float], ...]]
    """(share, p) of each curve, shares rising from 0."""
    total: int
    """Points that there will be."""
    baseline: str
    """A name in ``BASELINES``: what covers removed tubes."""

    @property
    def is_complete(self) -> bool:
        """Every point is measured."""
        return sum(map(len, self.points.values())) == self.total

    @property
    def baseline_probability(self) -> float | None:
        """p(class) of the covered clip; None while it is not known."""
        return self.at("insertion", 0.0)

    def at(self, curve: CurveName, share: float) -> float | None:
        """P at a point; None where it is not measured."""
        return dict(self.points.get(curve, ())).get(share)


@dataclass(frozen=True)
class SanityInfo:
    """How alike the map stays after weights were drawn anew; correlations from -1 to 1."""

    head: float
    last_block: float
    verdict: Verdict


@dataclass(frozen=True, eq=False)
class RemovedInfo:
    """What of a window is covered at one point of a curve."""

    request: MapRequest
    removal: Removal
    masks: ImageArray
    """(T, H, W) of the model's input, 255 where it is covered."""
    colour: tuple[int, int, int]
    """RGB of the cover, the mean colour of the clip."""
    pixel_map: PixelMap
    frame_indices: tuple[int, ...]
    """Source frame of each time."""


@dataclass(frozen=True)
class WhenInfo:
    """What each sampled frame of a window adds to the logit."""

    frames: tuple[tuple[int, ...], ...]
    """Source frames of each share."""
    shares: tuple[float, ...]
    """In logits, signed."""
    static: float
    """What a still frame gives already."""
    total: float
    orders: Mapping[str, float] = field(default_factory=dict)
    """p(class) of the clip whole, frozen, reversed and shuffled."""


@dataclass(frozen=True, eq=False)
class WhyInfo:
    """All that is known beside the map of evidence on screen."""

    coming: Coming = "ready"
    problem: str = ""
    """Why the map asked for cannot be made; empty while it can."""
    faithfulness: FaithfulnessInfo | None = None
    seconds: float | None = None
    """Time that measuring the faithfulness will take; None while no run was timed."""
    sanity: SanityInfo | None = None
    removed: RemovedInfo | None = None
    when: WhenInfo | None = None
