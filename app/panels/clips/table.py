"""The rows of a list of clips, fetched a hundred at a time, and the columns they may show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from typing_extensions import override

from app.results.clips import label_words
from app.state.language import N
from app.text.phrases import share_words
from app.widgets.basic import bounded, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.results.clips import ClipsInfo, Verdict
    from mvit_core.clips import ListedClip

ROWS_FETCHED = 100
"""Rows that the table takes at a time."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """One column of the table."""

    title: str
    """Its head, marked for translation."""
    text: Callable[[ListedClip, Verdict | None, Mapping[int, str]], str]
    """What it says of a row and of what a model said; the last are class names by number."""
    of_predictions: bool = False
    """It has something to say only where a model was run on the clips."""


def _name(row: ListedClip, _: Verdict | None, __: Mapping[int, str]) -> str:
    return row.name


def _label(row: ListedClip, _: Verdict | None, names: Mapping[int, str]) -> str:
    return label_words(row.labels, names)


def _correct(_: ListedClip, said: Verdict | None, __: Mapping[int, str]) -> str:
    return "" if said is None else {True: "✓", False: "✗", None: ""}[said.is_correct]


def _predicted(_: ListedClip, said: Verdict | None, __: Mapping[int, str]) -> str:
    return "" if said is None else said.predicted


def _probability(_: ListedClip, said: Verdict | None, __: Mapping[int, str]) -> str:
    return "" if said is None or said.probability is None else share_words(said.probability)


COLUMNS = (
    Column(N("clips", "Clip"), _name),
    Column(N("clips", "Label"), _label),
    Column(N("clips", "Right"), _correct, of_predictions=True),
    Column(N("clips", "Predicted"), _predicted, of_predictions=True),
    Column(N("clips", "Probability"), _probability, of_predictions=True),
)
"""Columns of every list, before those of its own; a batch result fills those of predictions."""


class ClipTable(QAbstractTableModel):
    """The rows that the search finds, as far as they were fetched."""

    def __init__(self) -> None:
        super().__init__()
        self._info: ClipsInfo | None = None
        self._names: Mapping[int, str] = {}
        self._fetched = 0

    def show(self, info: ClipsInfo | None, names: Mapping[int, str]) -> None:
        """Show other rows, or the same with what is known of them by now."""
        old, self._names = self._info, names
        same = (
            old is not None
            and info is not None
            and old.found is info.found
            and old.rows is info.rows
        )
        if not same:
            self.beginResetModel()
            self._info, self._fetched = info, 0
            self.endResetModel()
            self.fetchMore(QModelIndex())
            return
        self._info = info
        if self._fetched:
            last = self.index(self._fetched - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    @property
    def total(self) -> int:
        """Rows that the search finds."""
        return 0 if self._info is None else len(self._info.found)

    def place_of(self, row: int | None) -> int | None:
        """The line of a row of the list, fetched if it is not yet; None where it is not found."""
        if self._info is None or row is None:
            return None
        found = self._info.found
        if isinstance(found, range):
            line = row if row in found else None
        else:
            line = next((n for n, each in enumerate(found) if each == row), None)
        while line is not None and line >= self._fetched:
            self.fetchMore(QModelIndex())
        return line

    def row_at(self, line: int) -> int | None:
        """The place in the list of a line; None without one."""
        if self._info is None or not 0 <= line < len(self._info.found):
            return None
        return self._info.found[line]

    def heads(self) -> tuple[str, ...]:
        """Heads of all columns."""
        own = () if self._info is None else self._info.columns
        return (*(QCoreApplication.translate("clips", each.title) for each in COLUMNS), *own)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else self._fetched

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(self.heads())

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._fetched < self.total

    @override
    def fetchMore(self, parent: Index) -> None:
        until = min(self._fetched + ROWS_FETCHED, self.total)
        if until > self._fetched:
            self.beginInsertRows(QModelIndex(), self._fetched, until - 1)
            self._fetched = until
            self.endInsertRows()

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        heads = self.heads()
        if orientation == Qt.Orientation.Horizontal and section < len(heads):
            if role == Qt.ItemDataRole.DisplayRole:
                return bounded(heads[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self.row_at(index.row())
        if self._info is None or place is None:
            return None
        row, error = self._info.rows[place], self._info.errors.get(place, "")
        if role == Qt.ItemDataRole.DisplayRole:
            if error and index.column() == 1:
                return bounded(error)
            return bounded(self._text(place, index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(error or f"{row.path}\n{label_words(row.labels, self._names)}".strip())
        return None

    def _text(self, place: int, column: int) -> str:
        assert self._info is not None
        row = self._info.rows[place]
        if column < len(COLUMNS):
            return COLUMNS[column].text(row, self._info.verdicts.get(place), self._names)
        own = column - len(COLUMNS)
        return row.cells[own] if own < len(row.cells) else ""
