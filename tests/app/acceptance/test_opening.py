"""Starting the program, and giving it something to open."""

import socket

import pytest
from PySide6.QtWidgets import QApplication

from tests.app.acceptance.person import Key, click, frame_seen, keys, number_seen, rest, words_on
from tests.app.conftest import WAIT_MS
from tests.app.helpers import drop, messages

pytestmark = pytest.mark.gui


def test_01_a_first_start_offers_sample_open_and_drop_and_the_tour_only_once(use, qtbot, capfd):
    def first(window):
        qtbot.waitUntil(lambda: window.help.running_tour is not None, timeout=WAIT_MS)
        assert window.help.running_tour.isVisible()
        keys(Key.Key_Escape)
        assert window.help.running_tour is None
        assert "Drop a video or a checkpoint here" in words_on(window.welcome)
        for name in ("file.open_sample", "file.open_video", "file.load_model"):
            button = window.welcome.buttons[name]
            assert button.isVisible()
            assert button.isEnabled()
        assert len(set(window.grab().toImage().bits()[::997])) > 3, "nothing is painted"

    def second(window):
        qtbot.waitUntil(window.welcome.gallery.isVisible, timeout=WAIT_MS)
        QApplication.processEvents()
        assert window.help.running_tour is None

    assert use(first) == 0
    assert use(second) == 0
    assert capfd.readouterr().err == ""


def test_02_one_click_opens_the_sample_without_a_network_and_the_window_stays_alive(
    use, qtbot, gate, monkeypatch
):
    def no_network(*_):
        raise OSError("there is no network")

    monkeypatch.setattr(socket.socket, "connect", no_network)

    def act(window):
        keys(Key.Key_Escape)  # the tour
        gate.clear()
        click(window.welcome.buttons["file.open_sample"])
        assert window.controller.results.is_busy
        qtbot.waitUntil(window.stage.canvas.isVisible, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: window.status.job.isVisible(), timeout=WAIT_MS)
        assert frame_seen(window).std() > 5, "the frame is shown first"
        assert not window.panels.predictions.bars.rows()
        before = frame_seen(window).shape
        window.resize(1100, 740)
        window.move(40, 30)
        qtbot.waitUntil(lambda: window.size().toTuple() == (1100, 740), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: window.pos().toTuple() == (40, 30), timeout=WAIT_MS)
        assert frame_seen(window).shape != before, "it is painted anew while the model runs"
        assert window.controller.results.is_busy
        gate.set()
        rest(qtbot, window)
        assert window.panels.predictions.bars.rows(), "then what the model says of it"
        shown = frame_seen(window)
        keys(Key.Key_T)
        rest(qtbot, window)
        assert (frame_seen(window) != shown).any(axis=2).mean() > 0.02, "and the overlay"

    assert use(act) == 0


def test_03_a_video_and_a_checkpoint_are_taken_and_a_text_is_refused_with_a_reason(
    use, qtbot, barcode_clip, toy_checkpoint, tmp_path
):
    text = tmp_path / "notes.txt"
    text.write_text("no video")

    def act(window):
        keys(Key.Key_Escape)
        assert drop(window, barcode_clip) == (True, "Open this video")
        qtbot.waitUntil(window.stage.canvas.isVisible, timeout=WAIT_MS)
        assert drop(window, toy_checkpoint) == (True, "Load this model")
        qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
        rest(qtbot, window)
        assert window.panels.predictions.bars.rows()
        _, told = drop(window, text)
        assert "notes.txt cannot be opened" in told
        assert "notes.txt cannot be opened" in messages(window)
        assert not window.overlay.isVisible()
        keys(Key.Key_T)  # the heat off, to read the picture
        assert number_seen(window) == 0
        assert "clip.mp4" in window.windowTitle()

    assert use(act) == 0
