"""A row of small buttons of which one is chosen: boxes by number, or prediction heads by name."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.widgets.basic import set_spoken_name, set_tip
from app.widgets.segment_button import segment_button

MOST = 12
"""Most buttons; further boxes are chosen on the canvas."""


class Chips(QWidget):
    """Buttons in a row; hidden while there is nothing to choose."""

    chosen = Signal(int)
    """Emitted with the place of the button that was clicked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        set_spoken_name(self, name)
        self.group = QButtonGroup(self)
        self.group.idClicked.connect(self.chosen)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addStretch(1)
        self._words: tuple[str, ...] = ()
        self.hide()

    def show_choice(self, words: tuple[str, ...], tips: tuple[str, ...], chosen: int) -> None:
        """Show buttons with these words, the chosen one pressed."""
        if words[:MOST] != self._words:
            self._words = words[:MOST]
            self._make()
        for button, tip in zip(self.group.buttons(), tips, strict=False):
            set_tip(button, tip)
            set_spoken_name(button, tip)
        button = self.group.button(chosen)
        if button is not None:
            button.setChecked(True)
        self.setVisible(bool(words))

    def _make(self) -> None:
        for button in self.group.buttons():
            self.group.removeButton(button)
            button.hide()
            button.deleteLater()
        for place, words in enumerate(self._words):
            button = segment_button(words, self)
            self.group.addButton(button, place)
            self._row.insertWidget(place, button)
