"""The canvas: the frame with the heat on it.

Coordinates: *source* pixels are pixel centres of the stored frame, as in the core; *view* points
are the widget's. A stored pixel may be shown wider than high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.results.readout import readout_on
from app.widgets import theme
from app.widgets.basic import SeenWidget
from app.widgets.overlays import (
    HatchedHeat,
    HeatLook,
    StillLines,
    draw_cell,
    draw_half_outlines,
    draw_heat,
    draw_placeholder,
    draw_removed,
    draw_ring,
)
from app.widgets.viewport import MAX_ZOOM, Viewport

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QPaintEvent, QResizeEvent, QWheelEvent

    from app.results import (
        FramePicture,
        HeatPicture,
        Readout,
        RemovedInfo,
        ShownMap,
        TokenMark,
        VideoInfo,
    )

ZOOM_STEP = 1.25
DRAG_PX = 4
"""Pixels; a press that moves less is a click."""


class Canvas(SeenWidget):
    """Shows one frame, its heat, the token grid, and the token under the pointer."""

    hovered = Signal(object)
    """Emitted with a ``Readout``, or None outside the frame."""
    picked = Signal(float, float, bool)
    """Emitted at a click while picking with source pixel x, y, and True with Shift."""
    zoomed = Signal(float)
    """Emitted with view points per stored row; 0 without a video."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Frame with attention"))
        self._video: VideoInfo | None = None
        self._picture: FramePicture | None = None
        self._heat: HeatPicture | None = None
        self._map: ShownMap | None = None
        self._mark: TokenMark | None = None
        self._removed: RemovedInfo | None = None
        self._look = HeatLook()
        self._heat_visible = True
        self._grid_visible = False
        self._coverage_visible = True
        self._picking = False
        self._zoom, self._centre = 0.0, (0.0, 0.0)  # as Viewport has them
        self._kept: tuple[object, QPixmap] | None = None
        self._still, self._hatched = StillLines(), HatchedHeat()
        self._press: QPointF | None = None
        self._drag_from: Viewport | None = None
        self._pointer: QPointF | None = None

    @override
    def sizeHint(self) -> QSize:
        return QSize(760, 480)

    @property
    def picture(self) -> FramePicture | None:
        """The frame on screen."""
        return self._picture

    @property
    def heat(self) -> HeatPicture | None:
        """The heat on screen, visible or not."""
        return self._heat

    def show_video(self, video: VideoInfo | None) -> None:
        """Show another video, or none; frame, heat, map and zoom are reset."""
        self._video = video
        self._picture = self._heat = self._map = self._mark = None
        self.fit()

    def show_frame(self, picture: FramePicture) -> None:
        """Show a frame."""
        self._picture = picture
        self._report_hover()
        self.show_anew()

    def show_heat(self, heat: HeatPicture | None) -> None:
        """Lay a coloured map over the frame."""
        self._heat = heat
        self.update()

    def show_map(self, shown: ShownMap | None) -> None:
        """Set the map behind the colours, for token grid and readout."""
        self._map = shown
        self._report_hover()
        if not self._awaits_heat():
            self.update()  # else the heat of this map comes soon, and both are drawn at once

    def show_mark(self, mark: TokenMark | None) -> None:
        """Ring a token."""
        if mark != self._mark:
            self._mark = mark
            self.update()

    @property
    def removed(self) -> RemovedInfo | None:
        """What is covered of the frame, in place of the heat."""
        return self._removed

    def show_removed(self, removed: RemovedInfo | None) -> None:
        """Cover parts of the frame as the model saw it covered, and hide the heat; None ends it."""
        self._removed = removed
        self.update()

    def show_style(
        self, look: HeatLook, *, heat: bool, grid: bool, coverage: bool, picking: bool
    ) -> None:
        """Set which layers are drawn, and how."""
        before = self._look, self._heat_visible, self._grid_visible, self._coverage_visible
        if before != (look, heat, grid, coverage):
            self.update()
        self._look, self._heat_visible = look, heat
        self._grid_visible, self._coverage_visible = grid, coverage
        if picking != self._picking:
            self._picking = picking
            self._set_cursor()
            self.update()

    def fit(self) -> None:
        """Show the whole frame."""
        self._zoom = 0.0
        self._after_zoom()

    @property
    def place(self) -> tuple[float, tuple[float, float]]:
        """Zoom and centre, as ``Viewport`` has them."""
        return self._zoom, self._centre

    def go_to(self, zoom: float, centre: tuple[float, float]) -> None:
        """Set zoom and centre, as returned by ``place``."""
        self._zoom, self._centre = min(max(zoom, 0.0), MAX_ZOOM), centre
        self._after_zoom()

    def actual_size(self) -> None:
        """Zoom to one stored row per screen row."""
        self._zoom_to(self._view().actual_scale, QPointF(self.rect().center()))

    def zoom_by(self, steps: float) -> None:
        """Zoom about the widget's centre."""
        self._zoom_to(self._scale() * ZOOM_STEP**steps, QPointF(self.rect().center()))

    def frame_box(self) -> QRectF:
        """The frame's box in view points."""
        return self._view().frame_box

    def source_at(self, point: QPointF) -> tuple[float, float]:
        """Convert a view point to a source pixel (x, y), fractions kept."""
        x, y = self._view().from_view(point)
        return x - 0.5, y - 0.5

    def view_of(self, x: float, y: float) -> QPointF:
        """The view point of a source pixel's centre."""
        return self._view().pixel_view(x, y)

    def readout_at(self, point: QPointF) -> Readout | None:
        """Read the map at a view point; None outside the frame."""
        if self._video is None or self._picture is None:
            return None
        return readout_on(self.source_at(point), self._video.size, self._map, self._picture.index)

    # -- geometry ---------------------------------------------------------------------------

    def _view(self) -> Viewport:
        room = (self.width(), self.height())
        if self._video is None:
            return Viewport(room)
        video = self._video
        return Viewport(
            room,
            video.size,
            video.pixel_aspect,
            self._zoom,
            self._centre,
            ratio=self.devicePixelRatioF(),
        )

    def _set_viewport(self, view: Viewport) -> None:
        self._zoom, self._centre = view.zoom, view.centre

    def _scale(self) -> float:
        return self._view().scale

    def _zoom_to(self, scale: float, about: QPointF) -> None:
        if self._video is not None:
            self._set_viewport(self._view().zoomed(scale, about))
            self._after_zoom()

    def _after_zoom(self) -> None:
        self._set_cursor()
        self.zoomed.emit(self._scale() if self._video else 0.0)
        self._report_hover()
        self.update()

    def _set_cursor(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._picking:
            shape = Qt.CursorShape.CrossCursor
        elif self._zoom:
            shape = Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)

    # -- pointer ----------------------------------------------------------------------------

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            self._zoom_to(self._scale() * ZOOM_STEP**steps, event.position())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        left_or_middle = Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton
        if event.button() & left_or_middle and self._video is not None:
            self._press = event.position()
            self._drag_from = None
            event.accept()
            return
        super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._press is not None:
            moved = event.position() - self._press
            if self._drag_from is None and moved.manhattanLength() > DRAG_PX:
                self._drag_from = self._view()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            if self._drag_from is not None:
                self._set_viewport(self._drag_from.moved(moved))
        self._report_hover()
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._press is not None and self._drag_from is None
        self._press = self._drag_from = None
        self._set_cursor()
        if clicked and self._picking and event.button() == Qt.MouseButton.LeftButton:
            x, y = self.source_at(event.position())
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.picked.emit(x, y, shift)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._picking:
            self.fit()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._report_hover()
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.zoomed.emit(self._scale() if self._video else 0.0)

    def _awaits_heat(self) -> bool:
        """The heat drawn is another map's, and that of the map shown is being made."""
        heat, shown = self._heat, self._map
        if heat is None or shown is None or not self._heat_visible:
            return False
        return heat.key.map_number != shown.number

    def _report_hover(self) -> None:
        readout = None if self._pointer is None else self.readout_at(self._pointer)
        self.hovered.emit(readout)

    # -- painting ---------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        colours = theme.current()
        if self._video is None or self._picture is None:
            painter.fillRect(self.rect(), QColor(colours.stage))
        if self._video is not None and self._picture is not None:
            painter.drawPixmap(0, 0, self._composed())
            self._paint_map_lines(painter)
            painter.setFont(theme.small_font(self))
            self._paint_above(painter)
        if self.frames_focus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _composed(self) -> QPixmap:
        """Frame and heat as one picture, cached while they are the same."""
        heat = self._heat if self._heat_visible and self._removed is None else None
        box, ratio = self.frame_box(), self.devicePixelRatioF()
        wanted = (
            self._picture,
            heat,
            self._look,
            box.getRect(),
            self.size().toTuple(),
            ratio,
            theme.current(),
            self._map,
            self._grid_visible,
            self._heat_visible,
            self._coverage_visible,
            self._removed,
        )
        if self._kept is not None and self._kept[0] == wanted:
            return self._kept[1]
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(theme.current().stage))
        painter = QPainter(pixmap)
        self._paint_frame(painter, box)
        if self._removed is not None and self._picture is not None:
            draw_removed(painter, self._view(), self._removed, self._picture.index)
        if heat is not None and self._picture is not None and self._picture.image is not None:
            draw_heat(painter, box, heat.image, self._look, self._hatched)
            if heat.outlines:
                draw_half_outlines(painter, self._view(), heat.outlines, self._look)
        self._paint_still_lines(painter)
        painter.end()
        self._kept = (wanted, pixmap)
        return pixmap

    def _paint_frame(self, painter: QPainter, box: QRectF) -> None:
        assert self._picture is not None
        image = self._picture.image
        if image is None:
            draw_placeholder(painter, box, self._picture.problem)
            return
        # Enlarged pixels stay visible as such; a reduced frame must not shimmer.
        smooth = self._scale() * self.devicePixelRatioF() < 4
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(box, image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)

    def _paint_still_lines(self, painter: QPainter) -> None:
        """Paint the token grid and the outline of the seen box."""
        if self._map is not None:
            coverage = self._heat_visible and self._coverage_visible
            self._still.paint(
                painter, self._view(), self._map.heatmap, grid=self._grid_visible, coverage=coverage
            )

    def _paint_above(self, painter: QPainter) -> None:
        """Paint what lies on the picture; here nothing."""

    def _paint_map_lines(self, painter: QPainter) -> None:
        """Paint the cell under the pointer and the ring around the picked token."""
        if self._map is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self._pointer is not None and self._drag_from is None:
            self._paint_pointed(painter, self._pointer)
        if self._mark is not None:
            draw_ring(painter, self._view(), self._mark)

    def _paint_pointed(self, painter: QPainter, pointer: QPointF) -> None:
        """Outline the token under the pointer."""
        readout = self.readout_at(pointer)
        if self._map is not None and readout is not None and readout.token is not None:
            _, row, column = readout.token
            draw_cell(painter, self._view(), self._map.heatmap, row, column)
