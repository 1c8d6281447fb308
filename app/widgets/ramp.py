"""Paints a ramp: the colours of a scale as a strip, in headers and on copied pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from app.widgets import theme
from mvit_core.render import bar_colours

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from app.results import Scale

BAR = QSize(72, 10)
"""Size of a ramp on one line, in points."""


def paint_ramp(painter: QPainter, box: QRectF, scale: Scale) -> None:
    """Paint the colours from the low to the high end, as on the maps."""
    ground, steps = QColor(theme.current().control), 256
    table = bar_colours(scale.style, steps, (ground.red(), ground.green(), ground.blue()))
    strip = QImage(table.tobytes(), steps, 1, 3 * steps, QImage.Format.Format_RGB888)
    painter.drawImage(box, strip)
