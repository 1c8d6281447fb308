"""What each head of the network does for a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.results.maps import MapRequest
    from mvit_core.explaining import HeadPlace, Target
    from mvit_core.explaining.changes import BatchMean, StandIn
    from mvit_core.video.clip import ClipWindow

EffectsComing = Literal["idle", "waiting", "ready", "stopped", "failed"]
"""Not asked for; on their way, the last block first; all there; stopped; or impossible."""


@dataclass(frozen=True)
class EffectsRequest:
    """Effects of all heads on one window and class, with all of them on."""

    request: MapRequest
    """The window, with nothing changed; its map does not matter."""
    target: Target
    by: StandIn
    """What a head gives instead."""
    mean_of: tuple[ClipWindow, ...] = ()
    """Windows that its mean is of; () where it gives zero, or its mean over a batch result."""
    batch: BatchMean | None = None
    """Batch result that its mean is of."""


@dataclass(frozen=True, eq=False)
class EffectsInfo:
    """The effects of heads as far as they are known."""

    asked: EffectsRequest
    values: Mapping[HeadPlace, float]
    """What the class loses in logits without a head; those not known yet are left out."""
    names: tuple[str, str]
    """The class, and the class instead of which; that is empty where there is none."""
    coming: EffectsComing
    problem: str = ""
    """Why there are no more; empty while there can be."""
    windows_run: int = 0
    """Windows that a mean could be of now."""
    windows: int = 0
    """Windows that it could be of once the whole clip is run."""
