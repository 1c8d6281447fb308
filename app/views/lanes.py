"""Who the views ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.inference import ModelHost
    from app.workers import Lane


@dataclass(frozen=True)
class Lanes:
    """Who is asked for what."""

    decode: Lane
    infer: Lane
    paint: Lane
    host: ModelHost
    """Lives on the inference lane."""
