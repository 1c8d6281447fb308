"""Paints the playhead and the line below the pointer over the rows of the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.panels.timeline.ruler import Ruler
from app.widgets import theme

if TYPE_CHECKING:
    from app.panels.timeline.span import Span

PLAYHEAD_PX = 8
"""Width of the playhead to each side of its line."""


def playhead_box(span: Span, frame: int, height: float) -> QRectF:
    """Box that the playhead covers."""
    left, right = span.x_of(frame), span.x_of(frame + 1)
    reach = PLAYHEAD_PX + (right - left) / 2
    return QRectF((left + right) / 2 - reach, 0, 2 * reach, height)


def paint_playhead(painter: QPainter, span: Span, frame: int, height: float) -> None:
    """Paint the playhead, if its frame is in the span."""
    left, right = span.x_of(frame), span.x_of(frame + 1)
    x = (left + right) / 2
    if not span.left - 1 <= x <= span.left + span.width + 1:
        return
    colour = QColor(theme.current().text)
    light = QColor(colour)
    light.setAlphaF(0.25)
    top = Ruler.height
    painter.fillRect(QRectF(left, top, max(right - left, 2.0), height - top), light)
    # Dark beside light, so that it shows on thumbnails of any brightness.
    for width, ground in ((4, QColor(theme.current().panel)), (2, colour)):
        painter.fillRect(QRectF(x - width / 2, top - 2, width, height - top + 2), ground)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(
        QPolygonF([QPointF(x - 5, top - 8), QPointF(x + 5, top - 8), QPointF(x, top)])
    )


def paint_pointer(painter: QPainter, span: Span, frame: int, height: float) -> None:
    """Paint a thin line through the frame under the pointer."""
    x = (span.x_of(frame) + span.x_of(frame + 1)) / 2
    painter.setPen(QPen(QColor(theme.current().text_faint), 1))
    painter.drawLine(QPointF(x, Ruler.height), QPointF(x, height))
