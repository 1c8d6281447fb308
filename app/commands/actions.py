"""Makes Qt's actions from the table of commands."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence

from app.commands import BY_ID, COMMANDS, MENUS, SEPARATED, SUBMENUS
from app.widgets.basic import set_spoken_name, set_tip
from app.widgets.icons import themed_icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QAbstractButton, QMenu, QMenuBar, QWidget

    from app.commands import Command, CommandContext
    from app.commands.base import Need
    from app.commands.keys import KeyMap
    from app.results import Results
    from app.state.view_state import ViewState

T = TypeVar("T")

ACCESS_KEY = re.compile(r"\(&\w\)|&")
"""Matches the mark of an access key: before a letter of the title, or in brackets behind it."""


_BY_NEED: dict[Need, list[Command]] = {}
"""The commands of every condition, once for each: many commands share one."""
for _command in COMMANDS:
    if not _command.held:
        _BY_NEED.setdefault(_command.enabled_when, []).append(_command)
_CHECKED = tuple((each.id, each.checked_when) for each in COMMANDS if each.checked_when is not None)


def tr(text: str) -> str:
    """Translate a text of the table of commands."""
    return QCoreApplication.translate("commands", text)


def title_of(command: Command) -> str:
    """A command's title, with its number where it is one of a row."""
    return tr(command.title).format(n=command.id.rpartition("_")[2])


def menu_title(name: str) -> str:
    """A menu's title without the mark of its access key."""
    return ACCESS_KEY.sub("", tr(dict(MENUS)[name]))


class Actions:
    """One action per command.

    Args:
        window: owns the actions; window-wide keys work anywhere in it.
        stage: widgets on which the single keys work.
        context: objects that commands act on.
        keys: the keys of every command.
    """

    def __init__(
        self, window: QWidget, stage: tuple[QWidget, ...], context: CommandContext, keys: KeyMap
    ) -> None:
        self._context = context
        self.keys = keys
        self.by_id: dict[str, QAction] = {}
        self._reasons: dict[Need, str] = {}
        """Why the commands of a condition are off; empty where they are on."""
        for command in COMMANDS:
            action = self.by_id[command.id] = self._action(window, command)
            for widget in stage if command.scope == "stage" else (window,):
                widget.addAction(action)
            self.give_keys(command.id)
            if command.stage_keys:
                self._on_stage(stage, command)
        keys.changed.connect(self.give_keys)

    def _action(self, window: QWidget, command: Command) -> QAction:
        action = QAction(title_of(command), window)
        action.setObjectName(command.id)
        action.setCheckable(command.checked_when is not None)
        action.setAutoRepeat(command.repeats)
        if command.icon:
            action.setIcon(themed_icon(command.icon))
            action.setIconVisibleInMenu(False)  # a few among many make a ragged edge
        action.setStatusTip("")
        if command.short:
            action.setIconText(tr(command.short))
        if command.held:
            action.setEnabled(False)
            return action
        if command.scope == "stage":
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(partial(self._run, command))
        return action

    def _on_stage(self, stage: tuple[QWidget, ...], command: Command) -> None:
        """Bind the single keys of a window-wide command to the stage."""
        action = QAction(self.by_id[command.id])
        action.setShortcuts([QKeySequence(key) for key in command.stage_keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(partial(self._run, command))
        for widget in stage:
            widget.addAction(action)

    def give_keys(self, command_id: str) -> None:
        """Bind a command to its keys of the map, and show them wherever the command is named."""
        command, action = BY_ID[command_id], self.by_id[command_id]
        if command.held:
            # The window watches its key: a shortcut is not notified of the release.
            action.setText(f"{title_of(command)}\t{self.keys.words(command_id)}")
        else:
            action.setShortcuts([QKeySequence(key) for key in self.keys.of(command_id)])
        self._give_tip(command)

    def _give_tip(self, command: Command) -> None:
        action, keys = self.by_id[command.id], self.keys.words(command.id)
        words = tr(command.tooltip) if command.tooltip else title_of(command)
        if keys:
            words += f" ({keys})"
        if reason := self.reason(command.id):
            words += "\n" + reason
        set_tip(action, words)

    def reason(self, command_id: str) -> str:
        """The reason why a command is off; empty where it is on."""
        command = BY_ID[command_id]
        lacking = "" if command.held else self._reasons.get(command.enabled_when, "")
        return tr(lacking) if lacking else ""

    def name_button(self, button: QAbstractButton, command_id: str) -> None:
        """Give a button the tooltip and accessible name of its command."""
        action = self.by_id[command_id]
        set_spoken_name(button, title_of(BY_ID[command_id]))
        set_tip(button, action.toolTip())
        action.changed.connect(lambda: set_tip(button, action.toolTip()))

    def run(self, command_id: str) -> None:
        """Run a command, if it is enabled now."""
        if self.by_id[command_id].isEnabled():
            BY_ID[command_id].run(self._context)

    def ask(self, act: Callable[[CommandContext], T]) -> T:
        """Call a function with the objects that commands act on."""
        return act(self._context)

    def _run(self, command: Command, _checked: bool = False) -> None:
        command.run(self._context)
        if command.checked_when is not None:  # Qt has switched it, even if nothing changed
            state, results = self._context.store.state, self._context.control.results
            self.by_id[command.id].setChecked(command.checked_when(state, results))

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        for name, title in MENUS:
            menu = bar.addMenu(tr(title))
            menu.setToolTipsVisible(True)
            submenus: dict[str, QMenu] = {}
            for command in COMMANDS:
                if command.menu != name:
                    continue
                if command.id in SEPARATED:
                    submenus.get(command.submenu, menu).addSeparator()
                place = menu
                if command.submenu:
                    if command.submenu not in submenus:
                        submenus[command.submenu] = menu.addMenu(tr(SUBMENUS[command.submenu]))
                        submenus[command.submenu].setToolTipsVisible(True)
                    place = submenus[command.submenu]
                place.addAction(self.by_id[command.id])

    def show(self, state: ViewState, results: Results) -> None:
        """Enable and check the actions for a state and its results."""
        for need, commands in _BY_NEED.items():
            reason = need.lacking(state, results)
            # Qt calls a hidden action disabled, so what was set is remembered here.
            if reason == self._reasons.get(need):
                continue
            self._reasons[need] = reason
            for command in commands:
                self.by_id[command.id].setEnabled(not reason)
                self._give_tip(command)
        for command_id, is_checked in _CHECKED:
            self.by_id[command_id].setChecked(is_checked(state, results))
