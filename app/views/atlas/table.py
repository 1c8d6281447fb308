"""The table of the atlas: a row for each head, sorted by a column of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView
from typing_extensions import override

from app.text.atlas import COLUMNS, NUMBERS, column_title, number_words
from app.text.atlas import tr as atlas_tr
from app.widgets import theme
from app.widgets.basic import plain, set_spoken_name
from app.widgets.kept_keys import LIST, PRESS

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent

    from app.results.atlas import AtlasInfo, Place
    from app.state.atlas_choices import AtlasChoices, HeadField
    from mvit_core.attribution import HeadStatistics

Index = QModelIndex | QPersistentModelIndex

ROW_PX, TICK_PX = 24, 44
NAMED = 2
"""Columns before the numbers."""


def sorted_rows(info: AtlasInfo, choices: AtlasChoices) -> tuple[HeadStatistics, ...]:
    """The rows as a column sorts them; what is not known comes last, either way."""

    def of(row: HeadStatistics) -> float | None:
        by = "block" if choices.sorted_by == "head" else choices.sorted_by
        return info.value(row, by)

    known = [(value, row) for row in info.rows if (value := of(row)) is not None]
    known.sort(key=lambda each: each[0], reverse=choices.is_falling)
    return (*(row for _, row in known), *(row for row in info.rows if of(row) is None))


class HeadTable(QAbstractTableModel):
    """The numbers of all heads."""

    toggled = Signal(int, int)
    """Emitted with block and head of a row whose tick is clicked."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # which takes what is connected to it along
        self._info: AtlasInfo | None = None
        self.rows: tuple[HeadStatistics, ...] = ()
        self._choices: AtlasChoices | None = None
        self._off: frozenset[Place] = frozenset()

    def show(
        self, info: AtlasInfo | None, choices: AtlasChoices, off: frozenset[Place] = frozenset()
    ) -> None:
        """Show other numbers, or in another order; heads that are off are faint."""
        self._off = off
        if choices != self._choices:
            self._choices = choices
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        rows = () if info is None else sorted_rows(info, choices)
        same = [(row.block, row.head) for row in rows] == [(r.block, r.head) for r in self.rows]
        if same:
            self._info, self.rows = info, rows
            if rows:
                last = self.index(len(rows) - 1, len(COLUMNS) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._info, self.rows = info, rows
        self.endResetModel()

    def place_at(self, row: int) -> Place | None:
        """Block and head of a row."""
        return (self.rows[row].block, self.rows[row].head) if 0 <= row < len(self.rows) else None

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(COLUMNS):
            return None
        words = NUMBERS[COLUMNS[section]]
        if role == Qt.ItemDataRole.DisplayRole:
            return column_title(COLUMNS[section], self._choices)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(self.tr("Sort by {number}").format(number=atlas_tr(words.axis)))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._info is None or not 0 <= index.row() < len(self.rows):
            return None
        row, name = self.rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return number_words(self._info, row, name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        is_off = (row.block, row.head) in self._off
        if role == Qt.ItemDataRole.CheckStateRole and name == "on":
            return Qt.CheckState.Unchecked if is_off else Qt.CheckState.Checked
        if role == Qt.ItemDataRole.ForegroundRole:
            return _ink(self._info.value(row, "effect") if name == "effect" else None, is_off)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_tick = index.isValid() and COLUMNS[index.column()] == "on"
        return flags | Qt.ItemFlag.ItemIsUserCheckable if is_tick else flags

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A tick is asked for; it is shown once the head is on or off."""
        place = self.place_at(index.row())
        if role != Qt.ItemDataRole.CheckStateRole or place is None:
            return False
        self.toggled.emit(*place)
        return True


def _ink(effect: float | None, is_off: bool) -> QColor | None:
    """The colour of a cell: faint of a head that is off, by its sign of an effect."""
    colours = theme.current()
    if is_off:
        return QColor(colours.text_faint)
    return None if effect is None else QColor(theme.sign_ink(effect))


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column < NAMED else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class HeadTableView(QTableView):
    """Rows are chosen as in any list: a click or an arrow one, Ctrl and Shift several."""

    picked = Signal(object, int)
    """Emitted with the places of all rows chosen, and the block of the one chosen last."""
    sort_asked = Signal(str)
    opened = Signal()
    """Emitted by Enter or a double click."""
    save_asked = Signal()
    kept_keys = LIST | PRESS
    """Space switches the current head on or off."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = HeadTable(self)
        self._shows = False
        self._order: tuple[HeadField, bool] | None = None
        self.setModel(self.heads)
        set_spoken_name(self, self.tr("Numbers of all heads"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMinimumHeight(3 * ROW_PX)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(0, TICK_PX)
        header.setFont(theme.small_font(self))
        header.sectionClicked.connect(self._sort)
        self.selectionModel().selectionChanged.connect(self._picked)
        self.doubleClicked.connect(lambda _: self.opened.emit())

    def _sort(self, column: int) -> None:
        if COLUMNS[column] != "on":
            self.sort_asked.emit(COLUMNS[column])

    def show_heads(
        self,
        info: AtlasInfo | None,
        choices: AtlasChoices,
        chosen: tuple[Place, ...],
        off: frozenset[Place],
    ) -> None:
        """Show the numbers of all heads, which ones are chosen, and which are off."""
        self._shows = True
        self.heads.show(info, choices, off)
        self._show_chosen(chosen)
        order = choices.sorted_by, choices.is_falling
        if order != self._order:
            self._order = order
            self.scrollToTop()  # what an order puts first is what it was asked for
        self._shows = False

    def _show_chosen(self, chosen: tuple[Place, ...]) -> None:
        wanted = [at for at, row in enumerate(self.heads.rows) if (row.block, row.head) in chosen]
        selected = self.selectionModel()
        if wanted == sorted(index.row() for index in selected.selectedRows()):
            return
        rows = QItemSelection()
        for at in wanted:
            rows.select(self.heads.index(at, 0), self.heads.index(at, len(COLUMNS) - 1))
        selected.select(rows, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if wanted and self.currentIndex().row() not in wanted:
            first = self.heads.index(wanted[0], 0)
            selected.setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    def _picked(self) -> None:
        if self._shows:
            return
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        places = tuple(place for row in rows if (place := self.heads.place_at(row)) is not None)
        last = self.heads.place_at(self.currentIndex().row())
        if places:
            self.picked.emit(places, -1 if last is None else last[0])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self.heads.place_at(self.currentIndex().row())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Space and place is not None and not event.modifiers():
            self.heads.toggled.emit(*place)
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.heads.rows:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Save the table…")).triggered.connect(self.save_asked)
        menu.popup(event.globalPos())
