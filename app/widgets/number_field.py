"""A field for a whole number."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSpinBox
from typing_extensions import override

NUMBER_PX = 8
"""Pixels on each side of the digits of a number field."""


class NumberField(QSpinBox):
    """A number field that keeps its keys, although the stage has commands on the same ones."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(NUMBER_PX, 0, NUMBER_PX, 0)  # as in the boxes around it

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            if not event.modifiers() & control and event.key() != Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)
