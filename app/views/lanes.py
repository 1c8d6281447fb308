"""Who the views ask, and where what they keep is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.inference import ModelHost
    from app.workers import Lane
    from mvit_core.budget import Budget


@dataclass(frozen=True)
class Lanes:
    """Who is asked for what."""

    decode: Lane
    infer: Lane
    paint: Lane
    host: ModelHost
    """Lives on the inference lane."""
    budget: Budget
    """What was made is counted there."""
