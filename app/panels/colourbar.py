"""The colour bar on the canvas: which colour is which number, by which policy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app import theme
from app.text import share_words, times_words, value_words
from mvit_core.render import colour_table

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.facts import RangeFacts, ShownMap

BAR_WIDTH = 14
BAR_HEIGHT = 108
PAD = 10


class ColourBar(QWidget):
    """Range, unit, policy and sink share of the map on screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._shown: ShownMap | None = None
        self._colormap = "inferno"
        self.hide()

    def show_map(self, shown: ShownMap | None) -> None:
        """Print the range of a map; None hides the bar."""
        self._shown = shown
        self.setVisible(shown is not None)
        self.setAccessibleName(" · ".join(self.lines()))
        self.setFixedSize(self.sizeHint())
        self.update()

    def show_colormap(self, name: str) -> None:
        """Take another colour table."""
        self._colormap = name
        self.update()

    def ends(self) -> tuple[str, str]:
        """The numbers at the top and the bottom."""
        if self._shown is None:
            return "", ""
        ends = self._shown.range.range
        return value_words(ends.high), value_words(ends.low)

    def lines(self) -> tuple[str, ...]:
        """What is printed below the bar."""
        if self._shown is None:
            return ()
        lines = [self.policy_words(self._shown.range), self.tr("attention probability")]
        sink = self._shown.heatmap.sink
        if sink is not None:
            lines.append(self.tr("sink (class key) {share}").format(share=share_words(sink)))
        return tuple(lines)

    def policy_words(self, facts: RangeFacts) -> str:
        """The range policy in words."""
        words = {
            "layer": self.tr("this layer, 1–99.5 %"),
            "map": self.tr("this map, 1–99.5 %"),
            "manual": self.tr("manual range"),
        }[facts.policy]
        return self.tr("locked range") if facts.locked else words

    @override
    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(theme.small_font(self))
        texts = [*self.lines(), "0.0000  (00.00×)"]
        width = max(metrics.horizontalAdvance(text) for text in texts)
        height = BAR_HEIGHT + len(self.lines()) * metrics.lineSpacing() + 3 * PAD
        return QSize(round(width) + 2 * PAD + 2, round(height))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.shade))
        painter.drawRoundedRect(self.rect(), 8, 8)
        bar = QRectF(PAD, PAD, BAR_WIDTH, BAR_HEIGHT)
        painter.drawImage(bar, _strip(self._colormap))
        painter.setFont(theme.small_font(self))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(colours.text))
        self._paint_ends(painter, bar, metrics)
        painter.setPen(QColor(colours.text_soft))
        y = bar.bottom() + PAD
        for line in self.lines():
            painter.drawText(QRectF(PAD, y, self.width(), metrics.lineSpacing()), 0, line)
            y += metrics.lineSpacing()
        painter.end()

    def _paint_ends(self, painter: QPainter, bar: QRectF, metrics: QFontMetricsF) -> None:
        assert self._shown is not None
        ends = self._shown.range.range
        keys = self._shown.answer.maps.key_count
        left = bar.right() + 8
        middle = (ends.low + ends.high) / 2
        for value, centre in (
            (ends.high, bar.top() + metrics.height() / 2),
            (middle, bar.center().y()),
            (ends.low, bar.bottom() - metrics.height() / 2),
        ):
            box = QRectF(left, centre - metrics.height() / 2, self.width(), metrics.height())
            words = f"{value_words(value)}  ({times_words(value * keys)})"
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)


@cache
def _strip(name: str) -> QImage:
    table = colour_table(name)
    strip = QImage(1, len(table), QImage.Format.Format_RGB32)
    for row, (red, green, blue) in enumerate(table[::-1].tolist()):
        strip.setPixelColor(QPoint(0, row), QColor(red, green, blue))
    return strip
