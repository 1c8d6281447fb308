"""All that is asked for and all that is known, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.results import Results
    from app.state.view_state import ViewState


@dataclass(frozen=True)
class Snapshot:
    """What is asked for and what is known, at one moment."""

    state: ViewState
    results: Results

    @property
    def is_stale(self) -> bool:
        """The map on screen is not the one asked for."""
        shown, request = self.results.shown, self.results.request
        return shown is not None and request is not None and shown.result.request != request
