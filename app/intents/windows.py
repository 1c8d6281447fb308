"""Intents for the windows of the model: how they lie over the video."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvit_core.video.clip import Tiling

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import Results
    from app.state.store import Store
    from mvit_core.video.clip import Stride


class WindowIntents:
    """Intents for windows.

    Args:
        store: holds the state.
        results: returns the results now.
    """

    def __init__(self, store: Store, results: Callable[[], Results]) -> None:
        self._store, self._results = store, results

    def stride(self, stride: Stride) -> None:
        """Set the distance from one window to the next."""
        self._store.update(tiling=replace(self._store.state.tiling, stride=stride))

    def centre(self) -> None:
        """Lay one more window around the frame shown; where it lies there, take it away."""
        tiling, frame = self._store.state.tiling, self._store.state.frame
        if self._results().video is not None:
            centre = None if tiling.centre == frame else frame
            self._store.update(tiling=Tiling(tiling.stride, centre))
