"""The row of frame numbers."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF
from typing_extensions import override

from app.panels.timeline.marks import paint_marks
from app.panels.timeline.scene import Row
from app.text.phrases import frame_number
from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.panels.timeline.scene import Scene


class Ruler(Row):
    """Frame numbers at round distances, with loop and markers on them."""

    height = 18
    holds_marks = True

    @override
    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        colours, span = theme.current(), scene.span
        metrics = QFontMetricsF(painter.font())
        step = ruler_step(span.frames, box.width() / 70)
        seen = span.seen()
        for frame in range(-(-seen.start // step) * step, seen.stop, step):
            x, text = span.x_of(frame), str(frame_number(frame))
            if x + metrics.horizontalAdvance(text) > box.right() + 10:
                break
            painter.setPen(QColor(colours.edge))
            tick = floor(x) + 0.5  # on one column of pixels, or it is two faint ones
            painter.drawLine(QPointF(tick, box.bottom() - 5), QPointF(tick, box.bottom()))
            painter.setPen(QColor(colours.text_faint))
            painter.drawText(QPointF(x + 3, box.bottom() - 5), text)
        paint_marks(painter, box, scene)


def ruler_step(frames: float, marks: float) -> int:
    """A round number of frames between marks, for a span of frames with room for ``marks``."""
    least = max(frames / max(marks, 1), 1)
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= least:
                return step * factor
        step *= 10
