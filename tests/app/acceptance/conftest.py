"""The program as a shell starts it: ``main()`` runs, and a person comes to its window."""

import threading
import traceback

import pytest
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from app.cli.entry import main
from app.state import language
from mvit_core.pipeline import Explainer
from tests.app.acceptance.person import rest, the_window
from tests.app.conftest import WAIT_MS

HARMLESS = (
    "This plugin does not support",  # the offscreen platform, of windows that no one sees
    "Populating font family aliases",  # a bare machine without the fonts that Qt looks for
)


@pytest.fixture
def use(qapp, qtbot, qtlog):
    """Runs ``main()`` with a person at the window, and says how it ended.

    ``use(act, *arguments)`` calls ``act(window)`` from within the program's own event loop, once
    clip and model of the arguments are there, and closes the window if ``act`` did not; it does
    not ``wait`` where they cannot come. It fails where Qt has complained of anything.
    """

    def use(act, *arguments, wait=True):
        problems = []

        def come():
            try:
                window = the_window()
                window.activateWindow()
                qtbot.waitUntil(lambda: QApplication.activeWindow() is not None, timeout=WAIT_MS)
                control = window.controller
                if arguments and wait:
                    qtbot.waitUntil(lambda: control.results.video is not None, timeout=WAIT_MS)
                if "--checkpoint" in arguments:
                    qtbot.waitUntil(lambda: control.results.model is not None, timeout=WAIT_MS)
                rest(qtbot, window)
                act(window)
            except BaseException as problem:
                traceback.clear_frames(problem.__traceback__.tb_next)
                problems.append(problem)
            # The program ends with its last window; ending it here as well would end it twice.
            for left in reversed(QApplication.topLevelWidgets()):
                left.close()

        QTimer.singleShot(0, come)
        code = main(["view", *map(str, arguments)])
        if problems:
            raise problems[0]
        said = [r.message for r in qtlog.records if not r.message.startswith(HARMLESS)]
        assert said == []
        return code

    return use


@pytest.fixture
def both(use, barcode_clip, toy_checkpoint):
    """``use`` with the clip and the model of the tests, whose window was run."""

    def use_both(act):
        return use(act, barcode_clip, "--checkpoint", toy_checkpoint)

    return use_both


@pytest.fixture
def looks(request, qapp):
    """The next window has a theme and a language; English comes back after the test."""
    theme, code = request.param
    settings = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "mvit-lens", "window"
    )
    settings.setValue("preferences/theme", theme)
    settings.setValue("preferences/language", code)
    settings.sync()
    font = qapp.font()
    yield code
    language.install_language(qapp, "en")
    qapp.setFont(font)


@pytest.fixture
def gate(monkeypatch):
    """While it is closed, a run does not get beyond its second layer; open at first."""
    opened, plain = threading.Event(), Explainer.capture
    opened.set()

    def capture(self, video, window, on_layer=None, on_step=None, boxes=()):
        def held(done, total):
            on_layer(done, total)
            while done >= 2 and not opened.wait(0.005):
                on_step()

        return plain(self, video, window, held, on_step, boxes)

    monkeypatch.setattr(Explainer, "capture", capture)
    yield opened
    opened.set()
