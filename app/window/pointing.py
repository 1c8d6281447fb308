"""What is done at the pointer: a token looked from or at, and the context menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from app.commands.tokens import CONTEXT_MENU
from app.intents.tokens import LOOKS
from app.results import Message

if TYPE_CHECKING:
    from app.commands.actions import Actions
    from app.controller.controller import Controller
    from app.views.stage import Stage


class Pointing(QObject):
    """Runs commands on the token that was pointed at last.

    Args:
        controller: has intents and results.
        stage: knows where the pointer is.
    """

    def __init__(self, controller: Controller, stage: Stage) -> None:
        super().__init__(controller)
        self._controller, self._stage = controller, stage
        self._actions: Actions | None = None
        self.menu: QMenu | None = None
        stage.menu_asked.connect(self._show_menu)

    def set_actions(self, actions: Actions) -> None:
        """Set the actions, which are made later."""
        self._actions = actions

    def look(self, how: Literal["from", "at", "similar"]) -> None:
        """Show where the token looks that was pointed at, or who looks at it."""
        place = self._stage.pointed
        if place is None:
            words = self.tr("Point at a token first, or go to the strongest one")
            self._controller.notify(Message("info", words))
            return
        x, y = place.pixel
        self._controller.intents.tokens.look(x, y, LOOKS[how])

    def strongest_token(self) -> None:
        """Go to the strongest token, and point at it."""
        place = self._controller.intents.tokens.strongest_token()
        if place is not None:
            self._stage.point_at(*place)

    def open_menu(self) -> None:
        """Open the context menu, as the keyboard asks for it."""
        self._stage.ask_menu()

    def _show_menu(self, at: QPoint) -> None:
        if self._actions is None or self._controller.results.video is None:
            return
        menu = self.menu = QMenu(self._stage)
        menu.setToolTipsVisible(True)
        title = menu.addAction(self._title())
        title.setEnabled(False)
        menu.addSeparator()
        for command_id in CONTEXT_MENU:
            if command_id:
                menu.addAction(self._actions.by_id[command_id])
            else:
                menu.addSeparator()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.aboutToHide.connect(self._closed)
        menu.popup(at)

    def _closed(self) -> None:
        self.menu = None

    def _title(self) -> str:
        place = self._stage.pointed
        if place is None or place.token is None:
            return self.tr("No token here")
        return self.tr("Token t{} y{} x{}").format(*place.token)
