"""The table of the atlas: a row for each head, sorted by a column of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView
from typing_extensions import override

from app.text.atlas import COLUMNS, NUMBERS, number_words
from app.text.atlas import tr as atlas_tr
from app.widgets import theme
from app.widgets.basic import plain, set_spoken_name

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent

    from app.results.atlas import AtlasInfo, Place
    from app.state.atlas_choices import AtlasChoices, HeadField
    from mvit_core.attribution import HeadStatistics

Index = QModelIndex | QPersistentModelIndex

ROW_PX, COLUMN_PX = 24, 74


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

    def __init__(self) -> None:
        super().__init__()
        self._info: AtlasInfo | None = None
        self.rows: tuple[HeadStatistics, ...] = ()

    def show(self, info: AtlasInfo | None, choices: AtlasChoices) -> None:
        """Show other numbers, or in another order."""
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
            return atlas_tr(words.title)
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
        if role == Qt.ItemDataRole.ForegroundRole and name == "effect":
            value, colours = self._info.value(row, name), theme.current()
            if value:
                return QColor(colours.plus if value > 0 else colours.minus)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class HeadTableView(QTableView):
    """Rows are chosen as in any list: a click or an arrow one, Ctrl and Shift several."""

    picked = Signal(object, int)
    """Emitted with the places of all rows chosen, and the block of the one chosen last."""
    sort_asked = Signal(str)
    opened = Signal()
    """Emitted by Enter or a double click."""
    save_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.heads = HeadTable()
        self._shows = False
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
        header.setFont(theme.small_font(self))
        header.sectionClicked.connect(lambda at: self.sort_asked.emit(COLUMNS[at]))
        self.selectionModel().selectionChanged.connect(self._picked)
        self.doubleClicked.connect(lambda _: self.opened.emit())

    def show_heads(
        self, info: AtlasInfo | None, choices: AtlasChoices, chosen: tuple[Place, ...]
    ) -> None:
        """Show the numbers of all heads, and which ones are chosen."""
        self._shows = True
        self.heads.show(info, choices)
        order = Qt.SortOrder.DescendingOrder if choices.is_falling else Qt.SortOrder.AscendingOrder
        by: HeadField = "head" if choices.sorted_by == "block" else choices.sorted_by
        header = self.horizontalHeader()
        header.setSortIndicatorShown(by in COLUMNS)
        if by in COLUMNS:
            header.setSortIndicator(COLUMNS.index(by), order)
        self._show_chosen(chosen)
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
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
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
