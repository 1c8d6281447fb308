"""What a window was furnished with, so that it can be taken out and made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QDockWidget, QMenu, QToolBar, QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

OUR_ROOMS = "app."


class Built:
    """Remembers what a window owns before it is furnished, and takes out what came later.

    Menu row and central widget are among it; the window's layout lets go of what is deleted.

    Args:
        window: to be furnished.
        others: further owners of parts.
    """

    def __init__(self, window: QMainWindow, *others: QObject) -> None:
        self._window = window
        self._owned = {owner: tuple(owner.children()) for owner in (window, *others)}

    def remove(self) -> None:
        """Close dialogs and delete every part at once; what Qt itself keeps of a window stays."""
        window = self._window
        parts = [
            child
            for owner, before in self._owned.items()
            for child in owner.children()
            if child not in before and _is_ours(child)
        ]
        for child in parts:
            if isinstance(child, QDockWidget):
                window.removeDockWidget(child)
            elif isinstance(child, QToolBar):
                window.removeToolBar(child)
            elif isinstance(child, QWidget):
                child.hide()
        for child in (*parts, window.statusBar()):
            child.deleteLater()
            QCoreApplication.sendPostedEvents(child, QEvent.Type.DeferredDelete)


def _is_ours(child: QObject) -> bool:
    """True for a part that our code made, and not Qt for itself, as rows of tabs are."""
    made = (QAction, QDialog, QDockWidget, QMenu, QToolBar)
    return isinstance(child, made) or type(child).__module__.startswith(OUR_ROOMS)
