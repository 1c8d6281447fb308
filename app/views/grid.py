"""A grid of maps painted as one picture: all heads of a block, or all layers of the model.

The frame is scaled once per frame and the heat is put together once per token time, so stepping
through a grid costs what stepping through a single picture costs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QScrollArea, QSizePolicy
from typing_extensions import override

from app.text.phrases import share_words
from app.views.grid_scene import GridScene, GridStyle
from app.views.painter import GridInk, paint_empty, paint_focus, paint_grid
from app.widgets import theme
from app.widgets.basic import SeenWidget, show_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent, QShowEvent, QWheelEvent

    from app.results import FramePicture, GridInfo, TokenMark, VideoInfo
    from app.views.grid_layout import Spot

ZOOM_STEP = 1.25
LEAST_ZOOM, MOST_ZOOM = 0.5, 6.0


class Grid(SeenWidget):
    """The cells of a grid; lies in a scroll area that it fills or overflows."""

    hovered = Signal(object)
    """Emitted with a ``Readout``, or None outside the cells."""
    chosen = Signal(int, object)
    """Emitted with a block, and a head or None for the whole row."""
    opened = Signal(int, object)
    """Emitted with block and head to be shown alone."""
    picked = Signal(float, float, bool)
    """Emitted at a click while picking with source pixel x, y, and True with Shift."""
    resized = Signal()
    """Emitted when cells have another size or other cells are in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._scene = GridScene()
        self._room = QSize(400, 300)
        self._zoom = 1.0
        self._ink = GridInk()

    @property
    def scene(self) -> GridScene:
        """The scene on screen."""
        return self._scene

    def cell_pixels(self) -> tuple[int, int]:
        """(width, height) of one cell in device pixels; small while there is none."""
        ratio = self.devicePixelRatioF()
        size = self._scene.grid_layout.cell_size
        return max(round(size.width() * ratio), 1), max(round(size.height() * ratio), 1)

    def blocks_in_sight(self) -> frozenset[int]:
        """Blocks of which some cell is in sight."""
        seen = self.visibleRegion().boundingRect()
        return frozenset(
            s.cell.block for s in self._scene.grid_layout.spots if s.box.intersects(seen)
        )

    def show_video(self, video: VideoInfo | None) -> None:
        """Show another video, or none."""
        self._scene = GridScene(video, style=self._scene.style, pointer=self._scene.pointer)
        self._reflow()

    def show_frame(self, picture: FramePicture) -> None:
        """Show another frame below the maps."""
        self._scene = replace(self._scene, picture=picture)
        self._report_hover()
        self.show_anew()

    def show_grid(self, info: GridInfo | None) -> None:
        """Show maps and their pictures."""
        old, self._scene = self._scene.info, replace(self._scene, info=info)
        if _outline(old) != _outline(info):
            self._reflow()
        self._report_hover()
        self.update()

    def show_style(self, style: GridStyle) -> None:
        """Set which layers cells draw, and the chosen cell."""
        if style != self._scene.style:
            cross = Qt.CursorShape.CrossCursor if style.picking else Qt.CursorShape.ArrowCursor
            self.setCursor(cross)
            self._scene = replace(self._scene, style=style)
            self.update()

    def show_mark(self, mark: TokenMark | None) -> None:
        """Ring a token in every cell."""
        if mark != self._scene.mark:
            self._scene = replace(self._scene, mark=mark)
            self.update()

    def show_room(self, room: QSize) -> None:
        """Set the size that can be filled without scrolling."""
        if room != self._room:
            self._room = room
            self._reflow()

    def zoom_by(self, steps: float) -> None:
        """Make cells larger or smaller."""
        self._zoom = min(max(self._zoom * ZOOM_STEP**steps, LEAST_ZOOM), MOST_ZOOM)
        self._reflow()

    def fit(self) -> None:
        """Reset the size of cells."""
        self._zoom = 1.0
        self._reflow()

    def _reflow(self) -> None:
        grid_layout = self._scene.laid_out(self._room, self._zoom)
        self._scene = replace(self._scene, grid_layout=grid_layout)
        self.setMinimumSize(grid_layout.size)
        self._ink.forget()
        self.update()
        self.resized.emit()

    # -- pointer ----------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        spot, row = self._scene.grid_layout.at(point), self._scene.grid_layout.row_at(point)
        if event.button() != Qt.MouseButton.LeftButton or (spot is None and row is None):
            super().mousePressEvent(event)
            return
        if spot is None:
            assert row is not None
            self.chosen.emit(row.layer.block, None)
            return
        self.chosen.emit(spot.cell.block, spot.cell.head)
        if self._scene.style.picking:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.picked.emit(*self._scene.source_at(spot.box, point), shift)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self._scene.grid_layout.at(event.position().toPoint())
        if spot is not None and not self._scene.style.picking:
            self.opened.emit(spot.cell.block, spot.cell.head)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position().toPoint())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def aim(self, point: QPoint) -> None:
        """Point at a cell, as the mouse would, and choose it."""
        spot = self._scene.grid_layout.at(point)
        if spot is not None:
            self.chosen.emit(spot.cell.block, spot.cell.head)
        self._point(point)

    def point_of(self, x: float, y: float) -> QPoint:
        """The point of a source pixel on the chosen cell."""
        box = self._chosen_box()
        if box.isEmpty() or self._scene.video is None:
            return box.center()
        return box.topLeft() + self._scene.view_of_cell(box).pixel_view(x, y).toPoint()

    def point_of_keys(self) -> QPoint:
        """Where keys act: at the pointer, or in the middle of the chosen cell."""
        pointer = self._scene.pointer
        return pointer if pointer is not None else self._chosen_box().center()

    def _chosen_box(self) -> QRect:
        style = self._scene.style
        if style.chosen_block is None:
            return QRect()
        return self._scene.spot_rect(style.chosen_block, next(iter(style.chosen_heads), None))

    def _point(self, place: QPoint | None) -> None:
        self._scene = replace(self._scene, pointer=place)
        self._report_hover()
        self.update()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            self.zoom_by(event.angleDelta().y() / 120)
            event.accept()
        else:
            event.ignore()  # the scroll area scrolls

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            spot = self._scene.grid_layout.at(event.pos())
            show_tip(event.globalPos(), self._tip(spot) if spot else "", self)
            return True
        return super().event(event)

    def _tip(self, spot: Spot) -> str:
        words = self.tr("Block {b}, head {h}").format(b=spot.cell.block, h=spot.cell.head)
        row = self._scene.row(spot.cell.block)
        sinks = row.result.maps.sinks if row is not None and row.result is not None else None
        if sinks is not None:
            share = share_words(float(sinks[spot.cell.head]))
            words += "\n" + self.tr("{share} of its attention is on the class key").format(
                share=share
            )
        return words

    def _report_hover(self) -> None:
        pointer = self._scene.pointer
        self.hovered.emit(None if pointer is None else self._scene.readout_at(pointer))

    # -- painting ---------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(theme.small_font(self))
        painter.fillRect(event.rect(), QColor(theme.current().stage))
        if self._scene.is_empty:
            paint_empty(painter, self.rect())
        else:
            seen = self.visibleRegion().boundingRect()
            paint_grid(painter, self._scene, self._ink, event.rect(), seen)
            if self.frames_focus:
                paint_focus(painter, seen)
        painter.end()


class GridArea(QScrollArea):
    """Scrolls the grid where it is larger than the stage."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setObjectName("stage")
        self.setWidgetResizable(True)
        self.setWidget(grid)
        self.verticalScrollBar().valueChanged.connect(lambda _: grid.resized.emit())

    def reveal(self, block: int, head: int | None) -> None:
        """Scroll so that a cell can be seen."""
        box = self.grid.scene.spot_rect(block, head)
        if not box.isEmpty():
            self.ensureVisible(box.center().x(), box.center().y(), 60, box.height() // 2 + 30)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Qt lays out no area that is hidden: the grid would keep the size and the place of the
        # view that was here before, and be scrolled out of sight.
        QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        bar = self.verticalScrollBar()
        spare = 0 if bar.isVisible() else bar.sizeHint().width()
        self.grid.show_room(self.viewport().size() - QSize(spare, 0))


def _outline(info: GridInfo | None) -> object:
    if info is None:
        return None
    return info.view, tuple((r.layer.block, r.layer.stage, r.layer.heads) for r in info.rows)
