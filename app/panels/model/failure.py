"""The card of a load that failed: what is wrong, and what may help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QSizePolicy

from app.widgets import theme
from app.widgets.basic import label

if TYPE_CHECKING:
    from app.results import FailedLoad

COLUMNS = 2
TOLD = frozenset(("config", "preset", "weights", "labels"))
"""Remedies that tell what the file does not."""


class FailureCard(QFrame):
    """A sentence, and a button for each way on; the one that helps most stands out."""

    asked = Signal(str)
    """Emitted with the id of a command."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("failure")
        self.sentence = label("", "warning")
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons: dict[str, QPushButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 8, 10, 8)
        self._grid.setSpacing(theme.GAP // 2)
        self._grid.addWidget(self.sentence, 0, 0, 1, COLUMNS)
        for place, (remedy, words) in enumerate(
            (
                ("config", self.tr("Choose configuration…")),
                ("preset", self.tr("Choose preset…")),
                ("weights", self.tr("Choose weights…")),
                ("labels", self.tr("Class names…")),
                ("dismiss", self.tr("Dismiss")),
            )
        ):
            button = self.buttons[remedy] = QPushButton(words)
            button.setFont(theme.small_font(button))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setMinimumWidth(40)
            button.clicked.connect(lambda _=False, r=remedy: self.asked.emit(f"model.{r}"))
            self._put(place, button)
        self.hide()

    def _put(self, place: int, button: QPushButton) -> None:
        """Place a button: the first over the whole width, the others two in a row."""
        if place == 0:
            self._grid.addWidget(button, 1, 0, 1, COLUMNS)
        else:
            row, column = divmod(place - 1, COLUMNS)
            self._grid.addWidget(button, 2 + row, column)

    def show_failure(self, failed: FailedLoad | None) -> None:
        """Show a load that failed; without one the card is hidden."""
        self.setVisible(failed is not None)
        if failed is None:
            return
        self.sentence.setText(failed.sentence)
        helps = bool(TOLD & set(failed.remedies))
        first = failed.remedies[:1]
        for remedy, button in self.buttons.items():
            there = remedy == "dismiss" or (bool(failed.networks) if remedy == "weights" else helps)
            button.setVisible(there)
            button.setObjectName("primary" if (remedy,) == first else "")
            button.style().polish(button)
        shown = [button for button in self.buttons.values() if not button.isHidden()]
        for place, button in enumerate(shown):
            self._put(place, button)
