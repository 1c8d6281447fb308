"""The real window as the rows use it: opened once in a child, watched for whatever goes wrong."""

import logging
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from app.window.launch import ViewOptions, make_application, open_window
from benchmarks.driver import Driver, StallMeter, spin
from benchmarks.hardening.children import Broken

__all__ = ["TRACEBACKS", "UsedWindow", "used_window"]

TRACEBACKS = "tracebacks"
_CLOSE_MS = 15
_CALM_SECONDS = 0.05


class Troubles(logging.Handler):
    """Hears of exceptions that reached nobody, on whatever way, and of those that were logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._heard: list[str] = []
        sys.excepthook = lambda kind, error, trace: self._note(
            "".join(traceback.format_exception(kind, error, trace))
        )
        sys.unraisablehook = lambda seen: self._note(f"{seen.err_msg or ''} {seen.exc_value!r}")
        threading.excepthook = lambda seen: self._note(f"in a thread: {seen.exc_value!r}")
        for name in ("app", "mvit_core"):
            logging.getLogger(name).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Note what was logged with a traceback."""
        if record.exc_info:
            self._note(f"{record.getMessage()}: {record.exc_info[1]!r}")

    def taken(self) -> list[str]:
        """Messages since the last call."""
        heard, self._heard = self._heard, []
        return heard

    def _note(self, words: str) -> None:
        lines = words.strip().splitlines()
        self._heard.append(" | ".join((lines[-1], *(line.strip() for line in lines[-5:-1]))))


class UsedWindow:
    """The window, what it complained of, and how long its thread worked without a pause."""

    def __init__(self) -> None:
        application = make_application()
        folder = Path(tempfile.mkdtemp(prefix="hardening-"))
        ini, user = QSettings.Format.IniFormat, QSettings.Scope.UserScope
        QSettings.setPath(ini, user, str(folder))
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
            os.environ[name] = str(folder)
        QDesktopServices.openUrl = lambda *_: True  # type: ignore[assignment,method-assign]
        self.troubles = Troubles()
        self.driver = Driver(open_window(application, ViewOptions()))
        self.window = self.driver.window
        self._closer = QTimer()
        self._closer.setInterval(_CLOSE_MS)
        self._closer.timeout.connect(_close_what_waits)
        self._closer.start()
        spin(self.window.isVisible, 5)

    @contextmanager
    def watched(self) -> Iterator[StallMeter]:
        """Everything in the block counts as work between two looks at the events.

        Raises:
            Broken: something came out that no user may see.
        """
        meter = StallMeter()
        with meter.measuring():
            yield meter
            spin(lambda: False, _CALM_SECONDS)
        if heard := self.troubles.taken():
            raise Broken(TRACEBACKS, "; ".join(heard)[-390:])

    def open(self, clip: Path, checkpoint: Path | None = None) -> None:
        """Have a clip open and, if need be, a model."""
        from app.state.view_state import ModelSource

        controller = self.driver.controller
        if checkpoint is not None:
            controller.load_model(ModelSource(checkpoint))
        controller.open_video(clip)
        self.calm(20, lambda: controller.results.video is not None)

    def calm(self, seconds: float, also: object = None) -> bool:
        """Let the window live until nothing is being done, or so long."""
        controller = self.driver.controller

        def is_calm() -> bool:
            return not controller.results.is_busy and (not callable(also) or bool(also()))

        spin(lambda: False, _CALM_SECONDS)
        return spin(is_calm, seconds)


def _close_what_waits() -> None:
    """Close menus and dialogs, as Escape would: nobody is there to answer."""
    for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if widget is not None:
            QTimer.singleShot(0, widget, widget.close)
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and widget.windowType() == Qt.WindowType.Dialog:
            QTimer.singleShot(0, widget, widget.close)


@cache
def used_window() -> UsedWindow:
    """The window of this process."""
    return UsedWindow()
