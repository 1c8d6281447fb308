"""Mouse, keys and reading, as a person at the window uses them."""

from contextlib import contextmanager
from time import monotonic

import numpy as np
import pytest
from PySide6.QtCore import QDeadlineTimer, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QToolButton

from tests.app.conftest import WAIT_MS, is_settled
from tests.fixtures_video import read_barcode

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
LOOK_MS = 20
"""Milliseconds between looks for a dialog."""

LOOKS = [("dark", "en"), ("light", "zh_CN")]
both_looks = pytest.mark.parametrize("looks", LOOKS, indirect=True, ids=lambda look: look[0])
"""A test runs dark and English, then light and Chinese."""


def the_window():
    """The main window of the program that runs."""
    return next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main")


def rest(qtbot, window):
    """Wait until what is asked for is what is shown, with a model as well as without."""
    qtbot.waitUntil(lambda: is_at_rest(window), timeout=WAIT_MS)


def is_at_rest(window):
    """Nothing is being done any more, and the frame shown is the one asked for."""
    results, state = window.controller.results, window.store.state
    if results.model is not None and results.video is not None:
        return is_settled(window)
    picture = results.picture
    shown = results.video is None or (picture is not None and picture.index == state.frame)
    return shown and not results.is_busy


def strip_is_whole(window):
    """Every frame has its small picture on the timeline."""
    proxies = window.controller.results.proxies
    return proxies is not None and proxies.done == proxies.total


# -- keys and mouse ------------------------------------------------------------------------------


def focus():
    """The widget that gets the keys; waits while a window opens or closes."""
    end = monotonic() + WAIT_MS / 1000
    while QApplication.focusWidget() is None and monotonic() < end:
        active = QApplication.activeWindow()
        if active is None or not active.isVisible():
            the_window().activateWindow()  # as a window manager does when a dialog has gone
        QApplication.processEvents()
    found = QApplication.focusWidget()
    assert found is not None, f"nothing has the focus in {QApplication.activeWindow()}"
    return found


def keys(*pressed):
    """Press keys where the focus is; a pair is a key with modifiers."""
    for each in pressed:
        key, modifiers = each if isinstance(each, tuple) else (each, Qt.KeyboardModifier(0))
        QTest.keyClick(focus(), key, modifiers)


def write(text):
    """Type words where the focus is."""
    QTest.keyClicks(focus(), text)


def click(widget, at=None, modifiers=Qt.KeyboardModifier.NoModifier):
    """Click the middle of a widget, or a place on it."""
    QTest.mouseClick(widget, LEFT, modifiers, widget.rect().center() if at is None else at)


def point(widget, at):
    """Move the pointer to a place on a widget, as a hand does: over the place beside it."""
    QTest.mouseMove(widget, at + QPoint(1, 1))
    QTest.mouseMove(widget, at)


def choose(qtbot, window, *titles):
    """Click through a menu, by what is written in it."""
    bar = window.menuBar()
    holder = bar
    for title in titles:
        action = next(a for a in holder.actions() if a.text().replace("&", "") == title)
        QTest.mouseMove(holder, holder.actionGeometry(action).center())
        QTest.mouseClick(holder, LEFT, pos=holder.actionGeometry(action).center())
        if action.menu() is not None:
            holder = action.menu()
            qtbot.waitUntil(holder.isVisible, timeout=WAIT_MS)


def dismiss_messages(window):
    """Click away all that has been told, which may lie over the frame."""
    for toast in tuple(window.messages.toasts):
        close = toast.tr("Dismiss")
        click(next(b for b in toast.findChildren(QToolButton) if b.toolTip() == close))


@contextmanager
def file_dialog_takes(path):
    """Within, a file dialog that opens is given a path by keys, and Enter.

    Whatever waits for an answer after that is closed in the end: a test may fail, not hang.
    """
    looks, until = [], QDeadlineTimer(WAIT_MS)

    def look():
        dialog = QApplication.activeModalWidget()
        has_typed = any(isinstance(each, QFileDialog) for each in looks)
        looks.append(dialog)
        if isinstance(dialog, QFileDialog) and not has_typed:
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            QGuiApplication.clipboard().setText(str(path))
            QTest.keySequence(field, "Ctrl+A")
            QTest.keySequence(field, "Ctrl+V")
            QTest.keyClick(field, Key.Key_Return)
        elif dialog is not None and until.hasExpired():
            dialog.close()

    timer = QTimer(interval=LOOK_MS)
    timer.timeout.connect(look)
    timer.start()
    yield
    timer.stop()
    assert any(isinstance(each, QFileDialog) for each in looks), "no file dialog opened"


def track_spot(window, frame):
    """A place on the timeline that means a frame."""
    track = window.panels.timeline.track
    x = (track.x_of(frame) + track.x_of(frame + 1)) / 2
    return QPoint(round(x), track.height() - 12)


def go(qtbot, window, text):
    """G, words, Enter."""
    keys(Key.Key_G)
    qtbot.waitUntil(window.panels.timeline.field.hasFocus, timeout=WAIT_MS)
    write(text)
    keys(Key.Key_Return)


def dialog(qtbot, kind):
    """The dialog of a class, once it has opened and the keys are its own."""
    found = []

    def is_there():
        found[:] = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind)]
        return any(w.isVisible() and w.isActiveWindow() for w in found)

    qtbot.waitUntil(is_there, timeout=WAIT_MS)
    return next(w for w in found if w.isVisible())


def no_dialog():
    """The window is all that is open."""
    return [w.objectName() for w in QApplication.topLevelWidgets() if w.isVisible()] == ["main"]


# -- reading -------------------------------------------------------------------------------------


def pixels_of(image):
    """uint8 (H, W, 3) of an image of Qt."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def frame_seen(window):
    """The frame's part of the canvas as it is on screen, with all that lies on it."""
    canvas = window.stage.canvas
    box, ratio = canvas.frame_box(), canvas.devicePixelRatioF()
    edges = (box.top(), box.bottom(), box.left(), box.right())
    top, bottom, left, right = (max(round(edge * ratio), 0) for edge in edges)
    return pixels_of(canvas.grab().toImage())[top:bottom, left:right]


def number_seen(window, turns=0):
    """The number burnt into the picture on screen, turned clockwise by quarters first."""
    return read_barcode(np.rot90(frame_seen(window), -turns))


def number_written(window):
    """The frame that the transport's field names."""
    return int(window.panels.timeline.field.text())


def arrive(qtbot, window, frame, turns=0):
    """Wait until a frame is seen, exact, and named so."""
    qtbot.waitUntil(
        lambda: (
            number_written(window) == frame
            and not any("decoded" in badge for badge in window.stage.header.remarks)
            and number_seen(window, turns) == frame
        ),
        timeout=WAIT_MS,
    )


def title(window):
    """The line on the canvas that says what is shown."""
    return window.stage.header.title.full_text()


def scale(window):
    """The numbers and words of the colour bar."""
    bar = window.stage.colourbar
    return bar.ends(), bar.lines()


def words_on(widget):
    """All labels that are seen on a widget."""
    return " | ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())
