"""The header series: a step for each window, as high as its value."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from app.widgets import theme
from app.widgets.class_colours import slot_colour, slot_pen

if TYPE_CHECKING:
    from app.panels.timeline.scene import Scene
    from app.results import SeriesInfo, SeriesLine

HEIGHT_PX = 30
EDGE_PX = 3


class Series:
    """Values over the clip; where a window was not run, nothing is drawn."""

    def __init__(self) -> None:
        self.height = 0
        """No room where there is no series."""

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint the steps of the windows seen."""
        series = scene.series
        if series is None or not self.height:
            return
        painter.save()
        painter.setClipRect(box)
        plot = box.adjusted(0, EDGE_PX, 0, -EDGE_PX)
        painter.fillRect(plot, QColor(theme.current().control))
        for line in series.lines:
            self._paint_line(painter, plot, scene, line)
        painter.restore()

    def _paint_line(self, painter: QPainter, plot: QRectF, scene: Scene, line: SeriesLine) -> None:
        series, span = scene.series, scene.span
        assert series is not None
        fill = QColor(slot_colour(-1))
        fill.setAlphaF(0.25)
        before: QPointF | None = None
        first = bisect_right(scene.windows, span.start, key=lambda window: window.stop)
        for window in scene.windows[first:]:
            if window.start >= span.stop:
                break
            value = line.values[window.index]
            if value is None:
                before = None
                continue
            share = (value - series.low) / max(series.high - series.low, 1e-9)
            y = plot.bottom() - min(max(share, 0.0), 1.0) * plot.height()
            left, right = span.x_of(window.start), span.x_of(window.stop)
            if line.slot < 0:
                painter.fillRect(QRectF(left, y, right - left, plot.bottom() - y), fill)
            painter.setPen(slot_pen(line.slot, 1.6))
            if before is not None:
                painter.drawLine(before, QPointF(left, y))
            before = QPointF(right, y)
            painter.drawLine(QPointF(left, y), before)


def value_at(series: SeriesInfo, index: int) -> str:
    """What the series says of a window, in words."""
    if all(line.values[index] is None for line in series.lines):
        return QCoreApplication.translate("timeline", "not run yet")
    words = []
    for line in series.lines:
        value, best = line.values[index], series.best[index]
        top = series.kind == "probability" and line.slot < 0
        if value is not None and (top or line.name != best):
            words.append(f"{best if top else line.name} {value:.3f}")
    return " · ".join(words)
