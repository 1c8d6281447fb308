"""The picture of one pane, and the zoom, place and style that all panes share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from app.results.readout import readout_of
from app.widgets import theme
from app.widgets.basic import SeenWidget
from app.widgets.overlays import (
    HeatLook,
    draw_cell,
    draw_grid,
    draw_heat,
    draw_outline,
    draw_placeholder,
    draw_ring,
    draw_tubes,
    draw_unseen,
)
from app.widgets.viewport import Viewport
from mvit_core.render import OPACITIES

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QPaintEvent, QWheelEvent

    from app.results import PaneInfo, Readout

ZOOM_STEP = 1.25
PANE_MARGIN_PX = 4


@dataclass(frozen=True)
class Linked:
    """Zoom, place and style of all panes."""

    zoom: float = 1.0
    """Scale as a multiple of that which shows the whole frame."""
    centre: tuple[float, float] = (0.5, 0.5)
    """Centre of the view, as fractions (x, y) of the frame's width and height."""
    opacity: float = OPACITIES["tint"]
    heat: bool = True
    coverage: bool = True
    """Dim the frame outside the seen box."""
    lines: bool = False
    """Draw lines between tokens."""
    chosen: int = 0
    """Place of the pane that commands act on."""


class PaneBody(SeenWidget):
    """One frame with its heat."""

    hovered = Signal(object)
    zoomed = Signal(object)
    """Emitted with a ``Linked`` for all panes."""
    chosen = Signal()
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setMinimumSize(120, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.info: PaneInfo | None = None
        self._linked = Linked()
        self._kept: tuple[object, QPixmap] | None = None
        self._pointer: QPointF | None = None
        self._drag: tuple[QPointF, Viewport] | None = None

    def show_pane(self, info: PaneInfo) -> None:
        """Show another frame or map."""
        self.info = info
        self._report_hover()
        self.show_anew()

    @property
    def linked(self) -> Linked:
        """Zoom, place and style of all panes."""
        return self._linked

    def show_linked(self, linked: Linked) -> None:
        """Set zoom, place and style, which all panes share."""
        if linked != self._linked:
            self._linked = linked
            self.update()

    def view(self) -> Viewport:
        """Viewport of the frame on the pane."""
        video = self.info.video if self.info else None
        room = (self.width(), self.height())
        if video is None:
            return Viewport(room)
        fitting = Viewport(
            room,
            video.size,
            video.pixel_aspect,
            margin=PANE_MARGIN_PX,
            ratio=self.devicePixelRatioF(),
        )
        if self._linked.zoom == 1.0:
            return fitting
        centre = (self._linked.centre[0] * video.size[0], self._linked.centre[1] * video.size[1])
        return replace(fitting, zoom=self._linked.zoom * fitting.fit_scale, centre=centre)

    def readout_at(self, point: QPointF) -> Readout | None:
        """Read the map at a point; None outside the frame."""
        info = self.info
        if info is None or info.video is None or info.picture is None:
            return None
        x, y = self.view().from_view(point)
        place = (x - 0.5, y - 0.5)
        return readout_of(place, info.video.size, info.heatmap, info.picture.index, info.row_sum)

    @property
    def pointer(self) -> QPoint | None:
        """Place of the pointer; None outside the pane."""
        return None if self._pointer is None else self._pointer.toPoint()

    def aim(self, point: QPoint) -> None:
        """Point at a place, as the mouse would."""
        self._pointer = QPointF(point)
        self._report_hover()
        self.update()

    def _report(self, view: Viewport) -> None:
        video = self.info.video if self.info else None
        if video is None:
            return
        zoom = max(view.scale / view.fit_scale, 1.0)
        centre = (view.looking_at[0] / video.size[0], view.looking_at[1] / video.size[1])
        self.zoomed.emit(replace(self._linked, zoom=zoom, centre=centre))

    def _report_hover(self) -> None:
        if self._pointer is not None:
            self.hovered.emit(self.readout_at(self._pointer))

    # -- pointer ----------------------------------------------------------------------------

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            view = self.view()
            self._report(view.zoomed(view.scale * ZOOM_STEP**steps, event.position()))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.RightButton:  # a menu would take its release
            self._drag = (event.position(), self.view())
        self.chosen.emit()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._drag is not None and self._linked.zoom > 1.0:
            start, view = self._drag
            self._report(view.moved(event.position() - start))
        self._report_hover()
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.hovered.emit(None)
        self.update()

    # -- painting ---------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        info = self.info
        if info is None or info.picture is None or info.video is None:
            painter.fillRect(self.rect(), QColor(theme.current().stage))
        else:
            painter.drawPixmap(0, 0, self._composed(info))
            self._paint_pointer(painter, info)
            draw_tubes(painter, self.view(), info.tubes)
            if info.mark is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
                draw_ring(painter, self.view(), info.mark)
        painter.end()

    def _composed(self, info: PaneInfo) -> QPixmap:
        """Frame and heat as one picture, cached while they are the same."""
        ratio = self.devicePixelRatioF()
        linked = replace(self._linked, chosen=0)
        wanted = (
            info.picture,
            info.heat,
            (info.is_heat_old, info.is_heat_damaged),
            info.heatmap is None,
            _lines(info),
            linked,
            self.size().toTuple(),
            ratio,
            theme.current(),
        )
        if self._kept is not None and self._kept[0] == wanted:
            return self._kept[1]
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(theme.current().stage))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        box = self.view().frame_box
        assert info.picture is not None
        if info.picture.image is None:
            draw_placeholder(painter, box, info.picture.problem)
        else:
            painter.drawImage(box, info.picture.image)
            if info.heat is not None and linked.heat:
                look = HeatLook(linked.opacity, info.is_heat_old, info.is_heat_damaged)
                draw_heat(painter, box, info.heat, look)
            if info.heatmap is not None and linked.heat and linked.coverage:
                draw_unseen(painter, self.view(), info.heatmap)
            if info.grid is not None and linked.lines:
                draw_grid(painter, self.view(), info.grid)
        painter.end()
        self._kept = (wanted, pixmap)
        return pixmap

    def _paint_pointer(self, painter: QPainter, info: PaneInfo) -> None:
        if info.heatmap is None:
            return
        if self._linked.coverage:
            draw_outline(painter, self.view(), info.heatmap)
        readout = None if self._pointer is None else self.readout_at(self._pointer)
        if readout is not None and readout.token is not None:
            draw_cell(painter, self.view(), info.heatmap, readout.token[1], readout.token[2])


def _lines(info: PaneInfo) -> object:
    """Key of the lines between tokens, which are the same for all frames of a map."""
    grid = info.grid
    return grid and (grid.shape[1:], grid.x_px, grid.y_px, grid.box_px)
