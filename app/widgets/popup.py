"""A small window that lies on the main one until Escape or a click beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override


class Popup(QFrame):
    """A popup that keeps all keys while it is open, and is gone once it is closed.

    Args:
        parent: the widget that it belongs to.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no command of the window runs behind it
            return True
        return super().event(event)
