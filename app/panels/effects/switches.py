"""What the list and the table of heads share: a cursor, ticks by mouse and keys, tooltips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.text.phrases import signed_words
from app.widgets import theme
from app.widgets.basic import SeenWidget, set_spoken_name, show_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from mvit_core.explaining import HeadPlace

UNKNOWN = "…"
"""Stands for an effect that is not found yet."""


@dataclass(frozen=True)
class HeadRow:
    """One head as the panel shows it."""

    place: HeadPlace
    value: float | None
    """In logits; None while it is not found."""
    is_off: bool = False
    is_on_frame: bool = False
    """Its map is the one on the frame."""

    @property
    def value_words(self) -> str:
        """The effect as printed."""
        return UNKNOWN if self.value is None else signed_words(self.value, 2)


class HeadSwitches(SeenWidget):
    """All heads, each with a box: a click or Space switches it; Alt leaves it alone in its block.

    Arrows move a cursor; Enter shows the head at it on the frame.
    """

    toggled = Signal(object)
    """Emitted with the ``HeadPlace`` to be switched."""
    alone_asked = Signal(object)
    """Emitted with the place that is to stay alone in its block."""
    show_asked = Signal(object)
    """Emitted with the place that is to be shown on the frame."""
    moved = Signal(QRect)
    """Emitted with the box of the head that the cursor moved to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_spoken_name(self, self.tr("Heads"))
        self.rows: tuple[HeadRow, ...] = ()
        """As laid out, in the order of the cursor."""
        self._cursor: HeadPlace | None = None
        self._hovered: HeadPlace | None = None

    # -- for subclasses -----------------------------------------------------------------------

    def ordered(self, rows: tuple[HeadRow, ...]) -> tuple[HeadRow, ...]:
        """Lay rows out in their order."""
        raise NotImplementedError

    def box_at(self, index: int) -> QRect:
        """The box of a row, in points of the widget."""
        raise NotImplementedError

    def next_index(self, index: int, key: Qt.Key) -> int | None:
        """Where an arrow leads from a row; None for a key that is no arrow."""
        raise NotImplementedError

    def paint_row(self, painter: QPainter, box: QRectF, row: HeadRow) -> None:
        """Paint one head."""
        raise NotImplementedError

    # -- what is shown ------------------------------------------------------------------------

    def show_rows(self, rows: tuple[HeadRow, ...]) -> None:
        """Show heads, given by block and head."""
        rows = self.ordered(rows)
        if rows == self.rows:
            return
        is_resized = len(rows) != len(self.rows)
        self.rows = rows
        if is_resized:
            self.updateGeometry()
        self._speak()
        self.show_anew()

    def box_of(self, place: HeadPlace) -> QRect:
        """The box of a head; empty where there is none."""
        for index, row in enumerate(self.rows):
            if row.place == place:
                return self.box_at(index)
        return QRect()

    @property
    def cursor_place(self) -> HeadPlace | None:
        """The head at the cursor: where it was moved to, or the one on the frame, or the first."""
        places = [row.place for row in self.rows]
        if self._cursor in places:
            return self._cursor
        on_frame = next((row.place for row in self.rows if row.is_on_frame), None)
        return on_frame or next(iter(places), None)

    def words_of(self, row: HeadRow) -> str:
        """One head in words."""
        words = self.tr("Head {b}/{h}: {value} logit").format(
            b=row.place.block, h=row.place.head, value=row.value_words
        )
        return f"{words}, {self.tr('off')}" if row.is_off else words

    def _tip(self, row: HeadRow) -> str:
        how = self.tr("Click: off or on. Alt+click: alone in its block. Enter: on the frame")
        return f"{self.words_of(row)}\n{how}"

    def _row_at(self, point: QPoint) -> HeadRow | None:
        for index, row in enumerate(self.rows):
            if self.box_at(index).contains(point):
                return row
        return None

    def _speak(self) -> None:
        row = next((r for r in self.rows if r.place == self.cursor_place), None)
        set_spoken_name(self, self.tr("Heads") if row is None else self.words_of(row))

    # -- mouse and keys -----------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._cursor = row.place
        alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        (self.alone_asked if alone else self.toggled).emit(row.place)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick clicks are two

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        self._hover(None if row is None else row.place)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        self.show_rows(tuple(sorted(self.rows, key=lambda row: row.place)))

    def _hover(self, place: HeadPlace | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, place = Qt.Key(event.key()), self.cursor_place
        index = next((i for i, row in enumerate(self.rows) if row.place == place), None)
        if place is None or index is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self._cursor = place
            self.toggled.emit(place)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_asked.emit(place)
        else:
            ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self.rows) - 1}
            there = ends.get(key, self.next_index(index, key))
            if there is None:
                super().keyPressEvent(event)
            else:
                self._move_to(min(max(there, 0), len(self.rows) - 1))

    def _move_to(self, index: int) -> None:
        self._cursor = self.rows[index].place
        self._speak()
        self.moved.emit(self.box_at(index))
        self.update()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self._row_at(event.pos())
            show_tip(event.globalPos(), "" if row is None else self._tip(row), self)
            return True
        return super().event(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.small_font(self))
        self.paint_ground(painter)
        for index, row in enumerate(self.rows):
            self.paint_row(painter, QRectF(self.box_at(index)), row)
        painter.end()

    def paint_ground(self, painter: QPainter) -> None:
        """Paint what lies behind all rows."""

    def is_at_cursor(self, row: HeadRow) -> bool:
        """The cursor is seen on a row."""
        return self.frames_focus and row.place == self.cursor_place

    def is_hovered(self, row: HeadRow) -> bool:
        """The pointer is on a row."""
        return row.place == self._hovered

    @property
    def most(self) -> float:
        """The largest effect of all, in logits; 1 where none is found."""
        return max((abs(r.value) for r in self.rows if r.value is not None), default=0.0) or 1.0
