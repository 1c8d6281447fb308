"""Windows of the model on the timeline: their states, strides, a window centred, run then play."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QInputDialog

from app.panels.timeline.scene import Row, Scene, row_at, share_room
from app.panels.timeline.span import Span
from app.panels.timeline.windows import Windows, lanes_of, state_words
from app.results import TaskKey, WindowStates
from app.state.view_state import Loop
from app.workers.export import job_for
from mvit_core.pipeline import Explainer
from mvit_core.video.clip import ClipSpec, Tiling, clip_windows
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import dialog_of, press

gui = pytest.mark.gui
SHIFT = Qt.KeyboardModifier.ShiftModifier
STATES = ("not_run", "waiting", "running", "run", "stopped", "failed", "other")


def states(window):
    return window.controller.results.window_states.states


def in_windows(window, frame):
    """A place on the row of windows."""
    track = window.panels.timeline.track
    top = track.rows[0].height
    return QPoint(round(track.x_of(frame + 0.5)), top + 6)


# -- the row -------------------------------------------------------------------------------------


def scene_of(windows, states=(), count=64):
    class Video:
        frame_count = count

    return Scene(
        Video, Span(count, 0, 640.0), windows, None, None, Loop(), (), None,
        WindowStates(states, 0.4, "6/16"), 1.0, lambda: None,
    )  # fmt: skip


def painted(state):
    """The bar of one window in a state, in grey."""
    windows = clip_windows(64, 30.0, ClipSpec(frames=4, rate=16))
    row, scene = Windows(), scene_of(windows, (state,))
    row.follow(scene)
    image = QImage(QSize(640, row.height), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    row.paint(painter, QRectF(0, 0, 640, row.height), scene)
    painter.end()
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), -1)
    return pixels[:, :200].astype(int)  # without the words, which stand in the middle


def test_no_two_states_look_the_same_in_grey(qapp):
    pictures = {state: painted(state) for state in STATES}
    for one in STATES:
        for other in STATES:
            if one != other:
                differing = np.abs(pictures[one] - pictures[other]) > 12
                assert differing.sum() > 40, (one, other)


def test_every_state_has_words_of_its_own():
    words = {state_words(state, "6/16") for state in STATES}
    assert len(words) == len(STATES)
    assert "running 6/16" in words


@pytest.mark.parametrize(("stride", "lanes"), [("whole", 1), ("half", 2), ("quarter", 2), (1, 2)])
def test_windows_that_overlap_have_two_lanes(stride, lanes):
    windows = clip_windows(64, 30.0, ClipSpec(frames=4, rate=4), Tiling(stride))
    assert lanes_of(windows) == lanes
    row = Windows()
    row.follow(scene_of(windows))
    assert row.height == 14 * lanes


def test_a_last_window_that_reaches_back_needs_no_second_lane():
    assert lanes_of(clip_windows(70, 30.0, ClipSpec(frames=4, rate=4))) == 1


class Fixed(Row):
    height = 20


class Growing(Row):
    height, grows, least = 30, 1, 12


def test_rows_that_grow_share_the_room_and_others_keep_theirs():
    rows = (Fixed(), Growing(), Growing())
    share_room(rows, 120)
    assert [row.height for row in rows] == [20, 50, 50]
    assert row_at(rows, 69) is rows[1]
    assert row_at(rows, 121) is None
    small = (Fixed(), Growing(), Growing())
    share_room(small, 10)
    assert [row.height for row in small] == [20, 12, 12]


@gui
def test_rows_grow_and_shrink_with_the_dock_and_the_transport_stays_alone(lens, qtbot):
    panel = lens.panels.timeline
    dock, track = lens.docks.by_name["timeline"], panel.track
    heights = [sum(row.height for row in track.rows)]
    for px in (320, 130):
        lens.resizeDocks([dock], [px], Qt.Orientation.Vertical)
        qtbot.waitUntil(lambda px=px: abs(dock.height() - px) < 6, timeout=WAIT_MS)
        heights.append(sum(row.height for row in track.rows))
        assert heights[-1] <= track.height()
    assert heights[1] > heights[0] + 100 > heights[2]
    lens.resizeDocks([dock], [44], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: not panel.body.isVisible(), timeout=WAIT_MS)
    assert panel.field.isVisible()


# -- states --------------------------------------------------------------------------------------


@gui
def test_a_window_is_run_once_it_was_and_a_double_click_runs_another(lens, qtbot):
    assert states(lens) == ("run", "not_run", "not_run")
    lens.preferences.update(auto_run=False)
    track = lens.panels.timeline.track
    qtbot.mouseMove(track, in_windows(lens, 20))
    assert track.hover_picture.words.startswith("window 2: not run")
    qtbot.mouseDClick(track, Qt.MouseButton.LeftButton, pos=in_windows(lens, 20))
    settle(qtbot, lens)
    assert lens.store.state.frame == 20
    assert states(lens) == ("run", "run", "not_run")


@gui
def test_a_run_of_the_whole_clip_marks_what_it_will_come_to(lens, qtbot):
    seen = set()
    lens.controller.follow(lambda _, new: seen.add(new.results.window_states.states))
    lens.actions_table.run("attention.series")
    qtbot.waitUntil(lambda: states(lens) == ("run", "run", "run"), timeout=WAIT_MS)
    assert ("run", "running", "waiting") in seen


@gui
def test_a_run_that_is_stopped_or_fails_says_so(lens, qtbot, monkeypatch):
    def fail(self, *_, **__):
        from mvit_core.errors import ClipError

        raise ClipError("no such frames")

    monkeypatch.setattr(Explainer, "capture", fail)
    lens.controller.intents.go_to(20)
    qtbot.waitUntil(lambda: states(lens)[1] == "failed", timeout=WAIT_MS)
    assert states(lens)[2] == "not_run"


@gui
def test_a_window_that_was_fed_otherwise_is_hatched(lens, qtbot):
    lens.preferences.update(auto_run=False)
    spec = lens.controller.results.model.clip_spec
    lens.controller.intents.preprocess(replace(spec, short_side=48))
    qtbot.waitUntil(lambda: states(lens)[0] == "other", timeout=WAIT_MS)


# -- strides -------------------------------------------------------------------------------------


@gui
def test_a_stride_is_chosen_on_the_transport_and_what_was_run_stays_run(lens, qtbot):
    button = lens.panels.timeline.stride
    half = next(a for a in button.menu().actions() if a.data() == "half")
    half.trigger()
    settle(qtbot, lens)
    windows = lens.controller.results.windows
    assert len(windows) > 3
    assert "half" in button.text()
    assert states(lens)[0] == "run"
    assert lens.panels.timeline.track.rows[1].height == 28
    lens.actions_table.run("attention.series")
    qtbot.waitUntil(lambda: set(states(lens)) == {"run"}, timeout=WAIT_MS)
    assert len(lens.controller.results.series.lines[0].values) == len(windows)
    lens.store.undo()
    assert lens.store.state.tiling == Tiling()
    assert set(states(lens)) == {"run"}


@gui
def test_the_same_frames_in_another_place_are_asked_for_as_the_window_of_that_place(lens, qtbot):
    before = lens.controller.results.windows[1]
    lens.controller.intents.go_to((before.start + before.stop) // 2)
    settle(qtbot, lens)
    lens.controller.intents.windows.stride("half")
    results = lens.controller.results
    now = results.window(lens.store.state.frame)
    assert now == before, "the same frames"
    assert now.index != before.index
    assert results.request.window.index == now.index


@gui
def test_exports_follow_the_stride(lens, tmp_path):
    lens.controller.intents.windows.stride(4)
    job = job_for(lens.store.state, lens.controller.results, tmp_path)
    assert job.request.tiling == Tiling(4)


@gui
def test_a_stride_in_frames_is_asked_for(lens, qtbot):
    lens.actions_table.run("playback.stride_frames")
    dialog = dialog_of(QInputDialog)
    dialog.setIntValue(5)
    dialog.accept()
    assert lens.store.state.tiling.stride == 5
    assert "5 frames" in lens.panels.timeline.stride.text()
    assert lens.actions_table.by_id["playback.stride_frames"].isChecked()


@gui
def test_a_stride_comes_back_with_the_session(lens, boot, qtbot, tmp_path):
    lens.controller.intents.windows.stride("quarter")
    lens.sessions._write(tmp_path / "kept.mvitlens")
    lens.close()
    again = boot(session=tmp_path / "kept.mvitlens")
    qtbot.waitUntil(lambda: again.sessions.path is not None, timeout=WAIT_MS)
    assert again.store.state.tiling == Tiling("quarter")


@gui
def test_shift_i_centres_a_window_and_takes_it_away_again(lens, qtbot):
    lens.controller.intents.go_to(15)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_I, SHIFT)
    settle(qtbot, lens)
    results = lens.controller.results
    mine = results.window(15)
    assert len(results.windows) == 4
    assert (mine.frame_indices[0] + mine.frame_indices[-1]) / 2 == pytest.approx(15, abs=1)
    assert results.shown.result.request.window == mine
    assert lens.actions_table.by_id["playback.centre_window"].isChecked()
    press(qtbot, lens, Qt.Key.Key_I, SHIFT)
    assert len(lens.controller.results.windows) == 3


@gui
def test_a_centred_window_goes_with_its_clip(lens, qtbot):
    lens.controller.intents.windows.centre()
    assert lens.store.state.tiling.centre == 0
    lens.store.update(clip=None)
    lens.controller.open_video(lens.controller.results.video.path)
    qtbot.waitUntil(lambda: lens.store.state.tiling.centre is None, timeout=WAIT_MS)


# -- run, then play ------------------------------------------------------------------------------


@gui
def test_shift_space_runs_what_play_comes_to_and_then_plays_no_stale_frame(lens, qtbot):
    stale, played = [], []

    def look(_, new):
        if new.state.playing:
            window = new.results.window(new.state.frame)
            played.append(window.index)
            if new.results.shown.result.request.window != window:
                stale.append(new.state.frame)

    lens.controller.follow(look)
    lens.store.update(every_frame=True)  # a slow machine would leave windows out
    press(qtbot, lens, Qt.Key.Key_Space, SHIFT)
    qtbot.waitUntil(lambda: set(played) == {0, 1, 2}, timeout=WAIT_MS)
    assert stale == []
    assert states(lens) == ("run", "run", "run")


@gui
def test_while_play_waits_it_says_how_long_and_again_plays_now(lens, qtbot, monkeypatch):
    monkeypatch.setattr("app.controller.survey.ClipSurvey.seconds", lambda *_: 60.0)
    press(qtbot, lens, Qt.Key.Key_Space, SHIFT)
    wait = lens.panels.timeline._wait
    assert wait.isVisible()
    assert wait.text().startswith("plays in ")
    assert not lens.store.state.playing
    press(qtbot, lens, Qt.Key.Key_Space, SHIFT)
    assert lens.store.state.playing
    assert not wait.isVisible()
    press(qtbot, lens, Qt.Key.Key_Space, SHIFT)
    assert not lens.store.state.playing


@gui
def test_play_that_waits_is_cancelled_like_any_job(lens, qtbot, monkeypatch):
    monkeypatch.setattr("app.controller.survey.ClipSurvey.seconds", lambda *_: 60.0)
    press(qtbot, lens, Qt.Key.Key_Space, SHIFT)
    lens.controller.cancel(TaskKey.PLAY_AHEAD)
    assert lens.controller.results.play_wait is None
    assert not lens.store.state.playing


@gui
def test_another_map_ends_the_wait(lens, qtbot, monkeypatch):
    monkeypatch.setattr("app.controller.survey.ClipSurvey.seconds", lambda *_: 60.0)
    press(qtbot, lens, Qt.Key.Key_Space, SHIFT)
    assert lens.controller.results.play_wait is not None
    press(qtbot, lens, Qt.Key.Key_Up)
    assert lens.controller.results.play_wait is None
