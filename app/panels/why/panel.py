"""The panel that says why: fields above, what the map adds up to, and how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.spec import Panel
from app.panels.why.fields import ClassField, MethodField
from app.panels.why.sums import Sums
from app.panels.why.trust import Faithful, Sane, When
from app.results import TaskKey
from app.results.boxes import listed_box
from app.text.empty import EmptyWords, run_words, why_words
from app.text.why import coming_words, doubts
from app.widgets import theme
from app.widgets.basic import label
from app.widgets.empty import EmptyState
from mvit_core.explaining.methods import DEFAULT_METHOD, EVIDENCE

if TYPE_CHECKING:
    from app.panels.spec import PanelContext
    from app.results import JobInfo, MapResult, WhyInfo
    from app.results.snapshot import Snapshot

LINE_PX = 2
"""Height of the line that shows how the better map comes along."""


class WhyPanel(Panel):
    """Evidence for a class."""

    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""
    left = Signal()
    """Emitted once a class was chosen, for the keys to go back to the stage."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState(run_words())
        self._way_out = "attention.run"
        self.empty.asked.connect(lambda: self.command.emit(self._way_out))
        self.target = ClassField(self.tr("Class"))
        self.against = ClassField(self.tr("Instead of"), self.tr("no other class"))
        head = self.tr("Measured on the demo model; Sanity checks yours")
        self.method = MethodField(self.tr("Method"), head)
        for field in (self.target, self.against):
            field.left.connect(self.left)
        self.coming, self.line = label("", "soft", small=True), QProgressBar()
        self.coming.setWordWrap(True)
        self.line.setTextVisible(False)
        self.line.setObjectName("thin")
        self.line.setFixedHeight(LINE_PX)
        self.again = QPushButton(self.tr("Go on"))
        self.again.setObjectName("link")
        self.again.clicked.connect(lambda: self.command.emit("attention.run"))
        self.hint = label(self.tr("Choose a class, or press W on the frame."), "faint", small=True)
        self.doubts = label("", "warning", small=True)
        for words in (self.hint, self.doubts):
            words.setWordWrap(True)
        self.sums, self.faithful, self.sane, self.when = Sums(), Faithful(), Sane(), When()
        for part in (self.faithful, self.sane, self.when):
            part.command.connect(self.command)
        self._body = self._laid_out()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty)
        column.addWidget(self._body, 1)

    def _laid_out(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.GUTTER, theme.GAP, theme.GUTTER, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        fields = QGridLayout()
        fields.setHorizontalSpacing(theme.GAP)
        fields.setVerticalSpacing(theme.GAP // 2)
        fields.setColumnStretch(1, 1)
        for row, (words, field) in enumerate(
            (
                (self.tr("Class"), self.target),
                (self.tr("Instead of"), self.against),
                (self.tr("Method"), self.method),
            )
        ):
            fields.addWidget(label(words, "soft", of=field), row, 0)
            fields.addWidget(field, row, 1)
        column.addLayout(fields)
        coming = QHBoxLayout()
        coming.addWidget(self.coming, 1)
        coming.addWidget(self.again)
        column.addWidget(self.line)
        column.addLayout(coming)
        below: list[QWidget] = [
            self.hint,
            self.doubts,
            self.sums,
            self.faithful,
            self.sane,
            self.when,
        ]
        for part in below:
            column.addWidget(part)
        column.addStretch(1)
        return body

    @override
    def connect_to(self, context: PanelContext) -> None:
        why = context.intents.why
        self.target.chosen.connect(why.explain)
        self.against.chosen.connect(why.against)
        self.method.chosen.connect(why.choose_method)
        self.faithful.curves.point_asked.connect(why.remove)
        self.faithful.curves.export.reported.connect(context.notify)
        self.faithful.curves.export.wrote.connect(context.wrote)
        self.command.connect(context.run)
        self.left.connect(context.focus_stage)

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.target

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        words = why_words(new)
        told = words or EmptyWords("")
        self._way_out = told.command
        self.empty.show_words(told.sentence, with_button=told.has_button, button=told.button)
        self.empty.setVisible(words is not None)
        self._body.setVisible(words is None)
        if words is not None:
            return
        shown = new.results.shown
        assert shown is not None
        now, then = (
            None if each is None else (each.settings, each.results.shown, each.results.why)
            for each in (new, old)
        )
        if now != then:
            self._show_fields(new, shown.result)
            self._show_map(new, shown.result)
        if old is None or now != then or old.results.jobs != new.results.jobs:
            self._show_coming(new, shown.result)

    def _show_fields(self, new: Snapshot, result: MapResult) -> None:
        spec, evidence = new.state.map, result.evidence
        is_asked = spec.method in EVIDENCE
        own = spec.target
        if own is None and is_asked and evidence is not None:
            own = evidence.target.index
        predictions = result.predictions_of(listed_box(new), "")
        self.target.show_classes(predictions, own if is_asked else None)
        self.against.show_classes(predictions, spec.against if is_asked else None, without=own)
        self.against.setEnabled(is_asked)
        self.method.show_method(spec.method if is_asked else DEFAULT_METHOD)

    def _show_map(self, new: Snapshot, result: MapResult) -> None:
        evidence, why = result.evidence, new.results.why
        self.hint.setVisible(evidence is None)
        if evidence is None or why is None:
            for part in (self.doubts, self.sums, self.faithful, self.sane, self.when):
                part.hide()
            return
        found = "\n".join(doubts(result))
        self.doubts.setText(found)
        self.doubts.setVisible(bool(found))
        self.sums.show_evidence(evidence)
        for part in (self.faithful, self.sane, self.when):
            part.show()
        self.faithful.show_curves(why, result, new.state.removed)
        self.sane.show_sanity(why.sanity)
        self.when.show_when(why.when)

    def _show_coming(self, new: Snapshot, result: MapResult) -> None:
        """Say how the map asked for comes along; nothing once it is there."""
        why = new.results.why
        is_behind = why is not None and result.is_quick
        job = next((j for j in new.results.jobs if j.key == TaskKey.EVIDENCE), None)
        running = job if job is not None and job.state == "running" else None
        self.line.setVisible(is_behind and why is not None and why.coming == "waiting")
        self.line.setRange(0, running.total if running else 1)
        self.line.setValue(running.done if running else 0)
        words = self._coming_words(why, result, running) if is_behind and why else ""
        self.coming.setText(words)
        self.coming.setVisible(bool(words))
        stuck = is_behind and why is not None and why.coming != "waiting"
        self.again.setVisible(stuck)
        if why is not None:
            is_stopped = why.coming == "stopped"
            self.again.setText(self.tr("Go on") if is_stopped else self.tr("Again"))

    def _coming_words(self, why: WhyInfo, result: MapResult, job: JobInfo | None) -> str:
        if why.coming == "stopped":
            return self.tr("Stopped: this is the quick answer.")
        if why.coming == "failed":
            return self.tr("The explanation stopped: {reason}").format(reason=why.problem)
        coming = coming_words(result.request.map.method, job)
        return self.tr("Quick answer; {coming}").format(coming=coming)
