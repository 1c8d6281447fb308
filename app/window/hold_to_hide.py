"""Hides the heat for as long as its key is held on the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget

    from app.commands.keys import KeyMap
    from app.state.store import Store


class HoldToHide(QObject):
    """Watches the key of ``view.hold_to_hide``.

    Args:
        widgets: widgets that get the stage's keys.
        store: holds ``hold_to_hide``.
        keys: the keys of every command.
        parent: the owner.
    """

    def __init__(
        self, widgets: Iterable[QWidget], store: Store, keys: KeyMap, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._store, self._keys = store, keys
        for widget in widgets:
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and self._is_hold(event):
            if event.isAutoRepeat():
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._store.update(hold_to_hide=True)
                return True
            if event.type() == QEvent.Type.KeyRelease:
                self._store.update(hold_to_hide=False)
                return True
        if event.type() == QEvent.Type.FocusOut:
            self._store.update(hold_to_hide=False)  # the release goes to another widget
        return False

    def _is_hold(self, event: QKeyEvent) -> bool:
        pressed = QKeySequence(event.keyCombination())
        return any(pressed == QKeySequence(key) for key in self._keys.of("view.blink"))
