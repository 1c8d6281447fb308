"""Lists of what is changed: a click on the words of a row chooses it, a cross removes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import icon_button, set_spoken_name, set_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

ROW_PX = 24


class RowWords(QPushButton):
    """The words of a row, shortened at their end where there is no room.

    Args:
        words: what is shown.
        full_text: the same in full, for the tooltip and for who listens.
    """

    def __init__(self, words: str, full_text: str) -> None:
        super().__init__()
        self.setObjectName("changed")
        self.setCheckable(True)
        self.setFont(theme.small_font(self))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words, self.full_text = words, full_text
        set_tip(self, full_text)
        set_spoken_name(self, full_text)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.width() - 2 * theme.GAP
        self.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room))


class ChangeRow(QWidget):
    """Words that may be chosen, and a cross."""

    def __init__(self, words: str, full_text: str, remove_words: str) -> None:
        super().__init__()
        self.words = RowWords(words, full_text)
        self.cross = icon_button("cancel", remove_words)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.words, 1)
        row.addWidget(self.cross)
        self.setFixedHeight(ROW_PX)


class ChangeRows(QScrollArea):
    """Rows below each other, of which some are seen without scrolling; hidden without a row.

    Args:
        rows_seen: how many those are.
    """

    chosen = Signal(int)
    """Emitted with the place of a row."""
    removed = Signal(int)
    """Emitted with the place of a row."""

    def __init__(self, rows_seen: int) -> None:
        super().__init__()
        self._rows_seen = rows_seen
        self.rows: tuple[ChangeRow, ...] = ()
        self._list = QWidget()
        self._list.setObjectName("body")
        self._column = QVBoxLayout(self._list)
        self._column.setSpacing(0)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._list)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_rows(
        self,
        words: tuple[str, ...],
        remove_words: tuple[str, ...],
        chosen: int | None,
        short: tuple[str, ...] = (),
    ) -> None:
        """Show rows; those that are there already stay.

        Args:
            words: of each row.
            remove_words: what the cross of each row does.
            chosen: the place of the row that is chosen; None for none.
            short: what is seen of the words; () for all of them.
        """
        if tuple(row.words.full_text for row in self.rows) != words:
            self._make_rows(short or words, words, remove_words)
        for place, row in enumerate(self.rows):
            row.words.setChecked(place == chosen)

    def _make_rows(
        self, short: tuple[str, ...], words: tuple[str, ...], remove_words: tuple[str, ...]
    ) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()  # a click on its cross still runs
            row.deleteLater()
        self.rows = tuple(map(ChangeRow, short, words, remove_words))
        for place, row in enumerate(self.rows):
            row.words.clicked.connect(lambda _=False, place=place: self.chosen.emit(place))
            row.cross.clicked.connect(lambda _=False, place=place: self.removed.emit(place))
            self._column.addWidget(row)
            row.show()  # at once: it counts in the height that is wanted
        self.setFixedHeight(ROW_PX * min(len(words), self._rows_seen))
        self.setVisible(bool(words))
