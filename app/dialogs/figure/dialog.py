"""The dialog of figures: rows, columns and page, a live preview, and what a journal would say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from typing_extensions import override

from app.dialogs.export.picture_fields import choose
from app.dialogs.export.preview_pane import PreviewPane
from app.dialogs.figure.fields import FigureFields
from app.dialogs.write_dialog import WriteDialog, beside_preview
from app.text.terms import term
from app.widgets.basic import Choice, label, set_tip
from app.widgets.number_field import NumberField
from app.workers.figures import FigureJob
from mvit_core.errors import ExportError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.workers.export import ExportJob
    from app.workers.figures import FigurePreview

SETTLE_MS = 120
"""Milliseconds within which choices are drawn together."""

FIRST_SIZE = (1040, 620)
_FIELDS_PX = 370


class FigureDialog(WriteDialog):
    """Choices of a figure with a preview of the whole page.

    Args:
        job: the export of the present view.
        window: the clip window that the figure is of, from 0.
        parent: the window.
    """

    figure_asked = Signal(object)
    """Emitted with a ``FigureJob`` to be written."""
    preview_asked = Signal(object)
    """Emitted with a ``FigureJob`` to be drawn; ``show_preview`` shows the result."""

    def __init__(self, job: ExportJob, window: int, parent: QWidget) -> None:
        super().__init__(job.target, parent)
        self.setWindowTitle(self.tr("Figure"))
        self._job = job
        self.fields = FigureFields(job, window, self)
        self.preview, self._is_asked = PreviewPane(), False
        self.preview.whole.setChecked(True)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._ask_preview)
        self.findings = label("", "warning", small=True)
        self.findings.setWordWrap(True)
        self.findings.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._make_format()
        rows = (
            *self.fields.rows_of(),
            (self.tr("Format"), self.format),
            (self.tr("Dots per inch"), self.dpi),
        )
        self.lay_out(beside_preview(self.preview, rows, _FIELDS_PX, self.findings))
        self.resize(*FIRST_SIZE)
        self.fields.changed.connect(self._choice_made)
        self.format.currentIndexChanged.connect(self._format_chosen)
        self.dpi.valueChanged.connect(self._choice_made)
        self.target.textChanged.connect(self._check)
        self._format_chosen()
        self.fields.page.setFocus()

    def job(self) -> FigureJob:
        """The job of the present choices.

        Raises:
            ExportError: they do not fit together.
        """
        request = self.fields.request()
        others = self._job.others if request.rows == "panes" else ()
        export = replace(self._job, target=self.path, request=request.shown, others=others)
        return FigureJob(export, request, self.dpi.value())

    @property
    def ending(self) -> str:
        """The ending of the format that is chosen."""
        return str(self.format.currentData())

    @property
    def is_drawing(self) -> bool:
        """True while the preview of the latest choices is being drawn."""
        return self._settling.isActive() or self._is_asked

    @Slot(object)
    def show_preview(self, preview: FigurePreview) -> None:
        """Show the page of the latest choices, and what it breaks of its rules."""
        if not self._is_asked:
            return
        self._is_asked = False
        if preview.image is None:
            self.preview.show_problem(preview.problem)
            self.findings.setText("")
            return
        width, height = (f"{round(side, 1):g}" for side in preview.size_mm)
        words = self.tr("The whole page, {w} × {h} mm").format(w=width, h=height)
        if not preview.findings:
            kept = self.tr("keeps the rules of {page}").format(page=self.fields.page.currentText())
            words = f"{words} · {kept}"
        self.preview.show_page(preview.image, words)
        self.findings.setText("\n".join(f"• {each.text}" for each in preview.findings))

    # -- parts --------------------------------------------------------------------------------

    def _make_format(self) -> None:
        from mvit_core.figure import USUAL_DPI, WRITERS
        from mvit_core.figure.png import LEAST_DPI, MOST_DPI

        self.format = Choice()
        for ending, writer in WRITERS.items():
            self.format.addItem(term(writer.title), ending)
        self._leave_out_what_is_missing()
        self.dpi = NumberField()
        self.dpi.setRange(LEAST_DPI, MOST_DPI)
        self.dpi.setValue(USUAL_DPI)
        clip = self._job.target.with_name(f"{self._job.clip.stem}-figure{self.ending}")
        self.target.setText(str(clip))

    def _leave_out_what_is_missing(self) -> None:
        """Formats whose library is not installed stay, and say how to get it."""
        from mvit_core.figure import WRITERS

        model = self.format.model()
        for row, writer in enumerate(WRITERS.values()):
            try:
                writer.check()
            except ExportError as error:
                item = model.item(row)  # type: ignore[attr-defined]  # a QStandardItemModel
                item.setEnabled(False)
                set_tip(item, str(error))

    # -- what is chosen -----------------------------------------------------------------------

    def _format_chosen(self) -> None:
        """Name the file after the format."""
        from mvit_core.figure import WRITERS

        has_pixels = WRITERS[self.ending].has_pixels
        self.dpi.setEnabled(has_pixels)
        set_tip(self.dpi, "" if has_pixels else self.tr("Only a PNG has dots"))
        written = Path(self.target.text())
        if written.name and written.suffix.lower() != self.ending:
            self.target.setText(str(written.with_suffix(self.ending)))
        self._choice_made()

    @Slot()
    def _choice_made(self) -> None:
        self._check()
        self._settling.start()

    def _ask_preview(self) -> None:
        if self.fields.problem():
            return
        try:
            job = self.job()
        except ExportError as error:
            self.preview.show_problem(str(error))
            return
        self._is_asked = True
        self.preview.wait()
        self.preview_asked.emit(job)

    def _check(self) -> None:
        target, problem = self.path, self.fields.problem()
        if not problem and (not target.name or target.suffix.lower() != self.ending):
            problem = self._follow_name(target)
        self.show_problem(problem)

    def _follow_name(self, target: Path) -> str:
        """Take the format that a typed name ends in; what is wrong with it where there is none."""
        row = self.format.findData(target.suffix.lower())
        item = self.format.model().item(row) if row >= 0 else None  # type: ignore[attr-defined]
        if not target.name or item is None or not item.isEnabled():
            return self.tr("The name should end in {ending}").format(ending=self.ending)
        choose(self.format, target.suffix.lower())
        return ""

    @property
    @override
    def file_kind(self) -> str:
        return f"{self.format.currentText()} (*{self.ending})"

    @override
    def ask(self) -> None:
        self.figure_asked.emit(self.job())
