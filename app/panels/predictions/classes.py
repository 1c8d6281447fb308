"""The list of classes, each with a bar and a box that pins it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from app.text.phrases import share_words
from app.widgets import theme
from app.widgets.basic import plain
from app.widgets.class_colours import slot_colour, slot_pen
from app.widgets.kept_keys import LIST, PRESS

if TYPE_CHECKING:
    from app.text.class_list import ListedClass

ROW_PX = 27
BOX_PX = 12
EDGE_PX = 9
"""Free at the right of a row, and below its words."""
CHIP_PX = 16
CHIP_PAD_PX = 10
MARK_PX = 2
"""Width of the mark of a value before, and its height beyond the bar."""
INDENT_PX = 22
"""Indent of a name beside its box."""

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[ListedClass, ...] = ()

    def show_rows(self, rows: tuple[ListedClass, ...]) -> None:
        """Show other rows; where their number is the same, selection and focus stay."""
        if len(rows) == len(self.rows):
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        else:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.slot >= 0 else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return " · ".join((f"{row.name} {share_words(row.probability)}", *self._before(row)))
        if role == Qt.ItemDataRole.ToolTipRole:
            words = self.tr("{name}: class {index}, rank {rank}. The box pins it to the timeline")
            words = words.format(name=row.name, index=row.index, rank=row.rank)
            return plain("\n".join((words, *self._before(row))))
        return None

    def _before(self, row: ListedClass) -> tuple[str, ...]:
        if row.before is None:
            return ()
        words = self.tr("before {share}")
        return (words.format(share=share_words(row.before)),)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable


class _Delegate(QStyledItemDelegate):
    toggled = Signal(int)
    """Emitted with the index of a class whose box was clicked."""

    asked = Signal(int, bool)
    """Emitted with the index of a class whose Why? was clicked, and True with Shift."""

    faded = False
    top_rank = 1
    can_ask = False
    """Why? can be asked: the classes are of a window."""
    explained: tuple[int | None, int | None] = (None, None)
    """The class that is explained, and the one instead of which."""

    def chip_of(self, line: QRectF, row: ListedClass, font: QFont) -> QRectF:
        """The box of Why? on a row, left of its share."""
        strong = QFont(font)
        theme.set_strong(strong, strong=row.rank == 1)
        share = QFontMetricsF(strong).horizontalAdvance(share_words(row.probability))
        width = QFontMetricsF(font).horizontalAdvance(self.tr("Why?")) + CHIP_PAD_PX
        right = line.right() - EDGE_PX - share - CHIP_PAD_PX
        return QRectF(right - width, line.top() + 1, width, CHIP_PX)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW_PX)

    @override
    def editorEvent(
        self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            row, at = index.data(ROW), event.position()
            if self.can_ask and self.chip_of(QRectF(option.rect), row, option.font).contains(at):
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.asked.emit(row.index, shift)
                return True
        pressed = (
            isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonRelease
            and event.position().x() < option.rect.left() + INDENT_PX
        ) or (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select)
        )
        if pressed:
            self.toggled.emit(index.data(ROW).index)
        return pressed

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ListedClass = index.data(ROW)
        box = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        own, other = self.explained
        if row.index == own:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.current().accent_soft))
            painter.drawRoundedRect(box.adjusted(0, 0, 0, -2), 4, 4)
        is_near = bool(state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus))
        chip = QRectF()
        if self.can_ask and (is_near or row.index in (own, other)):
            chip = self.chip_of(box, row, option.font)
            is_other = row.index == other and not is_near
            self._paint_chip(painter, chip, is_own=row.index == own, is_other=is_other)
        words = box.adjusted(INDENT_PX, 0, 0, -EDGE_PX)
        self._paint_words(painter, words, row, chip.width() + CHIP_PAD_PX if chip else 0.0)
        painter.setOpacity(0.45 if self.faded else 1.0)
        self._paint_box(painter, box, row, hovered=bool(state & QStyle.StateFlag.State_MouseOver))
        self._paint_bar(
            painter,
            QRectF(box.left() + INDENT_PX, box.bottom() - 7, box.width() - INDENT_PX, 3),
            row,
        )
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.current().accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -2), 4, 4)
        painter.restore()

    def _paint_box(
        self, painter: QPainter, line: QRectF, row: ListedClass, *, hovered: bool
    ) -> None:
        colours = theme.current()
        box = QRectF(line.left() + 3, line.center().y() - BOX_PX / 2 - 3, BOX_PX, BOX_PX)
        if row.slot < 0:
            painter.setPen(QPen(QColor(colours.text_soft if hovered else colours.edge), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(slot_colour(row.slot))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QPen(QColor(colours.panel), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(
            QPolygonF(
                [
                    box.topLeft() + QPointF(3, 6.5),
                    box.topLeft() + QPointF(5.3, 8.8),
                    box.topLeft() + QPointF(9.2, 3.6),
                ]
            )
        )

    def _paint_chip(self, painter: QPainter, chip: QRectF, *, is_own: bool, is_other: bool) -> None:
        """Paint Why? as a button, or the words for the class instead of which."""
        colours = theme.current()
        if is_other:
            words = self.tr("instead of")
            wide = QFontMetricsF(painter.font()).horizontalAdvance(words)
            painter.setPen(QColor(colours.text_soft))
            place = QRectF(chip.right() - wide, chip.top(), wide + 1, chip.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent if is_own else colours.control_hover))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(colours.on_accent if is_own else colours.text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, self.tr("Why?"))

    def _paint_words(
        self, painter: QPainter, line: QRectF, row: ListedClass, chip_px: float
    ) -> None:
        colours, first = theme.current(), row.rank == 1
        share = share_words(row.probability)
        font = painter.font()
        theme.set_strong(font, strong=first)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        room = int(line.width() - metrics.horizontalAdvance(share) - 10 - chip_px)
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        colour = colours.text if first else colours.text_soft
        # Faint, but not so faint that it cannot be read.
        painter.setPen(QColor(colours.text_faint if self.faded else colour))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, name)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, share)

    def _paint_bar(self, painter: QPainter, bar: QRectF, row: ListedClass) -> None:
        colours = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        self._paint_value(painter, bar, row)
        if row.before is not None:
            mark = QRectF(0, 0, MARK_PX, bar.height() + 2 * MARK_PX)
            mark.moveCenter(QPointF(bar.left() + bar.width() * row.before, bar.center().y()))
            painter.fillRect(mark, QColor(colours.warning))

    def _paint_value(self, painter: QPainter, bar: QRectF, row: ListedClass) -> None:
        colours = theme.current()
        width = max(bar.width() * row.probability, 2.0)
        if row.slot >= 0:
            painter.setPen(slot_pen(row.slot, 3))
            y = bar.center().y()
            painter.drawLine(QPointF(bar.left(), y), QPointF(bar.left() + width, y))
            return
        painter.setBrush(QColor(colours.accent if row.rank == 1 else colours.text_faint))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), width, bar.height()), 1.5, 1.5)


class Bars(QListView):
    """The list of classes, as high as its rows need; the dock scrolls it."""

    pin_asked = Signal(int)
    """Emitted with the index of a class to be pinned or unpinned."""
    why_asked = Signal(int)
    """Emitted with the index of a class that is to be explained."""
    against_asked = Signal(int)
    """Emitted with the index of a class instead of which another is to be explained."""
    swap_asked = Signal()
    kept_keys = LIST | PRESS | {Qt.Key.Key_W}
    """Keys that it uses itself; Space pins a class, W explains it, Shift+W exchanges two."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bars")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
        self.setAccessibleName(self.tr("Classes"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._model = _Model(self)
        self._delegate = _Delegate(self)
        self._delegate.toggled.connect(self.pin_asked)
        self._delegate.asked.connect(self._asked)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)

    def show_rows(self, rows: tuple[ListedClass, ...], *, stale: bool) -> None:
        """Show classes; stale ones are faint."""
        self._delegate.faded = stale
        self._model.show_rows(rows)
        self.updateGeometry()
        self.viewport().update()

    def show_explained(self, explained: tuple[int | None, int | None], *, can_ask: bool) -> None:
        """Mark the class that is explained and the one instead of which; allow to ask for others.

        Args:
            explained: indices of both; None where there is none.
            can_ask: the classes are of a window that can be explained.
        """
        if (explained, can_ask) != (self._delegate.explained, self._delegate.can_ask):
            self._delegate.explained, self._delegate.can_ask = explained, can_ask
            self.viewport().update()

    def why_box(self, place: int) -> QRectF:
        """The box of Why? on a row that is listed, in points of the viewport."""
        index = self._model.index(place)
        line = QRectF(self.visualRect(index))
        return self._delegate.chip_of(line, index.data(ROW), self.font())

    def _asked(self, index: int, shift: bool) -> None:
        (self.against_asked if shift else self.why_asked).emit(index)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """W explains the class with the focus; with Shift it exchanges the two of before."""
        row = self.currentIndex().data(ROW)
        plain_w = event.key() == Qt.Key.Key_W and not event.modifiers()
        if plain_w and row is not None and self._delegate.can_ask:
            self.why_asked.emit(row.index)
        elif event.key() == Qt.Key.Key_W:
            self.swap_asked.emit()
        else:
            super().keyPressEvent(event)

    def rows(self) -> tuple[tuple[str, str], ...]:
        """(class, probability) as printed."""
        return tuple((row.name, share_words(row.probability)) for row in self._model.rows)

    @override
    def sizeHint(self) -> QSize:
        return QSize(180, ROW_PX * len(self._model.rows))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())
