"""The canvas that can be pointed at without a mouse, and outlines what a click picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from typing_extensions import override

from app.results.tokens import pickable_at
from app.views.canvas import Canvas
from app.widgets.overlays import draw_pickable, picks_key
from mvit_core.attribution import needs_token

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter


class PointedCanvas(Canvas):
    """A canvas with a pointer that commands may set."""

    def aim(self, point: QPoint) -> None:
        """Point at a view point, as the mouse would."""
        self._pointer = QPointF(point)
        self._report_hover()
        self.update()

    def point_of(self, x: float, y: float) -> QPoint:
        """The view point of a source pixel."""
        return self.view_of(x, y).toPoint()

    def point_of_keys(self) -> QPoint:
        """Where keys act: at the pointer, the ringed token, or the middle of the frame."""
        if self._pointer is not None:
            return self._pointer.toPoint()
        if self._mark is not None:
            return self.point_of(*self._mark.centre_px)
        return self.frame_box().center().toPoint()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picked token along with a drag, where what is alike follows at once."""
        is_dragged = self._press is not None and bool(event.buttons() & Qt.MouseButton.LeftButton)
        if is_dragged and self._picking and self._follows:
            self.aim(event.position().toPoint())
            self.picked.emit(*self.source_at(event.position()), False)
        else:
            super().mouseMoveEvent(event)

    @property
    def _follows(self) -> bool:
        """The map shown is of a token that a drag moves."""
        return self._map is not None and needs_token(self._map.result.request.map.method)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._shift_turned(event)
        super().keyPressEvent(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._shift_turned(event)
        super().keyReleaseEvent(event)

    def _shift_turned(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift and self._picking:
            self.update()  # it picks a key while it is held

    @override
    def _paint_pointed(self, painter: QPainter, pointer: QPointF) -> None:
        """Outline the token under the pointer; while picking the one that a click picks."""
        if not self._picking:
            super()._paint_pointed(painter, pointer)
            return
        if self._map is None or self._picture is None:
            return
        place, key, index = self.source_at(pointer), picks_key(), self._picture.index
        mark = pickable_at(self._map.result, self._map.heatmap, place, index, key=key)
        if mark is not None:
            draw_pickable(painter, self._view(), mark)
