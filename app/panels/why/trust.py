"""How far a map can be trusted: its faithfulness, its sanity, and when the class is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.panels.why.curves import Curves
from app.text.phrases import duration_words, unbroken
from app.text.why import (
    baseline_words,
    class_name,
    correlations_words,
    faithfulness_words,
    orders_words,
    sanity_words,
    static_words,
)
from app.widgets import theme
from app.widgets.basic import ElidedLabel, label, rule, set_tip
from app.widgets.help_mark import marked

if TYPE_CHECKING:
    from app.results import MapResult, SanityInfo, WhenInfo, WhyInfo
    from mvit_core.explaining import Removal


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("why", text)


KINDS = {"passes": "good", "not class-specific": "warning", "fails": "error"}
"""Kind of the label, by the verdict."""


class Checked(QWidget):
    """A part of the panel: a title, a remark, and a button that checks.

    Args:
        title: of the part.
        entry: of the guide, about it.
        command: id of the command that the button runs.
        tip: of the button.
    """

    command = Signal(str)

    def __init__(self, title: str, entry: str, command: str, tip: str) -> None:
        super().__init__()
        self.remark = ElidedLabel()
        self.remark.setObjectName("faint")
        self.remark.setFont(theme.small_font(self))
        self.remark.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.check = QPushButton(tr("Check"))
        set_tip(self.check, tip)
        self.check.clicked.connect(lambda: self.command.emit(command))
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.GAP)
        self.head.addWidget(marked(label(title, "title"), entry))
        self.head.addWidget(self.remark, 1)
        self.head.addWidget(self.check)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.GAP // 2)
        self.column.addWidget(rule())
        self.column.addLayout(self.head)

    def _line(self, kind: str) -> QLabel:
        words = label("", kind, small=True)
        words.setWordWrap(True)
        self.column.addWidget(words)
        return words


class Faithful(Checked):
    """Whether removing what the map shows removes the class."""

    def __init__(self) -> None:
        tip = tr("Remove what the map shows, and see whether the class goes")
        super().__init__(tr("Faithfulness"), "faithfulness", "explain.faithfulness", tip)
        self.curves = Curves()
        self.column.addWidget(self.curves)
        self.words, self.baseline = self._line("soft"), self._line("faint")
        self.curves.hide()

    def show_curves(self, why: WhyInfo, result: MapResult, removed: Removal | None) -> None:
        """Show what is measured so far."""
        found, evidence = why.faithfulness, result.evidence
        assert evidence is not None
        self.curves.show_curves(found, removed)
        name = class_name(result, evidence.target.index)
        self.check.setVisible(found is None or not found.is_complete)
        if found is not None:
            self.remark.setText(tr("p({name})").format(name=name))
        elif why.seconds is not None and why.seconds >= 1:  # beside the button, which never grows
            self.remark.setText(tr("about {time}").format(time=duration_words(why.seconds)))
        else:
            self.remark.setText("")
        said = "" if found is None else faithfulness_words(found, evidence.probability)
        fair = "" if found is None else baseline_words(found)
        for line, text in ((self.words, said), (self.baseline, fair)):
            line.setText(unbroken(text))
            line.setVisible(bool(text))


class Sane(Checked):
    """Whether the map changes with what the network has learnt."""

    def __init__(self) -> None:
        tip = tr("Make the map again with weights drawn anew: head, then last block")
        super().__init__(tr("Sanity"), "sanity", "explain.sanity", tip)
        self.verdict, self.correlations = label("", "good", small=True), ElidedLabel()
        self.correlations.setObjectName("faint")
        self.correlations.setFont(theme.small_font(self))
        for words in (self.verdict, self.correlations):
            set_tip(words, tr("Rank correlation after a new head / a new last block"))
        found = QHBoxLayout()
        found.setSpacing(theme.GAP)
        found.addWidget(self.verdict)
        found.addWidget(self.correlations, 1)
        self.column.addLayout(found)

    def show_sanity(self, found: SanityInfo | None) -> None:
        """Show the badge; none while the map was not checked with these weights."""
        self.check.setText(tr("Check") if found is None else tr("Again"))
        for words in (self.verdict, self.correlations):
            words.setVisible(found is not None)
        self.verdict.setText("" if found is None else sanity_words(found))
        self.correlations.setText("" if found is None else correlations_words(found))
        if found is not None:
            self.verdict.setObjectName(KINDS[found.verdict])
            self.verdict.style().polish(self.verdict)


class When(Checked):
    """What each sampled frame adds; its bars are on the timeline."""

    def __init__(self) -> None:
        tip = tr("Freeze the clip before and after each sampled frame")
        super().__init__(tr("When"), "when", "explain.when", tip)
        self.words, self.orders = self._line("soft"), self._line("faint")

    def show_when(self, found: WhenInfo | None) -> None:
        """Show what a still frame gives already, and whether the order of frames counts."""
        self.check.setVisible(found is None)
        said = "" if found is None else static_words(found)
        orders = "" if found is None else orders_words(found)
        for line, text in ((self.words, said), (self.orders, orders)):
            line.setText(unbroken(text))
            line.setVisible(bool(text))
