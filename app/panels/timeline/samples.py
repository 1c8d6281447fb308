"""The row of sampled frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPen
from typing_extensions import override

from app.panels.timeline.scene import Row
from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.panels.timeline.scene import Scene


class Samples(Row):
    """Ticks for the sampled frames of the present window."""

    height = 8

    @override
    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        if scene.window is None:
            return
        painter.setPen(QPen(QColor(theme.current().accent), 2))
        span = scene.span
        for frame in sorted(set(scene.window.frame_indices)):
            x = (span.x_of(frame) + span.x_of(frame + 1)) / 2
            if box.left() <= x <= box.right():
                painter.drawLine(QPointF(x, box.top() + 1), QPointF(x, box.bottom() - 1))
