"""The clips panel: which list, a search, and a table whose rows open one after another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.clips.table import COLUMNS, ClipTable
from app.panels.spec import Panel
from app.text.empty import clips_words, open_list_words
from app.text.phrases import rows_words
from app.widgets import theme
from app.widgets.basic import set_spoken_name, set_tip
from app.widgets.empty import EmptyState

if TYPE_CHECKING:
    from app.panels.spec import PanelContext
    from app.results.snapshot import Snapshot

OPEN_MS = 250
"""Milliseconds that a row must be current before it opens: keys held down pass many."""

SEARCH_MS = 150
"""Milliseconds after the last letter until the rows are looked through."""

CELL_PX = 5
"""Pixels left of a cell's text: words of all rows begin at the gutter."""

NAME_PX, LABEL_PX = 220, 130
"""First widths of the first two columns."""

MENU_COMMANDS = ("file.open_list", "file.open_clip_folder", "file.close_list")


class ClipsPanel(Panel):
    """A list of clips; the one that is open is the current row."""

    row_asked = Signal(int)
    """Emitted with the place in the list of the clip to be opened."""
    searched = Signal(str)
    column_asked = Signal(str, bool)
    """Emitted with the head of a further column, and whether to show it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState(open_list_words())
        self.model, self.table = ClipTable(), QTableView()
        self._waiting = QTimer(self, singleShot=True, interval=OPEN_MS)
        self._waiting.timeout.connect(self._open_current)
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._typing.timeout.connect(lambda: self.searched.emit(self.search.text()))
        self._shown_columns: tuple[str, ...] = ()
        self._make_tools()
        self._make_table()
        self._lay_out()

    def _make_tools(self) -> None:
        self.which = QToolButton()
        self.which.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.which.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_spoken_name(self.which, self.tr("List of clips"))
        set_tip(self.which, self.tr("List of clips"))
        self.menu = QMenu(self.which)
        self.columns_menu = QMenu(self.tr("Columns"), self.menu)
        self.which.setMenu(self.menu)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find a clip"))
        set_spoken_name(self.search, self.tr("Find a clip"))
        self.search.textChanged.connect(lambda _: self._typing.start())

    def _make_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setObjectName("clips")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # paths differ at their ends
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        set_spoken_name(table, self.tr("Clips"))
        header = table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setFont(theme.small_font(self))
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_columns_menu)
        table.setColumnWidth(0, NAME_PX)
        table.setColumnWidth(1, LABEL_PX)
        table.selectionModel().currentRowChanged.connect(self._moved)
        table.clicked.connect(lambda _: self._open_current())
        table.activated.connect(lambda _: self._open_current())

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(12, 0, 12, 0)
        tools.setSpacing(theme.GAP)
        tools.addWidget(self.which)
        tools.addWidget(self.search, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(tools)
        box = QHBoxLayout()
        box.setContentsMargins(theme.GUTTER - CELL_PX, 0, theme.GUTTER - CELL_PX, 0)
        box.addWidget(self.table)
        column.addLayout(box, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(page)

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.empty.asked.connect(lambda: context.run("file.open_list"))
        self.row_asked.connect(context.open_row)
        self.searched.connect(context.intents.clips.search)
        self.column_asked.connect(context.intents.clips.show_column)
        self.remarked.connect(context.show_remark)
        for command, words in self._menu_words().items():
            action = self.menu.addAction(words)
            action.triggered.connect(partial(context.run, command))
        self.menu.addSeparator()
        self.menu.addMenu(self.columns_menu)

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.table if self._pages.currentIndex() else self.empty.button

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        clips, state = new.results.clips, new.state
        if old is not None and not _differs(old, new):
            return
        words = clips_words(clips)
        self._pages.setCurrentIndex(0 if words.sentence else 1)
        self.empty.show_words(words.sentence, with_button=words.can_run)
        if clips is None or words.sentence:
            self.model.show(None, {})
            self.remarked.emit("", "")
            return
        if old is None or old.results.clips is not clips or _names_differ(old, new):
            self.model.show(clips, new.results.class_names)
            self._shown_columns = clips.columns
            self.which.setText(clips.origin.name or str(clips.origin))
            set_tip(self.which, str(clips.origin))
            self.remarked.emit(rows_words(len(clips.found), len(clips.rows)), str(clips.origin))
        self._show_columns(state.clip_columns, has_predictions=bool(clips.verdicts))
        if self.search.text() != state.clip_search and not self._typing.isActive():
            self.search.setText(state.clip_search)
            self._typing.stop()
        self._show_current(state.clip_row)

    def _show_current(self, row: int | None) -> None:
        """Make the row that is open current, unless the user is on the way to another."""
        line = self.model.place_of(row)
        if self._waiting.isActive() or line is None or line == self.table.currentIndex().row():
            return
        self.table.selectionModel().blockSignals(True)
        self.table.selectRow(line)
        self.table.selectionModel().blockSignals(False)
        self.table.scrollTo(self.model.index(line, 0))
        self.table.viewport().update()

    def _show_columns(self, wanted: tuple[str, ...], *, has_predictions: bool) -> None:
        for place, column in enumerate(COLUMNS):
            self.table.setColumnHidden(place, column.of_predictions and not has_predictions)
        for place, head in enumerate(self._shown_columns, start=len(COLUMNS)):
            self.table.setColumnHidden(place, head not in wanted)
        self.columns_menu.clear()
        self.columns_menu.setEnabled(bool(self._shown_columns))
        for head in self._shown_columns:
            action = self.columns_menu.addAction(head.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(head in wanted)
            action.toggled.connect(partial(self.column_asked.emit, head))

    def _show_columns_menu(self, at: QPoint) -> None:
        self.columns_menu.popup(self.table.horizontalHeader().mapToGlobal(at))

    def _moved(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._waiting.start()

    def _open_current(self) -> None:
        self._waiting.stop()
        row = self.model.row_at(self.table.currentIndex().row())
        if row is not None:
            self.row_asked.emit(row)

    def _menu_words(self) -> dict[str, str]:
        words = (
            self.tr("Open list of clips…"),
            self.tr("Open folder of clips…"),
            self.tr("Close list"),
        )
        return dict(zip(MENU_COMMANDS, words, strict=True))


def _differs(old: Snapshot, new: Snapshot) -> bool:
    fields = ("clip_row", "clip_search", "clip_columns", "clip")
    changed = any(getattr(old.state, name) != getattr(new.state, name) for name in fields)
    return changed or old.results.clips is not new.results.clips or _names_differ(old, new)


def _names_differ(old: Snapshot, new: Snapshot) -> bool:
    """Class names came or went; of the same model they stay."""
    return (old.results.shown is None) != (new.results.shown is None)
