"""Motions of a thing as frozen numbers: its place at any time.

Unit of length: the width of the picture, (0, 0) its upper left corner, y down. Unit of time: one
of the model's sampled frames, 0 the first.
"""

from dataclasses import dataclass, replace
from math import pi

import numpy as np
from numpy.typing import NDArray

__all__ = ["FRAMES", "Motion", "Track"]

Floats = NDArray[np.float64]

FRAMES = 16
"""Sampled frames of a scene; its times run from 0 to ``FRAMES - 1``."""


@dataclass(frozen=True, eq=False)
class Track:
    """Places, sizes and turns at a list of times."""

    x: Floats
    """(F,) centre, in widths."""
    y: Floats
    radius: Floats
    """(F,) in widths."""
    angle: Floats
    """(F,) in radians, clockwise as seen."""

    def moved(self, dx: Floats, dy: Floats) -> "Track":
        """Shifted by (F,) offsets in widths."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True)
class Motion:
    """One class's motion, or rest where ``kind`` is empty."""

    kind: str
    """A name in ``CLASSES``, or empty: the thing stays where it is."""
    x: float
    """Place of the thing before the motion begins; the middle of a circle."""
    y: float
    radius: float
    angle: float
    """In radians, clockwise as seen."""
    first: float = 0.0
    """Time when the motion begins; the thing rests before it and after ``last``."""
    last: float = FRAMES - 1.0
    travel: tuple[float, float] = (0.0, 0.0)
    """Path of ``moves``: from start to end, (x, y)."""
    reach: float = 0.0
    """Radius of a circle, height of a bounce, or swing of a shake."""
    cycles: float = 0.0
    """Turns (signed, clockwise positive), bounces or swings in all."""
    phase: float = 0.0
    """Start on the circle, in radians."""
    growth: float = 1.0
    """Radius at the end over radius at the start."""

    def track(self, times: Floats) -> Track:
        """Places (F, 2) of the thing at (F,) times."""
        done = np.clip((times - self.first) / (self.last - self.first), 0.0, 1.0)
        dx, dy = self._offset(done)
        turned = 2 * pi * self.cycles * done if self.kind == "spins" else 0.0 * done
        return Track(
            x=self.x + dx,
            y=self.y + dy,
            radius=self.radius * self.growth**done,
            angle=self.angle + turned,
        )

    def _offset(self, done: Floats) -> tuple[Floats, Floats]:
        """Offset from (x, y) after a share of the motion."""
        turns = 2 * pi * self.cycles * done
        if self.kind.startswith("circles"):
            turns = turns + self.phase
            return self.reach * np.cos(turns), self.reach * np.sin(turns)
        if self.kind == "bounces":
            return 0.0 * done, -self.reach * np.abs(np.sin(turns / 2))
        if self.kind == "shakes":
            return self.reach * np.sin(turns), 0.0 * done
        return self.travel[0] * done, self.travel[1] * done
