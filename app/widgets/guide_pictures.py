"""The pictures of the guide, drawn at whatever size there is, in the colours of the theme."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import set_spoken_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPaintEvent

WIDTH, HEIGHT = 220, 124
"""Units in which the pictures are drawn."""
FOR, AGAINST = "#e0560b", "#2f7de1"


@dataclass(frozen=True)
class Ink:
    """A painter, and the colours of the theme."""

    painter: QPainter
    line: QColor
    accent: QColor
    soft: QColor

    def grid(self, box: QRectF, values: Sequence[Sequence[float]], colour: QColor) -> None:
        """Cells whose opacity is their value, 0 to 1."""
        width, height = box.width() / len(values[0]), box.height() / len(values)
        for y, row in enumerate(values):
            for x, value in enumerate(row):
                cell = QRectF(box.left() + x * width, box.top() + y * height, width, height)
                shade = QColor(colour)
                shade.setAlphaF(min(max(value, 0.0), 1.0))
                self.painter.fillRect(cell, shade)
                self.painter.setPen(QPen(self.soft, 0.5))
                self.painter.setBrush(Qt.BrushStyle.NoBrush)
                self.painter.drawRect(cell)

    def box(self, box: QRectF, colour: QColor, width: float = 2.0) -> None:
        """An outline."""
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(colour, width))
        self.painter.drawRect(box)

    def arrow(self, start: QPointF, end: QPointF, colour: QColor | None = None) -> None:
        """An arrow."""
        colour = colour or self.line
        self.painter.setPen(QPen(colour, 1.5))
        self.painter.drawLine(start, end)
        along = end - start
        length = max((along.x() ** 2 + along.y() ** 2) ** 0.5, 1.0)
        unit = along / length
        side = QPointF(-unit.y(), unit.x())
        head = QPainterPath(end)
        head.lineTo(end - unit * 7 + side * 3.5)
        head.lineTo(end - unit * 7 - side * 3.5)
        head.closeSubpath()
        self.painter.fillPath(head, colour)

    def bar(self, left: float, height: float, colour: QColor, width: float = 18) -> None:
        """A bar that stands on the ground line."""
        self.painter.fillRect(QRectF(left, 108 - height, width, height), colour)

    def ground(self, left: float, right: float) -> None:
        """The line on which bars stand."""
        self.painter.setPen(QPen(self.line, 1))
        self.painter.drawLine(QPointF(left, 108), QPointF(right, 108))

    def curve(self, points: Sequence[tuple[float, float]], style: Qt.PenStyle) -> None:
        """A line through points."""
        self.painter.setPen(QPen(self.accent, 2, style))
        for (x0, y0), (x1, y1) in pairwise(points):
            self.painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))


SPOT = ((0.1, 0.1, 0.1, 0.1), (0.1, 0.6, 0.9, 0.2), (0.1, 0.5, 0.8, 0.1), (0.1, 0.1, 0.1, 0.1))
OTHER = ((0.7, 0.2, 0.5, 0.1), (0.1, 0.3, 0.1, 0.8), (0.6, 0.1, 0.4, 0.2), (0.2, 0.7, 0.1, 0.5))
FLAT = ((0.0,) * 4,) * 4


def _sink(ink: Ink) -> None:
    ink.bar(24, 92, ink.accent, 26)
    for place, height in enumerate((10, 16, 7, 20, 12, 6)):
        ink.bar(70 + 22 * place, height, ink.soft, 14)
    ink.ground(16, 204)


def _readout(ink: Ink) -> None:
    ink.grid(QRectF(16, 22, 80, 80), SPOT, ink.soft)
    ink.box(QRectF(126, 50, 24, 24), ink.accent)
    for y in (32, 62, 92):
        ink.arrow(QPointF(100, y), QPointF(122, 62 + (y - 62) / 6))
    ink.arrow(QPointF(154, 62), QPointF(178, 62))
    for y, width in ((46, 24), (58, 14), (70, 8)):
        ink.painter.fillRect(QRectF(182, y, width, 7), ink.accent)


def _received(ink: Ink) -> None:
    ink.grid(QRectF(60, 12, 100, 100), FLAT, ink.soft)
    cell = QRectF(110, 37, 25, 25)
    ink.painter.fillRect(cell, ink.accent)
    for x, y in ((72, 24), (72, 74), (97, 99), (147, 99), (147, 24)):
        start, end = QPointF(x, y), cell.center()
        ink.arrow(start, start + (end - start) * 0.72)


def _tubelet(ink: Ink) -> None:
    for place in (2, 1, 0):
        box = QRectF(34 + 40 * place, 16 + 8 * place, 84, 76)
        ink.painter.fillRect(box, QBrush(theme_colour("panel")))
        ink.grid(box, FLAT, ink.soft)
        if place < 2:
            ink.box(QRectF(box.left() + 63, box.top() + 19, 21, 19), ink.accent, 2.5)
    ink.painter.setPen(QPen(ink.accent, 1.5, Qt.PenStyle.DashLine))
    ink.painter.drawLine(QPointF(118, 35), QPointF(158, 43))
    ink.painter.drawLine(QPointF(118, 54), QPointF(158, 62))


def _coverage(ink: Ink) -> None:
    frame, seen = QRectF(20, 16, 180, 92), QRectF(64, 16, 92, 92)
    ink.painter.fillRect(frame, QBrush(ink.soft, Qt.BrushStyle.BDiagPattern))
    ink.painter.fillRect(seen, theme_colour("panel"))
    ink.grid(seen, SPOT, ink.accent)
    ink.box(frame, ink.line, 1)
    ink.box(seen, ink.accent)


def _mass(ink: Ink) -> None:
    for place, share in enumerate((0.2, 0.35, 0.8, 0.7, 0.3)):
        left = 26 + 36 * place
        ink.bar(left, 92, ink.soft, 24)
        ink.bar(left, 92 * share, ink.accent, 24)
    ink.ground(16, 204)


def _evidence(ink: Ink) -> None:
    ink.grid(QRectF(16, 16, 92, 92), SPOT, QColor(FOR))
    ink.grid(QRectF(16, 62, 23, 46), ((0.7,), (0.5,)), QColor(AGAINST))
    ink.painter.fillRect(QRectF(130, 30, 72, 14), QColor(FOR))
    ink.painter.fillRect(QRectF(152, 56, 50, 14), QColor(AGAINST))
    ink.painter.fillRect(QRectF(130, 82, 22, 14), ink.line)
    ink.painter.setPen(QPen(ink.line, 1))
    ink.painter.drawLine(QPointF(130, 22), QPointF(130, 104))


def _baseline(ink: Ink) -> None:
    ink.painter.fillRect(QRectF(16, 26, 76, 76), ink.soft)
    ink.box(QRectF(16, 26, 76, 76), ink.line, 1)
    ink.grid(QRectF(128, 26, 76, 76), SPOT, ink.accent)
    ink.arrow(QPointF(98, 64), QPointF(122, 64))


def _faithfulness(ink: Ink) -> None:
    ink.curve(((24, 24), (40, 66), (64, 92), (110, 102), (200, 106)), Qt.PenStyle.SolidLine)
    ink.curve(((24, 24), (90, 32), (150, 58), (200, 104)), Qt.PenStyle.DotLine)
    ink.curve(((24, 104), (48, 60), (90, 32), (200, 22)), Qt.PenStyle.DashLine)
    ink.painter.setPen(QPen(ink.line, 1))
    ink.painter.drawLine(QPointF(24, 14), QPointF(24, 108))
    ink.ground(24, 204)


def _sanity(ink: Ink) -> None:
    ink.grid(QRectF(16, 22, 80, 80), SPOT, ink.accent)
    ink.grid(QRectF(124, 22, 80, 80), OTHER, ink.accent)
    ink.painter.setPen(QPen(ink.line, 2))
    ink.painter.drawLine(QPointF(102, 58), QPointF(118, 58))
    ink.painter.drawLine(QPointF(102, 66), QPointF(118, 66))
    ink.painter.drawLine(QPointF(105, 72), QPointF(115, 52))


def _when(ink: Ink) -> None:
    for place, height in enumerate((3, 4, 26, 50, 34, 5, 3)):
        ink.box(QRectF(18 + 27 * place, 14, 20, 28), ink.soft, 1.5)
        ink.bar(18 + 27 * place, height, ink.accent, width=20)
    ink.ground(12, 208)


def _effect(ink: Ink) -> None:
    for place in range(4):
        box = QRectF(18 + 24 * place, 44, 18, 36)
        ink.box(box, ink.soft if place == 2 else ink.accent)
        if place == 2:
            ink.painter.drawLine(box.topLeft(), box.bottomRight())
            ink.painter.drawLine(box.topRight(), box.bottomLeft())
    ink.arrow(QPointF(120, 62), QPointF(140, 62))
    ink.bar(152, 84, ink.soft)
    ink.bar(180, 46, ink.accent)
    ink.ground(146, 204)


def _what_if(ink: Ink) -> None:
    ink.grid(QRectF(16, 22, 80, 80), SPOT, ink.accent)
    hole = QRectF(35, 41, 42, 42)
    ink.painter.fillRect(hole, theme_colour("panel"))
    ink.painter.setBrush(Qt.BrushStyle.NoBrush)
    ink.painter.setPen(QPen(ink.line, 2, Qt.PenStyle.DashLine))
    ink.painter.drawRect(hole)
    ink.arrow(QPointF(104, 62), QPointF(128, 62))
    for left, before, after in ((140, 84, 20), (174, 14, 60)):
        ink.bar(left, before, ink.soft, 12)
        ink.bar(left + 12, after, ink.accent, 12)
    ink.ground(134, 204)


def _patching(ink: Ink) -> None:
    for top, colour in ((16, ink.soft), (76, ink.accent)):
        for place in range(4):
            box = QRectF(16 + 38 * place, top, 26, 30)
            is_patched = top == 16 and place == 2
            ink.painter.fillRect(box, ink.accent if is_patched else colour)
    ink.arrow(QPointF(105, 74), QPointF(105, 50))
    for left, before, after in ((176, 84, 30), (196, 20, 70)):
        ink.bar(left, before, ink.soft, 8)
        ink.bar(left + 8, after, ink.accent, 8)
    ink.ground(172, 214)


def _time_to_time(ink: Ink) -> None:
    size = 7
    values = tuple(
        tuple(max(1 - abs(x - y) * 0.4, 0.55 if x == 1 else 0.06) for x in range(size))
        for y in range(size)
    )
    ink.grid(QRectF(60, 12, 100, 100), values, ink.accent)
    ink.box(QRectF(60, 12 + 300 / 7, 100, 100 / 7), ink.line)


def _windows(ink: Ink) -> None:
    font = ink.painter.font()
    font.setPointSizeF(8)
    ink.painter.setFont(font)
    for place in range(3):
        box = QRectF(16 + 64 * place, 40, 60, 20)
        ink.painter.fillRect(box, ink.accent if place == 0 else ink.soft)
        ink.painter.setPen(QPen(ink.line))
        ink.painter.drawText(box.translated(0, -22), Qt.AlignmentFlag.AlignCenter, str(place + 1))
        low = box.translated(0, 24)
        ink.painter.drawText(low, Qt.AlignmentFlag.AlignCenter, str(place))
    words = QRectF(16, 86, 188, 20)
    ink.painter.drawText(words, Qt.AlignmentFlag.AlignCenter, "window_index")


def _entropy(ink: Ink) -> None:
    for place, heights in enumerate(((8, 86, 12, 6), (44, 48, 46, 45))):
        for bar, height in enumerate(heights):
            ink.bar(20 + 100 * place + 19 * bar, height, ink.accent if place else ink.soft, 13)
    ink.ground(12, 208)


def _distance(ink: Ink) -> None:
    ink.grid(QRectF(60, 12, 100, 100), FLAT, ink.soft)
    start = QPointF(72, 99)
    ink.painter.fillRect(QRectF(60, 87, 25, 25), ink.accent)
    for x, y in ((97, 74), (147, 49), (122, 24)):
        ink.arrow(start, QPointF(x, y))


def _centre_share(ink: Ink) -> None:
    ink.grid(QRectF(60, 12, 100, 100), SPOT, ink.accent)
    ink.box(QRectF(85, 37, 50, 50), ink.line)


def _content_position(ink: Ink) -> None:
    for left, values in ((12, OTHER), (86, SPOT)):
        ink.grid(QRectF(left, 32, 60, 60), values, ink.accent)
    ink.arrow(QPointF(150, 62), QPointF(172, 62))
    ink.grid(QRectF(176, 46, 32, 32), SPOT, ink.line)


def _pca(ink: Ink) -> None:
    shades = (QColor("#c2452d"), QColor("#2d8a4e"), QColor("#2f6fc2"))
    for y in range(4):
        for x in range(4):
            shade = shades[0 if SPOT[y][x] > 0.4 else 1 if OTHER[y][x] > 0.4 else 2]
            ink.painter.fillRect(QRectF(20 + 25 * x, 12 + 25 * y, 25, 25), shade)
    for place, shade in enumerate(shades):
        ink.painter.fillRect(QRectF(146 + 20 * place, 54, 18, 14), shade)


def _similarity(ink: Ink) -> None:
    ink.grid(QRectF(60, 12, 100, 100), SPOT, ink.accent)
    ink.painter.setBrush(Qt.BrushStyle.NoBrush)
    ink.painter.setPen(QPen(ink.line, 2))
    ink.painter.drawEllipse(QPointF(122.5, 49.5), 10, 10)


PICTURES: dict[str, Callable[[Ink], None]] = {
    "sink": _sink,
    "readout": _readout,
    "received": _received,
    "mass_on_patches": _mass,
    "tubelet": _tubelet,
    "coverage": _coverage,
    "evidence": _evidence,
    "baseline": _baseline,
    "faithfulness": _faithfulness,
    "sanity": _sanity,
    "when": _when,
    "effect": _effect,
    "what_if": _what_if,
    "patching": _patching,
    "time_to_time": _time_to_time,
    "entropy": _entropy,
    "distance": _distance,
    "centre_share": _centre_share,
    "content_position": _content_position,
    "pca": _pca,
    "similarity": _similarity,
    "windows": _windows,
}
"""How the picture of an entry is drawn, by its name."""


def theme_colour(name: str) -> QColor:
    """A colour of the theme by its name."""
    return QColor(getattr(theme.current(), name))


class GuidePicture(QWidget):
    """The picture of an entry; hidden where there is none.

    Args:
        scale: times 220 by 124 pixels.
    """

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self._scale = scale
        self._name = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_entry(self, name: str, words: str) -> None:
        """Show the picture of an entry; ``words`` are read out in its place."""
        self._name = name
        set_spoken_name(self, words)
        self.setVisible(name in PICTURES)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(round(WIDTH * self._scale), round(HEIGHT * self._scale))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme_colour("panel"))
        painter.scale(self._scale, self._scale)
        soft = theme_colour("text_faint")
        soft.setAlphaF(0.6)
        if self._name in PICTURES:
            PICTURES[self._name](
                Ink(painter, theme_colour("text_soft"), theme_colour("accent"), soft)
            )
        painter.end()
