"""Intents for evidence: why a class, why not another, by which method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.intents.workspaces import CHANGED, in_workspace
from app.state.view_state import VIEWS_OF_EVIDENCE, with_settings, without_numbers
from mvit_core.explaining.methods import DEFAULT_METHOD, EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import Results
    from app.state.store import Store
    from app.state.view_state import ViewState
    from mvit_core.explaining import Removal


class WhyIntents:
    """Intents for the workspace that explains.

    Args:
        store: holds the state.
        results: returns the results now.
    """

    def __init__(self, store: Store, results: Callable[[], Results]) -> None:
        self._store, self._results = store, results

    def toggle(self) -> None:
        """Explain the class chosen last or the most probable one; again, go back."""
        state = self._store.state
        if state.workspace == "explain" and state.map.method in EVIDENCE:
            last = state.left[-1].workspace if state.left else "look"
            self._go(in_workspace(state, last, "single", self._results()))
        else:
            self.explain(state.map.target if state.map.target is not None else self._best())

    def explain(self, index: int | None) -> None:
        """Go to Explain, and show what speaks for a class; None is the most probable."""
        state = in_workspace(self._store.state, "explain", "single", self._results())
        against = state.map.against if state.map.against != index else None
        self._go(_of(state, _method(state), target=index, against=against))

    def against(self, index: int | None) -> None:
        """Show what speaks for the class instead of another; None for the class alone."""
        state = self._store.state
        own = state.map.target if state.map.target is not None else self._best()
        if index is not None and index == own:
            return
        state = in_workspace(state, "explain", "single", self._results())
        self._go(_of(state, _method(state), target=own, against=index))

    def swap(self) -> None:
        """Exchange the two classes."""
        now = self._store.state.map
        if now.against is not None:
            own = now.target if now.target is not None else self._best()
            self._store.update(target=now.against, against=own, removed=None)

    def choose_method(self, method: str) -> None:
        """Show evidence by another method."""
        state = self._store.state
        target = state.map.target if state.map.target is not None else self._best()
        self._go(_of(state, method, target=target, against=state.map.against))

    def remove(self, removal: Removal | None) -> None:
        """Show what is covered at a point of a curve; the same one again, or None: the map."""
        now = self._store.state.removed
        self._store.update(removed=None if removal == now else removal)

    def _best(self) -> int | None:
        """The most probable class of the window shown; None while there is none."""
        shown = self._results().shown
        predictions = () if shown is None else shown.result.predictions
        return predictions[0].index if predictions else None

    def _go(self, state: ViewState) -> None:
        self._store.update(**{name: getattr(state, name) for name in CHANGED})


def _method(state: ViewState) -> str:
    """The method of evidence in use, or the one to begin with."""
    return state.map.method if state.map.method in EVIDENCE else DEFAULT_METHOD


def _of(state: ViewState, method: str, *, target: int | None, against: int | None) -> ViewState:
    """The state with a map of evidence; what only attention has is left behind."""
    view = state.view if state.view in VIEWS_OF_EVIDENCE else "single"
    if state.map.method not in EVIDENCE:
        state = without_numbers(state)
    return with_settings(
        state,
        method=method,
        target=target,
        against=against,
        query="readout",
        view=view,
        picking=False,
        removed=None,
    )
