"""Makes the toolbar from the table of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget, QWidgetAction

from app.commands import TOOLBAR, VIEW_ROW
from app.commands.segments import Segments
from app.widgets.basic import ICON_PX, WordsButton, set_spoken_name, set_tip

if TYPE_CHECKING:
    from app.commands.actions import Actions

WORDS_TOO = frozenset(("file.open_video", "file.load_model", "attention.run", "export.export"))
"""Ids of commands whose buttons show icon and name."""

END_PX = (2, 36)
"""Width and height of the room at both ends, besides padding and spacing: the bar is 40 px high."""


class Toolbar(QToolBar):
    """A bar with the commands of ``TOOLBAR``."""

    views: QWidgetAction
    """Holds the control of views."""

    def show_views(self, on: bool) -> None:
        """Show the control of views, or hide it where the centre shows no frame."""
        self.views.setVisible(on)


def make_toolbar(actions: Actions) -> Toolbar:
    """Make a bar with the commands of ``TOOLBAR``."""
    bar = Toolbar(QCoreApplication.translate("toolbar", "Tools"))
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setIconSize(QSize(ICON_PX, ICON_PX))
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    for command in ("|", *TOOLBAR, "|"):
        if command == "|":
            end = QWidget()
            end.setFixedSize(*END_PX)
            bar.addWidget(end)
        elif command == ">":
            room = QWidget()
            room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            bar.addWidget(room)
        elif not command:
            bar.addSeparator()
        elif command == "views":
            name = QCoreApplication.translate("toolbar", "Views")
            # Made here: of the one that addWidget returns PySide loses hold after a while.
            bar.views = QWidgetAction(bar)
            bar.views.setDefaultWidget(Segments(actions, VIEW_ROW, name))
            bar.addAction(bar.views)
        else:
            button = WordsButton() if command in WORDS_TOO else QToolButton()
            button.setDefaultAction(actions.by_id[command])
            set_spoken_name(button, actions.by_id[command].text().removesuffix("…"))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            bar.addWidget(button)
    _name_extension(bar)
    return bar


def _name_extension(bar: QToolBar) -> None:
    """Name Qt's own button at the end of a bar that lacks room."""
    button = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert button is not None
    words = QCoreApplication.translate("toolbar", "More tools")
    set_spoken_name(button, words)
    set_tip(button, words)
