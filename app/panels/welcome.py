"""The empty page: drop something here, or press a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from app import theme
from app.icons import paint_icon, themed_icon
from app.widgets import label

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Glyph(QWidget):
    """A large icon in a quiet colour."""

    def __init__(self, name: str, side: int) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(QSize(side, side))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(self.rect()), theme.current().text_faint)
        painter.end()


class KeyChip(QLabel):
    """A key as it looks on a keyboard."""

    def __init__(self, keys: str) -> None:
        super().__init__(keys)
        self.setFont(theme.small_font(self))
        self.setContentsMargins(8, 3, 8, 3)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.end()
        super().paintEvent(event)


class Welcome(QWidget):
    """Shown until a video is open."""

    command = Signal(str)
    """The id of a command that a button stands for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model_line = label("", "faint")
        self._model_line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = label(self.tr("Drop a video or a checkpoint here"), "title")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        title.setFont(font)
        text = label(
            self.tr("See where each head of a Multiscale Vision Transformer looks."), "soft"
        )
        text.setWordWrap(True)
        for line in (title, text):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 40, 48, 40)
        column.setSpacing(theme.GAP)
        column.addStretch(3)
        column.addWidget(Glyph("drop", 44), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.GAP)
        column.addWidget(title)
        column.addWidget(text)
        column.addSpacing(2 * theme.GAP)
        column.addLayout(self._buttons())
        column.addWidget(self._model_line)
        column.addSpacing(3 * theme.GAP)
        column.addLayout(self._keys())
        column.addStretch(4)

    def show_model(self, words: str) -> None:
        """Say which model waits for a video."""
        self._model_line.setText(words)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch(1)
        for icon, words, command, kind in (
            ("video", self.tr("Open video…"), "file.open_video", "primary"),
            ("model", self.tr("Load model…"), "file.load_model", ""),
        ):
            button = QPushButton(words)
            button.setObjectName(kind)
            if not kind:
                button.setIcon(themed_icon(icon))
            button.setMinimumHeight(36)
            button.setMinimumWidth(136)
            button.clicked.connect(lambda _=False, command=command: self.command.emit(command))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _keys(self) -> QHBoxLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(10)
        for place, (keys, words) in enumerate(
            (
                ("Ctrl+O", self.tr("open a video")),
                ("Ctrl+Shift+O", self.tr("load a model")),
                ("Space", self.tr("play or pause")),
                ("Up  Down", self.tr("previous, next layer")),
                ("1 … 9", self.tr("one head alone")),
                ("Hold B", self.tr("hide the heat")),
            )
        ):
            row, column = divmod(place, 2)
            grid.addWidget(KeyChip(keys), row, 3 * column)
            grid.addWidget(label(words, "faint"), row, 3 * column + 1)
        grid.setColumnMinimumWidth(2, 16)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addLayout(grid)
        line.addStretch(1)
        return line

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colours.stage))
        pen = QPen(QColor(colours.border), 2)
        pen.setDashPattern([5, 5])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(20, 20, -20, -20), 14, 14)
        painter.end()
