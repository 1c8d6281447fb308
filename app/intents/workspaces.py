"""Intents for going from workspace to workspace; each has a map and a view of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.view_state import LeftWorkspace, kind_of, with_settings, without_numbers
from mvit_core.attribution import ATTENDS_TO, LAYER_MAPS, METHODS, same_query

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
    if then is None:
        then = replace(now, workspace=name, view=view, view_before="single")
        if name == "atlas" and now.method not in METHODS:  # heads are compared there
            then = replace(then, method=ATTENDS_TO, query="readout")
    old, new = results.layer(then.block), results.layer(state.map.block)
    query = then.query
    if old is not None and new is not None and then.method in LAYER_MAPS:
        query = same_query(query, then.method, old, new)
    if kind_of(then.method) != kind_of(state.map.method):
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
