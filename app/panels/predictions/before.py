"""The line below the classes that says which heads are off, and what the marks on the bars are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.text.effects import before_words
from app.widgets import theme
from app.widgets.basic import label

if TYPE_CHECKING:
    from mvit_core.explaining import Changes

LINE_PX = 18


class BeforeLine(QWidget):
    """Words, and a button that switches all heads on; hidden while they are."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "warning", small=True)
        self.all_on = QPushButton(self.tr("All on"))
        self.all_on.setObjectName("slimLink")
        self.all_on.setFont(theme.small_font(self))
        self.all_on.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.all_on)
        self.setFixedHeight(LINE_PX)
        self.hide()

    def show_changes(self, changes: Changes, *, whole_video: bool) -> None:
        """Show which heads are off; a prediction of the whole video has them all on."""
        words = before_words(changes)
        if words and whole_video:
            words = self.tr("The whole video is run with all heads on")
        self.words.setText(words)
        self.setVisible(bool(words))
