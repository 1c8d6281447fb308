"""ui2.md 10: windows told apart in grey, playing what was run, heat on any ground."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mvit_core.errors import ClipError
from mvit_core.pipeline import Explainer
from tests.app.acceptance.person import (
    CONTROL,
    LEFT,
    SHIFT,
    Key,
    both_looks,
    click,
    dismiss_messages,
    frame_seen,
    keys,
    pixels_of,
    rest,
)
from tests.app.conftest import WAIT_MS
from tests.app.test_heat import plain_clip
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui

__all__ = ["plain_clip"]


LANE = 14
"""Height of a lane of windows, px."""


def take_in_menu(button, data):
    """Click a button, and what its menu says for some data."""

    def look():
        menu = QApplication.activePopupWidget()
        action = next(a for a in menu.actions() if a.data() == data)
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())

    QTimer.singleShot(50, look)
    click(button)


def place_of(window, index):
    """Where the bar of a window of the model lies on the timeline, at half a window's stride."""
    track, here = window.panels.timeline.track, window.controller.results.windows[index]
    top = track.rows[0].height + LANE * (index % 2)
    return QPoint(round(track.x_of((here.start + here.stop) / 2)), top + LANE // 2)


def bar_of(window, index):
    """The bar of a window of the model as it is on screen, in grey, its number left out."""
    track, windows = window.panels.timeline.track, window.controller.results.windows
    before, after = windows[index - 1], windows[index + 1]
    edges = [track.x_of((each.start + each.stop) / 2) for each in (before, after)]
    ratio, middle = track.devicePixelRatioF(), place_of(window, index).y()
    grey = pixels_of(track.grab().toImage()).mean(axis=-1).astype(np.float32)
    left, right = (round(edge * ratio) for edge in edges)
    rows = slice(round((middle - LANE // 2) * ratio), round((middle + LANE // 2) * ratio))
    bar = cv2.resize(grey[rows, left:right], (100, LANE))
    bar[:, 30:70] = 0
    return bar


def states(window):
    return window.controller.results.window_states.states


@both_looks
def test_15_at_half_a_stride_runs_stopped_and_failed_are_told_apart_in_grey(
    use, qtbot, looks, gate, tmp_path, toy_checkpoint, monkeypatch
):
    clip = write_barcode_clip(tmp_path / "long.mp4", frames=100)
    plain = Explainer.capture

    def capture(self, video, window, *args, **kwargs):
        if window.index == 5:
            raise ClipError("no such frames")
        return plain(self, video, window, *args, **kwargs)

    def run(window, index):
        QTest.mouseDClick(window.panels.timeline.track, LEFT, pos=place_of(window, index))

    def act(window):
        track = window.panels.timeline.track
        take_in_menu(window.panels.timeline.stride, "half")
        qtbot.waitUntil(lambda: track.rows[1].height == 2 * LANE, timeout=WAIT_MS)
        window.activateWindow()  # as a window manager does when a menu has gone
        window.stage.canvas.setFocus()
        rest(qtbot, window)
        monkeypatch.setattr(Explainer, "capture", capture)
        window.preferences.update(auto_run=False)
        gate.clear()
        run(window, 3)
        qtbot.waitUntil(lambda: states(window)[3] == "running", timeout=WAIT_MS)
        keys((Key.Key_Period, CONTROL))
        qtbot.waitUntil(lambda: states(window)[3] == "stopped", timeout=WAIT_MS)
        gate.set()
        run(window, 1)
        qtbot.waitUntil(lambda: states(window)[1] == "run", timeout=WAIT_MS)
        run(window, 5)
        qtbot.waitUntil(lambda: states(window)[5] == "failed", timeout=WAIT_MS)
        keys(Key.Key_Home)
        rest(qtbot, window)
        wanted = {1: "run", 2: "not_run", 3: "stopped", 5: "failed"}
        assert {index: states(window)[index] for index in wanted} == wanted
        bars = [bar_of(window, index) for index in wanted]
        for place, one in enumerate(bars):
            for other in bars[place + 1 :]:
                assert (np.abs(one - other) > 8).sum() > 20

    assert use(act, clip, "--checkpoint", toy_checkpoint) == 0


@both_looks
def test_16_shift_space_on_a_clip_that_was_not_run_plays_no_stale_frame(
    use, qtbot, looks, barcode_clip, toy_checkpoint
):
    stale, played = [], set()

    def look(_, new):
        if new.state.playing:
            window = new.results.window(new.state.frame)
            played.add(window.index)
            if new.results.shown.result.request.window != window:
                stale.append(new.state.frame)

    def act(window):
        window.store.update(every_frame=True)  # a slow machine would leave windows out
        assert "not_run" in states(window)
        window.controller.follow(look)
        keys((Key.Key_Space, SHIFT))
        qtbot.waitUntil(lambda: played == {0, 1, 2}, timeout=WAIT_MS)
        keys(Key.Key_Space)
        assert stale == []
        assert set(states(window)) == {"run"}

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


@both_looks
@pytest.mark.parametrize("plain_clip", ["black", "white", "noise"], indirect=True)
def test_19_t_takes_the_heat_away_and_where_there_is_none_the_frame_is_bare(
    use, qtbot, looks, plain_clip, toy_checkpoint
):
    def act(window):
        dismiss_messages(window)
        window.actions_table.run("view.coverage")
        rest(qtbot, window)
        with_heat = frame_seen(window).astype(int)
        alpha = window.controller.results.heat.image
        keys(Key.Key_T)
        rest(qtbot, window)
        bare = frame_seen(window).astype(int)
        keys(Key.Key_T)
        height, width = bare.shape[:2]
        opacity = np.array(
            [[alpha.pixelColor(x, y).alpha() for x in range(128)] for y in range(96)], np.float32
        )
        opacity = cv2.resize(opacity, (width, height), interpolation=cv2.INTER_NEAREST)
        edge = round(0.03 * height)  # the focus ring, and pixels of the screen between two of it
        inner = (slice(edge, -edge), slice(edge, -edge))
        changed = np.abs(with_heat - bare).max(axis=-1)[inner]
        none = cv2.dilate(opacity, np.ones((9, 9)))[inner] == 0
        assert changed[none].max(initial=0) == 0
        y, x = np.unravel_index(opacity[inner].argmax(), changed.shape)
        around = changed[max(y - 8, 0) : y + 9, max(x - 8, 0) : x + 9]  # one pixel may be alike
        assert around.max() > 40

    assert use(act, plain_clip, "--checkpoint", toy_checkpoint) == 0
