"""How the controls of the display panel stand in lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QWidget

LINE_GAP = 4
"""Between lines: the panel has many, and a low window little room."""

LETTERS = 3
"""A combo box gets at least as many, however long the choices of its list are."""


def form(parent: QWidget) -> QGridLayout:
    """Labels at the left, controls in one column beside them."""
    lines = QGridLayout(parent)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setHorizontalSpacing(8)
    lines.setVerticalSpacing(LINE_GAP)
    lines.setColumnStretch(1, 1)
    lines.setColumnMinimumWidth(0, 60)
    return lines


def combo(name: str) -> QComboBox:
    """A combo box that takes the room there is."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(LETTERS)
    leave_keys(made)
    return made


def row(wide: QWidget, narrow: QWidget) -> QHBoxLayout:
    """Two controls side by side, the first as wide as there is room."""
    line = QHBoxLayout()
    line.setSpacing(4)
    line.addWidget(wide, 1)
    line.addWidget(narrow)
    return line


def leave_keys(*controls: QWidget) -> None:
    """Clicks leave the keys on the stage; Tab reaches the controls."""
    for control in controls:
        control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
