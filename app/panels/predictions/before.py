"""The line above the classes that says what is changed, and what the marks on the bars are."""

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
    """Words, and a button that undoes the changes; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "warning", small=True)
        self.all_on, self.command = QPushButton(), ""
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
        """Show what is changed; a prediction of the whole video is of nothing changed."""
        words = before_words(changes)
        if words and whole_video:
            words = self.tr("The whole video is run with all heads on")
            if changes.tubes:
                words = self.tr("The whole video is run with nothing changed")
        has_tubes = bool(changes.tubes)
        self.command = "explain.undo_changes" if has_tubes else "explain.all_on"
        self.all_on.setText(self.tr("Undo all") if has_tubes else self.tr("All on"))
        self.words.setText(words)
        self.setVisible(bool(words))
