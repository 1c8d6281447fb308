"""The export dialog: a kind, its choices and a preview; the export runs after it is closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget
from typing_extensions import override

from app.dialogs.export.content import content_words
from app.dialogs.export.encoding_fields import EncodingFields
from app.dialogs.export.kinds import KindList, formats_of, kind_of
from app.dialogs.export.picture_fields import COMPARE, PictureFields, choose
from app.dialogs.export.presets import PRESETS, preset_words
from app.dialogs.export.preview_pane import PreviewPane
from app.dialogs.write_dialog import WriteDialog
from app.text.terms import term
from app.widgets import theme
from app.widgets.basic import Choice, label, set_tip
from app.workers.export import named, of_frames
from mvit_core.video.encode.encoders import CONTAINERS

if TYPE_CHECKING:
    from app.dialogs.export.content import ExportFacts
    from app.dialogs.export.presets import Preset
    from app.workers.export import ExportJob, Span
    from app.workers.export_preview import Preview
    from mvit_core.export.estimate import Estimate

RATES = (30.0, 25.0, 24.0, 15.0, 12.0, 10.0, 5.0)
"""Frames per second offered where they are lower than those of the clip."""

SETTLE_MS = 60
"""Milliseconds within which choices, as those of a preset, are drawn together."""

FIRST_SIZE = (880, 600)


class ExportDialog(WriteDialog):
    """Choices of an export: kind, content, file and encoding, with a preview.

    Args:
        job: the export of the present view; the ending of its target is the kind that is shown.
        facts: of clip and model.
        parent: the window.
    """

    export_asked = Signal(object)
    """Emitted with an ``ExportJob`` to be written."""
    preview_asked = Signal(object)
    """Emitted with an ``ExportJob`` to be drawn; ``show_preview`` shows the result."""

    def __init__(self, job: ExportJob, facts: ExportFacts, parent: QWidget) -> None:
        super().__init__(job.target, parent)
        self.setWindowTitle(self.tr("Export"))
        self._job, self._facts = job, facts
        self._proposed = job.target.stem
        self.preview, self._is_asked = PreviewPane(facts.run_seconds), False
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._ask_preview)
        self._make_choices()
        self._rows: list[tuple[QLabel, QWidget]] = []
        self._lay_out()
        self.resize(*FIRST_SIZE)
        self._show_format(job.target.suffix)
        self._check()
        self._connect()
        self.kinds.setFocus()

    def job(self) -> ExportJob:
        """The job of the present choices."""
        span: Span = self.span.currentData()
        ending = self.ending
        frames, is_video = self._facts.spans[span], ending in CONTAINERS
        span = span if is_video else "all"
        request = replace(
            of_frames(self._job.request, span, frames),
            rate=self.rate.currentData() if is_video else None,
            encoding=self.fields.encoding(),
            sound=self.fields.keeps_sound(),
        )
        request = self.pictures.request(ending, request)
        return replace(
            self._job,
            target=self.path,
            span=span,
            request=request,
            policy=self.pictures.own_policy(ending),
            others=self._job.others if request.comparison is not None else (),
        )

    @property
    def ending(self) -> str:
        """The ending of the format that is chosen."""
        return str(self.format.currentData())

    @property
    def is_drawing(self) -> bool:
        """True while the preview of the latest choices is being drawn."""
        return self._settling.isActive() or self._is_asked

    @Slot(object)
    def show_preview(self, preview: Preview) -> None:
        """Show the preview of the latest choices; after a rough one the exact one comes."""
        if self._is_asked:
            self._is_asked = preview.is_rough
            self.preview.show_preview(preview)

    @Slot(object)
    def show_estimate(self, estimate: Estimate | None) -> None:
        """Say what the file of the latest choices will cost."""
        if not self.is_drawing:
            self.preview.show_estimate(estimate)

    def _make_choices(self) -> None:
        self.kinds = KindList()
        self.preset = Choice()
        for name in PRESETS:
            self.preset.addItem(preset_words(name), name)
        self.preset.addItem(self.tr("Own choices"), None)
        self.content = label("", "soft")
        self.content.setWordWrap(True)
        self.format = Choice()
        self.fields = EncodingFields(self)
        self.pictures = PictureFields(self._job, self._facts.windows, self)
        self.rate = Choice()
        fps = self._facts.fps
        self.rate.addItem(self.tr("As the clip ({fps:g} fps)").format(fps=round(fps, 2)), None)
        for rate in (each for each in RATES if each < fps - 0.1):
            self.rate.addItem(self.tr("At most {fps:g} fps").format(fps=rate), rate)
        self.span = Choice()
        for span, words in self._facts.span_words().items():
            self.span.addItem(words, span)

    def _connect(self) -> None:
        self.kinds.asked.connect(self._kind_chosen)
        self.preset.currentIndexChanged.connect(self._apply_preset)
        self.format.currentIndexChanged.connect(self._format_chosen)
        for choice in (self.rate, self.span):
            choice.currentIndexChanged.connect(self._choice_made)
        self.pictures.changed.connect(self._choice_made)
        self.target.textChanged.connect(self._check)

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(theme.GAP)
        form.setColumnStretch(1, 1)
        for row, (words, field) in enumerate(self._fields()):
            title = label(words, "soft", of=field)
            form.addWidget(title, row, 0)
            form.addWidget(field, row, 1)
            self._rows.append((title, field))
        form.setRowStretch(form.rowCount(), 1)
        sides = QHBoxLayout()
        sides.setSpacing(2 * theme.GAP)
        sides.addWidget(self.kinds, 0, Qt.AlignmentFlag.AlignTop)
        sides.addWidget(self.preview, 1)
        sides.addLayout(form)
        self.lay_out(sides)

    def _fields(self) -> tuple[tuple[str, QWidget], ...]:
        return (
            (self.tr("Preset"), self.preset),
            (self.tr("Shows"), self.content),
            (self.tr("Format"), self.format),
            (self.tr("Content"), self.pictures.layouts),
            (self.tr("Size"), self.pictures.size),
            (self.tr("Range"), self.pictures.policy),
            (self.tr("Caption"), self.pictures.caption),
            (self.tr("Frames"), self.span),
            (self.tr("Rate"), self.rate),
            (self.tr("Codec"), self.fields.codec),
            (self.tr("Quality"), self.fields.quality),
            (self.tr("Sound"), self.fields.sound),
        )

    # -- what is shown ------------------------------------------------------------------------

    def _show_format(self, ending: str) -> None:
        """Show a format, with its kind and the fields that it has."""
        kind = kind_of(ending)
        self.kinds.show_kind(kind)
        self.format.blockSignals(True)
        if ending not in (self.format.itemData(row) for row in range(self.format.count())):
            from mvit_core.export import EXPORTERS

            self.format.clear()
            for each in formats_of(kind):
                self.format.addItem(term(EXPORTERS[each].title), each)
            self.pictures.suggest_policy(ending)
        choose(self.format, ending)
        self.format.blockSignals(False)
        self.fields.show_ending(ending)
        self.pictures.show_ending(ending)
        is_video = ending in CONTAINERS
        for choice in (self.span, self.rate):
            choice.setEnabled(is_video)
            set_tip(choice, "" if is_video else self.tr("Only videos have frames to choose"))
        self._show_rows(kind)
        self._choice_made()

    def _show_rows(self, kind: str) -> None:
        """Hide the rows that a kind has no use for; what a format alone lacks stays, with why."""
        of_films = (self.span, self.rate, self.fields.codec, self.fields.quality, self.fields.sound)
        pictures = self.pictures
        of_pictures = (pictures.layouts, pictures.size, pictures.policy, pictures.caption)
        for title, field in self._rows:
            is_lacking = (field in of_films and kind != "film") or (
                field in of_pictures and kind == "data"
            )
            for each in (title, field):
                each.setVisible(not is_lacking)

    def _draws(self) -> bool:
        """True where the kind of file holds pictures."""
        from mvit_core.export import holds_pictures

        return holds_pictures(self.ending)

    # -- what is chosen -----------------------------------------------------------------------

    def _kind_chosen(self, kind: str) -> None:
        if kind != kind_of(self.ending):
            self._take_ending(formats_of(self.kinds.kind)[0])

    def _format_chosen(self) -> None:
        self._take_ending(self.ending)

    def _take_ending(self, ending: str) -> None:
        """Name the file after a format; whatever else it decides follows the name."""
        self._show_format(ending)
        written = Path(self.target.text())
        if written.name:
            self.target.setText(str(written.with_suffix(ending)))

    def _apply_preset(self) -> None:
        """Set the fields to the choices of a preset; they can be changed afterwards."""
        name = self.preset.currentData()
        if name is None or name == self._matching():
            return
        preset = PRESETS[name]
        if preset.ending != self.ending:
            self._take_ending(preset.ending)
        if self._draws():
            if self._job.request.comparison is None or preset.layout != "single":
                choose(self.pictures.layouts, preset.layout)
            choose(self.pictures.size, preset.size)
            choose(self.rate, preset.rate)
        self._choice_made()

    def _matching(self) -> str | None:
        """Name of the preset whose choices the fields have; None without one."""
        return next((name for name, preset in PRESETS.items() if self._matches(preset)), None)

    def _matches(self, preset: Preset) -> bool:
        if preset.ending != self.ending:
            return False
        layout = self.pictures.layouts.currentData()
        pairs: list[tuple[object, object]] = [
            ("single" if layout == COMPARE else layout, preset.layout),
            (self.pictures.size.currentData(), preset.size),
        ]
        if preset.ending in CONTAINERS:
            offered = self.rate.findData(preset.rate) >= 0
            pairs.append((self.rate.currentData(), preset.rate if offered else None))
        return not self._draws() or all(chosen == wanted for chosen, wanted in pairs)

    @Slot()
    def _choice_made(self) -> None:
        """Update words, preset, file name and preview after a choice."""
        self.content.setText(content_words(self.job(), self._facts.heads))
        self.preset.blockSignals(True)
        self.preset.setCurrentIndex(self.preset.findData(self._matching()))
        self.preset.blockSignals(False)
        written = Path(self.target.text())
        if written.stem == self._proposed:
            name = named(replace(self.job(), target=written.with_suffix(self.ending)))
            self._proposed = name.stem
            self.target.setText(str(written.with_name(name.name)))
        self._settling.start()

    def _ask_preview(self) -> None:
        self._is_asked = True
        self.preview.wait()
        self.preview_asked.emit(self.job())

    def _check(self) -> None:
        target, problem = self.path, ""
        if not target.name or target.suffix.lower() != self.ending:
            problem = self._follow_name(target)
        self.show_problem(problem)

    def _follow_name(self, target: Path) -> str:
        """Take the format that a typed name ends in; what is wrong with it where there is none."""
        from mvit_core.export import EXPORTERS

        typed = target.suffix.lower()
        if typed not in EXPORTERS:
            return self.tr("The name should end in {ending}").format(ending=self.ending)
        self._show_format(typed)
        return ""

    @property
    @override
    def file_kind(self) -> str:
        return f"{self.format.currentText()} (*{self.ending})"

    @override
    def ask(self) -> None:
        self.export_asked.emit(self.job())
