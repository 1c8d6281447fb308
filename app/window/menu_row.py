"""The row at the top of the window: menus, workspaces, and the field that finds everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QMenuBar, QSizePolicy, QWidget
from typing_extensions import override

from app.commands import WORKSPACE_ROW
from app.commands.segments import Segments
from app.widgets.basic import WordsButton, set_spoken_name, set_tip
from app.widgets.icons import themed_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.commands.actions import Actions

HEIGHT_PX = 36
SIDE_PX = 8
GAP_PX = 12
FIELD_PX = 236
"""Width of the search field; where that has no room, its icon alone is shown."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("menu row", text)


class MenuRow(QWidget):
    """Menus at the left, workspaces in the middle, the search at the right."""

    search_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("menuRow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bar = QMenuBar(self)
        self.workspaces: Segments | None = None
        self.search = WordsButton()
        self.search.setParent(self)
        self.search.setObjectName("searchField")
        self.search.setIcon(themed_icon("search"))
        # Reached by its key; a click leaves the focus where what was found acts.
        self.search.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.search.clicked.connect(self.search_asked)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_actions(self, actions: Actions) -> None:
        """Show the workspaces; the commands are made after the menus."""
        self.workspaces = Segments(actions, WORKSPACE_ROW, tr("Workspaces"))
        self.workspaces.setParent(self)
        self.workspaces.show()
        self._place()

    def name_search(self, keys: str) -> None:
        """Say how the search is opened by keys."""
        words = tr("Find a command")
        self.search.setText(f"{words}   {keys}" if keys else words)
        set_tip(self.search, tr("Commands; with : a frame, @ a class, # a head, ? help"))
        set_spoken_name(self.search, words)
        self._place()

    def detach_workspaces(self) -> Segments | None:
        """Give the workspaces away, where the menus stand outside of the window."""
        return self.workspaces if self.bar.isNativeMenuBar() else None

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width(), HEIGHT_PX)

    @override
    def minimumSizeHint(self) -> QSize:
        control = 0 if self.workspaces is None else self.workspaces.sizeHint().width()
        width = self.bar.sizeHint().width() + control + HEIGHT_PX + 2 * (SIDE_PX + GAP_PX)
        return QSize(width, HEIGHT_PX)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Menus at the left, the search at the right, the control in the middle if it fits."""
        width, height = self.width(), HEIGHT_PX
        bar_px = self.bar.sizeHint().width()
        bar_height = self.bar.sizeHint().height()
        self.bar.setGeometry(SIDE_PX // 2, (height - bar_height) // 2, bar_px, bar_height)
        control = self.workspaces
        control_px = 0 if control is None else control.sizeHint().width()
        begin = SIDE_PX // 2 + bar_px + GAP_PX
        room = width - begin - control_px - GAP_PX - SIDE_PX
        is_wide = room >= FIELD_PX
        style = Qt.ToolButtonStyle
        self.search.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if is_wide else style.ToolButtonIconOnly
        )
        search_px = FIELD_PX if is_wide else height - 4
        self.search.setGeometry(width - SIDE_PX - search_px, 4, search_px, height - 8)
        if control is not None:
            end = width - SIDE_PX - search_px - GAP_PX - control_px
            middle = (width - control_px) // 2
            x = min(max(begin, middle if is_wide else begin), max(end, begin))
            control_height = min(control.sizeHint().height(), height)
            control.setGeometry(x, (height - control_height) // 2, control_px, control_height)
