"""Panels whose content comes later: each has its place, and says what it will need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.panels.spec import Panel
from app.text.empty import head_card_words, run_words
from app.widgets.empty import EmptyState

if TYPE_CHECKING:
    from app.panels.spec import PanelContext
    from app.results.snapshot import Snapshot
    from app.text.empty import EmptyWords


class WaitingPanel(Panel):
    """A sentence, and a button that runs the window where that helps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState(run_words())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty)

    def words(self, snapshot: Snapshot) -> EmptyWords:
        """Give the words for a snapshot."""
        raise NotImplementedError

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.empty.asked.connect(lambda: context.run("attention.run"))

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        words = self.words(new)
        self.empty.show_words(words.sentence, with_button=words.can_run)


class HeadCard(WaitingPanel):
    """Numbers of one head, beside the atlas."""

    @override
    def words(self, snapshot: Snapshot) -> EmptyWords:
        return head_card_words(snapshot)
