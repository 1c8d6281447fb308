"""The language of the window: which there are, and taking one into use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QTranslator

from mvit_core.assets import asset

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from PySide6.QtCore import QCoreApplication

OWN = "en"
"""The language of the texts in the code."""

TITLES = {OWN: "English", "zh_CN": "简体中文"}
"""Each in its own language, so that it is found by those who read it."""


def languages() -> tuple[tuple[str, str], ...]:
    """(code, title) of what can be chosen: English, and what translations lie there."""
    there = [code for code in TITLES if code == OWN or translation_file(code) is not None]
    return (("system", "System"), *((code, TITLES[code]) for code in there))


def translation_file(code: str) -> Traversable | None:
    """The compiled translation of a language; None where there is none."""
    try:
        return asset("translations", f"mvit_lens_{code}.qm")
    except FileNotFoundError:
        return None


def code_for(choice: str, locale: QLocale) -> str:
    """The language that a choice means on this system."""
    if choice != "system":
        return choice
    name = locale.name()
    near = (code for code in TITLES if code.split("_")[0] == name.split("_")[0])
    return name if name in TITLES else next(near, OWN)


def install_language(app: QCoreApplication, choice: str) -> QTranslator | None:
    """Translate every text made from now on; None where the texts stay as they are."""
    path = translation_file(code_for(choice, QLocale.system()))
    if path is None:
        return None
    translator = QTranslator(app)
    if not translator.load(str(path)):
        return None
    app.installTranslator(translator)
    return translator
