"""The export dialog: choices and a preview; the export runs after it is closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.export.encoding_fields import EncodingFields
from app.dialogs.export.presets import PRESETS, preset_words
from app.dialogs.export.preview_pane import PreviewPane
from app.text.phrases import frame_number, head_words, map_words
from app.text.terms import term
from app.text.why import method_words
from app.widgets import theme
from app.widgets.basic import Choice, label, set_tip
from app.workers.export import named, of_frames
from mvit_core.attribution import METHODS
from mvit_core.system.ordinary_file import is_folder, is_there, user_path
from mvit_core.video.encode.encoders import CONTAINERS

if TYPE_CHECKING:
    from app.dialogs.export.presets import Preset
    from app.workers.export import ExportJob, Span
    from app.workers.export_preview import Preview

RATES = (30.0, 25.0, 24.0, 15.0, 12.0, 10.0, 5.0)
"""Frames per second offered where they are lower than those of the clip."""

SETTLE_MS = 60
"""Milliseconds within which choices, as those of a preset, are drawn together."""


class ExportDialog(QDialog):
    """Choices of an export: content, file and encoding, with a preview.

    Args:
        job: the export of the present view.
        spans: the spans that exist, as (first frame, one past the last).
        heads: number of heads of the layer.
        fps: frames per second of the clip.
        parent: the window.
    """

    export_asked = Signal(object)
    """Emitted with an ``ExportJob`` to be written."""
    preview_asked = Signal(object)
    """Emitted with an ``ExportJob`` to be drawn; ``show_preview`` shows the result."""

    def __init__(
        self,
        job: ExportJob,
        spans: dict[Span, tuple[int, int]],
        heads: int,
        fps: float,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export"))
        self._job, self._spans, self._heads = job, spans, heads
        self._proposed = job.target.stem
        self.preview, self._is_asked = PreviewPane(), False
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._ask_preview)
        self._make_choices(fps)
        self._make_target()
        self._lay_out()
        self._show_ending(self.kind.currentData())
        self._choice_made()
        self._check()
        self._connect()

    def job(self) -> ExportJob:
        """The job of the present choices."""
        from mvit_core.export import holds_pictures

        span: Span = self.span.currentData()
        ending = self.kind.currentData()
        frames, is_video = self._spans[span], ending in CONTAINERS
        span = span if is_video else "all"
        request = replace(
            of_frames(self._job.request, span, frames),
            layout=self.layouts.currentData(),
            rate=self.rate.currentData() if is_video else None,
            size=self.size_choice.currentData() if holds_pictures(ending) else "native",
            encoding=self.fields.encoding(),
            sound=self.fields.keeps_sound(),
            caption=self.caption.isChecked(),
        )
        target = user_path(self.target.text())
        return replace(self._job, target=target, span=span, request=request)

    @property
    def is_drawing(self) -> bool:
        """True while the preview of the latest choices is being drawn."""
        return self._settling.isActive() or self._is_asked

    @Slot(object)
    def show_preview(self, preview: Preview) -> None:
        """Show the preview of the latest choices."""
        if self._is_asked:
            self._is_asked = False
            self.preview.show_preview(preview)

    def _make_choices(self, fps: float) -> None:
        # The model is loaded, so torch is there, and the tables cost nothing to import.
        from mvit_core.export import EXPORTERS, LAYOUTS, SIZES

        self.preset = Choice()
        for name in PRESETS:
            self.preset.addItem(preset_words(name), name)
        self.preset.addItem(self.tr("Own choices"), None)
        self.content = label("", "soft")
        self.content.setWordWrap(True)
        self.kind = Choice()
        for ending, exporter in EXPORTERS.items():
            self.kind.addItem(term(exporter.title), ending)
        self.fields = EncodingFields(self)
        self.layouts = Choice()
        for name, row in LAYOUTS.items():
            if self._is_attention or row.varies == "nothing":  # evidence is one map
                self.layouts.addItem(term(row.title), name)
        _choose(self.layouts, self._job.request.layout)
        self.size_choice = Choice()
        for name, bound in SIZES.items():
            words = self.tr("Within {w} × {h} ({name})")
            fits = words.format(name=name, w=bound[0], h=bound[1]) if bound else self.tr("Native")
            self.size_choice.addItem(fits, name)
        self.rate = Choice()
        self.rate.addItem(self.tr("As the clip ({fps:g} fps)").format(fps=round(fps, 2)), None)
        for rate in (each for each in RATES if each < fps - 0.1):
            self.rate.addItem(self.tr("At most {fps:g} fps").format(fps=rate), rate)
        self.caption = QCheckBox(self.tr("Map, class, probability and colour bar below"))
        self.caption.setChecked(True)
        self.span = Choice()
        for span, words in self._span_words().items():
            self.span.addItem(words, span)

    def _make_target(self) -> None:
        self.target = QLineEdit(str(self._job.target))
        self.target.setAccessibleName(self.tr("File"))
        self.browse = QPushButton(self.tr("Browse…"))
        self.browse.clicked.connect(self._browse)
        self.problem = label("", "warning", small=True)
        self.problem.setWordWrap(True)
        self.accept_button = QPushButton(self.tr("Export"))
        self.accept_button.setObjectName("primary")
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._accept)

    def _connect(self) -> None:
        self.preset.currentIndexChanged.connect(self._apply_preset)
        self.kind.currentIndexChanged.connect(self._kind_changed)
        for choice in (self.layouts, self.size_choice, self.rate, self.span):
            choice.currentIndexChanged.connect(self._choice_made)
        self.caption.toggled.connect(self._choice_made)
        self.target.textChanged.connect(self._check)

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setColumnStretch(1, 1)
        for row, (words, field) in enumerate(self._rows()):
            form.addWidget(label(words, "soft", of=field), row, 0)
            form.addWidget(field, row, 1)
        form.setRowStretch(form.rowCount(), 1)
        sides = QHBoxLayout()
        sides.setSpacing(2 * theme.GAP)
        sides.addWidget(self.preview, 1)
        sides.addLayout(form)
        file = QHBoxLayout()
        file.addWidget(label(self.tr("File"), "soft", of=self.target))
        file.addWidget(self.target, 1)
        file.addWidget(self.browse)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.problem, 1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(2 * theme.GAP)
        column.addLayout(sides, 1)
        column.addLayout(file)
        column.addLayout(buttons)

    def _rows(self) -> tuple[tuple[str, QWidget], ...]:
        return (
            (self.tr("Preset"), self.preset),
            (self.tr("Shows"), self.content),
            (self.tr("Kind"), self.kind),
            (self.tr("Codec"), self.fields.codec),
            (self.tr("Quality"), self.fields.quality),
            (self.tr("Sound"), self.fields.sound),
            (self.tr("Layout"), self.layouts),
            (self.tr("Size"), self.size_choice),
            (self.tr("Rate"), self.rate),
            (self.tr("Caption"), self.caption),
            (self.tr("Frames"), self.span),
        )

    def _span_words(self) -> dict[Span, str]:
        """Spans that can be chosen, in words."""
        titles = {
            "all": self.tr("Whole video ({n} frames)"),
            "window": self.tr("This window (frames {a}–{b})"),
            "loop": self.tr("Loop (frames {a}–{b})"),
            "sampled": self.tr("Only frames that the model saw"),
        }
        return {
            span: titles[span].format(
                n=stop - start, a=frame_number(start), b=frame_number(stop - 1)
            )
            for span, (start, stop) in self._spans.items()
        }

    def _show_content(self) -> None:
        """Show which maps the layout contains."""
        shown, layout = self._job.request.map, self.layouts.currentData()
        if not self._is_attention:
            words = self.tr(
                "{method} of the class on screen, in every window; colours as on screen"
            )
            self.content.setText(words.format(method=method_words(shown.method)))
            return
        head = head_words(shown.head, self._heads)
        words = self.tr("Block {b}, {head}, {map}; colours as on screen")
        if layout == "heads":
            head = self.tr("each head alone")
        elif layout == "stages":
            words = self.tr("Last block of each stage, {head}, {map}; colours as on screen")
            head = head if isinstance(shown.head, str) else self.tr("mean of heads")
        self.content.setText(
            words.format(b=shown.block, head=head, map=map_words(shown.method, shown.query))
        )

    @property
    def _is_attention(self) -> bool:
        return self._job.request.map.method in METHODS

    def _apply_preset(self) -> None:
        """Set the fields to the choices of a preset; they can be changed afterwards."""
        name = self.preset.currentData()
        if name is None or name == self._matching():
            return
        preset = PRESETS[name]
        _choose(self.kind, preset.ending)
        if self._draws():
            _choose(self.layouts, preset.layout)
            _choose(self.size_choice, preset.size)
            _choose(self.rate, preset.rate)
        self._choice_made()

    def _matching(self) -> str | None:
        """Name of the preset whose choices the fields have; None without one."""
        return next((name for name, preset in PRESETS.items() if self._matches(preset)), None)

    def _matches(self, preset: Preset) -> bool:
        if preset.ending != self.kind.currentData():
            return False
        pairs: list[tuple[Choice, object]] = [
            (self.layouts, preset.layout),
            (self.size_choice, preset.size),
        ]
        if preset.ending in CONTAINERS:
            offered = self.rate.findData(preset.rate) >= 0
            pairs.append((self.rate, preset.rate if offered else None))
        return not self._draws() or all(field.currentData() == data for field, data in pairs)

    @Slot()
    def _choice_made(self) -> None:
        """Update words, preset, file name and preview after a choice."""
        self._show_content()
        self.preset.blockSignals(True)
        self.preset.setCurrentIndex(self.preset.findData(self._matching()))
        self.preset.blockSignals(False)
        name = named(self.job())
        if Path(self.target.text()).stem == self._proposed:
            self._proposed = name.stem
            self.target.setText(str(Path(self.target.text()).with_name(name.name)))
        self._settling.start()

    def _draws(self) -> bool:
        """True where the kind of file holds pictures."""
        from mvit_core.export import holds_pictures

        return holds_pictures(self.kind.currentData())

    def _ask_preview(self) -> None:
        self._is_asked = self._draws()
        if self._is_asked:
            self.preview.wait()
            self.preview_asked.emit(self.job())
        else:
            self.preview.show_words(self.tr("This kind of file holds numbers, no pictures"))

    def _kind_changed(self) -> None:
        ending = self.kind.currentData()
        self.target.setText(str(Path(self.target.text()).with_suffix(ending)))
        self._show_ending(ending)

    def _show_ending(self, ending: str) -> None:
        self.fields.show_ending(ending)
        is_video, draws = ending in CONTAINERS, self._draws()
        for choice in (self.span, self.rate):
            choice.setEnabled(is_video)
            set_tip(choice, "" if is_video else self.tr("Only videos have frames to choose"))
        for field in (self.caption, self.layouts, self.size_choice):
            field.setEnabled(draws)
            set_tip(field, "" if draws else self.tr("Only pictures and videos have one"))
        self._choice_made()

    def _check(self) -> None:
        target = user_path(self.target.text())
        problem = ""
        if not target.name or target.suffix.lower() != self.kind.currentData():
            row = self.kind.findData(target.suffix.lower())
            if row >= 0:
                self.kind.blockSignals(True)
                self.kind.setCurrentIndex(row)
                self.kind.blockSignals(False)
                self._show_ending(self.kind.currentData())
            else:
                problem = self.tr("The name should end in {ending}").format(
                    ending=self.kind.currentData()
                )
        if not problem and not is_folder(target.parent):
            problem = self.tr("The folder {folder} does not exist").format(folder=target.parent)
        if not problem and is_there(target):
            self.problem.setText(self.tr("The file exists and will be replaced"))
        else:
            self.problem.setText(problem)
        self.accept_button.setEnabled(not problem)

    def _browse(self) -> None:
        ending = self.kind.currentData()
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export to"), self.target.text(), f"{self.kind.currentText()} (*{ending})"
        )
        if name:
            self.target.setText(name)

    def _accept(self) -> None:
        self.export_asked.emit(self.job())
        self.accept()


def _choose(choice: Choice, data: object) -> None:
    """Choose the entry with ``data``, or the first where there is none."""
    choice.setCurrentIndex(max(choice.findData(data), 0))
