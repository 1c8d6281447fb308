"""Lays out the cells of a grid of maps: geometry alone, no painting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.results import LayerInfo

GAP = 6
HEADS_GAP = 14
"""Gap between columns of the heads view, so that labels of neighbours stay apart."""
MARGIN = 10
CAPTION_PX = 20
"""Height of the label below each picture of the heads view."""
STAGE_PX = 26
"""Height of the heading above the first block of a stage."""
NAMES_PX = 76
"""Width of the names left of the rows of the layers view."""
LEAST_CELL_PX = 36
"""Least width of a cell of the layers view, for any number of columns."""
LEAST_ROW_PX = 54
"""Least height to which rows are shrunk to bring all of them into sight."""
SCROLLED_CELL_PX = 160
"""Width up to which cells grow where the rows must be scrolled anyway."""
ROWS_SEEN = 4
"""Rows that stay in sight of those that are scrolled."""


@dataclass(frozen=True)
class Cell:
    """One map of the grid."""

    block: int
    head: int


@dataclass(frozen=True)
class Spot:
    """A cell and its place."""

    cell: Cell
    box: QRect
    """Box of its picture."""
    caption: QRect
    """Box of its label; empty where the label lies on the picture."""

    def holds(self, point: QPoint) -> bool:
        """True where a point lies on picture or label."""
        return self.box.contains(point) or self.caption.contains(point)


@dataclass(frozen=True)
class Row:
    """The cells of one block in the layers view."""

    layer: LayerInfo
    box: QRect
    """Box of the whole row with its name."""
    name: QRect
    heading: QRect
    """Box of the stage's name; empty but for the first block of a stage."""


@dataclass(frozen=True)
class GridLayout:
    """Places of all cells and rows of a grid."""

    size: QSize
    spots: tuple[Spot, ...] = ()
    rows: tuple[Row, ...] = ()

    def at(self, point: QPoint) -> Spot | None:
        """The cell under a point."""
        return next((spot for spot in self.spots if spot.holds(point)), None)

    def row_at(self, point: QPoint) -> Row | None:
        """The row under a point."""
        return next((row for row in self.rows if row.box.contains(point)), None)

    @property
    def cell_size(self) -> QSize:
        """Size of every picture; all are equal."""
        return self.spots[0].box.size() if self.spots else QSize()


NOTHING = GridLayout(QSize(0, 0))


def heads_layout(room: QSize, layer: LayerInfo, aspect: float) -> GridLayout:
    """Lay out all heads of a block, as large as the room allows without scrolling."""
    inner = QSize(max(room.width() - 2 * MARGIN, 40), max(room.height() - 2 * MARGIN, 40))
    widths = {n: _cell_width(inner, layer.heads, n, aspect) for n in range(1, layer.heads + 1)}
    columns = max(widths, key=lambda n: widths[n])
    width = max(widths[columns], 24)
    height = max(round(width / aspect), 8)
    rows = -(-layer.heads // columns)
    left = MARGIN + (inner.width() - columns * (width + HEADS_GAP) + HEADS_GAP) // 2
    top = MARGIN + max((inner.height() - rows * (height + CAPTION_PX + GAP) + GAP) // 2, 0)
    spots = []
    for head in range(layer.heads):
        row, column = divmod(head, columns)
        x, y = left + column * (width + HEADS_GAP), top + row * (height + CAPTION_PX + GAP)
        box = QRect(x, y, width, height)
        spots.append(Spot(Cell(layer.block, head), box, QRect(x, y + height, width, CAPTION_PX)))
    bottom = spots[-1].caption.bottom() + MARGIN if spots else 0
    return GridLayout(QSize(room.width(), max(room.height(), bottom)), tuple(spots))


def layers_layout(
    room: QSize, layers: Sequence[LayerInfo], aspect: float, zoom: float = 1.0
) -> GridLayout:
    """Lay out a row for every block and a column for every head, with a heading for each stage.

    Blocks have unequal numbers of heads: rows end where their heads end.
    """
    if not layers:
        return NOTHING
    columns = max(layer.heads for layer in layers)
    stages = len({layer.stage for layer in layers})
    by_width = (room.width() - 2 * MARGIN - NAMES_PX - (columns - 1) * GAP) / columns
    by_height = (room.height() - MARGIN - stages * STAGE_PX) / len(layers) - GAP
    if by_height < LEAST_ROW_PX:
        seen = max(room.height() / ROWS_SEEN - GAP, LEAST_ROW_PX) * aspect
        fitting = min(by_width, seen, SCROLLED_CELL_PX)
    else:
        fitting = min(by_width, by_height * aspect)
    width = int(max(fitting, LEAST_CELL_PX) * zoom)
    height = max(round(width / aspect), 8)
    left = MARGIN + NAMES_PX
    full = max(left + columns * (width + GAP) - GAP + MARGIN, room.width())
    y, stage = 4, 0
    spots: list[Spot] = []
    rows: list[Row] = []
    for layer in layers:
        heading = QRect()
        if layer.stage != stage:
            stage, heading = layer.stage, QRect(MARGIN, y, full - 2 * MARGIN, STAGE_PX)
            y += STAGE_PX
        name = QRect(MARGIN, y, NAMES_PX - GAP, height)
        rows.append(Row(layer, QRect(MARGIN, y, full - 2 * MARGIN, height), name, heading))
        spots += [
            Spot(
                Cell(layer.block, head),
                QRect(left + head * (width + GAP), y, width, height),
                QRect(),
            )
            for head in range(layer.heads)
        ]
        y += height + GAP
    return GridLayout(QSize(full, y + MARGIN - GAP), tuple(spots), tuple(rows))


def _cell_width(inner: QSize, heads: int, columns: int, aspect: float) -> int:
    rows = -(-heads // columns)
    by_width = (inner.width() - (columns - 1) * HEADS_GAP) / columns
    by_height = (inner.height() - (rows - 1) * GAP) / rows - CAPTION_PX
    return int(min(by_width, by_height * aspect))
