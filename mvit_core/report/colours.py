"""Colour tables of a report, as data: what a page needs to draw heat as the product does."""

from base64 import b64encode
from typing import Any

import numpy as np

from mvit_core.render import COLORMAPS, HeatSettings, ImageArray, colour_table, tint_of
from mvit_core.render.colours import MIDDLE, SIGNED

__all__ = ["OFFERED", "SPOTLIGHT", "first_table", "tables_of"]

OFFERED = ("inferno", "viridis", "cividis", "batlow", "lime", "gray")
"""Tables that a page offers; that of the request is added."""

SPOTLIGHT = "spotlight"
"""The entry that darkens what has no attention, in place of colours."""

Json = dict[str, Any]


def tables_of(heat: HeatSettings) -> list[Json]:
    """The tables of a page, that of values around 0 last.

    Args:
        heat: the settings that the page shows first.
    """
    names = list(OFFERED)
    if heat.colormap not in names and COLORMAPS[heat.colormap].kind == "sequential":
        names.insert(0, heat.colormap)
    even = heat.mode == "even"
    return [
        *(_table(name, even=even) for name in names),
        _row(SPOTLIGHT, np.zeros((256, 3), np.uint8), np.linspace(1, 0, 256)),
        _table(SIGNED, even=False),
    ]


def first_table(heat: HeatSettings) -> str:
    """The table that is shown first."""
    if heat.mode == "spotlight":
        return SPOTLIGHT
    usual = COLORMAPS[heat.colormap].kind == "sequential"
    return heat.colormap if usual else OFFERED[0]


def _table(name: str, *, even: bool) -> Json:
    if even:
        return _row(name, colour_table(name), np.ones(256))
    tint = tint_of(name)
    return _row(name, tint.colours, tint.opacity)


def _row(name: str, colours: ImageArray, opacity: np.ndarray[Any, np.dtype[Any]]) -> Json:
    """Colours of 256 entries, and the share of the opacity that each has, in 65535ths."""
    shares = np.rint(65535 * opacity).astype("<u2")
    return {
        "name": name,
        "middle": MIDDLE if name == SIGNED else None,
        "colours": b64encode(colours.tobytes()).decode(),
        "opacity": b64encode(shares.tobytes()).decode(),
    }
