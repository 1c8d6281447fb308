"""A small button of a row of which one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def segment_button(words: str, owner: QWidget) -> QToolButton:
    """A button in the size of captions, reached by Tab alone: a click leaves the keys on the stage.

    Args:
        words: on the button.
        owner: whose font it has.
    """
    button = QToolButton()
    button.setObjectName("segment")
    button.setText(words)
    button.setFont(theme.small_font(owner))
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
