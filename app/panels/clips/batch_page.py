"""A batch result: the table of its rows, and the fields that say which are listed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.panels.clips.batch_filters import BatchFilters
from app.panels.clips.batch_header import BatchHeader
from app.panels.clips.batch_table import OF_A_RUN, BatchTable
from app.panels.clips.rows_view import RowsView
from app.widgets import theme
from mvit_core.batch.result_query import RESULT_FIELDS

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QResizeEvent

    from app.results.batch import BatchInfo
    from app.state.view_state import ViewState
    from mvit_core.batch.result_query import ResultField

CELL_PX = 5
"""Pixels on each side of a cell's text."""

LONGEST = {"window": "999", "probability": "> 99.9 %"}
"""The longest texts of columns whose numbers are never cut."""

SHARES = {"clip": 98, "label": 74, "predicted": 84, "number": 66}
"""First widths of the others, which fill the panel together with them; the last has the rest."""


def first_width(field: ResultField, font: QFont) -> int:
    """Pixels of a column before the user moves its edge; 0 leaves it as it is."""
    if field in LONGEST:
        return QFontMetrics(font).horizontalAdvance(LONGEST[field]) + 2 * CELL_PX
    return SHARES.get(field, 0)


class BatchPage(QWidget):
    """The rows of a batch result that are asked for, and what asks for others."""

    row_asked = Signal(int)
    """Emitted with the number of the row to be opened."""
    lines_wanted = Signal(int, int)
    """Emitted with the first and the last line in sight, where some are not looked up."""
    asked = Signal(str, object)
    """Emitted with the name of a field of ``ResultQuery`` and its new value."""
    range_asked = Signal(object, object)
    """Emitted with the least and the largest value of the statistic to be listed."""
    sort_asked = Signal(str)
    """Emitted with the field that rows are to be sorted by."""

    def __init__(self) -> None:
        super().__init__()
        self.filters = BatchFilters(self)
        self.header, self.model = BatchHeader(), BatchTable()
        self.table = RowsView(self.tr("Rows of the batch result"), self.model, self.header)
        for place, field in enumerate(RESULT_FIELDS):
            if width := first_width(field, self.table.font()):
                self.table.setColumnWidth(place, width)
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._looking.timeout.connect(self._look)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GUTTER - 5, 0, theme.GUTTER - 5, 0)
        column.addWidget(self.table, 1)
        self.filters.asked.connect(self.asked)
        self.filters.any_asked.connect(partial(self.range_asked.emit, None, None))
        self.header.histogram.range_asked.connect(self.range_asked)
        self.header.sort_asked.connect(self.sort_asked)
        self.table.opened.connect(self._opened)
        self.table.verticalScrollBar().valueChanged.connect(lambda _: self._looking.start())
        self.table.horizontalScrollBar().valueChanged.connect(lambda _: self.header.place())

    def show_info(self, info: BatchInfo | None, state: ViewState) -> None:
        """Show the rows of a batch result; None shows none."""
        are_others = self.model.show(info)
        if info is None:
            self.filters.set_shown(False)
            return
        self.filters.show_info(info, state.batch)
        self.header.show_info(info)
        only_errors = state.batch.kind == "error"
        for place, field in enumerate(RESULT_FIELDS):
            is_empty = field == "error" and not info.facts.errors and not info.errors
            hidden = is_empty or (only_errors and field in OF_A_RUN)
            if self.table.isColumnHidden(place) != hidden:
                self.table.setColumnHidden(place, hidden)
        self.header.place()
        if are_others:
            self.table.scrollToTop()
        self.table.show_open(info.place_of(state.clip_row), scrolls=not are_others)
        self._looking.start()

    def _look(self) -> None:
        """Ask for the rows in sight that were not looked up."""
        info = self.model.info
        if info is None or not info.found or info.is_old:
            return
        first, last = self.table.lines_in_sight()
        last = min(last, info.found - 1)
        if info.row_at(first) is None or info.row_at(last) is None:
            self.lines_wanted.emit(first, last)

    def _opened(self, line: int) -> None:
        row = self.model.row_at(line)
        if row is not None:
            self.row_asked.emit(row.row)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._looking.start()
