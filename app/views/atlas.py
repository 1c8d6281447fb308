"""The page of the atlas, which compares heads; so far it says what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.text.empty import atlas_words, run_words
from app.widgets.empty import EmptyState

if TYPE_CHECKING:
    from app.results.snapshot import Snapshot


class AtlasPage(QWidget):
    """All heads compared, or why none are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Atlas of heads"))
        self.empty = EmptyState(run_words(), centred=True)
        column = QVBoxLayout(self)
        column.addWidget(self.empty)

    def show_snapshot(self, _: Snapshot | None, new: Snapshot) -> None:
        """Show what a snapshot says about the heads."""
        words = atlas_words(new)
        self.empty.show_words(words.sentence, with_button=words.can_run)
