"""Dragging, stepping and playing as they are felt: there is always a picture, and the right one."""

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.workers.decode import Decoder
from tests.app.conftest import WAIT_MS
from tests.app.helpers import at_rest, barcode_on_canvas, press
from tests.fixtures_video import read_barcode, write_barcode_clip

pytestmark = pytest.mark.gui
FRAMES = 60


@pytest.fixture(scope="module")
def wide_clip(tmp_path_factory):
    """Wider than a proxy, its keyframe far away."""
    path = tmp_path_factory.mktemp("scrub") / "wide.mp4"
    return write_barcode_clip(path, frames=FRAMES, size=(384, 216), gop=250, b_frames=3)


@pytest.fixture
def window(boot, qtbot, wide_clip):
    """A window whose strip of proxies is whole."""
    window = boot(clip=wide_clip)
    window.stage.canvas.setFocus()

    def is_whole():
        proxies = window.controller.results.proxies
        return proxies is not None and proxies.done == FRAMES

    qtbot.waitUntil(is_whole, timeout=WAIT_MS)
    return window


@pytest.fixture
def slow(monkeypatch):
    """The decoder waits for a gate before each frame; open at first."""
    gate, plain = threading.Event(), Decoder.frame
    gate.set()

    def frame(self, path, index, task):
        while not gate.wait(0.005):
            task.check()
        return plain(self, path, index, task)

    monkeypatch.setattr(Decoder, "frame", frame)
    yield gate
    gate.set()


def spot(track, frame):
    x = (track.x_of(frame) + track.x_of(frame + 1)) / 2
    return QPoint(round(x), track.height() - 12)


def barcode_of(image):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return read_barcode(rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3))


def wheel(widget, x, steps, modifier):
    place = QPointF(x, widget.height() / 2)
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_every_frame_of_a_drag_has_its_own_picture_at_once(window, qtbot, slow):
    track, canvas = window.panels.timeline.track, window.stage.canvas
    slow.clear()  # nothing is decoded while the pointer moves
    route = [*range(5, 55), *range(54, 8, -3), 50, 7, 33]
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot(track, 5))
    pictures = 0
    for frame in route:
        qtbot.mouseMove(track, spot(track, frame))
        picture = canvas.picture
        assert (picture.index, picture.is_preview) == (frame, True)
        assert barcode_of(picture.image) == frame
        pictures += 1
    assert pictures == len(route)
    assert any("Preview" in words for words in window.stage.header.remarks)
    slow.set()
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot(track, 33))
    at_rest(qtbot, window, 33)
    assert barcode_on_canvas(window) == 33
    assert not any("Preview" in words for words in window.stage.header.remarks)


def test_the_frame_itself_comes_when_the_pointer_rests_though_it_is_still_held(window, qtbot):
    track = window.panels.timeline.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot(track, 40))
    at_rest(qtbot, window, 40)
    assert window.store.state.scrubbing
    assert barcode_on_canvas(window) == 40
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot(track, 40))


def test_a_drag_cancels_the_frames_it_passed(window, qtbot, slow):
    """Otherwise the last would wait for a walk to a frame that nobody looks at any more."""
    track = window.panels.timeline.track
    slow.clear()
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot(track, 40))
    qtbot.waitUntil(lambda: window.controller.workers.decode.is_pending("frame"), timeout=WAIT_MS)
    qtbot.mouseMove(track, spot(track, 20))
    qtbot.waitUntil(
        lambda: not window.controller.workers.decode.is_pending("frame"), timeout=WAIT_MS
    )
    slow.set()
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot(track, 20))
    at_rest(qtbot, window, 20)


def test_a_held_key_shows_a_picture_for_every_repeat_however_slow_the_decoder_is(
    window, qtbot, slow
):
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, FRAMES - 1)
    slow.clear()
    seen = []
    for _ in range(20):
        press(qtbot, window, Qt.Key.Key_Left)
        qtbot.waitUntil(
            lambda: window.stage.canvas.picture.index == window.store.state.frame, timeout=WAIT_MS
        )
        seen.append(barcode_of(window.stage.canvas.picture.image))
    assert seen == list(range(FRAMES - 2, FRAMES - 22, -1))
    slow.set()
    at_rest(qtbot, window, FRAMES - 21)
    assert barcode_on_canvas(window) == FRAMES - 21


def has_beside(qtbot, window, *frames):
    found = window.controller._frames.has_beside
    qtbot.waitUntil(lambda: all(found(frame) for frame in frames), timeout=WAIT_MS)


def test_a_step_either_way_is_the_frame_itself_within_its_key_press(window, qtbot, slow):
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, FRAMES - 1)
    slow.clear()  # nothing that is asked for now is answered
    for key, frame in [(Qt.Key.Key_Left, FRAMES - 2), (Qt.Key.Key_Right, FRAMES - 1)] * 3:
        has_beside(qtbot, window, frame)
        press(qtbot, window, key)
        assert window.stage.canvas.picture.index == frame
        assert not window.stage.canvas.picture.is_preview
        assert barcode_on_canvas(window) == frame


def test_a_frame_that_comes_late_does_not_replace_the_one_asked_for_since(window, qtbot, slow):
    has_beside(qtbot, window, 1)
    late = Decoder.frame(window.controller.workers.decoder, window.store.state.clip, 0, Still())
    press(qtbot, window, Qt.Key.Key_Right)
    assert barcode_on_canvas(window) == 1
    window.controller._frames._on_result(late)
    window.controller.start()
    assert barcode_on_canvas(window) == 1


class Still:
    """A task that nobody stops."""

    def check(self):
        pass


def test_frames_painted_ahead_count_in_the_budget_and_go_with_their_video(window, qtbot):
    budget = window.controller.budget

    def held():
        return [use.count for use in budget.usage if use.name == "frames beside"]

    press(qtbot, window, Qt.Key.Key_Right)
    has_beside(qtbot, window, 0, 2)
    qtbot.waitUntil(lambda: held() == [2], timeout=WAIT_MS)
    window.controller.close_clip()
    qtbot.waitUntil(lambda: not held(), timeout=WAIT_MS)


def test_steps_are_answered_from_what_was_decoded_ahead(window, qtbot, monkeypatch):
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, FRAMES - 1)
    qtbot.waitUntil(
        lambda: not window.controller.workers.decode.is_pending("prefetch"), timeout=WAIT_MS
    )
    video = window.controller.workers.decoder.videos[0]
    monkeypatch.setattr(video._source, "walk", lambda *_: pytest.fail("it was not ready"))
    for _ in range(FRAMES - 1):
        press(qtbot, window, Qt.Key.Key_Left)
        at_rest(qtbot, window, window.store.state.frame)
        assert barcode_on_canvas(window) == window.store.state.frame
    assert window.store.state.frame == 0


def test_pressing_pauses_and_releasing_plays_on(window, qtbot):
    track = window.panels.timeline.track
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot(track, 20))
    assert not window.store.state.playing
    qtbot.mouseMove(track, spot(track, 30))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot(track, 30))
    assert window.store.state.playing
    qtbot.waitUntil(lambda: not window.store.state.playing, timeout=WAIT_MS)
    at_rest(qtbot, window, FRAMES - 1)


def frames_played(window, qtbot, key):
    frames = []
    window.store.changed.connect(lambda old, new: old.frame != new.frame and frames.append(new))
    press(qtbot, window, key)
    qtbot.waitUntil(lambda: not window.store.state.playing, timeout=WAIT_MS)
    return [state.frame for state in frames]


def test_every_frame_is_played_where_the_user_wants_that(window, qtbot, monkeypatch):
    plain = Decoder.frame

    def frame(self, path, index, task):
        time.sleep(0.05)  # slower than the video
        return plain(self, path, index, task)

    monkeypatch.setattr(Decoder, "frame", frame)
    monkeypatch.setattr(Decoder, "neighbours", lambda *_: ())  # nothing is painted ahead either
    press(qtbot, window, Qt.Key.Key_E)
    assert window.actions_table.by_id["playback.every_frame"].isChecked()
    assert frames_played(window, qtbot, Qt.Key.Key_Space) == list(range(1, FRAMES))
    press(qtbot, window, Qt.Key.Key_Home)
    press(qtbot, window, Qt.Key.Key_E)
    kept_time = frames_played(window, qtbot, Qt.Key.Key_Space)
    assert len(kept_time) < FRAMES - 1
    assert kept_time == sorted(kept_time)


def test_it_plays_backwards_to_the_first_frame(window, qtbot):
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, FRAMES - 1)
    played = frames_played(window, qtbot, Qt.Key.Key_J)
    assert played == sorted(played, reverse=True)
    at_rest(qtbot, window, 0)
    assert barcode_on_canvas(window) == 0


@pytest.mark.parametrize("view", ["single", "heads", "compare"])
def test_no_frame_is_posted_before_the_last_was_painted(window, qtbot, view):
    window.store.update(view=view)
    qtbot.waitUntil(lambda: window.stage.is_painted, timeout=WAIT_MS)
    stage = window.stage
    stage.setUpdatesEnabled(False)
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.store.state.frame > 0, timeout=WAIT_MS)
    here = window.store.state.frame
    at_rest(qtbot, window, here)
    qtbot.wait(150)
    assert window.store.state.frame == here
    stage.setUpdatesEnabled(True)
    qtbot.waitUntil(lambda: window.store.state.frame > here, timeout=WAIT_MS)
    press(qtbot, window, Qt.Key.Key_K)


def test_all_caches_keep_to_the_budget_and_a_closed_clip_gives_everything_back(window, qtbot):
    budget = window.controller.budget
    budget.resize(40 * 384 * 216)
    most = []
    for frame in (59, 3, 40, 20, 21, 22, 50, 0):
        window.controller.intents.go_to(frame)
        at_rest(qtbot, window, frame)
        most.append(budget.used_bytes)
    assert 0 < max(most) <= budget.limit_bytes
    press(qtbot, window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: budget.used_bytes == 0, timeout=WAIT_MS)


def test_the_status_line_says_what_the_caches_hold(window, qtbot):
    window._show_memory(3 << 30)
    status = window.status.memory
    limit = window.controller.budget.limit_bytes / 2**30
    assert status.text() == f"memory 0.0 of {limit:.1f} GB"
    assert "3.0 GB" in status.toolTip()


def test_the_pointer_on_the_timeline_shows_that_frame_and_its_time(window, qtbot):
    track = window.panels.timeline.track
    qtbot.mouseMove(track, spot(track, 30))
    assert track.hover_picture.isVisible()
    assert track.hover_picture.words == "frame 30 · 0:01.000"
    assert barcode_of(track.hover_picture._image) == 30
    track.hover_picture.grab()
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot(track, 30))
    assert not track.hover_picture.isVisible()
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot(track, 30))


def test_the_timeline_zooms_about_the_pointer_and_pans(window, qtbot):
    timeline = window.panels.timeline
    track, control = timeline.track, Qt.KeyboardModifier.ControlModifier
    assert not timeline.bar.isVisible()
    x = spot(track, 40).x()
    for _ in range(4):
        wheel(track, x, 1, control)
    assert track.frame_at(x) == 40
    assert not track.span.is_whole
    assert timeline.bar.isVisible()
    before = track.span.start
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, shift, QPoint(x, 40))
    qtbot.mouseMove(track, QPoint(x + 100, 40))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, shift, QPoint(x + 100, 40))
    assert track.span.start < before
    assert window.store.state.frame == 0, "panning does not scrub"
    timeline.bar.setValue(timeline.bar.maximum())
    assert round(track.span.stop) == FRAMES
    track.grab()
    window.actions_table.run("view.timeline_all")
    assert track.span.is_whole
    assert not timeline.bar.isVisible()


def test_a_zoomed_timeline_follows_the_playhead(window, qtbot):
    track = window.panels.timeline.track
    for _ in range(6):
        window.actions_table.run("view.timeline_in")
    press(qtbot, window, Qt.Key.Key_End)
    assert track.span.start <= FRAMES - 1 < track.span.stop
    press(qtbot, window, Qt.Key.Key_Home)
    assert track.span.start == 0
    window.actions_table.run("view.timeline_out")
    assert track.span.frames < FRAMES
