"""Preferences, set once for all and kept between runs: one table and one frozen value."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QCoreApplication, QObject, QStandardPaths, Signal

from app.state.language import N, languages
from app.state.view_state import ViewState, with_settings
from mvit_core.render import HeatSettings, colormaps
from mvit_core.system.cache import default_budget_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QSettings

ThemeChoice = Literal["system", "dark", "light"]


@dataclass(frozen=True)
class Preferences:
    """All preferences; each field is a row of ``SETTINGS``."""

    theme: ThemeChoice = "system"
    language: str = "system"
    """``system``, or a code that ``languages`` gives."""
    first_index: int = 0
    """The number that the first frame is shown with."""
    big_step_frames: int = 10
    auto_run: bool = True
    """Run the model on a window as soon as one of its frames is shown."""
    cache_gigabytes: int = 0
    """Limit of all caches together; 0 is as much as suits this machine."""
    series_at_once: bool = False
    """Run every window in the background for the series of the timeline."""
    threads: int = 0
    """Processor cores that the model may use; 0 is all of them."""
    colormap: str = HeatSettings().colormap
    """Colours that a start and Reset display give the heat."""
    export_folder: str = ""
    """Folder that exports are offered to be written to; empty is that of the last one."""


@dataclass(frozen=True)
class Choice:
    """A choice of several values, each with its title."""

    options: Callable[[], tuple[tuple[Any, str], ...]]

    def read(self, kept: object) -> Any:  # noqa: ANN401 - of the type of the options
        """Read the value from the text in the settings.

        Raises:
            ValueError: it is none of the options.
        """
        for value, _ in self.options():
            if str(value) == str(kept):
                return value
        raise ValueError(f"{kept!r} is not offered")


@dataclass(frozen=True)
class Number:
    """A whole number."""

    low: int
    high: int
    unit: str = ""
    words_for_low: str = ""
    """Shown in place of the lowest number, where that means something of its own."""

    def read(self, kept: object) -> int:
        """Read the number from the text in the settings.

        Raises:
            ValueError: it is no number, or outside of what is allowed.
        """
        value = int(str(kept))
        if not self.low <= value <= self.high:
            raise ValueError(f"{value} is outside {self.low} to {self.high}")
        return value


@dataclass(frozen=True)
class Switch:
    """A switch, on or off."""

    def read(self, kept: object) -> bool:
        """Read the switch from the text in the settings.

        Raises:
            ValueError: it is neither on nor off.
        """
        words = str(kept).lower()
        if words not in ("true", "false"):
            raise ValueError(f"{kept!r} is neither true nor false")
        return words == "true"


@dataclass(frozen=True)
class Folder:
    """A folder, or none."""

    words_for_none: str

    def read(self, kept: object) -> str:
        """Read the path from the text in the settings.

        Raises:
            ValueError: it is no whole path.
        """
        path = str(kept)
        if path and not (Path(path).is_absolute() and path.isprintable()):
            raise ValueError(f"{path!r} is no whole path")
        return path


@dataclass(frozen=True)
class Setting:
    """One preference: a row of the dialog."""

    id: str
    """A field of ``Preferences``."""
    title: str
    kind: Choice | Number | Switch | Folder
    tip: str = ""


SETTINGS = (
    Setting(
        "theme",
        N("preferences", "Theme"),
        Choice(
            lambda: (
                ("system", N("preferences", "System")),
                ("light", N("preferences", "Light")),
                ("dark", N("preferences", "Dark")),
            )
        ),
        N("preferences", "System follows the desktop; where no desktop tells, it is dark"),
    ),
    Setting(
        "language",
        N("preferences", "Language"),
        Choice(languages),
        N("preferences", "Of the window; files and the command line stay English"),
    ),
    Setting(
        "first_index",
        N("preferences", "Frames count from"),
        Choice(
            lambda: (
                (0, N("preferences", "0, as arrays do")),
                (1, N("preferences", "1, as players do")),
            )
        ),
        N(
            "preferences",
            "How the window writes frame numbers; exported tables always count from 0",
        ),
    ),
    Setting(
        "big_step_frames",
        N("preferences", "Big step"),
        Number(2, 1000, N("preferences", "frames")),
        N("preferences", "How far Shift+Left and Shift+Right go"),
    ),
    Setting(
        "auto_run",
        N("preferences", "Run the model by itself"),
        Switch(),
        N("preferences", "Off: a window is run when asked for with Ctrl+R"),
    ),
    Setting(
        "cache_gigabytes",
        N("preferences", "Memory for caches"),
        Number(0, 64, N("preferences", "GB"), N("preferences", "suited to this machine")),
        N(
            "preferences",
            "Frames, previews, captured windows and maps together; more makes going back faster",
        ),
    ),
    Setting(
        "series_at_once",
        N("preferences", "Run the whole clip for the timeline"),
        Switch(),
        N("preferences", "In the background, a run for each window; off: when asked for"),
    ),
    Setting(
        "threads",
        N("preferences", "Processor cores for the model"),
        Number(0, 256, "", N("preferences", "all there are")),
        N("preferences", "Fewer leave room for other programs; work in the background leaves one"),
    ),
    Setting(
        "colormap",
        N("preferences", "Colours of the heat"),
        Choice(lambda: tuple((name, name) for name in colormaps("sequential"))),
        N("preferences", "What a start begins with, and what Reset display brings back"),
    ),
    Setting(
        "export_folder",
        N("preferences", "Folder of exports"),
        Folder(N("preferences", "as last time")),
        N("preferences", "Where films, pictures and data are offered to be written"),
    ),
)
"""All preferences, in the order of the dialog."""


class PreferenceStore(QObject):
    """Holds the one ``Preferences``; writes each change to the settings at once and announces it.

    Args:
        settings: storage that outlives the run.
        parent: the owner.
    """

    changed = Signal(object, object)
    """(old, new), both ``Preferences``."""

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.values = Preferences(**{s.id: self._kept(s) for s in SETTINGS})

    # Any: the names and types are those of the fields of Preferences.
    def update(self, **changes: Any) -> None:  # noqa: ANN401
        """Change some preferences."""
        old, new = self.values, replace(self.values, **changes)
        if old == new:
            return
        self.values = new
        for name, value in changes.items():
            self._settings.setValue(_key(name), str(value))
        self.changed.emit(old, new)

    def reset(self) -> None:
        """Set every preference to its default."""
        fresh = Preferences()
        self.update(**{field.name: getattr(fresh, field.name) for field in fields(fresh)})

    @property
    def export_folder(self) -> Path:
        """Where the next export is offered: as preferred, else where the last one went.

        Never beside the clip: data sets stay as they are.
        """
        chosen, last = self.values.export_folder, str(self._settings.value(_LAST_EXPORT, ""))
        folders = (Path(each) for each in (chosen, last, _films_folder()) if each)
        return next((each for each in folders if os.access(each, os.W_OK)), Path.home())

    def exported_to(self, folder: Path) -> None:
        """Remember the folder of the last export."""
        self._settings.setValue(_LAST_EXPORT, str(folder.absolute()))

    def _kept(self, setting: Setting) -> Any:  # noqa: ANN401
        default = getattr(Preferences(), setting.id)
        kept = self._settings.value(_key(setting.id))
        try:
            return default if kept is None else setting.kind.read(kept)
        except ValueError:  # written by another version, or by hand
            return default


_LAST_EXPORT = "folder/export"


def _films_folder() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation)


def budget_bytes(preferences: Preferences) -> int:
    """Bytes that all caches together may hold."""
    return preferences.cache_gigabytes << 30 or default_budget_bytes()


def first_state(preferences: Preferences) -> ViewState:
    """The view that a start begins with, as the user prefers it."""
    return with_settings(ViewState(), colormap=preferences.colormap)


def _key(name: str) -> str:
    return f"preferences/{name}"


def words_of(text: str) -> str:
    """Translate a text of ``SETTINGS``."""
    return QCoreApplication.translate("preferences", text)
