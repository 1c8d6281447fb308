"""Asks whether code of the user's own may run, and opens the model that it builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import Message
from app.state.view_state import ModelSource
from app.widgets.basic import ask
from mvit_core.system.own_code import allow

if TYPE_CHECKING:
    from pathlib import Path

    from app.window.main_window import MainWindow
    from mvit_core.system.own_code import OwnCode


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("own_code", text)


def allowed_source(window: MainWindow, code: OwnCode, labels: Path | None) -> ModelSource | None:
    """Ask whether code may run; the model that it would build, or None where it may not.

    Args:
        window: asks.
        code: is named with the file that would be run.
        labels: a file of class names.
    """
    words = tr(
        "{function} of this file builds the model. It can do whatever a program of yours can:\n\n"
        "{file}\n\nRun it?"
    ).format(function=code.function, file=code.file)
    answers = (("stay", tr("Do not run it")), ("run", tr("Run it")))
    if ask(window, tr("Run this code?"), words, answers, "stay") != "run":
        told = tr("{name} was not run, so there is no model of it").format(name=code.text)
        window.controller.notify(Message("info", told))
        return None
    allow(code)
    return ModelSource(code.file, labels=labels, module=code.text, is_allowed=True)
