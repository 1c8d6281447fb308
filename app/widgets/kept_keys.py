"""Which single keys a widget keeps for itself; all others are the stage's."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QComboBox,
    QTabBar,
    QTreeView,
    QWidget,
)
from typing_extensions import override

K = Qt.Key
ALONG = frozenset((K.Key_Up, K.Key_Down))
SIDEWAYS = frozenset((K.Key_Left, K.Key_Right))
ENDS = frozenset((K.Key_Home, K.Key_End))
ENTER = frozenset((K.Key_Return, K.Key_Enter))
PRESS = frozenset((K.Key_Space,))
LIST = ALONG | ENDS | ENTER

KEPT: tuple[tuple[type[QWidget], frozenset[Qt.Key]], ...] = (
    (QAbstractItemView, LIST),
    (QAbstractScrollArea, ALONG | ENDS),
    (QAbstractSlider, ALONG | SIDEWAYS | ENDS),
    (QComboBox, ALONG | ENDS | ENTER | PRESS),
    (QTabBar, SIDEWAYS),
    (QAbstractButton, PRESS),
)
"""Keys by the kind of widget, the first row that fits; a widget of ours may say ``kept_keys``."""

CONTROL = Qt.KeyboardModifier.ControlModifier
OTHERS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def keeps(widget: QWidget | None, event: QKeyEvent) -> bool:
    """True where a widget uses a key itself, so that no command of the stage may have it.

    Widgets of ours use their keys with Ctrl too.
    """
    if widget is None or event.modifiers() & OTHERS:
        return False
    own: frozenset[Qt.Key] | None = getattr(widget, "kept_keys", None)
    if own is not None:
        return event.key() in own
    if event.modifiers() & CONTROL:
        return False
    if isinstance(widget, QTreeView) and _folds(widget):
        return event.key() in LIST | SIDEWAYS
    kept = next((keys for kind, keys in KEPT if isinstance(widget, kind)), frozenset())
    searches = isinstance(widget, QComboBox) and bool(event.text().strip())
    return event.key() in kept or (searches and event.text().isprintable())


def _folds(tree: QTreeView) -> bool:
    """True where Left and Right fold the row that they are on."""
    return tree.model().hasChildren(tree.currentIndex())


class KeepsKeys(QWidget):
    """Lets a control on it have the keys that it uses; all others are commands of the stage."""

    @override
    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and keeps(self.focusWidget(), event):
            event.accept()
            return True
        return super().event(event)
