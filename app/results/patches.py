"""Patches: parts of the window shown that took their output from another clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.results.maps import MapRequest
    from mvit_core.explaining import Target
    from mvit_core.explaining.patches import Patch


@dataclass(frozen=True)
class PatchAsked:
    """A patch of one window, and where it comes from."""

    patch: Patch
    clip: Path
    """The other clip."""
    window: int
    """Window of the other clip, from 0."""
    request: MapRequest
    """The window that is patched, with heads off and tubes as they are; its map does not matter."""
    target: Target | None = None
    """The class that is explained; None for the first of this clip less the first of the other."""


@dataclass(frozen=True)
class PatchedClass:
    """Probabilities of a class."""

    name: str
    before: float
    after: float
    other: float
    """In the other clip."""


@dataclass(frozen=True, eq=False)
class PatchOutcome:
    """What a patch does to the classes."""

    asked: PatchAsked
    names: tuple[str, str]
    """The class whose logit the share is of, and the class instead of which; that may be empty."""
    share: float | None
    """How much of the other clip's answer comes along, 1 for all; None where both answer alike."""
    classes: tuple[PatchedClass, ...]
    """All of them, the most probable before, after or in the other clip first."""
