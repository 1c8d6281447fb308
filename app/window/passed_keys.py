"""Passes on to the stage the single keys that the widget with the focus has no use for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTreeView,
    QWidget,
)
from typing_extensions import override

from app.commands import BY_ID, COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.commands.actions import Actions

Key = Qt.Key

KEPT = frozenset(
    (
        *(Key.Key_Up, Key.Key_Down, Key.Key_Home, Key.Key_End, Key.Key_PageUp, Key.Key_PageDown),
        *(Key.Key_Return, Key.Key_Enter, Key.Key_Tab, Key.Key_Backtab, Key.Key_Escape),
    )
)
"""Keys that every list uses itself."""

TYPED_INTO = (QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit)
"""Widgets that letters are meant for, used or not."""


class PassedKeys(QObject):
    """Runs the stage's command of a key that nobody within the window took.

    Args:
        window: keys that nobody took come to it.
        actions: the commands and their keys.
        panels: their lists search nothing by typing, and give up all keys but those they use.
    """

    def __init__(self, window: QWidget, actions: Actions, panels: Iterable[QWidget]) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        window.installEventFilter(self)
        for panel in panels:
            for view in panel.findChildren(QAbstractItemView):
                view.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if isinstance(watched, QAbstractItemView):
            return not _is_kept(watched, Key(event.key())) and _ignored(event)
        return watched is self._window and self._run(event)

    def _run(self, event: QKeyEvent) -> bool:
        """Run the command of a key that came to the window; False where there is none."""
        if isinstance(self._window.focusWidget(), TYPED_INTO):
            return False
        pressed = QKeySequence(event.keyCombination())
        for command in COMMANDS:
            if command.scope != "stage" or command.held:
                continue
            keys = self._actions.keys.of(command.id)
            if any(QKeySequence(key) == pressed for key in keys):
                if not event.isAutoRepeat() or BY_ID[command.id].repeats:
                    self._actions.run(command.id)
                event.accept()
                return True
        return False


def _is_kept(view: QAbstractItemView, key: Qt.Key) -> bool:
    """True for a key that a list uses itself."""
    if key in KEPT or key in getattr(view, "own_keys", ()):
        return True
    folds = isinstance(view, QTreeView) and view.model().hasChildren(view.currentIndex())
    return folds and key in (Key.Key_Left, Key.Key_Right)


def _ignored(event: QKeyEvent) -> bool:
    """Leave a key to the widgets above."""
    event.ignore()
    return True
