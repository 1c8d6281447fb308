"""The clips panel: which list or batch result, a search, and a table whose rows open."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.clips.batch_page import BatchPage
from app.panels.clips.rows_view import RowsView
from app.panels.clips.table import COLUMNS, ClipTable
from app.panels.spec import Panel
from app.text.batch import FIELD_TITLES, listed_words
from app.text.batch import tr as batch_tr
from app.text.empty import clips_words, open_list_words, open_others_words
from app.text.phrases import rows_words
from app.widgets import theme
from app.widgets.basic import bounded, set_spoken_name, set_tip
from app.widgets.empty import EmptyState
from app.widgets.flow import Flow

if TYPE_CHECKING:
    from pathlib import Path

    from app.panels.spec import PanelContext
    from app.results.snapshot import Snapshot

SEARCH_MS = 150
"""Milliseconds after the last letter until the rows are looked through."""

LEAST_PX = 140
"""Least width of the panel."""

CELL_PX = 5
"""Pixels left of a cell's text: words of all rows begin at the gutter."""

NAME_PX, LABEL_PX = 220, 130
"""First widths of the first two columns."""

MENU_COMMANDS = (
    "file.open_list",
    "file.open_clip_folder",
    "file.open_batch",
    "file.batch_root",
    "file.close_list",
)


class ClipsPanel(Panel):
    """A list of clips; the one that is open is the current row."""

    row_asked = Signal(int)
    """Emitted with the place in the list of the clip to be opened."""
    searched = Signal(str)
    column_asked = Signal(str, bool)
    """Emitted with the head of a further column, and whether to show it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState(open_list_words(), open_others_words())
        self.model = ClipTable()
        self.table, self.batch = RowsView(self.tr("Clips"), self.model), BatchPage()
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
        self.sort_menu = QMenu(self.tr("Sort by"), self.menu)
        for field, words in FIELD_TITLES.items():
            action = self.sort_menu.addAction(batch_tr(words))
            action.triggered.connect(lambda _=False, field=field: self.batch.sort_asked.emit(field))
        self.which.setMenu(self.menu)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find a clip"))
        set_spoken_name(self.search, self.tr("Find a clip"))
        self.search.textChanged.connect(lambda _: self._typing.start())

    def _make_table(self) -> None:
        header = self.table.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_columns_menu)
        self.table.setColumnWidth(0, NAME_PX)
        self.table.setColumnWidth(1, LABEL_PX)
        self.table.opened.connect(self._open_line)
        self.batch.row_asked.connect(self.row_asked)

    def _lay_out(self) -> None:
        tools = Flow(theme.GAP)
        policy = tools.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)  # as high as its rows need
        tools.setSizePolicy(policy)
        tools.add(self.which)
        tools.add(self.search, stretches=True)
        for part in self.batch.filters.parts:
            tools.add(part)
        self.batch.filters.set_shown(False)
        above = QVBoxLayout()
        above.setContentsMargins(theme.GUTTER, 0, theme.GUTTER, 0)
        above.addWidget(tools)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(above)
        of_list = QWidget()
        box = QHBoxLayout(of_list)
        box.setContentsMargins(theme.GUTTER - CELL_PX, 0, theme.GUTTER - CELL_PX, 0)
        box.addWidget(self.table)
        self._tables = QStackedLayout()
        self._tables.addWidget(of_list)
        self._tables.addWidget(self.batch)
        column.addLayout(self._tables, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(page)

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.empty.asked.connect(lambda: context.run(MENU_COMMANDS[0]))
        self.empty.other_asked.connect(lambda place: context.run(MENU_COMMANDS[1 + place]))
        clips, batch = context.intents.clips, self.batch
        self.row_asked.connect(context.rows.open_row)
        self.searched.connect(clips.search)
        self.column_asked.connect(clips.show_column)
        batch.lines_wanted.connect(context.rows.show_lines)
        batch.asked.connect(lambda name, value: clips.ask_batch(**{name: value}))
        batch.range_asked.connect(lambda least, most: clips.ask_batch(least=least, most=most))
        batch.sort_asked.connect(clips.sort_batch)
        self.remarked.connect(context.show_remark)
        for command, words in self._menu_words().items():
            action = self.menu.addAction(words)
            action.triggered.connect(partial(context.run, command))
        self.menu.addSeparator()
        self.menu.addMenu(self.columns_menu)
        self.menu.addMenu(self.sort_menu)

    @property
    @override
    def first_stop(self) -> QWidget:
        if not self._pages.currentIndex():
            return self.empty.button
        return self.batch.table if self._tables.currentIndex() else self.table

    @override
    def minimumSizeHint(self) -> QSize:
        """Never more than a window that is about to become narrow has room for."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), LEAST_PX), hint.height())

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        clips, state = new.results.clips, new.state
        if old is not None and not _differs(old, new):
            return
        batch = new.results.batch
        self.columns_menu.menuAction().setVisible(batch is None)
        self.sort_menu.menuAction().setVisible(batch is not None)
        if batch is not None:
            self._pages.setCurrentIndex(1)
            self._tables.setCurrentIndex(1)
            self._show_search(state.clip_search)
            self._show_origin(batch.facts.folder)
            self.batch.show_info(batch, state)
            self.remarked.emit(listed_words(batch), str(batch.facts.folder))
            return
        self.batch.show_info(None, state)
        self._tables.setCurrentIndex(0)
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
            self._show_origin(clips.origin)
            self.remarked.emit(rows_words(len(clips.found), len(clips.rows)), str(clips.origin))
        self._show_columns(state.clip_columns, has_predictions=bool(clips.verdicts))
        self._show_search(state.clip_search)
        self.table.show_open(self.model.place_of(state.clip_row))

    def _show_search(self, words: str) -> None:
        if self.search.text() != words and not self._typing.isActive():
            self.search.setText(words)
            self._typing.stop()

    def _show_origin(self, origin: Path) -> None:
        self.which.setText(bounded(origin.name or str(origin), 40))
        set_tip(self.which, str(origin))

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

    def _open_line(self, line: int) -> None:
        row = self.model.row_at(line)
        if row is not None:
            self.row_asked.emit(row)

    def _menu_words(self) -> dict[str, str]:
        words = (
            self.tr("Open list of clips…"),
            self.tr("Open folder of clips…"),
            self.tr("Open batch result…"),
            self.tr("Clips of the batch lie in…"),
            self.tr("Close list"),
        )
        return dict(zip(MENU_COMMANDS, words, strict=True))


def _differs(old: Snapshot, new: Snapshot) -> bool:
    fields = ("clip_row", "clip_search", "clip_columns", "clip", "batch")
    changed = any(getattr(old.state, name) != getattr(new.state, name) for name in fields)
    changed |= any(
        getattr(old.results, name) is not getattr(new.results, name) for name in ("clips", "batch")
    )
    return changed or _names_differ(old, new)


def _names_differ(old: Snapshot, new: Snapshot) -> bool:
    """Class names came or went; of the same model they stay."""
    return (old.results.shown is None) != (new.results.shown is None)
