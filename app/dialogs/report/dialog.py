"""The dialog of HTML reports: what the page holds, and what it shows first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget
from typing_extensions import override

from app.dialogs.export.content import content_words
from app.dialogs.export.picture_fields import choose
from app.dialogs.export.preview_pane import PreviewPane
from app.dialogs.write_dialog import WriteDialog, beside_preview
from app.text.terms import term
from app.widgets.basic import Choice, label, set_tip
from app.workers.reports import ReportJob
from mvit_core.attribution import MapSpec
from mvit_core.explaining.methods import DEFAULT_METHOD, EVIDENCE

if TYPE_CHECKING:
    from app.state.view_state import ViewState
    from app.workers.export import ExportJob
    from app.workers.export_preview import Preview
    from mvit_core.report import ReportRequest

FIRST_SIZE = (880, 560)
_FIELDS_PX = 360

HEIGHTS = (256, 360, 540, 720, 1080)
"""Lines of a frame that are offered where the clip has more."""


@dataclass(frozen=True)
class ReportFacts:
    """What the dialog must know of the clip and its model."""

    heads: int
    """Heads of the layer shown."""
    lines: int
    """Lines of a frame."""
    can_explain: bool
    """The model has weights and classes."""


class ReportDialog(WriteDialog):
    """Choices of a report, with the picture that it shows first.

    Args:
        job: the export of the present view.
        state: the view, which the report opens again.
        facts: of clip and model.
        parent: the window.
    """

    report_asked = Signal(object)
    """Emitted with a ``ReportJob`` to be written."""
    preview_asked = Signal(object)
    """Emitted with an ``ExportJob`` whose picture is shown; ``show_preview`` shows it."""

    def __init__(
        self, job: ExportJob, state: ViewState, facts: ReportFacts, parent: QWidget
    ) -> None:
        target = job.target.with_name(f"{job.clip.stem}.html")
        super().__init__(target, parent)
        self.setWindowTitle(self.tr("Report"))
        self._job, self._state, self._facts = job, state, facts
        self.preview = PreviewPane()
        self.preview.whole.setChecked(True)
        self._make_choices()
        self.lay_out(beside_preview(self.preview, self._rows(), _FIELDS_PX))
        self.resize(*FIRST_SIZE)
        self.why.currentIndexChanged.connect(self._follow)
        for tick in (*self.maps.values(), self.faithfulness, self.paths):
            tick.toggled.connect(self._follow)
        self.target.textChanged.connect(self._follow)
        self._follow()
        self.why.setFocus()

    def ask_preview(self) -> None:
        """Ask for the picture that the page shows first."""
        shown = replace(self._job.request, layout="single", comparison=None, caption=False)
        still = self._job.target.with_suffix(".png")
        self.preview_asked.emit(replace(self._job, target=still, request=shown, others=()))

    def job(self) -> ReportJob:
        """The job of the present choices."""
        export = replace(self._job, target=self.path, others=())
        return ReportJob(export, self._request(), self._state, self.paths.isChecked())

    @Slot(object)
    def show_preview(self, preview: Preview) -> None:
        """Show the picture that the page shows first."""
        if preview.problem:
            self.preview.show_problem(preview.problem)
        elif preview.image is not None:
            self.preview.show_page(preview.image, self.tr("What the page shows first"))

    def _request(self) -> ReportRequest:
        from mvit_core.report import ReportRequest

        shown = self._job.request
        why = None
        if (method := self.why.currentData()) is not None:
            why = MapSpec(method=method, target=shown.map.target, against=shown.map.against)
        return ReportRequest(
            replace(shown, comparison=None, layout="single"),
            attention=tuple(name for name, tick in self.maps.items() if tick.isChecked()),
            why=why,
            faithfulness=self.faithfulness.isEnabled() and self.faithfulness.isChecked(),
            height=int(self.height_choice.currentData()),
        )

    # -- parts --------------------------------------------------------------------------------

    def _make_choices(self) -> None:
        from mvit_core.report import ATTENTION, MOST_HEIGHT, POSSIBLE

        shown = self._job.request.map.method
        self.content = label(content_words(self._job, self._facts.heads), "soft")
        self.content.setWordWrap(True)
        self.maps: dict[str, QCheckBox] = {}
        for name, words in POSSIBLE.items():
            self.maps[name] = QCheckBox(term(words))
            self.maps[name].setChecked(name in (*ATTENTION, shown))
        self.why = Choice()
        for name, row in EVIDENCE.items():
            self.why.addItem(term(row.title), name)
        self.why.addItem(self.tr("None"), None)
        choose(self.why, shown if shown in EVIDENCE else DEFAULT_METHOD)
        if not self._facts.can_explain:
            choose(self.why, None)
            self.why.setEnabled(False)
            set_tip(self.why, self.tr("An explanation needs a model with weights and classes"))
        self.faithfulness = QCheckBox(self.tr("Faithfulness"))
        self.faithfulness.setChecked(True)
        set_tip(self.faithfulness, self.tr("Takes about two dozen runs of the model"))
        self.height_choice = Choice()
        lines = self._facts.lines
        for height in (*(each for each in HEIGHTS if each < lines), lines):
            own = self.tr("{n} lines, as the clip") if height == lines else self.tr("{n} lines")
            self.height_choice.addItem(own.format(n=height), height)
        choose(self.height_choice, min(MOST_HEIGHT, lines))
        self.paths = QCheckBox(self.tr("Folders of clip and checkpoint"))
        self.paths.setChecked(True)
        words = self.tr(
            "With them the report reopens on this machine; without them it can be given away and "
            "reopens where clip and checkpoint lie beside it"
        )
        set_tip(self.paths, words)

    def _rows(self) -> list[tuple[str, QWidget]]:
        """Titles and fields, in order."""
        rows: list[tuple[str, QWidget]] = [(self.tr("Shows first"), self.content)]
        for number, tick in enumerate(self.maps.values()):
            rows.append((self.tr("Maps") if number == 0 else "", tick))
        return [
            *rows,
            (self.tr("Explanation"), self.why),
            ("", self.faithfulness),
            (self.tr("Frames"), self.height_choice),
            (self.tr("Session"), self.paths),
        ]

    # -- what is chosen -----------------------------------------------------------------------

    @Slot()
    def _follow(self) -> None:
        """Say what is wrong with the choices, and switch off what has no use."""
        from mvit_core.report import REPORT_ENDINGS

        self.faithfulness.setEnabled(self.why.currentData() is not None)
        target, problem = self.path, ""
        if not any(tick.isChecked() for tick in self.maps.values()):
            problem = self.tr("Choose one map or more")
        elif not target.name or target.suffix.lower() not in REPORT_ENDINGS:
            problem = self.tr("The name should end in {ending}").format(ending=REPORT_ENDINGS[0])
        self.show_problem(problem)

    @property
    @override
    def file_kind(self) -> str:
        return self.tr("Web pages") + " (*.html)"

    @override
    def ask(self) -> None:
        self.report_asked.emit(self.job())
