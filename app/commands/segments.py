"""Commands of which one holds, side by side: the workspaces, the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton
from typing_extensions import override

from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.commands.actions import Actions

LINE_PX = 2
"""Thickness of the underline in pixels."""

LINE_IN_PX = 10
"""How far the underline stays within the button on each side."""


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

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isChecked() and self.isEnabled():
            painter = QPainter(self)
            line = QRectF(self.rect()).adjusted(LINE_IN_PX, 0, -LINE_IN_PX, -2)
            line.setTop(line.bottom() - LINE_PX)
            painter.fillRect(line, QColor(theme.current().accent))
            painter.end()


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
        self.setAccessibleName(name)
        self.buttons: dict[str, SegmentButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for command in ids:
            button = self.buttons[command] = SegmentButton()
            button.setObjectName("segment")
            button.setDefaultAction(actions.by_id[command])
            button.setAccessibleName(actions.by_id[command].text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
