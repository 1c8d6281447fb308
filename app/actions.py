"""Actions of Qt made from the table of commands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence

from app.commands import BY_ID, COMMANDS, MENUS, SEPARATED
from app.icons import themed_icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenuBar, QWidget

    from app.commands import Command, Desk
    from app.facts import World
    from app.state import ViewState


def tr(text: str) -> str:
    """Translate a text of the table of commands."""
    return QCoreApplication.translate("commands", text)


def title_of(command: Command) -> str:
    """A command's title, with the head's number where it has one."""
    return tr(command.title).format(n=command.id.rpartition("_")[2])


def keys_of(command: Command) -> str:
    """A command's first key as this system writes it."""
    if not command.keys:
        return ""
    return QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)


class Actions:
    """One action per command.

    Args:
        window: owns the actions; window-wide keys work anywhere in it.
        stage: widgets on which the single keys work.
        desk: what commands may use.
    """

    def __init__(self, window: QWidget, stage: tuple[QWidget, ...], desk: Desk) -> None:
        self._desk = desk
        self.by_id: dict[str, QAction] = {}
        for command in COMMANDS:
            action = self._action(window, command)
            self.by_id[command.id] = action
            for widget in stage if command.scope == "stage" else (window,):
                widget.addAction(action)

    def _action(self, window: QWidget, command: Command) -> QAction:
        action = QAction(title_of(command), window)
        action.setObjectName(command.id)
        action.setCheckable(command.checked_when is not None)
        action.setAutoRepeat(command.repeats)
        if command.icon:
            action.setIcon(themed_icon(command.icon))
            action.setIconVisibleInMenu(False)  # a few among many make a ragged edge
        words = tr(command.tooltip) if command.tooltip else title_of(command)
        action.setToolTip(f"{words} ({keys_of(command)})" if command.keys else words)
        action.setStatusTip("")
        if command.held:
            # Its key is watched by the window: a shortcut would not hear the release.
            action.setText(f"{title_of(command)}\t{keys_of(command)}")
            action.setEnabled(False)
            return action
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        if command.scope == "stage":
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(partial(self._run, command))
        return action

    def run(self, command_id: str) -> None:
        """Do what a command does, if it is enabled now."""
        if self.by_id[command_id].isEnabled():
            BY_ID[command_id].run(self._desk)

    def _run(self, command: Command, _checked: bool = False) -> None:
        command.run(self._desk)

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        for name, title in MENUS:
            menu = bar.addMenu(tr(title))
            menu.setToolTipsVisible(True)
            for command in COMMANDS:
                if command.menu != name or command.hidden:
                    continue
                if command.id in SEPARATED:
                    menu.addSeparator()
                menu.addAction(self.by_id[command.id])

    def show(self, state: ViewState, world: World) -> None:
        """Enable and check what is possible and on."""
        for command in COMMANDS:
            action = self.by_id[command.id]
            if not command.held:
                enabled = command.enabled_when(state, world)
                if enabled != action.isEnabled():
                    action.setEnabled(enabled)
            if command.checked_when is not None:
                action.setChecked(command.checked_when(state, world))
