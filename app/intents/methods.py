"""What changes along with the method of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.state.view_state import kind_of, views_of, without_numbers
from mvit_core.attribution import PCA
from mvit_core.render import OPACITIES

if TYPE_CHECKING:
    from app.state.store import Values
    from app.state.view_state import ViewState

PCA_OPACITY = 0.7
"""Opacity that colours of components have at first: they lie over the whole frame."""


def with_method(state: ViewState, method: str) -> Values:
    """Fields that change where another method is chosen: what the maps before alone had is left.

    Args:
        state: as it is now.
        method: of attention or of features.
    """
    old = state.map.method
    changes: Values = {}
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
