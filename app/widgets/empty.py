"""What a panel or a page says while there is nothing to show."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.widgets import theme
from app.widgets.basic import label

MOST_PX = 360
"""Largest width of the sentence in pixels."""


class EmptyState(QWidget):
    """A sentence that says why nothing is shown, and a button that changes it.

    Args:
        button: words of the button.
        others: words of further buttons, which are shown with it.
        centred: stand in the middle of the room, as a page does; else at its top.
        parent: the owner.
    """

    asked = Signal()
    """Emitted when the button is pressed."""
    other_asked = Signal(int)
    """Emitted with the place of a further button that is pressed, from 0."""

    def __init__(
        self,
        button: str,
        others: tuple[str, ...] = (),
        *,
        centred: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.sentence = label("", "faint")
        self.sentence.setWordWrap(True)
        self.button = _hidden_button(button)
        self.button.clicked.connect(self.asked)
        self.others = tuple(_hidden_button(words) for words in others)
        for place, other in enumerate(self.others):
            other.clicked.connect(partial(self.other_asked.emit, place))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(theme.GAP)
        lines = (self.sentence, self.button, *self.others)
        if centred:
            self.sentence.setFixedWidth(MOST_PX)
            self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addStretch(1)
        for line in lines:
            row = QHBoxLayout()
            if centred:
                row.addStretch(1)
            row.addWidget(line, 0 if centred or line is not self.sentence else 1)
            if centred or line is not self.sentence:
                row.addStretch(1)
            column.addLayout(row)
        column.addStretch(1)

    def show_words(self, sentence: str, *, with_button: bool = False, button: str = "") -> None:
        """Show a sentence, and the button where it changes anything; it may have other words."""
        if button and self.button.text() != button:
            self.button.setText(button)
        if self.sentence.text() != sentence:
            self.sentence.setText(sentence)
        for each in (self.button, *self.others):
            each.setVisible(with_button)


def _hidden_button(words: str) -> QPushButton:
    button = QPushButton(words)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.hide()
    return button
