"""Steps of a person at the window, in one call each."""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.state.view_state import ModelSource
from tests.app.conftest import WAIT_MS
from tests.fixtures_video import read_barcode


def source(path):
    return ModelSource(path)


def dialog_of(kind):
    """The open dialog of a class."""
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def barcode_on_canvas(window):
    return read_barcode(window.stage.canvas.picture.pixels)


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window.stage.canvas, key, modifier)


def at_rest(qtbot, window, frame):
    """Wait until a frame is on screen, without a model too."""
    qtbot.waitUntil(
        lambda: (
            window.stage.canvas.picture.index == frame == window.store.state.frame
            and not window.stage.canvas.picture.is_preview
        ),
        timeout=WAIT_MS,
    )


def messages(window):
    return " | ".join(window.messages.texts())


def drop(window, *paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    common = (mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(100, 100), copy, *common)
    QApplication.sendEvent(window, enter)
    highlighted = window.overlay.words
    QApplication.sendEvent(window, QDropEvent(QPointF(100, 100), copy, *common))
    return enter.isAccepted(), highlighted
