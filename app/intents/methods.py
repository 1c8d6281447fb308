"""What changes along with the method of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results.tokens import centre
from app.state.view_state import kind_of, views_of, without_numbers
from mvit_core.attribution import ATTENDS_TO, LAYER_MAPS, PCA, needs_token
from mvit_core.render import OPACITIES

if TYPE_CHECKING:
    from app.state.store import Values
    from app.state.view_state import ViewState
    from mvit_core.attribution import MapSpec, Query
    from mvit_core.geometry import PlacedGrid


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("intents", text)


PCA_OPACITY = 0.7
"""Opacity that colours of components have at first: they lie over the whole frame."""


def with_method(state: ViewState, values: Values) -> Values:
    """Fields that change where another method is chosen: what the maps before alone had is left.

    Args:
        state: as it is now.
        values: fields that are to change; the method is one of attention or of features.
    """
    old, changes = state.map.method, dict(values)
    method = changes.get("method", old)
    if kind_of(old) != kind_of(method):
        changes |= {"heat": without_numbers(state).heat, "removed": None}
    if old != method and PCA in (old, method):
        usual = OPACITIES[state.heat.mode]
        before, after = (usual, PCA_OPACITY) if method == PCA else (PCA_OPACITY, usual)
        if state.heat.opacity == before:  # the user chose no other
            changes["opacity"] = after
    if state.view not in views_of(method):
        changes |= {"view": "single", "view_before": "single"}
    return changes


def method_of(query: Query, method: str) -> str:
    """The method that shows the attention of a query: the one in use, where it has a map of it."""
    row = LAYER_MAPS.get(method)
    lacks_key = query == "readout" and row is not None and row.query_is_key
    return ATTENDS_TO if row is None or lacks_key or needs_token(method) else method


def picked_for(method: str, now: MapSpec, grid: PlacedGrid) -> tuple[Query, str]:
    """The query that a method begins with, and a word where it is not the one chosen.

    Args:
        method: of attention or of features.
        now: the map in use.
        grid: that the method's query is picked from.
    """
    lacks_key = LAYER_MAPS[method].query_is_key and now.query == "readout"
    if lacks_key or (needs_token(method) and isinstance(now.query, str)):
        words = tr("Similarity is to a token: {name}. Pick another with Q")
        if lacks_key:
            words = tr("'Attended by' needs a key: {name}. Pick another with Q")
        token = centre(grid.shape)
        return token, words.format(name="t{} y{} x{}".format(*token))
    if isinstance(now.query, tuple) and method != now.method:
        return grid.clamp(now.query), ""
    return now.query, ""
