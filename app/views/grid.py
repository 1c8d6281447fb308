"""A grid of maps painted as one picture: all heads of a block, or all layers of the model.

The frame is scaled once per frame and the heat is put together once per token time, so stepping
through a grid costs what stepping through a single picture costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from app import theme
from app.readout import readout_of, row_sum_of
from app.text import share_words
from app.viewport import Viewport
from app.views.cells import heatmap_of
from app.views.mosaic import NOTHING, Mosaic, Spot, heads_mosaic, layers_mosaic
from app.views.painter import GridInk, paint_grid
from app.widgets import can_be_seen

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent, QWheelEvent

    from app.facts import FramePicture, GridFacts, GridRow, Readout, TokenMark, VideoFacts

ZOOM_STEP = 1.25
LEAST_ZOOM, MOST_ZOOM = 0.5, 6.0


@dataclass(frozen=True)
class GridStyle:
    """How the layers of each cell are composed."""

    opacity: float = 0.6
    heat: bool = True
    coverage: bool = True
    """What the model did not see is dimmed."""
    lines: bool = False
    """Lines are drawn between tokens."""
    picking: bool = False
    chosen_block: int | None = None
    chosen_head: int | None = None
    """None while a reduction over heads is shown."""


class Grid(QWidget):
    """The cells; lies in a scroll area that it fills or overflows."""

    hovered = Signal(object)
    """A ``Readout``, or None outside the cells."""
    chosen = Signal(int, object)
    """A block, and a head or None for the row as a whole."""
    opened = Signal(int, object)
    """The same, to be shown alone."""
    picked = Signal(float, float, bool)
    """A click at a source pixel (x, y) while picking; True with Shift."""
    resized = Signal()
    """Cells have another size or other cells are in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._video: VideoFacts | None = None
        self._picture: FramePicture | None = None
        self._facts: GridFacts | None = None
        self._mark: TokenMark | None = None
        self._style = GridStyle()
        self._room = QSize(400, 300)
        self._zoom = 1.0
        self._mosaic: Mosaic = NOTHING
        self._pointer: QPoint | None = None
        self._ink = GridInk()
        self._is_painted = True

    @property
    def mosaic(self) -> Mosaic:
        """Where the cells lie."""
        return self._mosaic

    @property
    def facts(self) -> GridFacts | None:
        """What is on screen."""
        return self._facts

    @property
    def picture(self) -> FramePicture | None:
        """The frame below the maps."""
        return self._picture

    @property
    def is_painted(self) -> bool:
        """As of the canvas."""
        return self._is_painted or not can_be_seen(self)

    def cell_pixels(self) -> tuple[int, int]:
        """(width, height) of one cell in device pixels; small while there is none."""
        ratio = self.devicePixelRatioF()
        size = self._mosaic.cell_size
        return max(round(size.width() * ratio), 1), max(round(size.height() * ratio), 1)

    def blocks_in_sight(self) -> frozenset[int]:
        """Blocks of which some cell can be seen."""
        seen = self.visibleRegion().boundingRect()
        return frozenset(s.cell.block for s in self._mosaic.spots if s.box.intersects(seen))

    def show_video(self, video: VideoFacts | None) -> None:
        """Begin with another video."""
        self._video, self._picture, self._facts, self._mark = video, None, None, None
        self._reflow()

    def show_frame(self, picture: FramePicture) -> None:
        """Put another frame below the maps."""
        self._picture = picture
        self._is_painted = False
        self._tell_hover()
        self.update()

    def show_grid(self, facts: GridFacts | None) -> None:
        """Take maps and their pictures."""
        old, self._facts = self._facts, facts
        if _outline(old) != _outline(facts):
            self._reflow()
        self._tell_hover()
        self.update()

    def show_style(self, style: GridStyle) -> None:
        """How cells are composed and which one is chosen."""
        if style != self._style:
            cross = Qt.CursorShape.CrossCursor if style.picking else Qt.CursorShape.ArrowCursor
            self.setCursor(cross)
            self._style = style
            self.update()

    def show_mark(self, mark: TokenMark | None) -> None:
        """Ring a token in every cell."""
        if mark != self._mark:
            self._mark = mark
            self.update()

    def show_room(self, room: QSize) -> None:
        """Take the room that can be filled without scrolling."""
        if room != self._room:
            self._room = room
            self._reflow()

    def zoom_by(self, steps: float) -> None:
        """Make cells larger or smaller."""
        self._zoom = min(max(self._zoom * ZOOM_STEP**steps, LEAST_ZOOM), MOST_ZOOM)
        self._reflow()

    def fit(self) -> None:
        """Cells as large as they are at first."""
        self._zoom = 1.0
        self._reflow()

    def spot_rect(self, block: int, head: int | None) -> QRect:
        """Where a cell lies, or the row of a block; empty where there is none."""
        for spot in self._mosaic.spots:
            if spot.cell.block == block and head in (None, spot.cell.head):
                return spot.box
        return QRect()

    def readout_at(self, point: QPoint) -> Readout | None:
        """What lies under a point; None outside the cells."""
        spot = self._mosaic.at(point)
        if spot is None or self._picture is None or self._video is None:
            return None
        row = self._row(spot.cell.block)
        heatmap, total = None, None
        if row is not None and row.answer is not None:
            heatmap = heatmap_of(row.answer, spot.cell.head)
            total = row_sum_of(row.answer.wish.method, spot.cell.head, heatmap)
        place = self._source(spot.box, point)
        return readout_of(place, self._video.size, heatmap, self._picture.index, total)

    def view_of_cell(self, box: QRect) -> Viewport:
        """How the frame lies on a cell, counted from the cell's corner."""
        assert self._video is not None
        width, height = self._video.size
        return Viewport(
            (box.width(), box.height()), self._video.size, self._video.pixel_aspect,
            zoom=box.height() / height, centre=(width / 2, height / 2),
        )  # fmt: skip

    def _source(self, box: QRect, point: QPoint) -> tuple[float, float]:
        x, y = self.view_of_cell(box).from_view(QPointF(point - box.topLeft()))
        return x - 0.5, y - 0.5

    def _row(self, block: int) -> GridRow | None:
        rows = self._facts.rows if self._facts is not None else ()
        return next((row for row in rows if row.layer.block == block), None)

    def _reflow(self) -> None:
        self._mosaic = self._laid_out()
        self.setMinimumSize(self._mosaic.size)
        self._ink.forget()
        self.update()
        self.resized.emit()

    def _laid_out(self) -> Mosaic:
        facts, video = self._facts, self._video
        if facts is None or video is None or not facts.rows:
            return NOTHING
        aspect = video.display_size[0] / video.display_size[1]
        layers = [row.layer for row in facts.rows]
        if facts.view == "heads":
            room = self._room if self._zoom <= 1 else self._room * self._zoom
            return heads_mosaic(room, layers[0], aspect)
        return layers_mosaic(self._room, layers, aspect, self._zoom)

    # -- pointer ----------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        spot, row = self._mosaic.at(point), self._mosaic.row_at(point)
        if event.button() != Qt.MouseButton.LeftButton or (spot is None and row is None):
            super().mousePressEvent(event)
            return
        if spot is None:
            assert row is not None
            self.chosen.emit(row.layer.block, None)
            return
        self.chosen.emit(spot.cell.block, spot.cell.head)
        if self._style.picking:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.picked.emit(*self._source(spot.box, point), shift)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self._mosaic.at(event.position().toPoint())
        if spot is not None and not self._style.picking:
            self.opened.emit(spot.cell.block, spot.cell.head)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        self._tell_hover()
        self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._tell_hover()
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
            spot = self._mosaic.at(event.pos())
            QToolTip.showText(event.globalPos(), self._tip(spot) if spot else "", self)
            return True
        return super().event(event)

    def _tip(self, spot: Spot) -> str:
        words = self.tr("Block {b}, head {h}").format(b=spot.cell.block, h=spot.cell.head)
        row = self._row(spot.cell.block)
        sinks = row.answer.maps.sinks if row is not None and row.answer is not None else None
        if sinks is not None:
            share = share_words(float(sinks[spot.cell.head]))
            words += "\n" + self.tr("{share} of its attention is on the class key").format(
                share=share
            )
        return words

    def _tell_hover(self) -> None:
        self.hovered.emit(None if self._pointer is None else self.readout_at(self._pointer))

    # -- painting ---------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._is_painted = True
        painter = QPainter(self)
        painter.setFont(theme.small_font(self))
        hovered = None if self._pointer is None else self._mosaic.at(self._pointer)
        paint_grid(painter, event.rect(), self, self._ink, hovered)
        painter.end()

    @property
    def style_now(self) -> GridStyle:
        """How cells are composed now."""
        return self._style

    @property
    def mark(self) -> TokenMark | None:
        """The ring on every cell."""
        return self._mark

    @property
    def pointer(self) -> QPoint | None:
        """Where the pointer is, if it is over the grid."""
        return self._pointer


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
        box = self.grid.spot_rect(block, head)
        if not box.isEmpty():
            self.ensureVisible(box.center().x(), box.center().y(), 60, box.height() // 2 + 30)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        bar = self.verticalScrollBar()
        spare = 0 if bar.isVisible() else bar.sizeHint().width()
        self.grid.show_room(self.viewport().size() - QSize(spare, 0))


def _outline(facts: GridFacts | None) -> object:
    if facts is None:
        return None
    return facts.view, tuple((r.layer.block, r.layer.stage, r.layer.heads) for r in facts.rows)
