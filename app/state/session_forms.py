"""Converts views of earlier session forms to form 3, and drops heat that cannot be drawn."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from app.state.json_codec import decode, field_types
from mvit_core.attribution import MapSpec
from mvit_core.render import OPACITIES, HeatSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.state.json_codec import Json

PARTS: Mapping[str, type] = {"map": MapSpec, "heat": HeatSettings}
"""Parts of ``ViewState`` whose fields lay beside all others in forms 1 and 2, by name."""

NEWEST = "outline"
"""Field of the heat that sessions have since the opacity of a tint follows the values."""


def in_form_3(view: dict[str, Any]) -> dict[str, Any]:
    """Convert a view of form 1 or 2 to form 3; values are not checked."""
    made, panes = _gathered(view, "map", "heat"), view.get("panes")
    if isinstance(panes, list):
        made["panes"] = [_gathered(p, "map") if isinstance(p, dict) else p for p in panes]
    return made


def with_usable_heat(view: dict[str, Any]) -> dict[str, Any]:
    """Drop settings of the heat that cannot be drawn from a view of form 3.

    Raises:
        SessionError: a setting is of another type.
    """
    heat = view.get("heat")
    if not isinstance(heat, dict):
        return view
    if NEWEST not in heat:
        # Written when the one tint there was lay evenly over the frame.
        mode = "even" if heat.get("mode", "tint") == "tint" else heat["mode"]
        heat = {"opacity": OPACITIES["even"], **heat, "mode": mode}
    return {**view, "heat": {name: kept for name, kept in heat.items() if _is_usable(name, kept)}}


def _is_usable(name: str, kept: Json) -> bool:
    kind = field_types(HeatSettings).get(name)
    if kind is None:
        return True  # of a later version; reported like any other unknown field
    value = decode(kept, kind, f"view.heat.{name}")
    try:
        HeatSettings(**{name: value})
    except ValueError:
        return False
    return True


def _gathered(kept: dict[str, Any], *parts: str) -> dict[str, Any]:
    """Move the fields of each part into an object of its own."""
    rest = dict(kept)
    for part in parts:
        names = [each.name for each in fields(PARTS[part]) if each.name in rest]
        if names:
            rest[part] = {name: rest.pop(name) for name in names}
    return rest
