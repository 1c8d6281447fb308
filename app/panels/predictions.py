"""What the model says about the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app import theme
from app.text import share_words
from app.widgets import label

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.facts import PredictionFacts

ROW_PX = 27
TOP = 5


class Bars(QWidget):
    """The most probable classes, one bar each."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._predictions: tuple[PredictionFacts, ...] = ()
        self._faded = False

    def show_predictions(self, predictions: tuple[PredictionFacts, ...], *, stale: bool) -> None:
        """Take the classes to draw, most probable first."""
        self._predictions, self._faded = predictions[:TOP], stale
        words = (f"{p.name} {share_words(p.probability)}" for p in self._predictions)
        self.setAccessibleName(", ".join(words))
        self.updateGeometry()
        self.update()

    def rows(self) -> tuple[tuple[str, str], ...]:
        """(class, probability) as printed."""
        return tuple((p.name, share_words(p.probability)) for p in self._predictions)

    @override
    def sizeHint(self) -> QSize:
        return QSize(180, ROW_PX * len(self._predictions))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.45 if self._faded else 1.0)
        for row, prediction in enumerate(self._predictions):
            self._paint_row(painter, row, prediction)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int, prediction: PredictionFacts) -> None:
        colours = theme.current()
        line = QRectF(0, row * ROW_PX, self.width(), ROW_PX - 9)
        share = share_words(prediction.probability)
        metrics = painter.fontMetrics()
        taken = metrics.horizontalAdvance(share) + 10
        font = painter.font()
        font.setBold(row == 0)
        painter.setFont(font)
        painter.setPen(QColor(colours.text if row == 0 else colours.text_soft))
        room = int(self.width() - taken)
        name = painter.fontMetrics().elidedText(prediction.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share)
        font.setBold(False)
        painter.setFont(font)
        bar = QRectF(0, line.bottom() + 1, self.width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        bar.setWidth(max(bar.width() * prediction.probability, 2.0))
        painter.setBrush(QColor(colours.accent if row == 0 else colours.text_faint))
        painter.drawRoundedRect(bar, 1.5, 1.5)


class PredictionsPanel(QWidget):
    """Top classes of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bars = Bars()
        self._note = label("", "faint")
        self._note.setWordWrap(True)
        self._note.setFont(theme.small_font(self))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 6)
        column.setSpacing(6)
        column.addWidget(self.bars)
        column.addWidget(self._note)
        column.addStretch(1)
        self.show_empty(self.tr("Load a model to see what it predicts."))

    def show_empty(self, reason: str) -> None:
        """Nothing to show, and why."""
        self.bars.show_predictions((), stale=False)
        self._note.setText(reason)
        self._note.setVisible(True)

    def show_predictions(
        self, predictions: tuple[PredictionFacts, ...], *, note: str, stale: bool
    ) -> None:
        """Take the classes of a window, and what must be known about it."""
        self.bars.show_predictions(predictions, stale=stale)
        self._note.setText(note)
        self._note.setVisible(bool(note))
