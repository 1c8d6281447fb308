"""Files opened lately, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QObject, Signal

from mvit_core.system.assets import asset
from mvit_core.system.bounded_json import load_json

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

AT_MOST = 9
"""Most files in the list, one for each of the keys Ctrl+1 to Ctrl+9."""

Kind = Literal["clip", "model", "session"]


@dataclass(frozen=True)
class Recent:
    """A file that was opened."""

    kind: Kind
    path: Path


class RecentFiles(QObject):
    """The list of files opened lately, kept between runs.

    Args:
        settings: storage that outlives the run.
        parent: the owner.
    """

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.entries = _read(settings.value("recent/files"))

    def add(self, kind: Kind, path: Path) -> None:
        """Put a file first in the list; shipped files are left out, for they are always at hand."""
        entry = Recent(kind, path.absolute())
        if _shipped() not in entry.path.parents:
            self._set((entry, *(e for e in self.entries if e != entry)))

    def remove(self, entry: Recent) -> None:
        """Remove a file that no longer exists."""
        self._set(tuple(e for e in self.entries if e != entry))

    def clear(self) -> None:
        """Empty the list."""
        self._set(())

    def _set(self, entries: tuple[Recent, ...]) -> None:
        self.entries = entries[:AT_MOST]
        rows = [[entry.kind, str(entry.path)] for entry in self.entries]
        self._settings.setValue("recent/files", json.dumps(rows))
        self.changed.emit()


def _read(kept: object) -> tuple[Recent, ...]:
    """Read the entries from the settings; those that cannot be read are left out."""
    try:
        rows = load_json(str(kept)) if kept is not None else []
        entries = [Recent(kind, Path(path)) for kind, path in rows]
    except (ValueError, TypeError):  # damaged
        return ()
    return tuple(entry for entry in entries if entry.kind in get_args(Kind))[:AT_MOST]


@cache
def _shipped() -> Path:
    return Path(str(asset("demo")))
