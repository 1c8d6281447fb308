"""Which keys mean which command: the table's own, or those that the user gave."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from app.commands import BY_ID, COMMANDS

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from app.commands import Command

GROUP = "keys"


class KeyMap(QObject):
    """The keys of every command, in Qt's portable spelling.

    Args:
        settings: where the user's own keys are kept between runs.
        parent: the owner.
    """

    changed = Signal(str)
    """The id of a command whose keys are others now."""

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._own: dict[str, tuple[str, ...]] = {}
        for command in COMMANDS:
            keys = _read(settings.value(f"{GROUP}/{command.id}"))
            if keys is not None:
                self._own[command.id] = keys

    def of(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command; the first is the one that is shown."""
        return self._own.get(command_id, BY_ID[command_id].keys)

    def words(self, command_id: str) -> str:
        """A command's first key as this system writes it; empty without one."""
        keys = self.of(command_id)
        return native(keys[0]) if keys else ""

    def is_own(self, command_id: str) -> bool:
        """The user gave this command other keys than the table."""
        return command_id in self._own

    def give(self, command_id: str, keys: tuple[str, ...]) -> None:
        """Give a command other keys; keys that others hold are taken from them."""
        for key in keys:
            for other in self.holders(key, but=command_id):
                left = tuple(k for k in self.of(other.id) if not same(k, key))
                self._set(other.id, left)
        self._set(command_id, keys)

    def reset(self, command_id: str) -> None:
        """Give a command the table's keys again."""
        self.give(command_id, BY_ID[command_id].keys)

    def reset_all(self) -> None:
        """Give every command the table's keys again."""
        for command_id in tuple(self._own):
            self._set(command_id, BY_ID[command_id].keys)

    def holders(self, key: str, *, but: str = "") -> tuple[Command, ...]:
        """The commands that a key means now.

        Of both scopes: where the stage has the focus the window's keys work too, and a key that
        means two things means nothing.
        """
        return tuple(
            command
            for command in COMMANDS
            if command.id != but and any(same(key, each) for each in self.of(command.id))
        )

    def _set(self, command_id: str, keys: tuple[str, ...]) -> None:
        if keys == self.of(command_id):
            return
        if keys == BY_ID[command_id].keys:
            del self._own[command_id]
            self._settings.remove(f"{GROUP}/{command_id}")
        else:
            self._own[command_id] = keys
            self._settings.setValue(f"{GROUP}/{command_id}", json.dumps(keys))
        self.changed.emit(command_id)


def is_single(key: str) -> bool:
    """A key that a list, a slider or a text field may want for itself."""
    function_key = re.fullmatch(r"(Shift\+)?F\d+", key) or key == "Esc"
    return not function_key and "Ctrl+" not in key and "Alt+" not in key and "Meta+" not in key


def fits(command: Command, key: str) -> bool:
    """A key may be given to a command: single keys belong to the stage."""
    if command.held:
        return "+" not in key.rstrip("+")
    return command.scope == "stage" or not is_single(key)


def same(one: str, other: str) -> bool:
    """Two spellings of one key."""
    return QKeySequence(one) == QKeySequence(other)


def native(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _read(kept: object) -> tuple[str, ...] | None:
    """Keys as they were kept; None where none were, or what is there cannot be read."""
    try:
        keys = json.loads(str(kept)) if kept is not None else None
    except ValueError:
        return None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        return None
    return tuple(key for key in keys if QKeySequence(key).toString())
