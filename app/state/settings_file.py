"""The file of the window's settings; a damaged one is set aside, with a word."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, QStandardPaths

LARGEST_BYTES = 128 << 10
"""The settings take some ten kilobytes; what is larger is damaged, and Qt may not survive it."""
FOLDER, NAME = "mvit-lens", "window"


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("settings", text)


def open_settings() -> tuple[QSettings, str]:
    """The settings, and what must be said of their file; empty where all is well."""
    path = settings_path()
    words = ""
    try:
        status = path.stat()
    except (OSError, ValueError):
        status = None
    if status is not None and not stat.S_ISREG(status.st_mode):
        words = tr("{path} is no ordinary file; settings are kept beside it")
        return _other(path), words.format(path=path)
    if status is not None and status.st_size > LARGEST_BYTES:
        words = _set_aside(path)
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, FOLDER, NAME)
    if settings.status() == QSettings.Status.FormatError:
        del settings
        words = _set_aside(path)
        settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, FOLDER, NAME)
    return settings, words


def settings_path() -> Path:
    """Where the settings lie; asks without opening them, for a pipe would be waited for."""
    kind = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(kind)) / FOLDER / f"{NAME}.ini"


def _set_aside(path: Path) -> str:
    """Keep a damaged file under another name; what is said of it."""
    aside = path.with_name(f"{path.name}.damaged")
    try:
        os.replace(path, aside)  # noqa: PTH105 - a name of any kind
    except OSError:
        return tr("{path} is damaged and cannot be set aside").format(path=path)
    words = tr("The settings were damaged; they are kept as {name}, and new ones begin")
    return words.format(name=aside.name)


def _other(path: Path) -> QSettings:
    return QSettings(str(path.with_name(f"{NAME}-2.ini")), QSettings.Format.IniFormat)
