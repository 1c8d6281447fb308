"""The overlay that says what a drop would do, while something is dragged over the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class DropOverlay(QWidget):
    """Covers its parent, says what a drop would do, and lets the drop through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self._good = True
        parent.installEventFilter(self)
        self.hide()

    @property
    def words(self) -> str:
        """Its text; empty while it is not shown."""
        return self._words if self.isVisible() else ""

    def show_drop(self, words: str, *, good: bool) -> None:
        """Show what a drop would do, or why it would do nothing."""
        self._words, self._good = words, good
        self.setGeometry(self._host.rect())
        self.raise_()
        self.show()
        self.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colours.shade))
        pen = QPen(QColor(colours.accent if self._good else colours.warning), 2)
        pen.setDashPattern([5, 5])
        painter.setPen(pen)
        box = QRectF(self.rect()).adjusted(20, 20, -20, -20)
        painter.drawRoundedRect(box, 14, 14)
        font = theme.sized_font(self, "dialog")
        theme.set_strong(font, strong=self._good)
        painter.setFont(font)
        painter.setPen(QColor(colours.text if self._good else colours.warning))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(32, 32, -32, -32), flags, self._words)
        painter.end()
