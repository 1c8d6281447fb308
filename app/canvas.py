"""The frame with the heat on it.

Coordinates: *source* pixels are pixel centres of the stored frame, as in the core; *view* points
are the widget's. A stored pixel may be shown wider than high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app import theme
from app.facts import Readout

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from app.facts import FramePicture, HeatPicture, ShownMap, TokenMark, VideoFacts

ZOOM_STEP = 1.25
MAX_ZOOM = 64.0
DRAG_PX = 4
"""A press that moves less is a click."""
MARGIN_PX = 16


class Canvas(QWidget):
    """Shows one frame, its heat, the grid, and what the pointer is over."""

    hovered = Signal(object)
    """A ``Readout``, or None outside the frame."""
    picked = Signal(float, float, bool)
    """A click at a source pixel (x, y) while picking; True with Shift."""
    zoomed = Signal(float)
    """View points per stored pixel row; 0 without a video."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Frame with attention"))
        self._video: VideoFacts | None = None
        self._picture: FramePicture | None = None
        self._heat: HeatPicture | None = None
        self._map: ShownMap | None = None
        self._mark: TokenMark | None = None
        self._badges: tuple[str, ...] = ()
        self._opacity = 0.6
        self._heat_visible = True
        self._grid_visible = False
        self._picking = False
        self._zoom = 0.0  # 0 fits the frame to the widget
        self._centre = QPointF()  # source point, from the frame's corner, at the widget's centre
        self._kept: tuple[object, QPixmap] | None = None
        self._press: QPointF | None = None
        self._drag_from: QPointF | None = None
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

    @property
    def badges(self) -> tuple[str, ...]:
        """The remarks on screen."""
        return self._badges

    def show_video(self, video: VideoFacts | None) -> None:
        """Begin with another video: nothing of the old one stays."""
        self._video = video
        self._picture = self._heat = self._map = self._mark = None
        self.fit()

    def show_frame(self, picture: FramePicture) -> None:
        """Put a frame on screen."""
        self._picture = picture
        self._tell_hover()
        self.update()

    def show_heat(self, heat: HeatPicture | None) -> None:
        """Lay a coloured map over the frame."""
        self._heat = heat
        self.update()

    def show_map(self, shown: ShownMap | None) -> None:
        """Take the numbers behind the colours, for grid and pointer."""
        self._map = shown
        self._tell_hover()
        self.update()

    def show_mark(self, mark: TokenMark | None) -> None:
        """Ring a token."""
        self._mark = mark
        self.update()

    def show_badges(self, badges: tuple[str, ...]) -> None:
        """Say what must be known about the picture, on the picture."""
        if badges != self._badges:
            self._badges = badges
            self.update()

    def show_style(self, *, opacity: float, heat: bool, grid: bool, picking: bool) -> None:
        """How the layers are composed."""
        self._opacity, self._heat_visible, self._grid_visible = opacity, heat, grid
        if picking != self._picking:
            self._picking = picking
            self._set_cursor()
        self.update()

    def fit(self) -> None:
        """Show the whole frame."""
        self._zoom = 0.0
        self._after_zoom()

    def actual_size(self) -> None:
        """One stored row per screen row."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), QPointF(self.rect().center()))

    def zoom_by(self, steps: float) -> None:
        """Zoom about the widget's centre."""
        self._zoom_to(self._scale() * ZOOM_STEP**steps, QPointF(self.rect().center()))

    def frame_box(self) -> QRectF:
        """Where the frame lies, in view points."""
        if self._video is None:
            return QRectF()
        width, height = self._video.size
        return QRectF(self._to_view(QPointF(0, 0)), self._to_view(QPointF(width, height)))

    def source_at(self, point: QPointF) -> tuple[float, float]:
        """The source pixel under a view point, fractions of it kept."""
        corner = self._from_view(point)
        return corner.x() - 0.5, corner.y() - 0.5

    def view_of(self, x: float, y: float) -> QPointF:
        """The view point of a source pixel's centre."""
        return self._to_view(QPointF(x + 0.5, y + 0.5))

    def readout_at(self, point: QPointF) -> Readout | None:
        """What lies under a view point; None outside the frame."""
        if self._video is None or self._picture is None:
            return None
        x, y = self.source_at(point)
        pixel = (int(np.floor(x + 0.5)), int(np.floor(y + 0.5)))
        width, height = self._video.size
        if not (0 <= pixel[0] < width and 0 <= pixel[1] < height):
            return None
        if self._map is None:
            return Readout(pixel)
        heatmap = self._map.heatmap
        token = heatmap.token_at(x, y, self._picture.index)
        if token is None:
            return Readout(pixel)
        value = float(heatmap.values[token])
        return Readout(
            pixel=pixel,
            token=token,
            value=value,
            times_uniform=value * self._map.answer.maps.key_count,
            rank=int((heatmap.values > value).sum()) + 1,
            count=heatmap.values.size,
        )

    # -- geometry ---------------------------------------------------------------------------

    def _aspect(self) -> float:
        return self._video.pixel_aspect if self._video else 1.0

    def _fit_scale(self) -> float:
        if self._video is None:
            return 1.0
        width, height = self._video.size
        room_x, room_y = self.width() - 2 * MARGIN_PX, self.height() - 2 * MARGIN_PX
        return max(min(room_x / (width * self._aspect()), room_y / height), 0.01)

    def _scale(self) -> float:
        return self._zoom or self._fit_scale()

    def _looking_at(self) -> QPointF:
        if self._zoom or self._video is None:
            return self._centre
        return QPointF(self._video.size[0] / 2, self._video.size[1] / 2)

    def _to_view(self, corner: QPointF) -> QPointF:
        scale, at = self._scale(), self._looking_at()
        return QPointF(
            self.width() / 2 + (corner.x() - at.x()) * scale * self._aspect(),
            self.height() / 2 + (corner.y() - at.y()) * scale,
        )

    def _from_view(self, point: QPointF) -> QPointF:
        scale, at = self._scale(), self._looking_at()
        return QPointF(
            at.x() + (point.x() - self.width() / 2) / (scale * self._aspect()),
            at.y() + (point.y() - self.height() / 2) / scale,
        )

    def _zoom_to(self, scale: float, about: QPointF) -> None:
        if self._video is None:
            return
        held = self._from_view(about)
        self._zoom = min(max(scale, self._fit_scale() * 0.25), MAX_ZOOM)
        self._centre = QPointF(
            held.x() - (about.x() - self.width() / 2) / (self._zoom * self._aspect()),
            held.y() - (about.y() - self.height() / 2) / self._zoom,
        )
        self._after_zoom()

    def _after_zoom(self) -> None:
        self._set_cursor()
        self.zoomed.emit(self._scale() if self._video else 0.0)
        self._tell_hover()
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
                self._begin_pan()
            if self._drag_from is not None:
                self._centre = self._drag_from - QPointF(
                    moved.x() / (self._zoom * self._aspect()), moved.y() / self._zoom
                )
        self._tell_hover()
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
        self._tell_hover()
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.zoomed.emit(self._scale() if self._video else 0.0)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def _begin_pan(self) -> None:
        if not self._zoom:  # from here on the place is the user's, not the fit's
            self._centre = self._looking_at()
            self._zoom = self._fit_scale()
        self._drag_from = self._centre
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def _tell_hover(self) -> None:
        readout = None if self._pointer is None else self.readout_at(self._pointer)
        self.hovered.emit(readout)

    # -- painting ---------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.current()
        if self._video is None or self._picture is None:
            painter.fillRect(self.rect(), QColor(colours.stage))
        if self._video is not None and self._picture is not None:
            painter.drawPixmap(0, 0, self._composed())
            self._paint_map_lines(painter)
            self._paint_badges(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _composed(self) -> QPixmap:
        """Frame and heat, kept as long as they are the same: the pointer moves over them."""
        heat = self._heat if self._heat_visible else None
        box, ratio = self.frame_box(), self.devicePixelRatioF()
        wanted = (
            self._picture, heat, self._opacity, box.getRect(), self.size().toTuple(), ratio,
            theme.current(), self._map, self._grid_visible, self._heat_visible,
        )  # fmt: skip
        if self._kept is not None and self._kept[0] == wanted:
            return self._kept[1]
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(theme.current().stage))
        painter = QPainter(pixmap)
        self._paint_frame(painter, box)
        if heat is not None and self._picture is not None and self._picture.image is not None:
            painter.setOpacity(self._opacity)
            painter.drawImage(box, heat.image)
            painter.setOpacity(1.0)
        self._paint_still_lines(painter)
        painter.end()
        self._kept = (wanted, pixmap)
        return pixmap

    def _paint_frame(self, painter: QPainter, box: QRectF) -> None:
        assert self._picture is not None
        image = self._picture.image
        if image is None:
            self._paint_placeholder(painter, box)
            return
        # Enlarged pixels stay visible as such; a reduced frame must not shimmer.
        smooth = self._scale() * self.devicePixelRatioF() < 4
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(box, image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)

    def _paint_placeholder(self, painter: QPainter, box: QRectF) -> None:
        assert self._picture is not None
        colours = theme.current()
        painter.fillRect(box, QColor(colours.control))
        painter.setPen(QPen(QColor(colours.border), 1, Qt.PenStyle.DashLine))
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomLeft())
        painter.setPen(QColor(colours.text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(24, 24, -24, -24), flags, self._picture.problem)

    def _paint_still_lines(self, painter: QPainter) -> None:
        """The token grid, and the outline of what the model saw."""
        if self._map is None:
            return
        heatmap = self._map.heatmap
        box = self._seen_box(self._map)
        if self._grid_visible:
            self._paint_grid(painter, box)
        everything = (0.0, 0.0, *map(float, heatmap.frame_size))
        if heatmap.box_px != everything and self._heat_visible:
            _two_tone(painter, lambda: painter.drawRect(box), dashed=True)

    def _paint_map_lines(self, painter: QPainter) -> None:
        """What follows the pointer and the picked token."""
        if self._map is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_hover_cell(painter, self._seen_box(self._map))
        if self._mark is not None:
            self._paint_mark(painter, self._mark)

    def _seen_box(self, shown: ShownMap) -> QRectF:
        left, top, right, bottom = shown.heatmap.box_px
        return QRectF(self._to_view(QPointF(left, top)), self._to_view(QPointF(right, bottom)))

    def _paint_grid(self, painter: QPainter, box: QRectF) -> None:
        assert self._map is not None
        heatmap = self._map.heatmap
        _, rows, columns = heatmap.shape
        painter.setPen(QPen(QColor(255, 255, 255, 70), 0))
        for x in range(1, columns):
            at = self.view_of(heatmap.x_px[0] * (x - 0.5) + heatmap.x_px[1], 0).x()
            if box.left() < at < box.right():
                painter.drawLine(QPointF(at, box.top()), QPointF(at, box.bottom()))
        for y in range(1, rows):
            at = self.view_of(0, heatmap.y_px[0] * (y - 0.5) + heatmap.y_px[1]).y()
            if box.top() < at < box.bottom():
                painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))

    def _paint_hover_cell(self, painter: QPainter, box: QRectF) -> None:
        if self._map is None or self._pointer is None or self._drag_from is not None:
            return
        readout = self.readout_at(self._pointer)
        if readout is None or readout.token is None:
            return
        heatmap = self._map.heatmap
        _, y, x = readout.token
        centre = heatmap.token_centre_px(y, x)
        cell = self._cell(centre, (abs(heatmap.x_px[0]), abs(heatmap.y_px[0]))).intersected(box)
        _two_tone(painter, lambda: painter.drawRect(cell))

    def _paint_mark(self, painter: QPainter, mark: TokenMark) -> None:
        cell = self._cell(mark.centre_px, mark.cell_px)
        radius = max(min(cell.width(), cell.height()) * 0.42, 6.0)
        style = Qt.PenStyle.SolidLine if mark.on_this_frame else Qt.PenStyle.DotLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, colour in ((5.0, QColor(0, 0, 0, 150)), (2.5, QColor("#ffffff"))):
            painter.setPen(QPen(colour, width, style))
            painter.drawEllipse(cell.center(), radius, radius)

    def _cell(self, centre: tuple[float, float], size: tuple[float, float]) -> QRectF:
        half_x, half_y = size[0] / 2, size[1] / 2
        return QRectF(
            self.view_of(centre[0] - half_x, centre[1] - half_y),
            self.view_of(centre[0] + half_x, centre[1] + half_y),
        )

    def _paint_badges(self, painter: QPainter) -> None:
        colours = theme.current()
        painter.setFont(theme.small_font(self))
        metrics = QFontMetricsF(painter.font())
        room = max(self.width() - 2 * 12.0, 40.0)
        bottom = self.height() - 12.0
        flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        for badge in reversed(self._badges):
            # The colour bar stands at the right; remarks keep to the left of it.
            widest = min(room, max(self.width() - 190.0, 120.0))
            text_box = metrics.boundingRect(QRectF(0, 0, widest - 20, 200), flags, badge)
            box = QRectF(
                12, bottom - text_box.height() - 10, text_box.width() + 22, text_box.height() + 10
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.shade))
            painter.drawRoundedRect(box, 6, 6)
            painter.setPen(QColor(colours.warning))
            painter.drawText(box.adjusted(10, 5, -10, -5), flags, badge)
            bottom = box.top() - 6


def _two_tone(painter: QPainter, draw: object, *, dashed: bool = False) -> None:
    """Draw the same line dark and light, so that it shows on any picture."""
    assert callable(draw)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 160), 3))
    draw()
    pen = QPen(QColor(255, 255, 255, 220), 1)
    if dashed:
        pen.setDashPattern([5, 4])
    painter.setPen(pen)
    draw()
