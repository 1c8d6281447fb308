"""The real window, booted as the command line does, on a screen that is not there."""

import gc
import os
from dataclasses import replace
from pathlib import Path
from time import monotonic

# A screen on which the window gets its first size: that of Qt has 800 x 800 pixels.
os.environ["QT_QPA_PLATFORM"] = os.environ.get(
    "MVIT_LENS_TEST_PLATFORM",
    f"offscreen:configfile={Path(__file__).with_name('screen.json')}",
)

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.window.launch import ViewOptions, make_application, open_window
from app.workers.worker import Worker

WAIT_MS = 20_000
FOCUS_MS = 5_000
ON_SCREEN = not os.environ["QT_QPA_PLATFORM"].startswith("offscreen")


@pytest.fixture(scope="session")
def qapp():
    """The application; where a display cannot serve it, its tests are skipped."""
    if ON_SCREEN and int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
        pytest.skip("processes that share a display take the keys from each other: run without -n")
    application = make_application()
    if ON_SCREEN and not gets_the_keys(application):
        pytest.skip("this display gives a new window no keys: its window manager keeps them")
    return application


def gets_the_keys(application):
    """True where a window that asks for the keys has them soon; needs no window manager."""
    window, end = QWidget(), monotonic() + FOCUS_MS / 1000
    window.show()
    window.activateWindow()
    while not window.isActiveWindow() and monotonic() < end:
        application.processEvents()
    found = window.isActiveWindow()
    window.close()
    window.deleteLater()
    return found


class _Hand(QWidget):
    """Notes which mouse buttons are down when the pointer moves over it."""

    buttons = Qt.MouseButton.NoButton

    def mouseMoveEvent(self, event):
        self.buttons = event.buttons()


@pytest.fixture(autouse=True)
def _no_button_stays_down(qapp):
    """A slider takes no press while another button is down, in whatever test comes next.

    The left one may stay down for Qt: where a double click's first half takes its widget away.
    """
    yield
    hand = _Hand()
    QTest.mouseMove(hand, QPoint(1, 1))
    others = hand.buttons & ~Qt.MouseButton.LeftButton
    assert not others, f"the test left {others} down"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path):
    QSettings.setPath(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings")
    )


@pytest.fixture(autouse=True)
def _workers_are_waited_for(monkeypatch):
    """However slow the machine: a thread that is left behind would be taken for a leak."""
    monkeypatch.setattr("app.workers.pool.CLOSE_SECONDS", 60.0)


@pytest.fixture(autouse=True)
def _nothing_leaks(qapp):
    """No window and no running worker may outlive its test."""
    yield
    delete_deferred()
    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert not left, f"windows left open: {left}"
    workers = [o for o in gc.get_objects() if type(o) is Worker and shiboken6.isValid(o)]
    running = [worker for worker in workers if worker.isRunning()]
    assert not running, f"workers still running: {[worker.objectName() for worker in running]}"


def delete_deferred():
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


@pytest.fixture
def boot(qapp, qtbot):
    """Opens the window as ``launch`` does; closes it after the test."""
    opened = []

    def open_it(**options):
        window = open_window(qapp, ViewOptions(**options))
        opened.append(window)
        window.activateWindow()
        if options.get("module") is None:  # else a question before anything else has the keys
            qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
        if options.get("clip") is not None:
            qtbot.waitUntil(lambda: window.controller.results.video is not None, timeout=WAIT_MS)
        if options.get("checkpoint") is not None:
            qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
        if len([k for k in ("clip", "checkpoint") if options.get(k) is not None]) == 2:
            settle(qtbot, window)
            window.stage.canvas.setFocus()
        return window

    yield open_it
    for window in opened:
        window.close()
        window.deleteLater()
    delete_deferred()
    for window in opened:
        # PySide keeps the empty shell of a window; what it owned must not pile up in one process.
        vars(window).clear()


@pytest.fixture
def lens(boot, barcode_clip, toy_checkpoint):
    """The window with a clip and a model, its first window run."""
    return boot(clip=barcode_clip, checkpoint=toy_checkpoint)


def is_settled(window):
    """The frame, map and colours on screen are the ones asked for."""
    results, state = window.controller.results, window.store.state
    return (
        results.picture is not None
        and results.picture.index == state.frame
        and not results.picture.is_preview
        and results.shown is not None
        and results.request == results.shown.result.request
        and results.heat is not None
        and results.heat.key.map_number == results.shown.number
        and results.heat.key.style
        == replace(state.heat, opacity=1.0).style_of(
            results.shown.result.maps.method, results.shown.range.range
        )
        and results.strip is not None
        and results.strip.request == results.request
        and results.strip.style == results.heat.key.style.without_frame
        and not window.panels.display.range.waits
        and not results.is_busy
    )


def settle(qtbot, window):
    qtbot.waitUntil(lambda: is_settled(window), timeout=WAIT_MS)


def at_rest(qtbot, widget):
    """Waits until a widget has kept its size for some time, however slow the machine."""
    sizes = []

    def kept():
        qtbot.wait(50)
        sizes.append(widget.size().toTuple())
        return len(sizes) >= 6 and len(set(sizes[-6:])) == 1

    qtbot.waitUntil(kept, timeout=WAIT_MS)
