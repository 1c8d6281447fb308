"""All that a grid of maps shows at one moment, and what lies where; no widget is known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QSize

from app.results import heatmap_of
from app.results.readout import readout_of, row_sum_of
from app.views.grid_layout import NOTHING, GridLayout, heads_layout, layers_layout
from app.widgets.viewport import Viewport

if TYPE_CHECKING:
    from app.results import FramePicture, GridInfo, GridRow, Readout, TokenMark, VideoInfo


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
    chosen_heads: tuple[int, ...] = ()
    """One, several that are averaged, or none where all are reduced."""


@dataclass(frozen=True, eq=False)
class GridScene:
    """Cells, what is in them, and the pointer."""

    video: VideoInfo | None = None
    picture: FramePicture | None = None
    """The frame below the maps."""
    info: GridInfo | None = None
    mark: TokenMark | None = None
    """The ring on every cell."""
    style: GridStyle = field(default_factory=GridStyle)
    grid_layout: GridLayout = NOTHING
    """Where the cells lie."""
    pointer: QPoint | None = None
    """Where the pointer is, if it is over the grid."""

    @property
    def is_empty(self) -> bool:
        """There is nothing to show yet."""
        return self.picture is None or self.info is None or not self.info.rows

    def laid_out(self, room: QSize, zoom: float) -> GridLayout:
        """Where the cells lie in a room; larger ones where they are zoomed."""
        info, video = self.info, self.video
        if info is None or video is None or not info.rows:
            return NOTHING
        aspect = video.display_size[0] / video.display_size[1]
        layers = [row.layer for row in info.rows]
        if info.view == "heads":
            return heads_layout(room if zoom <= 1 else room * zoom, layers[0], aspect)
        return layers_layout(room, layers, aspect, zoom)

    def row(self, block: int) -> GridRow | None:
        """What is known of a block."""
        rows = self.info.rows if self.info is not None else ()
        return next((row for row in rows if row.layer.block == block), None)

    def spot_rect(self, block: int, head: int | None) -> QRect:
        """Where a cell lies, or the row of a block; empty where there is none."""
        for spot in self.grid_layout.spots:
            if spot.cell.block == block and head in (None, spot.cell.head):
                return spot.box
        return QRect()

    def view_of_cell(self, box: QRect) -> Viewport:
        """How the frame lies on a cell, counted from the cell's corner."""
        assert self.video is not None
        width, height = self.video.size
        return Viewport(
            (box.width(), box.height()),
            self.video.size,
            self.video.pixel_aspect,
            zoom=box.height() / height,
            centre=(width / 2, height / 2),
        )

    def source_at(self, box: QRect, point: QPoint) -> tuple[float, float]:
        """The source pixel under a point of a cell."""
        x, y = self.view_of_cell(box).from_view(QPointF(point - box.topLeft()))
        return x - 0.5, y - 0.5

    def readout_at(self, point: QPoint) -> Readout | None:
        """What lies under a point; None outside the cells."""
        spot = self.grid_layout.at(point)
        if spot is None or self.picture is None or self.video is None:
            return None
        row = self.row(spot.cell.block)
        heatmap, total = None, None
        if row is not None and row.result is not None:
            heatmap = heatmap_of(row.result, spot.cell.head)
            total = row_sum_of(row.result.request.map.method, spot.cell.head, heatmap)
        place = self.source_at(spot.box, point)
        return readout_of(place, self.video.size, heatmap, self.picture.index, total)
