"""The order in which Tab goes through a window, and on from its end to its beginning."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable


class TabRing(QMainWindow):
    """A window whose last stop is followed by its first one.

    Qt goes on at the middle of the window instead, so whoever passed the end once would never
    come to the tool bar and the docks at the left again.
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
        """Where Tab leads if it passes the end of the window, else None."""
        first, passed = self.focusWidget(), False
        if first is None or not (first.isVisible() and _is_stop(first)):
            return None  # nobody pressed Tab: what had the focus was hidden or disabled
        widget = _next(first, onwards)
        while widget is not first:
            passed = passed or widget is self
            if widget.window() is self and widget.isVisibleTo(self) and _is_stop(widget):
                return widget if passed else None
            widget = _next(widget, onwards)
        return None


def order_tabs(groups: Iterable[QWidget]) -> None:
    """Let Tab go through the parts of the window in this order; within each it stays as it is."""
    chain = [widget for group in groups for widget in _focus_chain(group)]
    for one, other in pairwise(chain):
        if one.window() is other.window():  # a floating dock has an order of its own
            QWidget.setTabOrder(one, other)


def _focus_chain(group: QWidget) -> list[QWidget]:
    found, widget = [], group.nextInFocusChain()
    while widget is not None and widget is not group:
        if _takes_tab(widget) and group.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def _next(widget: QWidget, onwards: bool) -> QWidget:
    following = widget.nextInFocusChain() if onwards else widget.previousInFocusChain()
    return following or widget.window()


def _is_stop(widget: QWidget) -> bool:
    return _takes_tab(widget) and widget.isEnabled()


def _takes_tab(widget: QWidget) -> bool:
    tabs = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(tabs) and widget.focusProxy() is None
