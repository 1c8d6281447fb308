"""Evenly spread numbers as torch makes them, where importing torch would take too long."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["linspace_float32"]


def linspace_float32(start: float, end: float, count: int) -> "NDArray[np.float32]":
    """Computes ``torch.linspace(start, end, count)`` without torch.

    It works in float32 from both ends towards the middle, with one rounding per value (a fused
    multiply-add). An index that falls on a whole number depends on that, and the reference
    truncates.
    """
    low, high = np.float32(start), np.float32(end)
    if count == 1:
        return np.array([low])
    step = float((high - low) / np.float32(count - 1))
    places = np.arange(count)
    rising = float(low) + step * places
    falling = float(high) - step * (count - 1 - places)
    return np.where(places < count // 2, rising, falling).astype(np.float32)
