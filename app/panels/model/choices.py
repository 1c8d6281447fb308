"""Lists of the networks and the prediction heads of a file, where it holds several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget
from typing_extensions import override

from app.text.model_words import head_words, network_words
from app.widgets import theme
from app.widgets.basic import bounded, label, set_spoken_name, set_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QWheelEvent

    from app.results import ModelInfo


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("ModelChoices", text)


class Choice(QComboBox):
    """A list of names, of which choosing another loads the model anew."""

    chosen = Signal(str)

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        set_spoken_name(self, name)
        self.setFont(theme.small_font(self))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        set_tip(self, tip)
        self._names: tuple[str, ...] = ()
        self._now = ""
        self.activated.connect(self._activated)

    def show_names(self, names: Sequence[str], words: Sequence[str], now: str) -> None:
        """Show names, each in words, with one chosen."""
        self._names, self._now = tuple(names), now
        with QSignalBlocker(self):
            self.clear()
            self.addItems([bounded(each) for each in words])
            self.setCurrentIndex(self._names.index(now) if now in self._names else -1)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the panel scrolls; a load is never begun by that

    def _activated(self, place: int) -> None:
        if self._names[place] != self._now:
            self.chosen.emit(self._names[place])


class ModelChoices(QWidget):
    """Two lists, each hidden while there is nothing to choose."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = Choice(tr("Weights"), tr("The file holds several networks: read another"))
        self.heads = Choice(tr("Head"), tr("The file has several heads: read another"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        self._labels = [label(tr("Weights"), "soft"), label(tr("Head"), "soft")]
        for row, choice in enumerate((self.weights, self.heads)):
            grid.addWidget(self._labels[row], row, 0)
            grid.addWidget(choice, row, 1)
        self.hide()

    def show_model(self, model: ModelInfo | None) -> None:
        """Show what can be chosen of a model's file."""
        networks = () if model is None else model.report.networks
        heads = () if model is None or len(model.heads) < 2 else model.heads
        if model is not None:
            words = [network_words(name) for name in networks]
            self.weights.show_names(networks, words, model.report.weights)
            names = [head.name for head in heads]
            self.heads.show_names(names, [head_words(head) for head in heads], model.head)
        for each, choice, there in zip(
            self._labels, (self.weights, self.heads), (networks, heads), strict=True
        ):
            each.setVisible(bool(there))
            choice.setVisible(bool(there))
        self.setVisible(bool(networks or heads))
