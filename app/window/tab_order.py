"""The order of Tab through a window, as a ring."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class TabRing(QMainWindow):
    """A window whose last stop is followed by its first one.

    Qt goes on at the middle of the window instead, so after the end Tab would never reach the tool
    bar and the docks at the left again.
    """

    @override
    def focusNextPrevChild(self, onwards: bool, /) -> bool:
        stop = self._stop_beyond_the_end(onwards)
        if stop is None:
            return super().focusNextPrevChild(onwards)
        reasons = Qt.FocusReason
        stop.setFocus(reasons.TabFocusReason if onwards else reasons.BacktabFocusReason)
        return True

    def _stop_beyond_the_end(self, onwards: bool) -> QWidget | None:
        """The widget that Tab leads to beyond the end of the window; None elsewhere."""
        first, passed = self.focusWidget(), False
        if first is None or not (first.isVisible() and _is_stop(first)):
            return None  # no Tab was pressed: the widget with the focus was hidden or disabled
        widget = _next(first, onwards)
        while widget is not first:
            passed = passed or widget is self
            if widget.window() is self and widget.isVisibleTo(self) and _is_stop(widget):
                return widget if passed else None
            widget = _next(widget, onwards)
        return None


def order_tabs(window: QWidget, groups: Iterable[QWidget]) -> None:
    """Set the order of Tab through groups of a window's widgets; within a group it stays."""
    chains: dict[QWidget, list[QWidget]] = {group: [] for group in groups}
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if _takes_tab(widget):
            group = _group_of(widget, chains)
            if group is not None:
                chains[group].append(widget)
        widget = widget.nextInFocusChain()
    for one, other in pairwise(each for chain in chains.values() for each in chain):
        if one.window() is other.window():  # a floating dock has an order of its own
            QWidget.setTabOrder(one, other)


def _group_of(widget: QWidget, groups: Collection[QWidget]) -> QWidget | None:
    """The group that a widget lies in; None where it lies in none."""
    above = widget.parentWidget()
    while above is not None and above not in groups:
        above = above.parentWidget()
    return above


def _next(widget: QWidget, onwards: bool) -> QWidget:
    following = widget.nextInFocusChain() if onwards else widget.previousInFocusChain()
    return widget.window() if following is None else following  # one may be empty, and so false


def _is_stop(widget: QWidget) -> bool:
    return _takes_tab(widget) and widget.isEnabled()


def _takes_tab(widget: QWidget) -> bool:
    tabs = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(tabs) and widget.focusProxy() is None
