"""The field on the timeline for the name of a marker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent

WIDTH_PX = 150
LONGEST = 80
"""Most letters of a name."""


class MarkerNamer(QLineEdit):
    """Sets a name by Enter or when it loses the focus; Esc keeps the old one.

    Args:
        place: the widget it lies on, at its lower edge.
        name: the name so far.
        x: its middle, in points of the widget.
    """

    named = Signal(str)
    left = Signal()

    def __init__(self, place: QWidget, name: str, x: int) -> None:
        super().__init__(name, place)
        self.setAccessibleName(self.tr("Name of the marker"))
        self.setMaxLength(LONGEST)
        height = self.sizeHint().height()
        start = min(max(x - WIDTH_PX // 2, 0), max(place.width() - WIDTH_PX, 0))
        self.setGeometry(start, place.height() - height, WIDTH_PX, height)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    @override
    def event(self, event: QEvent) -> bool:
        """Accept every key, so that the stage's single keys are not triggered."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()  # takes the focus, and with it the name
        elif event.key() == Qt.Key.Key_Escape:
            self.setText("")
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        name = self.text().strip()
        self.setText("")
        self.hide()
        self.deleteLater()
        if name:
            self.named.emit(name)
