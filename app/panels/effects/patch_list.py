"""What patches from other clips did: a list, and the classes of the one that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.effects.rows import ChangeRows
from app.results import Message
from app.text.patches import class_rows, outcome_csv, outcome_words, share_of_words, short_words
from app.widgets import theme
from app.widgets.basic import ElidedLabel, icon_button, label
from app.widgets.help_mark import HelpMark

if TYPE_CHECKING:
    from app.results.patches import PatchOutcome

ROWS_SEEN = 3
"""Patches that the list shows without scrolling."""

LEAST_PX = 72
"""Height of rows and classes in a low window, where the rest is scrolled to."""


class FittingArea(QScrollArea):
    """As high as what it holds where there is room, and scrolls where there is not."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        content.setObjectName("body")
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """Take the height of what it holds now."""
        height = self._content.sizeHint().height()
        self._content.setMinimumHeight(height)
        self.setMinimumHeight(min(height, LEAST_PX))
        self.setMaximumHeight(height)
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.maximumHeight())


class PatchList(QWidget):
    """A row for each patch of the window shown, above the classes of one of them."""

    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""
    removed = Signal(int)
    """Emitted with the place of a patch among those shown."""
    reported = Signal(object)
    """Emitted with a ``Message``."""

    def __init__(self) -> None:
        super().__init__()
        self.ask = self._link(self.tr("Patch from another clip…"))
        self.ask.clicked.connect(lambda: self.command.emit("explain.patch"))
        self.list, self.table = ChangeRows(ROWS_SEEN), QWidget()
        self.list.chosen.connect(self._choose)
        self.list.removed.connect(self.removed)
        self.of = ElidedLabel()
        self.of.setObjectName("soft")
        self.of.setFont(theme.small_font(self))
        self.copy = icon_button("copy", self.tr("Copy the classes of the patch as CSV"))
        self.copy.clicked.connect(self.copy_table)
        self._content, self._grid = QWidget(), QGridLayout()
        self.area = FittingArea(self._content)
        self._shown: tuple[PatchOutcome, ...] = ()
        self._chosen: PatchOutcome | None = None
        self._lay_out()

    def _lay_out(self) -> None:
        head, inside = QHBoxLayout(), QVBoxLayout(self._content)
        head.setSpacing(theme.GAP)
        head.addWidget(self.ask)
        head.addWidget(HelpMark("patching"))
        head.addStretch(1)
        head.addWidget(self.copy)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP // 2 + 2)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(0, 1)
        self.table.setLayout(self._grid)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.GAP // 2)
        for part in (self.list, self.table, self.of):
            inside.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        column.addLayout(head)
        column.addWidget(self.area)
        for part in (self.copy, self.area):
            part.hide()

    def _link(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName("slimLink")
        button.setFont(theme.small_font(self))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def show_outcomes(self, outcomes: tuple[PatchOutcome, ...]) -> None:
        """Show patches; the newest is chosen when it comes."""
        if outcomes == self._shown:
            return
        is_new = bool(outcomes) and outcomes[-1] not in self._shown
        self._shown = outcomes
        if is_new or self._chosen not in outcomes:
            self._chosen = outcomes[-1] if outcomes else None
        self._show()

    def table_rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """(class, before, after, in the other clip) of the classes listed, as printed."""
        return () if self._chosen is None else class_rows(self._chosen)

    def copy_table(self) -> None:
        """Copy the classes of the patch that is chosen."""
        if self._chosen is not None:
            QGuiApplication.clipboard().setText(outcome_csv(self._chosen))
            words = self.tr("{n} classes copied").format(n=len(self._chosen.classes))
            self.reported.emit(Message("info", words))

    def _choose(self, place: int) -> None:
        self._chosen = self._shown[place]
        self._show()

    def _show(self) -> None:
        chosen = self._chosen
        remove = self.tr("Remove this patch")
        self.list.show_rows(
            tuple(map(outcome_words, self._shown)),
            (remove,) * len(self._shown),
            None if chosen is None else self._shown.index(chosen),
            tuple(map(short_words, self._shown)),
        )
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for part in (self.copy, self.area):
            part.setVisible(chosen is not None)
        if chosen is None:
            return
        heads = "", self.tr("before"), self.tr("after"), self.tr("other")
        for at, row in enumerate((heads, *class_rows(chosen))):
            for column, words in enumerate(row):
                cell = _cell(words, at, column)
                self._grid.addWidget(cell, at, column)
                cell.show()  # at once: it counts in the height that is wanted
        self.of.setText(share_of_words(chosen))
        self.area.fit()


def _cell(words: str, row: int, column: int) -> QWidget:
    """A name, cut where there is no room, or a number at the right."""
    if column == 0:
        name = ElidedLabel(words)
        name.setFont(theme.small_font(name))
        return name
    number = label(words, "faint" if row == 0 else "soft", small=True)
    number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return number
