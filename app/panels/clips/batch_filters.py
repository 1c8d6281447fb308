"""Which rows of a batch result are listed: right or wrong, of a class, by a statistic of a head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from app.text.batch import KINDS, NUMBER_TITLES, number_title, range_words
from app.widgets.basic import Choice, bounded, set_spoken_name, set_tip
from app.widgets.choice_row import ChoiceRow
from mvit_core.batch.result_query import HeadNumber

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.results.batch import BatchInfo
    from mvit_core.batch.result_query import ResultFacts, ResultQuery


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("batch", text)


class BatchFilters(QObject):
    """The fields above the table of a batch result.

    Args:
        parent: the owner.
    """

    asked = Signal(str, object)
    """Emitted with the name of a field of ``ResultQuery`` and its new value."""
    any_asked = Signal()
    """Emitted where values of the statistic are not to be limited any more."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._facts: ResultFacts | None = None
        self._number = HeadNumber()
        self.kinds = ChoiceRow(
            tr("Rows"), ((kind, tr(words), tr(tip)) for kind, (words, tip) in KINDS.items())
        )
        self.labels = _choice(tr("Class of the clips"), 8)
        self.names = _choice(tr("Statistic"), 11)
        self.heads = _choice(tr("Block and head"), 4)
        self.range = QPushButton()
        set_spoken_name(self.range, tr("Range of the statistic"))
        self.range.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.range.clicked.connect(self.any_asked)
        self.parts: tuple[QWidget, ...] = (
            self.kinds, self.labels, self.names, self.heads, self.range,
        )  # fmt: skip
        self.kinds.chosen.connect(lambda kind: self.asked.emit("kind", kind))
        self.labels.activated.connect(
            lambda at: self.asked.emit("label", self.labels.itemData(at) or "")
        )
        for box in (self.names, self.heads):
            box.activated.connect(lambda _: self._ask_number())

    def show_info(self, info: BatchInfo, asked: ResultQuery) -> None:
        """Show what rows are asked for of a batch result."""
        facts = info.facts
        number = facts.nearest(asked.number)
        if facts is not self._facts:
            self._facts = facts
            classes = [(bounded(label, 60), label) for label in facts.labels]
            _fill(self.labels, [(tr("Any class"), ""), *classes])
            _fill(self.names, ((tr(NUMBER_TITLES[name]), name) for name in facts.numbers))
            _fill(self.heads, ((f"{block}/{head}", (block, head)) for block, head in facts.places))
        self._number = number
        self.kinds.show_choice(asked.kind)
        self.labels.setCurrentIndex(max(self.labels.findData(asked.label), 0))
        self.names.setCurrentIndex(self.names.findData(number.name))
        self.heads.setCurrentIndex(self.heads.findText(f"{number.block}/{number.head}"))
        words = range_words(asked)
        self.range.setText(f"{words}  ✕" if words else "")
        set_tip(self.range, tr("{number}: list all values").format(number=number_title(number)))
        self.set_shown(True)

    def set_shown(self, on: bool) -> None:
        """Show the fields, which lie among others, or hide them."""
        for part in self.parts:
            part.setVisible(on and (part is not self.range or bool(self.range.text())))

    def _ask_number(self) -> None:
        """Ask for another statistic; the range was of the one before."""
        assert self._facts is not None
        block, head = self.heads.currentData()
        number = self._facts.nearest(HeadNumber(self.names.currentData(), block, head))
        if number != self._number:
            self.asked.emit("number", number)


def _choice(name: str, letters: int) -> Choice:
    made = Choice()
    set_spoken_name(made, name)
    set_tip(made, name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(letters)
    return made


def _fill(box: QComboBox, rows: Iterable[tuple[str, object]]) -> None:
    box.clear()
    for words, value in rows:
        box.addItem(words, value)
