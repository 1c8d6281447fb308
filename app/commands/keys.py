"""The key map: the keys of every command, from the table or set by the user."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from app.commands import BY_ID, COMMANDS
from mvit_core.system.bounded_json import BadJson, load_json

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from app.commands import Command

GROUP = "keys"


class KeyMap(QObject):
    """The keys of every command, in Qt's portable spelling.

    Args:
        settings: storage of the user's own keys.
        parent: the owner.
    """

    changed = Signal(str)
    """Emitted with the id of a command whose keys have changed."""

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
        """True where the user set other keys than the table's."""
        return command_id in self._own

    def give(self, command_id: str, keys: tuple[str, ...]) -> None:
        """Set a command's keys; other commands lose those keys."""
        for key in keys:
            for other in self.holders(key, but=command_id):
                left = tuple(k for k in self.of(other.id) if not same(k, key))
                self._set(other.id, left)
        self._set(command_id, keys)

    def reset(self, command_id: str) -> None:
        """Set a command's keys to the table's."""
        self.give(command_id, BY_ID[command_id].keys)

    def reset_all(self) -> None:
        """Set every command's keys to the table's."""
        for command_id in tuple(self._own):
            self._set(command_id, BY_ID[command_id].keys)

    def holders(self, key: str, *, but: str = "") -> tuple[Command, ...]:
        """Find the commands that a key runs now, except ``but``.

        Both scopes are searched: where the stage has the focus the window's keys work too, and Qt
        ignores a key with two meanings.
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
    """True for a key that a list, a slider or a text field may use itself."""
    function_key = re.fullmatch(r"(Shift\+)?F\d+", key) or key == "Esc"
    return not function_key and "Ctrl+" not in key and "Alt+" not in key and "Meta+" not in key


def fits(command: Command, key: str) -> bool:
    """True where a key may be given to a command: single keys belong to the stage."""
    if command.held:
        return "+" not in key.rstrip("+")
    return command.scope == "stage" or not is_single(key)


def same(one: str, other: str) -> bool:
    """True for two spellings of one key."""
    return QKeySequence(one) == QKeySequence(other)


def native(key: str) -> str:
    """Write a key as this system does."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _read(kept: object) -> tuple[str, ...] | None:
    """Read keys from the settings; None where there are none, or they cannot be read."""
    try:
        keys = load_json(str(kept)) if kept is not None else None
    except BadJson:
        return None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        return None
    return tuple(key for key in keys if QKeySequence(key).toString())
