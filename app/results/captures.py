"""A capture file that is open as a clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.results.model import ModelInfo
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True, eq=False)
class CaptureInfo:
    """Windows that were run, kept in a file."""

    path: Path
    model_name: str
    """Name of the checkpoint that it was made of."""
    windows: tuple[ClipWindow, ...]
    """By where they begin."""
    is_of_model: bool
    """They are what the model in use gives: its checkpoint, or the file's own without weights."""


@dataclass(frozen=True, eq=False)
class CaptureRead:
    """A capture file, and the model that is in use with it."""

    capture: CaptureInfo
    model: ModelInfo
