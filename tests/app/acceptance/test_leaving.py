"""Ctrl+Q while an export runs: it is asked what becomes of it, and each answer is kept."""

import threading

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

import mvit_core.export
from app.text.phrases import of_words
from mvit_core.errors import ExportError
from mvit_core.video import open_video
from tests.app.acceptance.person import CONTROL, LOOK_MS, Key, both_looks, click, focus, keys, rest
from tests.app.acceptance.test_export import export_to
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages
from tests.fixtures_video import read_barcode

pytestmark = pytest.mark.gui
FRAMES, SIZE = 40, (192, 108)
"""Of the clip."""


@pytest.fixture
def held(monkeypatch):
    """An export does not get beyond its third frame until this is set."""
    plain, opened = mvit_core.export.export, threading.Event()

    def export(explainer, video, request, path, on_progress=None):
        def step(done, total):
            while done >= 3 and not opened.wait(0.005):
                on_progress(done, total)
            on_progress(done, total)

        return plain(explainer, video, request, path, step)

    monkeypatch.setattr(mvit_core.export, "export", export)
    yield opened
    opened.set()


def answered(words):
    """Press Ctrl+Q, and the button of the question that says this, in English; None: Escape.

    Returns:
        the question.
    """
    asked, until = [], QDeadlineTimer(WAIT_MS)
    said = QCoreApplication.translate("Leaving", words or "")

    def look():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            asked.append(box.text())
            button = next((b for b in box.buttons() if b.text() == said), None)
            if button is not None:
                click(button)
            else:
                QTest.keyClick(box, Key.Key_Escape)
        elif box is not None and until.hasExpired():
            box.close()

    timer = QTimer(interval=LOOK_MS)
    timer.timeout.connect(look)
    timer.start()
    keys((Key.Key_Q, CONTROL))
    timer.stop()
    assert asked, "nothing was asked"
    return asked[0]


def begin_export(qtbot, window, target):
    for _ in range(6):
        keys((Key.Key_Down, CONTROL))  # faint heat, so that the barcode can be read
    rest(qtbot, window)
    export_to(qtbot, target)
    qtbot.waitUntil(lambda: of_words(3, FRAMES) in window.status.job.title.text(), timeout=WAIT_MS)
    focus()


def is_whole(path):
    with open_video(path) as video:
        side = (video.size[0] - SIZE[0]) // 2  # the caption is wider than so small a picture
        parts = [video.frame(i)[: SIZE[1], side:-side] for i in range(video.frame_count)]
        numbers = [read_barcode(part) for part in parts]
        return numbers == list(range(FRAMES))


@both_looks
@pytest.mark.parametrize("answer", ["Keep running", None])
def test_an_export_that_is_kept_running_keeps_the_window_and_ends(
    both, qtbot, looks, held, tmp_path, answer
):
    target = tmp_path / "film.mp4"

    def act(window):
        begin_export(qtbot, window, target)
        assert "film.mp4" in answered(answer)
        assert window.isVisible()
        held.set()
        qtbot.waitUntil(lambda: str(target) in messages(window), timeout=WAIT_MS)
        rest(qtbot, window)
        assert window.isVisible()

    assert both(act) == 0
    assert is_whole(target)


@both_looks
def test_an_export_that_is_stopped_leaves_nothing_and_the_window_closes(
    both, qtbot, looks, held, tmp_path
):
    folder = tmp_path / "films"
    folder.mkdir()

    def act(window):
        begin_export(qtbot, window, folder / "film.mp4")
        assert list(folder.iterdir())
        answered("Stop and quit")
        assert not window.isVisible()

    assert both(act) == 0
    assert list(folder.iterdir()) == []


@both_looks
def test_an_export_that_is_to_be_finished_is_whole_and_then_the_window_closes(
    both, qtbot, looks, held, tmp_path
):
    target = tmp_path / "film.mp4"

    def act(window):
        begin_export(qtbot, window, target)
        answered("Finish, then quit")
        assert window.isVisible()
        assert not target.exists()
        held.set()
        qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT_MS)

    assert both(act) == 0
    assert is_whole(target)


def test_an_export_that_fails_instead_of_finishing_keeps_the_window_open_and_says_why(
    both, qtbot, tmp_path, monkeypatch
):
    failing, begun = threading.Event(), threading.Event()

    def export(explainer, video, request, path, on_progress=None):
        begun.set()
        while not failing.wait(0.005):
            on_progress(0, FRAMES)
        raise ExportError("the disk is full")

    monkeypatch.setattr(mvit_core.export, "export", export)

    def act(window):
        export_to(qtbot, tmp_path / "film.mp4")
        qtbot.waitUntil(begun.is_set, timeout=WAIT_MS)
        focus()
        answered("Finish, then quit")
        failing.set()
        qtbot.waitUntil(lambda: "the disk is full" in messages(window), timeout=WAIT_MS)
        rest(qtbot, window)
        assert window.isVisible()

    assert both(act) == 0
