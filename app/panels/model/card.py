"""The card of the model: its file, what it was built from, its class names and its feeding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from app.text.captures import load_words, mark_words
from app.text.model_words import (
    built_words,
    class_names_words,
    report_words,
    short_fed_words,
    size_words,
)
from app.widgets import theme
from app.widgets.basic import ElidedLabel, label, set_spoken_name, set_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent

    from app.results import ModelInfo
    from mvit_core.video.clip import ClipSpec


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("ModelCard", text)


class Ways(QComboBox):
    """What is in use, and ways to choose something else; the choice itself is made elsewhere.

    Args:
        name: what a screen reader calls it.
        ways: id of a command and its words, for each way.
    """

    asked = Signal(str)
    """Emitted with the id of a command."""

    def __init__(self, name: str, ways: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._ways = ways
        set_spoken_name(self, name)
        self.setFont(theme.small_font(self))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.addItem("")
        self.insertSeparator(1)
        self.addItems([words for _, words in ways])
        self.activated.connect(self._activated)

    def show_now(self, words: str) -> None:
        """Show what is in use."""
        with QSignalBlocker(self):
            self.setItemText(0, words)
            self.setCurrentIndex(0)
        set_tip(self, words)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the panel scrolls; a choice is never begun by that

    def _activated(self, place: int) -> None:
        with QSignalBlocker(self):
            self.setCurrentIndex(0)  # until something else is in use
        if place >= 2:  # what is in use, and the line below it
            self.asked.emit(self._ways[place - 2][0])


class ModelCard(QWidget):
    """Name and size of the model, and a row for each thing that can be told of it."""

    asked = Signal(str)
    """Emitted with the id of a command."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ElidedLabel()
        self.name.setObjectName("title")
        self.mark = label("", "faint", small=True)
        self.extent = label("", "soft", small=True)
        self.extent.setWordWrap(True)
        self.origin = label("", "soft", small=True)
        self.origin.setWordWrap(True)
        self.origin.hide()
        as_stated = ("model.as_stated", tr("As the file says"))
        self.config = Ways(
            tr("Configuration"),
            (
                ("model.config", tr("Choose configuration…")),
                ("model.preset", tr("Choose preset…")),
                as_stated,
            ),
        )
        self.labels = Ways(tr("Class names"), (("model.labels", tr("Class names…")), as_stated))
        self.fed = ElidedLabel()
        self.fed.setFont(theme.small_font(self.fed))
        self.change = QPushButton(tr("Change…"))
        self.change.setFont(theme.small_font(self.change))
        self.change.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self.change, tr("How the model is fed (Ctrl+P)"))
        self.load = QPushButton(tr("Load…"))
        self.load.setFont(theme.small_font(self.load))
        self.load.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self.load, tr("Load another model"))
        self.load.clicked.connect(lambda: self.asked.emit("file.load_model"))
        self.change.clicked.connect(lambda: self.asked.emit("attention.preprocessing"))
        for ways in (self.config, self.labels):
            ways.asked.connect(self.asked)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        first = QHBoxLayout()
        first.setSpacing(theme.GAP)
        first.addWidget(self.name, 1)
        first.addWidget(self.mark)
        first.addWidget(self.load)
        column.addLayout(first)
        column.addWidget(self.origin)
        column.addWidget(self.extent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.GAP // 2)
        grid.setColumnStretch(1, 1)
        for row, (words, widget) in enumerate(
            (
                (tr("Configuration"), self.config),
                (tr("Class names"), self.labels),
                (tr("Feeding"), self.fed),
            )
        ):
            grid.addWidget(label(words, "soft", small=True), row, 0)
            grid.addWidget(widget, row, 1, 1, 1 if widget is self.fed else 2)
        grid.addWidget(self.change, 2, 2)
        column.addLayout(grid)

    def show_model(self, model: ModelInfo, spec: ClipSpec) -> None:
        """Show a model, and how it is fed."""
        self.name.setText(model.captured_of or model.source.name)
        set_tip(self.name, str(model.source.checkpoint))
        good = not model.report.warnings
        self.mark.setText(f"{model.format} {'✓' if good else '!'}")
        set_tip(self.mark, report_words(model))
        self.extent.setText(size_words(model))
        self.origin.setText("" if model.has_weights else mark_words(model))
        self.origin.setVisible(not model.has_weights)
        for choice in (self.config, self.labels, self.change):
            choice.setEnabled(model.has_weights)
        another = tr("Load another model")
        set_tip(self.load, another if model.has_weights else load_words(model))
        self.config.show_now(built_words(model))
        self.labels.show_now(class_names_words(model))
        self.fed.setText(short_fed_words(spec))
