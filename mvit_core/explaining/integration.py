"""Integrated gradients along the straight line from a baseline (Sundararajan et al., ICML 2017).

The rule is the midpoints': on these paths 16 of them leave .04 % in the median, where 16 points of
Gauss and Legendre leave up to 7 %.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mvit_core.explaining.watching import Steps

__all__ = ["MIDPOINTS", "TOLERANCE", "Integral", "integrate", "rounding"]

MIDPOINTS = (16, 32, 64)
"""Rules that are tried until one is complete."""

TOLERANCE = 0.01
"""Distance of the sum from the difference, over the difference, that counts as complete."""


@dataclass(frozen=True)
class Integral:
    """The integral of a gradient along a line, for each place of the first axes."""

    values: Tensor
    """As the ends of the line without the axis that was summed."""
    sum: float
    steps: int
    """Midpoints of the rule that gave it."""
    is_complete: bool
    """The sum is what it must be, within ``TOLERANCE``."""


def integrate(
    gradient_at: Callable[[Tensor], Tensor],
    ends: tuple[Tensor, Tensor],
    delta: float,
    axis: int,
    steps: Steps,
    *,
    rules: Sequence[int] = (),
    slack: float = 0.0,
) -> Integral:
    """The integral, by the first rule whose sum is complete, else by the last.

    Args:
        gradient_at: the gradient at a point of the line, of the point's shape.
        ends: baseline and end of the line.
        delta: what the sum must be.
        axis: that of the channels, which are summed.
        steps: told of each midpoint; they are taken one at a time.
        rules: numbers of midpoints, rising; ``MIDPOINTS`` by default.
        slack: rounding of ``delta`` that is no fault of the rule.
    """
    start, end = ends
    way = end - start
    for count in rules or MIDPOINTS:
        steps.expect(count)
        total = torch.zeros_like(way, dtype=torch.promote_types(way.dtype, torch.float32))
        for index in range(count):
            total += gradient_at(start + (index + 0.5) / count * way)
            steps.step()
        values = (total / count * way).sum(dim=axis)
        found = float(values.double().sum())
        if abs(found - delta) <= max(TOLERANCE * abs(delta), slack):
            return Integral(values, found, count, is_complete=True)
    return Integral(values, found, count, is_complete=False)


def rounding(logits: Tensor) -> float:
    """What the rounding of a forward pass may move a difference of logits by."""
    return 16 * torch.finfo(logits.dtype).eps * max(float(logits.abs().max()), 1.0)
