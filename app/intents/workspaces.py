"""Intents for going from workspace to workspace; each has a map and a view of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.view_state import LeftWorkspace, with_settings, without_numbers
from mvit_core.attribution import METHODS, same_query
from mvit_core.explaining.methods import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import Results
    from app.state.store import Store
    from app.state.view_state import ViewName, ViewState, WorkspaceName

CHANGED = (
    "workspace",
    "left",
    "view",
    "view_before",
    "map",
    "heat",
    "picking",
    "drawing",
    "removed",
)
"""Fields that going to another workspace changes."""


def in_workspace(
    state: ViewState, name: WorkspaceName, view: ViewName, results: Results
) -> ViewState:
    """The state as it is in a workspace: with the map and the view that were left there.

    Args:
        state: as it is now.
        name: of the workspace.
        view: that it begins with, where it was not left before.
        results: have the layers, whose tokens a query is one of.
    """
    if name == state.workspace:
        return state
    now = LeftWorkspace(
        state.workspace,
        state.view,
        state.view_before,
        state.map.method,
        state.map.query,
        state.map.block,
    )
    then = next((each for each in state.left if each.workspace == name), None)
    then = then or replace(now, workspace=name, view=view, view_before="single")
    old, new = results.layer(then.block), results.layer(state.map.block)
    query = then.query
    if old is not None and new is not None and then.method in METHODS:
        query = same_query(query, then.method, old, new)
    if (then.method in EVIDENCE) != (state.map.method in EVIDENCE):
        state = without_numbers(state)
    others = tuple(each for each in state.left if each.workspace not in (name, state.workspace))
    return with_settings(
        state,
        workspace=name,
        left=(*others, now),
        view=then.view,
        view_before=then.view_before,
        method=then.method,
        query=query,
        picking=False,
        drawing="",
        removed=None,
    )


class WorkspaceIntents:
    """Intents for workspaces.

    Args:
        store: holds the state.
        results: returns the results now.
    """

    def __init__(self, store: Store, results: Callable[[], Results]) -> None:
        self._store, self._results = store, results

    def go_to(self, name: WorkspaceName, view: ViewName) -> None:
        """Go to a workspace, which begins with a view where it was not left before."""
        new = in_workspace(self._store.state, name, view, self._results())
        self._store.update(**{field: getattr(new, field) for field in CHANGED})
