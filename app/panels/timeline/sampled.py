"""Which sampled frame, and which tubelet: in few words where there is little room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import ElidedLabel, set_tip


class SampledLabel(ElidedLabel):
    """Words at the right; a shorter form of them where they do not fit."""

    def __init__(self) -> None:
        super().__init__()
        self._words = self._short = ""
        self.setObjectName("soft")
        self.setFont(theme.small_font(self))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_words(self, words: str, short: str) -> None:
        """Show words, or their short form; all of them are in the tip."""
        self._words, self._short = words, short
        self._choose()

    @override
    def resizeEvent(self, event: object) -> None:
        self._choose()
        super().resizeEvent(event)

    def _choose(self) -> None:
        fits = self.fontMetrics().horizontalAdvance(self._words) <= self.contentsRect().width() - 4
        self.setText(self._words if fits else self._short)
        set_tip(self, self._words)
