"""Contrast of every text and mark of a window, measured as it is painted.

Texts are taken from the painter: a paint engine of our own notes each text with its colour, and the
ground is what most pixels around it show in a picture of the same window. Marks are named, with
the widget that paints them, for no program can tell a mark from an ornament.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPaintDevice, QPaintEngine, QPainter
from PySide6.QtWidgets import QWidget

TEXT, MARK = 4.5, 3.0
"""Least contrast of texts, and of marks (WCAG 2, 1.4.3 and 1.4.11)."""


def luminance(colour: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    """Ratio of two colours, 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def over(colour: QColor, ground: QColor) -> QColor:
    """A colour with an alpha as it is seen on a ground."""
    share = colour.alphaF()
    parts = zip(colour.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(share * above + (1 - share) * below for above, below in parts))


@dataclass(frozen=True)
class SeenText:
    """A text as it was painted."""

    text: str
    colour: QColor
    """With its opacity."""
    box: QRect


class _Engine(QPaintEngine):
    """Notes texts; nothing is painted."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.seen: list[SeenText] = []

    def begin(self, device):
        return True

    def end(self):
        return True

    def type(self):
        return QPaintEngine.Type.User

    def updateState(self, state):
        self._colour = QColor(state.pen().color())
        self._colour.setAlphaF(self._colour.alphaF() * state.opacity())
        self._transform = state.transform()

    def drawTextItem(self, place, item):
        at, metrics = self._transform.map(place), QFontMetricsF(item.font())
        top, height = at.y() - metrics.ascent(), metrics.height()
        box = QRect(round(at.x()), round(top), round(item.width()), round(height))
        if item.text().strip():
            self.seen.append(SeenText(item.text(), self._colour, box))

    def drawPixmap(self, *given):
        """Pictures are no texts."""

    drawImage = drawTiledPixmap = drawPath = drawPolygon = drawPixmap
    drawRects = drawLines = drawEllipse = drawPoints = drawPixmap


class _Device(QPaintDevice):
    def __init__(self, size: QSize) -> None:
        super().__init__()
        self.engine, self._size = _Engine(), size

    def paintEngine(self):
        return self.engine

    def metric(self, what):
        metric = QPaintDevice.PaintDeviceMetric
        sides = {metric.PdmWidth: self._size.width(), metric.PdmHeight: self._size.height()}
        dots = (
            metric.PdmDpiX,
            metric.PdmDpiY,
            metric.PdmPhysicalDpiX,
            metric.PdmPhysicalDpiY,
        )
        if what == metric.PdmDevicePixelRatioScaled:
            return round(QPaintDevice.devicePixelRatioFScale())
        return sides.get(what, 96 if what in dots else 1)


def texts_of(widget: QWidget) -> list[SeenText]:
    """Every text that a widget and its children paint now."""
    device = _Device(widget.size())
    painter = QPainter(device)
    widget.render(painter, QPoint(0, 0))
    painter.end()
    return device.engine.seen


def ground_of(picture: QImage, box: QRect, colour: QColor) -> QColor:
    """The colour of most pixels of a box, other than that of the text within.

    Behind a shade a picture is still seen a little: colours that differ by less than a sixteenth
    count as one.
    """
    part = picture.copy(box.intersected(picture.rect())).convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(part.constBits(), np.uint8).reshape(part.height(), -1, 4)
    pixels = rows[:, : part.width(), 2::-1].reshape(-1, 3)
    pixels = pixels[(pixels != colour.getRgb()[:3]).any(axis=1)]
    kinds, counts = np.unique(pixels // 16, axis=0, return_counts=True)
    ground = np.median(pixels[(pixels // 16 == kinds[counts.argmax()]).all(axis=1)], axis=0)
    return QColor(*map(int, ground))


def faint_texts(widget: QWidget, least: float = TEXT) -> list[str]:
    """The texts of a widget whose contrast is too low, in words."""
    picture, found = widget.grab().toImage(), []
    for seen in texts_of(widget):
        if not picture.rect().contains(seen.box.center()):
            continue
        ground = ground_of(picture, seen.box, seen.colour)
        ratio = contrast(over(seen.colour, ground), ground)
        if ratio < least:
            names = f"{seen.colour.name()} on {ground.name()}"
            found.append(f"{seen.text!r} {ratio:.2f}, {names}, at {seen.box.getRect()}")
    return found
