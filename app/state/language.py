"""Lists the languages of the window and installs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase

from mvit_core.system.assets import asset

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QCoreApplication
    from PySide6.QtWidgets import QApplication

OWN = "en"
"""The language of the texts in the code."""

FONTS = {
    "zh_CN": (
        "Noto Sans CJK SC",
        "Source Han Sans SC",
        "Microsoft YaHei UI",
        "PingFang SC",
        "WenQuanYi Micro Hei",
    ),
}
"""Fonts for characters that the desktop's own font lacks, first choice first.

Han characters differ from country to country, and without a name Qt picks any font that has them.
"""

OF_QT = "qtbase"
"""Qt's own texts: the buttons of its dialogs, the names of keys, menus of text fields."""

TITLES = {OWN: "English", "zh_CN": "简体中文"}
"""Titles of the languages, each in its own, so that those who read it find it."""


def N(_context: str, text: str) -> str:  # noqa: N802 - as Qt names its marker
    """Mark a text of a table for translation; ``make translations`` reads the code for it."""
    return text


QT_LACKS = (
    N("QFileDialog", "&Look in:"),
    N("QFileDialog", "Files of &type:"),
    N("QAbstractFileIconProvider", "Folder"),
    N("QAbstractFileIconProvider", "Drive"),
)
"""Texts of Qt's own dialogs that its Chinese translation lacks."""


def languages() -> tuple[tuple[str, str], ...]:
    """List (code, title) of the system's language, English and every installed translation."""
    there = [code for code in TITLES if code == OWN or translation_file(code) is not None]
    return (("system", N("preferences", "System")), *((code, TITLES[code]) for code in there))


def translation_file(code: str) -> Path | None:
    """The compiled translation of a language; None where there is none."""
    try:
        return asset("translations", f"mvit_lens_{code}.qm")
    except FileNotFoundError:
        return None


def language_code(choice: str, locale: QLocale | None = None) -> str:
    """Resolve a choice to a language code; ``system`` means the nearest one to the locale.

    Args:
        choice: ``system`` or a code that ``languages`` gives.
        locale: of the system; None is this machine's.
    """
    if choice != "system":
        return choice
    name = (locale or QLocale.system()).name()
    near = (code for code in TITLES if code.split("_")[0] == name.split("_")[0])
    return name if name in TITLES else next(near, OWN)


def install_language(app: QApplication, choice: str) -> str:
    """Translate every text made from now on; returns the code of the language in use."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    code = language_code(choice)
    path = translation_file(code)
    if path is None:
        return OWN
    if code in FONTS:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setFamilies([*font.families(), *FONTS[code]])
        app.setFont(font)
    _install(app, str(path))
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    _install(app, f"{folder}/{OF_QT}_{code}.qm")
    return code


def _install(app: QCoreApplication, path: str) -> None:
    """Install a file of translations; where it cannot be read, texts stay as they are."""
    translator = QTranslator(app)
    if translator.load(path):
        app.installTranslator(translator)
