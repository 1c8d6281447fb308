"""The model panel: properties of the model, and the report of its loading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.model.card import ModelCard
from app.panels.model.choices import ModelChoices
from app.panels.model.failure import FailureCard
from app.panels.spec import Panel
from app.text.guide import BY_NAME
from app.text.model_words import fed_words, heads_words, none_words, report_words
from app.text.phrases import count_words, device_words, different_words, input_words, readout_words
from app.text.terms import origin_words, term
from app.widgets import theme
from app.widgets.basic import PlainLines, label, rule, set_spoken_name, set_tip
from app.widgets.help_mark import marked
from app.widgets.icons import themed_icon

if TYPE_CHECKING:
    from app.panels.spec import PanelContext
    from app.results import ModelInfo
    from app.results.snapshot import Snapshot
    from mvit_core.video.clip import ClipSpec

LINES_SEEN = 8
"""Lines of a list that are seen at once; longer lists scroll."""

NARROW_PX = 180
"""Width up to which lines are broken; longer ones may need the list's own scroll bar."""

BREAKS_AFTER = "._/"
"""Letters after which a line may break, as names of weights have no spaces."""


class Fold(QWidget):
    """A title with a count; a click unfolds the list below it."""

    def __init__(self, title: str, kind: str = "fold") -> None:
        super().__init__()
        self._title = title
        self.header = QToolButton()
        self.header.setObjectName(kind)
        self.header.setCheckable(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.header.toggled.connect(self._toggled)
        self.lines = PlainLines()
        self.lines.setLineWrapMode(PlainLines.LineWrapMode.NoWrap)
        self.lines.setFont(theme.small_font(self))
        self.lines.setTabChangesFocus(True)
        set_spoken_name(self.lines, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.header, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.lines)
        self._toggled(False)

    def show_lines(self, lines: tuple[str, ...], *, unfolded: bool = False) -> None:
        """Show a list; an empty one is hidden with its title."""
        self.setVisible(bool(lines))
        words = f"{self._title} ({len(lines)})"
        self.header.setText(words)
        set_tip(self.header, self.tr("Show or hide the list: {title}").format(title=words))
        self.lines.setPlainText("\n".join(lines))
        metrics = self.lines.fontMetrics()
        height = min(len(lines), LINES_SEEN) * metrics.lineSpacing() + 20
        if max(map(metrics.horizontalAdvance, lines), default=0) > NARROW_PX:
            height += self.lines.horizontalScrollBar().sizeHint().height()
        self.lines.setFixedHeight(height)
        self.header.setChecked(unfolded)

    def _toggled(self, on: bool) -> None:
        self.header.setIcon(themed_icon("chevron_down" if on else "chevron_right"))
        self.lines.setVisible(on)


class ModelPanel(Panel):
    """Properties of the model, warnings of its loading, and the lists behind them."""

    asked = Signal(str)
    """Emitted with the id of a command."""
    weights_asked = Signal(str)
    """Emitted with another network of the file."""
    head_asked = Signal(str)
    """Emitted with another prediction head."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: ModelInfo | None = None
        self.empty = label(self.tr("Load a model to see what was read from its file."), "faint")
        self.empty.setWordWrap(True)
        self.warnings = label("", "warning")
        self.warnings.setWordWrap(True)
        self.missing = Fold(self.tr("Missing"), "foldWarning")
        self.resized = Fold(self.tr("Resized"))
        self.unexpected = Fold(self.tr("Unexpected"))
        self.converted = Fold(self.tr("Converted"))
        self.clean = label(self.tr("Nothing is missing, unexpected or resized."), "faint")
        self.clean.setWordWrap(True)
        self.different = label("", "warning")
        self.different.setWordWrap(True)
        self._info = QWidget()
        self._grid = QGridLayout(self._info)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self.values = {
            name: self._row(words, name if name in BY_NAME else "") for name, words in self._rows()
        }
        self.failure = FailureCard()
        self.failure.asked.connect(self.asked)
        self.card = ModelCard()
        self.card.asked.connect(self.asked)
        self.report_line = label("", "title", small=True)
        self.report_line.setWordWrap(True)
        self.choices = ModelChoices()
        self.choices.weights.chosen.connect(self.weights_asked)
        self.choices.heads.chosen.connect(self.head_asked)
        self._rule = rule()
        self._lay_out(self._buttons())
        self.show_model(None, None)

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.asked.connect(context.run)
        self.weights_asked.connect(lambda name: context.load_with(weights=name, head=None))
        self.head_asked.connect(lambda name: context.load_with(head=name))

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.copy

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        failed = new.results.failed_load
        if old is None or old.results.failed_load is not failed:
            self.failure.show_failure(failed)
        model, spec = new.results.model, new.state.clip_spec
        if old is None or (old.results.model is not model or old.state.clip_spec != spec):
            self.show_model(model, spec)

    def show_model(self, model: ModelInfo | None, override: ClipSpec | None) -> None:
        """Show a model, and its preprocessing where that is not the checkpoint's own."""
        self._model = model
        self.copy.setText(self.tr("Copy"))
        for part in (self.card, self._info, self._buttons_row, self._rule, self.report_line):
            part.setVisible(model is not None)
        self.empty.setVisible(model is None)
        self.choices.show_model(model)
        if model is None:
            for label_ in (self.warnings, self.different, self.clean):
                label_.hide()
            for fold in (self.missing, self.resized, self.unexpected, self.converted):
                fold.show_lines(())
            return
        self.card.show_model(model, override or model.clip_spec)
        self.report_line.setText(self.tr("Load report: {words}").format(words=report_words(model)))
        self._show_info(model, override or model.clip_spec)
        self._show_report(model)
        words = different_words(override, model.clip_spec)
        self.different.setText(words)
        self.different.setVisible(bool(words))

    def report(self) -> str:
        """The panel and its lists as text."""
        if self._model is None:
            return ""
        model, report = self._model, self._model.report
        lines = [str(model.source.checkpoint)]
        names = dict(self._rows())
        lines += [f"{names[key]}: {value.toolTip()}" for key, value in self.values.items()]
        if self.different.text():
            lines.append(self.different.text())
        for fold, entries in (
            (self.tr("Warnings"), report.warnings),
            (self.tr("Missing"), report.missing),
            (self.tr("Resized"), report.resized),
            (self.tr("Unexpected"), report.unexpected),
            (self.tr("Converted"), report.converted),
        ):
            lines.append(f"{fold}: {len(entries)}")
            lines += [f"  {entry}" for entry in entries]
        return "\n".join(lines)

    # -- building ---------------------------------------------------------------------------

    def _rows(self) -> tuple[tuple[str, str], ...]:
        return (
            ("family", self.tr("Family")),
            ("format", self.tr("Format")),
            ("decided", self.tr("Built from")),
            ("input", self.tr("Input")),
            ("fed", self.tr("Fed")),
            ("parameters", self.tr("Parameters")),
            ("classes", self.tr("Classes")),
            ("readout", self.tr("Readout")),
            ("head", self.tr("Head")),
            ("device", self.tr("Device")),
        )

    def _row(self, words: str, entry: str = "") -> QLabel:
        row = self._grid.rowCount()
        value = label()
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top = Qt.AlignmentFlag.AlignTop
        name = label(words, "soft")
        self._grid.addWidget(marked(name, entry) if entry else name, row, 0, top)
        self._grid.addWidget(value, row, 1, top)
        return value

    def _buttons(self) -> QWidget:
        self.copy = QPushButton(self.tr("Copy"))
        set_tip(self.copy, self.tr("Copy the whole report"))
        self.copy.clicked.connect(self._copy)
        self._buttons_row = QWidget()
        row = QHBoxLayout(self._buttons_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        self.copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addWidget(self.copy)
        row.addStretch(1)
        return self._buttons_row

    def _lay_out(self, buttons: QWidget) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 12, 10)
        column.setSpacing(theme.GAP)
        # Warnings come first: they are seen without scrolling even in a low window.
        for widget in (
            self.failure,
            self.empty,
            self.warnings,
            self.missing,
            self.card,
            self.different,
            self.choices,
            self._rule,
            self.report_line,
            self.clean,
            self.resized,
            self.unexpected,
            self.converted,
            self._info,
            buttons,
        ):
            column.addWidget(widget)
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column.addStretch(1)

    # -- showing ----------------------------------------------------------------------------

    def _show_info(self, model: ModelInfo, spec: ClipSpec) -> None:
        for name, words in (
            ("family", term(model.family)),
            ("format", model.format),
            ("decided", origin_words(model.report.decided_from)),
            ("input", input_words(spec)),
            ("fed", fed_words(spec)),
            ("parameters", count_words(model.parameters)),
            ("classes", str(model.class_count) if model.has_classes else none_words()),
            ("readout", readout_words(model.readout)),
            ("head", heads_words(model)),
            ("device", device_words(model)),
        ):
            self.values[name].setText(_breakable(words))
            set_tip(self.values[name], words)

    def _show_report(self, model: ModelInfo) -> None:
        report = model.report
        words = self.tr("Warning: {words}")  # colour alone would not say it
        self.warnings.setText(
            _breakable("\n\n".join(words.format(words=w) for w in report.warnings))
        )
        self.warnings.setVisible(bool(report.warnings))
        self.missing.show_lines(report.missing, unfolded=True)
        self.resized.show_lines(report.resized)
        self.unexpected.show_lines(report.unexpected)
        self.converted.show_lines(report.converted)
        self.clean.setVisible(not (report.missing or report.unexpected or report.resized))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report())
        self.copy.setText(self.tr("Copied"))


def _breakable(words: str) -> str:
    """Insert places where a line may break."""
    for mark in BREAKS_AFTER:
        words = words.replace(mark, f"{mark}\u200b")
    return words
