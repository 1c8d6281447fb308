"""The rows of a batch result: as many as are listed, filled in page by page as they are seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from app.text.batch import FIELD_TIPS, head_of_column, number_words
from app.text.batch import tr as batch_tr
from app.text.phrases import share_words
from app.widgets import theme
from app.widgets.basic import bounded, plain
from mvit_core.batch.result_query import RESULT_FIELDS

if TYPE_CHECKING:
    from app.results.batch import BatchInfo
    from mvit_core.batch.result_query import ResultField, ResultRow

Index = QModelIndex | QPersistentModelIndex

RIGHT: frozenset[ResultField] = frozenset(("window", "probability", "number"))
"""Columns of numbers."""

OF_A_RUN: frozenset[ResultField] = RIGHT | {"predicted"}
"""Columns that a clip which was not run says nothing in."""

SIGNS = {True: "✓ ", False: "✗ ", None: ""}


@dataclass(frozen=True)
class Shown:
    """What a model of rows shows: another is another set of rows."""

    info: BatchInfo | None = None

    def is_same_list(self, other: Shown) -> bool:
        """The rows are those of the other, some of them perhaps not looked up yet."""
        one, two = self.info, other.info
        if one is None or two is None:
            return one is two
        return (one.facts, one.query, one.found) == (two.facts, two.query, two.found)


class BatchTable(QAbstractTableModel):
    """The rows that are listed; those that were not looked up yet are empty."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = Shown()

    @property
    def info(self) -> BatchInfo | None:
        """The batch result that is shown."""
        return self._shown.info

    def show(self, info: BatchInfo | None) -> bool:
        """Show other rows, or more of the same; whether they are others."""
        shown = Shown(info)
        if self._shown.is_same_list(shown):
            self._shown = shown
            if self.rowCount():
                last = self.index(self.rowCount() - 1, self.columnCount() - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return False
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()
        return True

    def row_at(self, line: int) -> ResultRow | None:
        """The row of a line; None where it was not looked up yet."""
        return None if self.info is None else self.info.row_at(line)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() or self.info is None else self.info.found

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(RESULT_FIELDS)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(RESULT_FIELDS):
            return None
        field, info = RESULT_FIELDS[section], self.info
        if role == Qt.ItemDataRole.DisplayRole:
            return bounded(head_of_column(field, None if info is None else info.query))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(batch_tr(FIELD_TIPS[field]))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, info = self.row_at(index.row()), self.info
        if row is None or info is None:
            return None
        field = RESULT_FIELDS[index.column()]
        error = info.errors.get(row.row, "") or row.error
        if role == Qt.ItemDataRole.DisplayRole:
            return bounded(error if field == "error" else self._text(row, field))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(error or "\n".join((row.path, row.checkpoint)))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if field in RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            return _ink(row, field, is_old=info.is_old)
        return None

    def _text(self, row: ResultRow, field: ResultField) -> str:
        info = self.info
        assert info is not None
        if field == "clip":
            return row.path
        if field == "window":
            if row.window is None:
                return ""
            return info.facts.windows if info.facts.means_views else str(row.window + 1)
        if field == "label":
            return row.label
        if field == "predicted":
            return f"{SIGNS[row.is_correct]}{row.predicted}"
        if field == "probability":
            return "" if row.probability is None else share_words(row.probability)
        assert info.query is not None
        return number_words(row.number, info.query.number.name)


def _ink(row: ResultRow, field: ResultField, *, is_old: bool) -> QColor | None:
    """The colour of a cell: faint while others are looked up, by right and wrong, by errors."""
    colours = theme.current()
    if is_old:
        return QColor(colours.text_faint)
    if field == "error":
        return QColor(colours.error)
    if field == "predicted" and row.is_correct is not None:
        return QColor(colours.good if row.is_correct else colours.error)
    return None
