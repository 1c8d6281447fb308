"""What is removed of a clip to see whether a map is right about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mvit_core.explaining.tubes import Mode

__all__ = ["CURVES", "SHARES", "CurveName", "Order", "Removal"]

SHARES: Mapping[Mode, tuple[float, ...]] = MappingProxyType(
    {
        "space-time": (0.01, 0.03, 0.1, 0.3),
        "space": (0.01, 0.03, 0.1, 0.3),
        "time": (0.1, 0.3, 0.5),
    }
)
"""Shares that are removed or restored; there are only a few times."""

Order = Literal["map", "random", "centre"]
"""By which order tubes are taken: highest values of the map first, at random, middle first."""

CurveName = Literal[
    "deletion", "insertion", "random", "centre", "random_insertion", "centre_insertion"
]

CURVES: Mapping[CurveName, tuple[Order, bool]] = MappingProxyType(
    {
        "deletion": ("map", False),
        "insertion": ("map", True),
        "random": ("random", False),
        "centre": ("centre", False),
        "random_insertion": ("random", True),
        "centre_insertion": ("centre", True),
    }
)
"""Order of each curve, and whether the share is restored to a covered clip instead of removed."""


@dataclass(frozen=True)
class Removal:
    """One point of a curve: what of the clip is covered there."""

    curve: CurveName
    share: float
    """Of the tubes, 0 to 1, that is removed; where the curve restores, that is left."""
    mode: Mode = "space-time"
    seed: int = 0
    """Of the random order."""
