"""A patch that was asked for: of which window, with which changes, from which clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mvit_core.explaining.changes import Changes
    from mvit_core.explaining.patches import Patch

MOST_PATCHES = 64
"""Patches that are kept of a clip; the oldest make place."""


@dataclass(frozen=True)
class WindowPatch:
    """A part of the network that takes its output from another clip, in one window."""

    patch: Patch
    clip: Path
    """The other clip."""
    window: int
    """Window of the other clip, from 0."""
    of: int
    """Window that is patched, from 0."""
    changes: Changes
    """Heads off and tubes as they were; with others it is another patch, and not listed."""
    target: int | None = None
    """Index of the class that is explained; None for the first of the window."""
    against: int | None = None
    """Index of the class instead of which; None for none, or the first of the other clip."""
