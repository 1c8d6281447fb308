"""The button for the distance from one window of the model to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from app.state.language import N
from app.widgets import theme
from app.widgets.basic import set_spoken_name, set_tip
from mvit_core.video.clip import PLAIN

if TYPE_CHECKING:
    from mvit_core.video.clip import Tiling

SHARES = {
    "whole": N("stride", "whole window"),
    "half": N("stride", "half a window"),
    "quarter": N("stride", "a quarter"),
}
"""Strides that are shares of a window."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("stride", text)


def stride_words(tiling: Tiling) -> str:
    """A stride in words."""
    if isinstance(tiling.stride, int):
        return tr("{n} frames").format(n=tiling.stride)
    return tr(SHARES[tiling.stride])


class StrideButton(QToolButton):
    """Shows the stride; its menu has the others."""

    chosen = Signal(object)
    """Emitted with a share of a window, as its name."""
    asked = Signal()
    """Emitted when a number of frames is to be asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("seriesTitle")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFont(theme.small_font(self))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self, tr("From one window of the model to the next; smaller ones overlap"))
        menu = QMenu(self)
        self._group = QActionGroup(menu)
        for share, words in SHARES.items():
            action = menu.addAction(tr(words))
            action.setCheckable(True)
            action.setData(share)
            action.triggered.connect(lambda _=False, share=share: self.chosen.emit(share))
            self._group.addAction(action)
        menu.addSeparator()
        menu.addAction(tr("Frames…")).triggered.connect(self.asked)
        self.setMenu(menu)
        self.show_tiling(PLAIN)

    def show_tiling(self, tiling: Tiling) -> None:
        """Show how windows lie."""
        words = stride_words(tiling)
        self.setText(tr("stride: {words}").format(words=words) + " ▾")
        set_spoken_name(self, tr("Stride of the windows: {words}").format(words=words))
        for action in self._group.actions():
            action.setChecked(action.data() == tiling.stride)
