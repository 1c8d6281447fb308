"""The lines of pinned classes: a colour and a dash each, so that colour is not the only sign.

Colours after Okabe and Ito's set for colour-blind readers, lightened or darkened for each theme.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from app.widgets import theme

_COLOURS = {
    "dark": ("#f0a830", "#3fc79a", "#e58fc0", "#f0e060", "#ff8a5c", "#8fd0ff"),
    "light": ("#a86400", "#00795a", "#a3457d", "#6b6300", "#b94a00", "#00598f"),
}
_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
    Qt.PenStyle.SolidLine,
)


def slot_colour(slot: int) -> QColor:
    """The colour of a pinned class by its place; -1 is the theme's accent."""
    colours = theme.current()
    return QColor(colours.accent if slot < 0 else _COLOURS[colours.name][slot % len(_DASHES)])


def slot_pen(slot: int, width: float) -> QPen:
    """The pen of a pinned class by its place; -1 is the theme's accent."""
    style = Qt.PenStyle.SolidLine if slot < 0 else _DASHES[slot % len(_DASHES)]
    pen = QPen(slot_colour(slot), width, style)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
