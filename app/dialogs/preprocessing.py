"""The dialog for sampling and preprocessing of the model's input."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.text.phrases import field_words, spec_names
from app.widgets import theme
from app.widgets.basic import label, set_spoken_name
from mvit_core.errors import ClipError

if TYPE_CHECKING:
    from app.state.view_state import ViewState
    from mvit_core.video.clip import ClipSpec

REALS = ("rate", "target_fps")
WHOLES = ("short_side", "size")
COLOURS = ("mean", "std")

ANY_SOURCE = (1 << 20, 1 << 20)
"""(width, height) of a source that every crop fits into, for checks that ignore the video."""


class PreprocessingDialog(QDialog):
    """Fields of a ``ClipSpec``; stays open beside the picture, so that its effect is seen.

    Args:
        given: the checkpoint's own values.
        spec: the values in use.
        parent: the window.
    """

    spec_asked = Signal(object)
    """Emitted with a ``ClipSpec`` to be used."""

    def __init__(self, given: ClipSpec, spec: ClipSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Preprocessing"))
        self.setMinimumWidth(520)
        self._given = self._used = given
        self.fields: dict[str, QLineEdit | QComboBox | QCheckBox] = {}
        self._marks: dict[str, QLabel] = {}
        self.problem = label("", "warning", small=True)
        self.problem.setWordWrap(True)
        self.reset = QPushButton(self.tr("Reset to the checkpoint's"))
        self.reset.setAutoDefault(False)
        self.reset.clicked.connect(lambda: self.show_spec(self._given))
        self.apply = QPushButton(self.tr("Apply"))
        self.apply.setObjectName("primary")
        self.apply.setDefault(True)
        self.apply.clicked.connect(self._apply)
        self._lay_out()
        self._used = spec
        self.show_spec(spec)

    def show_spec(self, spec: ClipSpec) -> None:
        """Fill the fields; values take effect once they are applied."""
        for name, field in self.fields.items():
            value = getattr(spec, name)
            if isinstance(field, QCheckBox):
                field.setChecked(value)
            elif isinstance(field, QComboBox):
                field.setCurrentIndex(field.findData(value))
            else:
                field.setText(_text(value))
        self._check()

    def spec(self) -> ClipSpec:
        """The values of the fields.

        Raises:
            ClipError: a value cannot be used.
        """
        from mvit_core.video.transform import pixel_map_for  # a model is loaded: torch is there

        spec = replace(self._given, **{name: self._value(name) for name in self.fields})
        pixel_map_for(ANY_SOURCE, spec)
        return spec

    @Slot(object, object)
    def follow(self, old: ViewState, new: ViewState) -> None:
        """Fill the fields after undo and redo; close the dialog for another model."""
        if old.model != new.model:
            self.reject()
        elif old.clip_spec != new.clip_spec:
            self._used = new.clip_spec or self._given
            self.show_spec(self._used)

    # -- building ---------------------------------------------------------------------------

    def _make_fields(self) -> None:
        for name in (*REALS, *WHOLES, *COLOURS):
            field = QLineEdit()
            field.textChanged.connect(self._check)
            self.fields[name] = field
        self.fields["sampling"] = self._choice(
            (self.tr("Spread over the window (PySlowFast)"), "linspace"),
            (self.tr("Every n-th frame of the file (mmaction2)"), "stride"),
            (self.tr("One per part of the whole video (SSv2)"), "segments"),
        )
        self.fields["interpolation"] = self._choice(
            (self.tr("Bilinear"), "bilinear"), (self.tr("Bicubic"), "bicubic")
        )
        self.fields["reverse_channels"] = self._choice(("RGB", False), ("BGR", True))
        antialias = QCheckBox(self.tr("Smooth while shrinking"))
        antialias.toggled.connect(self._check)
        self.fields["antialias"] = antialias

    def _choice(self, *choices: tuple[str, object]) -> QComboBox:
        combo = QComboBox()
        for words, value in choices:
            combo.addItem(words, value)
        combo.currentIndexChanged.connect(self._check)
        return combo

    def _lay_out(self) -> None:
        self._make_fields()
        form = QGridLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(theme.GAP)
        form.setColumnStretch(1, 1)
        form.setColumnMinimumWidth(2, 150)
        form.addWidget(label(self.tr("Frames"), "soft"), 0, 0)
        frames = self.tr("{n}, fixed by the model").format(n=self._given.frames)
        form.addWidget(label(frames), 0, 1, 1, 2)
        for row, (name, words) in enumerate(spec_names().items(), start=1):
            field, mark = self.fields[name], label("", "warning", small=True)
            set_spoken_name(field, words)
            self._marks[name] = mark
            form.addWidget(label(words, "soft", of=field), row, 0)
            form.addWidget(field, row, 1)
            form.addWidget(mark, row, 2)
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.apply)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addLayout(buttons)

    # -- reading ----------------------------------------------------------------------------

    # Any: the types are those of ClipSpec's fields, which it checks itself.
    def _value(self, name: str) -> Any:  # noqa: ANN401
        field = self.fields[name]
        if isinstance(field, QCheckBox):
            return field.isChecked()
        if isinstance(field, QComboBox):
            return field.currentData()
        text = field.text().strip()
        if name in WHOLES:
            return int(text) if text.isdecimal() else text
        if name in REALS:
            return self._number(name, text)
        return tuple(self._number(name, part) for part in text.replace(",", " ").split())

    def _number(self, name: str, text: str) -> float:
        try:
            return float(text)
        except ValueError as error:
            words = self.tr("{name} must be made of numbers, got {text!r}")
            raise ClipError(words.format(name=name, text=text)) from error

    def _check(self) -> None:
        try:
            spec = self.spec()
        except ClipError as error:
            self.problem.setText(str(error))
            self.apply.setEnabled(False)
            return
        self.problem.setText("")
        self.apply.setEnabled(spec != self._used)
        self.reset.setEnabled(spec != self._given)
        for name, mark in self._marks.items():
            given = getattr(self._given, name)
            words = self.tr("checkpoint: {value}").format(value=field_words(given, name))
            mark.setText("" if getattr(spec, name) == given else words)

    def _apply(self) -> None:
        if self.apply.isEnabled():
            self.spec_asked.emit(self.spec())


def _text(value: float | tuple[float, ...]) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{each:.12g}" for each in values)
