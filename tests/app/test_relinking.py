"""Files of a session that have moved: chosen, found beside each other, and compared on a worker."""

import shutil
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.dialogs.relink import RelinkDialog
from app.results import TaskKey
from app.state import session_file
from app.state.session_file import digest_of
from tests.app.conftest import WAIT_MS
from tests.app.helpers import dialog_of, press

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def save_to(tmp_path, monkeypatch):
    """Where the user saves the session."""
    path = tmp_path / "s.mvitlens"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    return path


@pytest.fixture
def relinking(lens, boot, qtbot, save_to, tmp_path, barcode_clip):
    """A session whose files have moved together, opened; the dialog, and where the clip is now."""
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    names = lens.store.state.clip.name, lens.store.state.model.checkpoint
    lens.close()
    (tmp_path / "new").mkdir()
    moved = tmp_path / "new" / names[0]
    shutil.move(barcode_clip, moved)
    shutil.move(names[1], tmp_path / "new" / names[1].name)
    window = boot()
    window.sessions.open(save_to)
    yield window, dialog_of(RelinkDialog), moved
    window.activateWindow()


def test_what_lies_beside_a_chosen_file_is_found_and_compared_too(relinking, qtbot):
    window, dialog, moved = relinking
    dialog.set_path("clip", moved)
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=WAIT_MS)
    assert [dialog.states[role].text()[:6] for role in ("clip", "checkpoint")] == ["found:"] * 2
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
    assert window.store.state.model.checkpoint.parent == moved.parent


@pytest.fixture
def slow_drive(monkeypatch):
    """Digests take until the drive responds, and are given up between two looks at it."""
    responds, threads = threading.Event(), []

    def digest(path, check):
        threads.append(threading.current_thread())
        while not responds.wait(0.005):
            check()
        return digest_of(path)

    monkeypatch.setattr(session_file, "digest_of", digest)
    yield responds, threads
    responds.set()


def test_files_are_compared_off_the_windows_thread_and_the_window_responds_meanwhile(
    relinking, slow_drive, qtbot
):
    _, dialog, moved = relinking
    dialog.set_path("clip", moved)
    qtbot.waitUntil(lambda: bool(slow_drive[1]), timeout=WAIT_MS)
    assert threading.main_thread() not in slow_drive[1]
    assert "being compared" in dialog.states["clip"].text()
    assert not dialog.open_button.isEnabled()
    slow_drive[0].set()
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=WAIT_MS)
    dialog.reject()


def test_closing_the_dialog_stops_the_comparison(relinking, slow_drive, qtbot):
    window, dialog, moved = relinking
    dialog.set_path("clip", moved)
    qtbot.waitUntil(lambda: bool(slow_drive[1]), timeout=WAIT_MS)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    files = window.controller.workers.files
    qtbot.waitUntil(lambda: not files.is_pending(TaskKey.SESSION), timeout=WAIT_MS)
    assert not slow_drive[0].is_set()
    assert window.controller.results.video is None


def test_a_drive_that_does_not_respond_is_given_up_and_the_user_decides(
    relinking, slow_drive, qtbot, monkeypatch
):
    monkeypatch.setattr("app.dialogs.relink.LIMIT_MS", 50)
    window, dialog, moved = relinking
    dialog.set_path("clip", moved)
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=WAIT_MS)
    assert "does not respond" in dialog.states["clip"].text()
    state = dialog.states["clip"]
    assert state.height() >= state.heightForWidth(state.width()), "nothing is cut"
    slow_drive[0].set()
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controller.results.video is not None, timeout=WAIT_MS)
    assert window.controller.results.video.path == moved
