"""The rows of the timeline as one picture, over which the playhead moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QFont

    from app.panels.timeline.scene import Row, Scene


class RowsPicture:
    """The picture of all rows, cached while scene, size and theme are the same.

    Args:
        rows: the rows from top to bottom.
    """

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self._rows = rows
        self._kept: tuple[object, QPixmap] | None = None

    def of(self, scene: Scene, size: QSize, font: QFont) -> QPixmap:
        """The picture of a scene, in a size in points."""
        wanted = (scene, size.toTuple(), theme.current())
        if self._kept is not None and self._kept[0] == wanted:
            return self._kept[1]
        pixmap = QPixmap(size * scene.pixel_ratio)
        pixmap.setDevicePixelRatio(scene.pixel_ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        top = 0.0
        for row in self._rows:
            row.paint(painter, QRectF(scene.span.left, top, scene.span.width, row.height), scene)
            top += row.height
        painter.end()
        self._kept = (wanted, pixmap)
        return pixmap

    def forget(self) -> None:
        """Drop the picture, so that the rows are painted again."""
        self._kept = None
