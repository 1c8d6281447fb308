"""A row of buttons of which one holds, for a choice among few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from app.widgets.basic import set_spoken_name, set_tip

if TYPE_CHECKING:
    from collections.abc import Iterable


class ChoiceRow(QFrame):
    """Buttons side by side; the chosen one is filled and underlined.

    Args:
        name: what a screen reader calls the row.
        choices: (value, title, tooltip) from left to right.
    """

    chosen = Signal(str)
    """Emitted with the value that the user chose."""

    def __init__(self, name: str, choices: Iterable[tuple[str, str, str]]) -> None:
        super().__init__()
        self.setObjectName("segments")
        set_spoken_name(self, name)
        self.buttons: dict[str, QPushButton] = {}
        self._value = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for value, title, tip in choices:
            button = self.buttons[value] = QPushButton(title)
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
            set_tip(button, tip)
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(title) + 24)
            button.clicked.connect(lambda _=False, value=value: self._choose(value))
            row.addWidget(button)

    def show_choice(self, value: str) -> None:
        """Mark the one that holds.

        A group of Qt's would let Tab reach that one alone, and its arrows are the stage's.
        """
        self._value = value
        for each, button in self.buttons.items():
            button.setChecked(each == value)

    def _choose(self, value: str) -> None:
        self.show_choice(self._value)  # Qt has switched the button, even if nothing changes
        self.chosen.emit(value)
