"""The middle of the window: the canvas and what lies on it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.canvas import Canvas
from app.panels.colourbar import ColourBar
from app.widgets import ElidedLabel


class Stage(QWidget):
    """The canvas with its title at the top and the colour bar below it."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas = Canvas()
        self.colourbar = ColourBar()
        self.title = ElidedLabel()
        self.title.setObjectName("onPicture")
        self.title.setContentsMargins(10, 5, 10, 5)
        self.title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.title.hide()
        corner = QGridLayout(self)
        corner.setContentsMargins(0, 0, 0, 0)
        corner.setSpacing(0)
        corner.addWidget(self.canvas, 0, 0, 2, 1)
        corner.addWidget(_inset(self.title), 0, 0)
        corner.addWidget(self.colourbar, 2, 0)
        corner.setRowStretch(1, 1)
        self.setFocusProxy(self.canvas)


def _inset(widget: QWidget) -> QWidget:
    """A widget with room around it, through which clicks pass."""
    box = QWidget()
    box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    grid = QGridLayout(box)
    grid.setContentsMargins(12, 12, 12, 12)
    grid.addWidget(widget, 0, 0, Qt.AlignmentFlag.AlignLeft)
    return box
