"""Going through a video: keys, the playhead, playing, and frames that cannot be read."""

from fractions import Fraction

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import at_rest, barcode_on_canvas, press
from tests.fixtures_video import blank_packet, write_barcode_clip

pytestmark = pytest.mark.gui


def test_step_keys_show_the_frame_that_the_field_names(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.stage.canvas.setFocus()
    for _ in range(25):
        press(qtbot, window, Qt.Key.Key_Right)
    for _ in range(10):
        press(qtbot, window, Qt.Key.Key_Left)
    at_rest(qtbot, window, 15)
    assert barcode_on_canvas(window) == 15 == window.panels.timeline.field.value()


def test_jumps_go_where_they_say(lens, qtbot):
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    shift = Qt.KeyboardModifier.ShiftModifier
    sampled = [f for w in lens.controller.results.windows for f in w.frame_indices]
    for key, modifier, frame in (
        (Qt.Key.Key_End, None, 39),
        (Qt.Key.Key_Home, None, 0),
        (Qt.Key.Key_Right, shift, 10),
        (Qt.Key.Key_Right, control, 39),
        (Qt.Key.Key_Left, control, 9),
        (Qt.Key.Key_Right, alt, min(f for f in sampled if f > 9)),
        (Qt.Key.Key_PageDown, None, lens.controller.results.windows[1].start),
        (Qt.Key.Key_PageUp, None, 0),
        (Qt.Key.Key_PageUp, None, 0),
    ):
        press(qtbot, lens, key, modifier or Qt.KeyboardModifier.NoModifier)
        assert lens.store.state.frame == frame, f"{key} led to {lens.store.state.frame}"
    settle(qtbot, lens)
    assert barcode_on_canvas(lens) == 0


def test_g_goes_to_the_frame_that_is_typed_and_gives_the_keys_back(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_G)
    field = lens.panels.timeline.field
    qtbot.waitUntil(field.hasFocus, timeout=WAIT_MS)
    qtbot.keyClicks(field, "27")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    at_rest(qtbot, lens, 27)
    assert barcode_on_canvas(lens) == 27
    assert lens.stage.canvas.hasFocus()


def test_scrubbing_follows_the_pointer_and_ends_on_the_exact_frame(lens, qtbot):
    track = lens.panels.timeline.track
    y = track.height() - 12

    def spot(frame):
        return QPoint(round((track.x_of(frame) + track.x_of(frame + 1)) / 2), y)

    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot(5))
    assert lens.store.state.scrubbing
    for frame in (30, 8, 22, 36):
        qtbot.mouseMove(track, spot(frame))
        qtbot.wait(5)
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot(36))
    settle(qtbot, lens)
    assert lens.store.state.frame == 36 == barcode_on_canvas(lens)
    assert not lens.store.state.scrubbing
    assert lens.controller.results.shown.result.request.window.index == 2


def test_nothing_is_run_while_the_playhead_is_held(lens, qtbot):
    track = lens.panels.timeline.track
    spot = QPoint(round((track.x_of(25) + track.x_of(26)) / 2), track.height() - 12)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot)
    at_rest(qtbot, lens, 25)
    qtbot.wait(50)
    assert lens.controller.results.shown.result.request.window.index == 0
    assert any("Map of window 1" in badge for badge in lens.stage.header.remarks)
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot)
    settle(qtbot, lens)


def test_space_plays_to_the_end_and_stops(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Space)
    assert lens.store.state.playing
    qtbot.waitUntil(lambda: not lens.store.state.playing, timeout=WAIT_MS)
    at_rest(qtbot, lens, 39)
    assert barcode_on_canvas(lens) == 39


def test_shuttle_pause_and_speed(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_L)
    press(qtbot, lens, Qt.Key.Key_L)
    assert (lens.store.state.playing, lens.store.state.speed) == (True, 2.0)
    press(qtbot, lens, Qt.Key.Key_K)
    assert not lens.store.state.playing
    press(qtbot, lens, Qt.Key.Key_Backspace)
    press(qtbot, lens, Qt.Key.Key_BracketLeft)
    assert lens.store.state.speed == 0.5
    assert lens.panels.timeline._speed.text() == "0.5×"


def test_a_variable_rate_has_a_badge(boot, tmp_path):
    times = [Fraction(n, 30) + (Fraction(1, 4) if n > 5 else 0) for n in range(12)]
    window = boot(clip=write_barcode_clip(tmp_path / "vfr.mkv", frames=12, pts_seconds=times))
    assert window.panels.timeline._badge.isVisible()


def test_an_unreadable_frame_has_a_placeholder_and_the_rest_goes_on(boot, qtbot, tmp_path):
    clip = write_barcode_clip(tmp_path / "hole.mp4", frames=24, gop=1, b_frames=0)
    blank_packet(clip, 3)
    window = boot(clip=clip)
    window.stage.canvas.setFocus()
    problems = {}
    for frame in range(1, 6):
        press(qtbot, window, Qt.Key.Key_Right)
        at_rest(qtbot, window, frame)
        problems[frame] = window.stage.canvas.picture.problem
    assert "frame 3" in problems[3]
    assert not problems[2]
    assert not problems[5]
    window.grab()  # the placeholder paints


def test_stepping_within_a_window_never_shows_the_map_of_another_time(lens, qtbot):
    times = lens.controller.results.shown.heatmap.shape[0]
    qtbot.waitUntil(lambda: lens.controller._colours.kept == times, timeout=WAIT_MS)
    window = lens.controller.results.windows[0]
    for _ in range(window.stop - 1):
        press(qtbot, lens, Qt.Key.Key_Right)
        at_rest(qtbot, lens, lens.store.state.frame)
        results = lens.controller.results
        assert results.heat.key.token_time == results.shown.heatmap.token_time(
            results.picture.index
        )


def test_the_side_buttons_of_a_mouse_go_back_and_forward(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_End)
    settle(qtbot, lens)
    canvas = lens.stage.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.BackButton)
    assert lens.store.state.frame == 0
    qtbot.mouseClick(canvas, Qt.MouseButton.ForwardButton)
    settle(qtbot, lens)
    assert barcode_on_canvas(lens) == 39
