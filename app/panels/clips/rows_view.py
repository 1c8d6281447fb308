"""A table whose rows open: at once by a click or Enter, by the arrow keys once they rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.widgets import theme
from app.widgets.basic import set_spoken_name

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel

OPEN_MS = 250
"""Milliseconds that a row must be current before it opens: keys held down pass many."""

ROW_PX = 24


class RowsView(QTableView):
    """Rows of clips, one of which is open.

    Args:
        name: what a screen reader calls it.
        model: the rows.
        header: the header; None for an ordinary one.
    """

    opened = Signal(int)
    """Emitted with the line of a row that is to be opened."""

    def __init__(
        self, name: str, model: QAbstractItemModel, header: QHeaderView | None = None
    ) -> None:
        super().__init__()
        if header is not None:
            self.setHorizontalHeader(header)
        self.setModel(model)
        self.setObjectName("clips")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # paths differ at their ends
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        set_spoken_name(self, name)
        above = self.horizontalHeader()
        above.setStretchLastSection(True)
        above.setHighlightSections(False)
        above.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        above.setFont(theme.small_font(self))
        self._waiting = QTimer(self, singleShot=True, interval=OPEN_MS)
        self._waiting.timeout.connect(self._open)
        self.selectionModel().currentRowChanged.connect(lambda *_: self._waiting.start())
        self.clicked.connect(lambda _: self._open())
        self.activated.connect(lambda _: self._open())

    def show_open(self, line: int | None, *, scrolls: bool = True) -> None:
        """Make the row that is open current, unless the user is on the way to another.

        Args:
            line: of the row; None where it is not listed.
            scrolls: bring it into sight.
        """
        if self._waiting.isActive() or line is None or line == self.currentIndex().row():
            return
        self.selectionModel().blockSignals(True)
        self.selectRow(line)
        self.selectionModel().blockSignals(False)
        if scrolls:
            self.scrollTo(self.model().index(line, 0))
        self.viewport().update()

    def lines_in_sight(self) -> tuple[int, int]:
        """First and last line that are seen, as far as there are rows."""
        last = max(self.model().rowCount() - 1, 0)
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return max(top, 0), last if bottom < 0 else bottom

    def _open(self) -> None:
        self._waiting.stop()
        line = self.currentIndex().row()
        if line >= 0:
            self.opened.emit(line)
