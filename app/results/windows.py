"""What is known of each window of the clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WindowState = Literal["not_run", "waiting", "running", "run", "stopped", "failed", "other"]
"""``other`` was run with other preprocessing; ``waiting`` will be run without being asked for
again."""


@dataclass(frozen=True)
class WindowStates:
    """States of all windows, in their order."""

    states: tuple[WindowState, ...] = ()
    share: float = 0.0
    """Part of the running window that is done, from 0 to 1."""
    words: str = ""
    """Progress of the running window, as 6/16; empty where nothing is known of it."""
