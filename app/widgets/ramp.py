"""Paints a ramp: the colours of a scale as a strip, in headers and on copied pictures."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from mvit_core.render import bar_picture

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from app.results import Scale
    from mvit_core.render import RenderStyle

BAR = QSize(72, 10)
"""Size of a ramp on one line, in points."""

ROWS = 10
"""Rows of the picture of a ramp: enough for a clear line between its halves."""


@lru_cache(maxsize=64)
def ramp_image(style: RenderStyle) -> QImage:
    """The colours from the low to the high end, above as on a black frame, below as on a white."""
    table = bar_picture(style, 256, ROWS)
    return QImage(table.tobytes(), 256, ROWS, 3 * 256, QImage.Format.Format_RGB888).copy()


def paint_ramp(painter: QPainter, box: QRectF, scale: Scale) -> None:
    """Paint the colours from the low to the high end, as on the maps."""
    painter.drawImage(box, ramp_image(scale.style))
