"""Chooses the values at the two ends of the colour table, and their unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from mvit_core.attribution.maps import FloatArray

RangePolicy = Literal["map", "layer", "clip", "model", "manual"]
RANGE_POLICIES: Mapping[RangePolicy, str] = MappingProxyType(
    {
        "map": "each map",
        "layer": "this layer",
        "clip": "this layer, whole clip",
        "model": "all layers",
        "manual": "manual range",
    }
)
"""Words for the values that the ends of the colour table are taken from.

A map is what one picture shows: one head or mean at all times of a window. A layer is all heads
of a window, a clip all its windows, and ``model`` all layers of one window.
"""

Units = Literal["probability", "uniform"]
UNITS: Mapping[Units, str] = MappingProxyType(
    {
        "probability": "attention probability",
        "uniform": "times uniform attention",
    }
)
"""Words for the units of the colour bar."""

TAILS_PERCENT = (1.0, 99.5)
"""Percentiles that become the two ends of an automatic range."""

SIGNED_PERCENT = 99.5
"""Share of all signed values that their range holds."""


@dataclass(frozen=True)
class ValueRange:
    """The values at the two ends of the colour table."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high)):
            raise ValueError(f"a range needs finite ends, got {self.low} to {self.high}")

    def normalise(self, values: FloatArray) -> FloatArray:
        """Values of any shape to 0..1, clipped; an empty range gives 0."""
        span = self.high - self.low
        if span <= 0:
            return np.zeros_like(values)
        normalised: FloatArray = np.clip((values - self.low) / span, 0.0, 1.0)
        return normalised


def automatic_range(
    values: FloatArray, tails_percent: tuple[float, float] = TAILS_PERCENT
) -> ValueRange:
    """The range between two percentiles of the values; constant values get one around them.

    Args:
        values: of any shape.
        tails_percent: the two percentiles, 0 to 100.
    """
    low, high = (float(v) for v in np.percentile(values, tails_percent))
    if high - low <= 1e-12 * max(abs(high), 1e-30):
        return ValueRange(0.0, high * 2 if high > 0 else 1.0)
    return ValueRange(low, high)


def symmetric_range(values: FloatArray) -> ValueRange:
    """The range around 0 of 99.5 % of signed values, of any shape; not empty for zeros."""
    most = float(np.percentile(np.abs(values), SIGNED_PERCENT))
    return ValueRange(-most, most) if most > 0 else ValueRange(-1e-9, 1e-9)
