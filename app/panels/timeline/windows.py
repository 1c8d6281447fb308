"""The row of clip windows."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from app.panels.timeline.scene import Row
from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.panels.timeline.scene import Scene


class Windows(Row):
    """Boxes of the clip windows, the present one highlighted."""

    height = 20

    @override
    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        colours, span = theme.current(), scene.span
        first = bisect_right(scene.windows, span.start, key=lambda window: window.stop)
        for window in scene.windows[first:]:
            if window.start >= span.stop:
                break
            left = max(span.x_of(window.start) + 1, box.left())
            right = min(span.x_of(window.stop) - 1, box.right())
            place = QRectF(left, box.top() + 1, right - left, box.height() - 5)
            here = window == scene.window
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if here else colours.control))
            painter.drawRoundedRect(place, 4, 4)
            if place.width() > 74:
                painter.setPen(QColor(colours.text if here else colours.text_faint))
                words = QCoreApplication.translate("timeline", "window {n}")
                painter.drawText(
                    place, Qt.AlignmentFlag.AlignCenter, words.format(n=window.index + 1)
                )
