"""State and results at one moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.results import Results
    from app.state.view_state import ViewState


@dataclass(frozen=True)
class Snapshot:
    """State and results at one moment: what is requested, and what was made of it."""

    state: ViewState
    results: Results

    @cached_property
    def settings(self) -> ViewState:
        """Fields that most of the window shows; equal at each frame of a playing clip."""
        return replace(self.state, frame=0, playing=False, speed=1.0, scrubbing=False)
