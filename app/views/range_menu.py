"""The menu behind a right click on the colour range: percentile tails and units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from app.state.view_state import setting
from app.text.phrases import unit_names
from mvit_core.render import TAILS_PERCENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.state.view_state import ViewState

TAILS = ((0.0, 100.0), TAILS_PERCENT, (2.0, 98.0), (5.0, 95.0), (0.0, 99.0))


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("range_menu", text)


def range_menu(parent: QWidget, state: ViewState, change: Callable[[str, object], None]) -> QMenu:
    """Make a menu that calls ``change`` with a setting and its value; deleted when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    rows: dict[str, list[tuple[str, object]]] = {
        "tails_percent": [(_tails_words(tails), tails) for tails in TAILS],
        "units": [(words, units) for units, words in unit_names().items()],
    }
    for field, choices in rows.items():
        heading = menu.addAction(_heading(field, state))
        heading.setEnabled(False)
        group = QActionGroup(menu)
        for words, value in choices:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(setting(state, field) == value)
            action.setEnabled(field != "tails_percent" or state.heat.is_automatic)
            action.triggered.connect(lambda _=False, field=field, value=value: change(field, value))
            group.addAction(action)
        menu.addSeparator()
    return menu


def _heading(field: str, state: ViewState) -> str:
    if field == "units":
        return tr("Numbers on the bar")
    if state.heat.locked_range is not None:
        return tr("Percentiles at the ends: the range is locked")
    if not state.heat.is_automatic:
        return tr("Percentiles at the ends: the range is manual")
    return tr("Percentiles at the ends")


def _tails_words(tails: tuple[float, float]) -> str:
    words = tr("{low:g}–{high:g} %").format(low=tails[0], high=tails[1])
    return tr("{tails}, all values").format(tails=words) if tails == (0.0, 100.0) else words
