"""Commands of which one holds, side by side: the workspaces, the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton
from typing_extensions import override

from app.widgets.basic import set_spoken_name

if TYPE_CHECKING:
    from app.commands.actions import Actions


class SegmentButton(QToolButton):
    """One of the row; underlined where it holds, for colour alone would not say it."""

    @override
    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        bold = self.font()
        bold.setWeight(QFont.Weight.DemiBold)  # it becomes bold, and must not move its neighbours
        metrics = QFontMetrics(bold)
        return hint + QSize(
            metrics.horizontalAdvance(self.text())
            - self.fontMetrics().horizontalAdvance(self.text()),
            0,
        )


class Segments(QFrame):
    """A row of buttons, of which the one that holds is filled and underlined.

    Args:
        actions: the commands.
        ids: of the commands, from left to right.
        name: what a screen reader calls the row.
    """

    def __init__(self, actions: Actions, ids: tuple[str, ...], name: str) -> None:
        super().__init__()
        self.setObjectName("segments")
        set_spoken_name(self, name)
        self.buttons: dict[str, SegmentButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for command in ids:
            button = self.buttons[command] = SegmentButton()
            button.setObjectName("segment")
            button.setDefaultAction(actions.by_id[command])
            set_spoken_name(button, actions.by_id[command].text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
