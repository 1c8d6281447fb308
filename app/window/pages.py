"""The middle of the window: the first page, the stage, or the page of another workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

if TYPE_CHECKING:
    from app.views.stage import Stage


POPUP_MS = 100
"""Milliseconds between two looks whether a menu is still open."""


class Pages(QStackedWidget):
    """Shows one page.

    Args:
        welcome: shown while no video is open.
        stage: shows frames.
        others: further pages.
    """

    def __init__(self, welcome: QWidget, stage: Stage, *others: QWidget) -> None:
        super().__init__()
        self._welcome, self._stage = welcome, stage
        for page in (welcome, stage, *others):
            self.addWidget(page)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._see_focus)

    @property
    def front(self) -> QWidget:
        """The widget that gets the keys."""
        page = self.currentWidget()
        return self._stage.front if page is self._stage or page is None else page

    def focus(self) -> None:
        """Give the page shown the focus."""
        self.front.setFocus(Qt.FocusReason.OtherFocusReason)

    def _see_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Look, once Qt is done, whether the keys have been left without a widget."""
        if now is None:
            QTimer.singleShot(0, self, self._take_lost_focus)

    def _take_lost_focus(self) -> None:
        if QApplication.activePopupWidget() is not None:  # a menu has the keys, and gives them back
            QTimer.singleShot(POPUP_MS, self, self._take_lost_focus)
        elif QApplication.focusWidget() is None and QApplication.activeWindow() is self.window():
            self.focus()

    def show_page(self, page: QWidget) -> None:
        """Show a page; it gets the focus if the page before had it, or nothing had."""
        if self.currentWidget() is page:
            return
        owner = self.window().focusWidget()
        had_focus = self.isAncestorOf(owner or self.window())
        self.setCurrentWidget(page)
        if page is not self._welcome and (had_focus or owner is None):
            self.focus()

    def message_room(self) -> tuple[QRect, int]:
        """The box that messages may lie on, and the height at its end that hides no button."""
        if self.currentWidget() is self._stage:
            return self._stage.message_room()
        return self.rect(), self.height()
