"""All that a grid of maps shows at one moment, and what lies where; no widget is known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QSize

from app.controller.cells import heatmap_of
from app.results.readout import readout_of, row_sum_of
from app.views.grid_layout import NOTHING, Mosaic, heads_mosaic, layers_mosaic
from app.widgets.viewport import Viewport

if TYPE_CHECKING:
    from app.results import FramePicture, GridFacts, GridRow, Readout, TokenMark, VideoFacts


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

    video: VideoFacts | None = None
    picture: FramePicture | None = None
    """The frame below the maps."""
    facts: GridFacts | None = None
    mark: TokenMark | None = None
    """The ring on every cell."""
    style: GridStyle = field(default_factory=GridStyle)
    mosaic: Mosaic = NOTHING
    """Where the cells lie."""
    pointer: QPoint | None = None
    """Where the pointer is, if it is over the grid."""

    @property
    def is_empty(self) -> bool:
        """There is nothing to show yet."""
        return self.picture is None or self.facts is None or not self.facts.rows

    def laid_out(self, room: QSize, zoom: float) -> Mosaic:
        """Where the cells lie in a room; larger ones where they are zoomed."""
        facts, video = self.facts, self.video
        if facts is None or video is None or not facts.rows:
            return NOTHING
        aspect = video.display_size[0] / video.display_size[1]
        layers = [row.layer for row in facts.rows]
        if facts.view == "heads":
            return heads_mosaic(room if zoom <= 1 else room * zoom, layers[0], aspect)
        return layers_mosaic(room, layers, aspect, zoom)

    def row(self, block: int) -> GridRow | None:
        """What is known of a block."""
        rows = self.facts.rows if self.facts is not None else ()
        return next((row for row in rows if row.layer.block == block), None)

    def spot_rect(self, block: int, head: int | None) -> QRect:
        """Where a cell lies, or the row of a block; empty where there is none."""
        for spot in self.mosaic.spots:
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
        spot = self.mosaic.at(point)
        if spot is None or self.picture is None or self.video is None:
            return None
        row = self.row(spot.cell.block)
        heatmap, total = None, None
        if row is not None and row.answer is not None:
            heatmap = heatmap_of(row.answer, spot.cell.head)
            total = row_sum_of(row.answer.wish.method, spot.cell.head, heatmap)
        place = self.source_at(spot.box, point)
        return readout_of(place, self.video.size, heatmap, self.picture.index, total)
