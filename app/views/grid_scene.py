"""The scene of a grid of maps: its content and layout at one moment; knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QSize

from app.results import heatmap_of
from app.results.readout import readout_of, row_sum_of
from app.views.grid_layout import NOTHING, GridLayout, heads_layout, layers_layout
from app.widgets.overlays import HeatLook
from app.widgets.viewport import Viewport
from mvit_core.render import OPACITIES

if TYPE_CHECKING:
    from app.results import (
        FramePicture,
        GridInfo,
        GridRow,
        MapResult,
        Readout,
        TokenMark,
        VideoInfo,
    )
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True)
class GridStyle:
    """Layers that each cell draws, and the chosen cells."""

    opacity: float = OPACITIES["tint"]
    window: ClipWindow | None = None
    """Clip window whose maps are requested: those of others are faded; None fades none."""
    heat: bool = True
    coverage: bool = True
    """Dim the frame outside the seen box."""
    lines: bool = False
    """Draw lines between tokens."""
    picking: bool = False
    chosen_block: int | None = None
    chosen_heads: tuple[int, ...] = ()
    """One head, several that are averaged, or none for a reduction over all."""

    def look(self, result: MapResult) -> HeatLook:
        """Drawing of the heat of one map."""
        is_old = self.window is not None and result.request.window != self.window
        return HeatLook(self.opacity, is_old, result.is_damaged)


@dataclass(frozen=True, eq=False)
class GridScene:
    """Content and layout of a grid, and the pointer."""

    video: VideoInfo | None = None
    picture: FramePicture | None = None
    """The frame below the maps."""
    info: GridInfo | None = None
    mark: TokenMark | None = None
    """Token that is ringed on every cell."""
    style: GridStyle = field(default_factory=GridStyle)
    grid_layout: GridLayout = NOTHING
    """Places of the cells."""
    pointer: QPoint | None = None
    """Position of the pointer; None outside the grid."""

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to show yet."""
        return self.picture is None or self.info is None or not self.info.rows

    def laid_out(self, room: QSize, zoom: float) -> GridLayout:
        """Lay out the cells for a room and a zoom."""
        info, video = self.info, self.video
        if info is None or video is None or not info.rows:
            return NOTHING
        aspect = video.display_size[0] / video.display_size[1]
        layers = [row.layer for row in info.rows]
        if info.view == "heads":
            return heads_layout(room if zoom <= 1 else room * zoom, layers[0], aspect)
        return layers_layout(room, layers, aspect, zoom)

    def row(self, block: int) -> GridRow | None:
        """The row of a block; None where it is not in the grid."""
        rows = self.info.rows if self.info is not None else ()
        return next((row for row in rows if row.layer.block == block), None)

    def spot_rect(self, block: int, head: int | None) -> QRect:
        """Box of a cell, or of a block's row for head None; empty where there is none."""
        for spot in self.grid_layout.spots:
            if spot.cell.block == block and head in (None, spot.cell.head):
                return spot.box
        return QRect()

    def view_of_cell(self, box: QRect) -> Viewport:
        """Viewport of the frame on a cell, with points counted from the cell's corner."""
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
        """Convert a point of a cell to a source pixel (x, y)."""
        x, y = self.view_of_cell(box).from_view(QPointF(point - box.topLeft()))
        return x - 0.5, y - 0.5

    def readout_at(self, point: QPoint) -> Readout | None:
        """Read the map at a point; None outside the cells."""
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
