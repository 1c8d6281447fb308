"""Heads by their effect in a list with bars, and by their block in a table of small cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from typing_extensions import override

from app.panels.effects.switches import UNKNOWN, HeadRow, HeadSwitches
from app.widgets import theme
from app.widgets.kept_keys import LIST, PRESS, SIDEWAYS
from mvit_core.render import AGAINST, FOR

if TYPE_CHECKING:
    from app.widgets.theme import Theme

ROW_PX = 24
TICK_PX = 14
LABEL_PX = 34
"""Room of a head's name behind its box."""
VALUE_PX = 54
BAR_PX = 11
LEAST_SIDE = 0.12
"""Share of the bars' room that each side of the zero line has at least."""

CELL_W, CELL_H = 26, 18
"""Points of a cell of the table, with the line that parts it from the next."""
HEAD_PX = 18
"""Room of the numbers above and beside the table."""
BLOCK_PX = 24
FAINTEST = 0.12
"""Opacity of the colour of the smallest effect."""


class EffectList(HeadSwitches):
    """A row for each head, the largest effect first; the order rests under the pointer."""

    kept_keys = LIST | PRESS

    @override
    def ordered(self, rows: tuple[HeadRow, ...]) -> tuple[HeadRow, ...]:
        if self.underMouse() and {r.place for r in rows} == {r.place for r in self.rows}:
            by_place = {row.place: row for row in rows}
            return tuple(by_place[row.place] for row in self.rows)
        return tuple(sorted(rows, key=lambda r: (r.value is None, -abs(r.value or 0.0), r.place)))

    @override
    def box_at(self, index: int) -> QRect:
        return QRect(0, index * ROW_PX, self.width(), ROW_PX)

    @override
    def next_index(self, index: int, key: Qt.Key) -> int | None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key)
        return None if by is None else index + by

    @override
    def sizeHint(self) -> QSize:
        return QSize(220, ROW_PX * len(self.rows))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paint_row(self, painter: QPainter, box: QRectF, row: HeadRow) -> None:
        colours = theme.current()
        ground = colours.accent_soft if row.is_on_frame else colours.control_hover
        if row.is_on_frame or self.is_hovered(row):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(box.adjusted(theme.GAP - 2, 1, 2 - theme.GAP, -1), 4, 4)
        left, middle = theme.GUTTER, box.center().y()
        tick = QRectF(left, middle - TICK_PX / 2, TICK_PX, TICK_PX)
        paint_tick(painter, tick, colours, is_on=not row.is_off)
        words = QRectF(tick.right() + theme.GAP, box.top(), LABEL_PX, box.height())
        painter.setPen(QColor(colours.text_faint if row.is_off else colours.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, str(row.place))
        self._paint_bar(painter, box, row, colours)
        value = QRectF(box.right() - theme.GUTTER - VALUE_PX, box.top(), VALUE_PX, box.height())
        painter.setPen(QColor(_value_colour(row, colours)))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(value, right, row.value_words)
        if self.is_at_cursor(row):
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(theme.GAP - 2, 1, 2 - theme.GAP, -1), 4, 4)

    def _paint_bar(self, painter: QPainter, box: QRectF, row: HeadRow, colours: Theme) -> None:
        first = theme.GUTTER + TICK_PX + theme.GAP + LABEL_PX
        room = box.right() - theme.GUTTER - VALUE_PX - first
        below, above = self._sides()
        zero = first + room * below / (below + above)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.drawLine(QPointF(zero, box.top()), QPointF(zero, box.bottom()))
        if row.value is None:
            return
        long = room * row.value / (below + above)
        bar = QRectF(zero, box.center().y() - BAR_PX / 2, long, BAR_PX).normalized()
        if row.is_off:
            painter.setPen(QPen(QColor(colours.edge), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.fillRect(bar, QColor(FOR if row.value > 0 else AGAINST))

    def _sides(self) -> tuple[float, float]:
        """Logits on the left and on the right of the zero line, both above 0."""
        values = [row.value for row in self.rows if row.value is not None]
        below, above = -min((0.0, *values)), max((0.0, *values))
        least = LEAST_SIDE * ((below + above) or 1.0)
        return max(below, least), max(above, least)


class EffectTable(HeadSwitches):
    """Blocks below each other, their heads side by side."""

    kept_keys = LIST | PRESS | SIDEWAYS

    @override
    def ordered(self, rows: tuple[HeadRow, ...]) -> tuple[HeadRow, ...]:
        return rows

    @override
    def box_at(self, index: int) -> QRect:
        place = self.rows[index].place
        left = theme.GUTTER + BLOCK_PX + place.head * CELL_W
        return QRect(left, HEAD_PX + place.block * CELL_H, CELL_W, CELL_H)

    @override
    def next_index(self, index: int, key: Qt.Key) -> int | None:
        place = self.rows[index].place
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            there = index + (1 if key == Qt.Key.Key_Right else -1)
            inside = 0 <= there < len(self.rows)
            same = inside and self.rows[there].place.block == place.block
            return there if same else index
        if key not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return None
        block = place.block + (1 if key == Qt.Key.Key_Down else -1)
        heads = [i for i, row in enumerate(self.rows) if row.place.block == block]
        return heads[min(place.head, len(heads) - 1)] if heads else index

    @override
    def sizeHint(self) -> QSize:
        blocks = max((row.place.block for row in self.rows), default=-1) + 1
        heads = max((row.place.head for row in self.rows), default=-1) + 1
        wide = 2 * theme.GUTTER + BLOCK_PX + heads * CELL_W
        return QSize(wide, HEAD_PX + blocks * CELL_H + theme.GAP)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paint_ground(self, painter: QPainter) -> None:
        """Numbers of the heads above, of the blocks beside."""
        painter.setPen(QColor(theme.current().text_soft))
        heads = max((row.place.head for row in self.rows), default=-1) + 1
        for head in range(heads):
            left = theme.GUTTER + BLOCK_PX + head * CELL_W
            box = QRectF(left, 0, CELL_W, HEAD_PX)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(head))
        for block in sorted({row.place.block for row in self.rows}):
            box = QRectF(theme.GUTTER, HEAD_PX + block * CELL_H, BLOCK_PX - 6, CELL_H)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, str(block))

    @override
    def paint_row(self, painter: QPainter, box: QRectF, row: HeadRow) -> None:
        colours, cell = theme.current(), box.adjusted(1, 1, -1, -1)
        if row.is_off:
            painter.setPen(QPen(QColor(colours.edge), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.fillRect(cell, QColor(colours.control))
        if row.value is not None and not row.is_off:
            colour = QColor(FOR if row.value > 0 else AGAINST)
            colour.setAlphaF(FAINTEST + (1 - FAINTEST) * abs(row.value) / self.most)
            painter.fillRect(cell, colour)
        elif row.value is None:
            painter.setPen(QColor(colours.text_faint))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, UNKNOWN)
        if row.is_on_frame or self.is_at_cursor(row) or self.is_hovered(row):
            bright = colours.text if self.is_at_cursor(row) else colours.accent
            painter.setPen(QPen(QColor(bright), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell.adjusted(0.25, 0.25, -0.25, -0.25))


def paint_tick(painter: QPainter, box: QRectF, colours: Theme, *, is_on: bool) -> None:
    """Paint the box of a head: ticked, or empty."""
    if not is_on:
        painter.setPen(QPen(QColor(colours.edge), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(QPen(QColor(colours.on_accent), 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    at = box.topLeft()
    painter.drawPolyline(
        QPolygonF([at + QPointF(3.5, 7.3), at + QPointF(6.1, 9.9), at + QPointF(10.6, 4.3)])
    )


def _value_colour(row: HeadRow, colours: Theme) -> str:
    if row.value is None or row.is_off:
        return colours.text_faint
    return theme.sign_ink(row.value)
