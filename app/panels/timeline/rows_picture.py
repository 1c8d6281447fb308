"""All rows of the timeline as one picture: the playhead moves over it."""

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
    """Kept as long as the rows would be painted the same.

    Args:
        rows: from top to bottom.
    """

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self._rows = rows
        self._kept: tuple[object, QPixmap] | None = None

    def of(self, scene: Scene, size: QSize, font: QFont) -> QPixmap:
        """The picture of a scene, as large as the widget."""
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
        """Paint the rows anew, though nothing else has changed."""
        self._kept = None
