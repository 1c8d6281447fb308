"""Lays out the controls of the display panel in lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QWidget

from app.widgets.basic import set_spoken_name

LINE_GAP = 4
"""Pixels between lines, of which the panel has many and a low window shows few."""

LETTERS = 3
"""Least width of a combo box in letters, however long its choices are."""


def form(parent: QWidget) -> QGridLayout:
    """Make a grid with labels at the left and controls in one column beside them."""
    lines = QGridLayout(parent)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setHorizontalSpacing(8)
    lines.setVerticalSpacing(LINE_GAP)
    lines.setColumnStretch(1, 1)
    lines.setColumnMinimumWidth(0, 60)
    return lines


def combo(name: str) -> QComboBox:
    """Make a combo box as wide as there is room."""
    made = QComboBox()
    set_spoken_name(made, name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(LETTERS)
    leave_keys(made)
    return made


def row(wide: QWidget, narrow: QWidget) -> QHBoxLayout:
    """Put two controls side by side, the first as wide as there is room."""
    line = QHBoxLayout()
    line.setSpacing(4)
    line.addWidget(wide, 1)
    line.addWidget(narrow)
    return line


def leave_keys(*controls: QWidget) -> None:
    """Let Tab, but no click, give the focus to controls, so that keys stay on the stage."""
    for control in controls:
        control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
