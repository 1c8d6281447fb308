"""The language of the window: which there are, and taking one into use."""

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
"""What draws the characters that the desktop's own font lacks: Han characters differ from country
to country, and without a name Qt takes any font that has them."""

OF_QT = "qtbase"
"""Qt's own texts: the buttons of its dialogs, the names of keys, menus of text fields."""

TITLES = {OWN: "English", "zh_CN": "简体中文"}
"""Each in its own language, so that it is found by those who read it."""


def N(_context: str, text: str) -> str:  # noqa: N802 - as Qt names its marker
    """Mark a text of a table for translation; ``make translations`` reads the code for it."""
    return text


QT_LACKS = (
    N("QFileDialog", "&Look in:"),
    N("QFileDialog", "Files of &type:"),
    N("QAbstractFileIconProvider", "Folder"),
    N("QAbstractFileIconProvider", "Drive"),
)
"""Texts that Qt asks for itself, and that its own translation into Chinese does not have."""


def languages() -> tuple[tuple[str, str], ...]:
    """(code, title) of what can be chosen: English, and what translations lie there."""
    there = [code for code in TITLES if code == OWN or translation_file(code) is not None]
    return (("system", N("preferences", "System")), *((code, TITLES[code]) for code in there))


def translation_file(code: str) -> Path | None:
    """The compiled translation of a language; None where there is none."""
    try:
        return asset("translations", f"mvit_lens_{code}.qm")
    except FileNotFoundError:
        return None


def language_code(choice: str, locale: QLocale | None = None) -> str:
    """The language that a choice means, on a system of another locale or on this one."""
    if choice != "system":
        return choice
    name = (locale or QLocale.system()).name()
    near = (code for code in TITLES if code.split("_")[0] == name.split("_")[0])
    return name if name in TITLES else next(near, OWN)


def install_language(app: QApplication, choice: str) -> str:
    """Translate every text made from now on; gives the code of the language."""
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
    """Take a file of translations into use; without it the texts stay as they are."""
    translator = QTranslator(app)
    if translator.load(path):
        app.installTranslator(translator)
