"""What intents of one subject share: the state, the results, and a way to say something."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import Message, Results
    from app.state.store import Store
    from app.state.view_state import ViewState


class Acting:
    """Intents of one subject.

    Args:
        store: holds the state.
        results: returns the results now.
        report: shows a message.
    """

    def __init__(
        self, store: Store, results: Callable[[], Results], report: Callable[[Message], None]
    ) -> None:
        self._store, self._results, self._report = store, results, report

    @property
    def _state(self) -> ViewState:
        return self._store.state
