"""Loops, markers, and going to frames by keys and by words."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt

from app.commands import BY_ID
from app.controller.player import begin_of_loop
from app.panels.timeline.frame_field import frame_of
from app.panels.timeline.namer import MarkerNamer
from app.results import VideoInfo
from app.state.view_state import Loop, Marker, ViewState
from tests.app.conftest import WAIT_MS, delete_deferred
from tests.app.helpers import at_rest, barcode_on_canvas, messages, press

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def clip(boot, barcode_clip):
    """The window with a clip of 40 frames, and the keys on its stage."""
    window = boot(clip=barcode_clip)
    window.stage.canvas.setFocus()
    return window


def go(qtbot, window, text):
    press(qtbot, window, Key.Key_G)
    field = window.panels.timeline.field
    qtbot.waitUntil(field.hasFocus, timeout=WAIT_MS)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Key.Key_Return)


def loop_of(window):
    return window.store.state.loop


@pytest.mark.gui
def test_speed_keys_and_the_speed_label_agree(clip, qtbot):
    label = clip.panels.timeline._speed
    for key, playing, speed in (
        (Key.Key_Space, True, 1.0),
        (Key.Key_J, True, -1.0),
        (Key.Key_J, True, -2.0),
        (Key.Key_K, False, -2.0),
        (Key.Key_L, True, 1.0),
        (Key.Key_L, True, 2.0),
        (Key.Key_L, True, 4.0),
        (Key.Key_L, True, 8.0),
        (Key.Key_L, True, 8.0),
        (Key.Key_K, False, 8.0),
        (Key.Key_BracketLeft, False, 4.0),
        (Key.Key_BracketRight, False, 8.0),
        (Key.Key_Backspace, False, 1.0),
    ):
        press(qtbot, clip, key)
        state = clip.store.state
        assert (state.playing, state.speed) == (playing, speed), key
        assert label.text() == f"{speed:g}×"


@pytest.mark.gui
@pytest.mark.parametrize(
    ("text", "frame"),
    [("27", 27), ("99", 39), ("0:00.5", 15), ("0.5", 15), ("1s", 30), ("50%", 20), ("100%", 39)],
)
def test_g_takes_a_frame_a_time_or_a_share(clip, qtbot, text, frame):
    go(qtbot, clip, text)
    at_rest(qtbot, clip, frame)
    assert barcode_on_canvas(clip) == frame == clip.panels.timeline.field.value()
    assert clip.stage.canvas.hasFocus()


@pytest.mark.gui
def test_words_that_mean_no_frame_leave_it_as_it_is(clip, qtbot):
    go(qtbot, clip, "12")
    go(qtbot, clip, "1:2:3:4")
    assert clip.store.state.frame == 12


@pytest.mark.parametrize("text", ["", "x", "-3", "%", "1:2:3:4", "1.2.3"])
def test_words_that_mean_no_frame(text):
    assert frame_of(text, video_of(10)) is None


def test_hours_and_minutes_count():
    assert frame_of("1:01:00", video_of(4000, fps=1)) == 3660


@pytest.mark.gui
def test_in_and_out_points_are_looped_at_once_until_r_ends_it(clip, qtbot):
    go(qtbot, clip, "10")
    press(qtbot, clip, Key.Key_I)
    go(qtbot, clip, "20")
    press(qtbot, clip, Key.Key_O)
    assert loop_of(clip) == Loop("range", 10, 20)
    frames = []
    clip.store.changed.connect(lambda _, new: frames.append(new.frame))
    go(qtbot, clip, "35")
    frames.clear()
    press(qtbot, clip, Key.Key_Space)
    qtbot.waitUntil(lambda: frames.count(10) > 2, timeout=WAIT_MS)
    press(qtbot, clip, Key.Key_K)
    assert set(frames) <= set(range(10, 21))
    assert clip.store.state.loop.mode == "range"
    press(qtbot, clip, Key.Key_R)
    assert loop_of(clip).mode == "off"


@pytest.mark.gui
def test_a_loop_that_shows_every_frame_shows_each_in_turn(clip, qtbot):
    clip.store.update(loop=Loop("range", 3, 6), every_frame=True, speed=8.0, frame=3)
    frames = []
    clip.store.changed.connect(lambda _, new: frames.append(new.frame))
    press(qtbot, clip, Key.Key_Space)
    qtbot.waitUntil(lambda: frames.count(6) > 2, timeout=WAIT_MS)
    press(qtbot, clip, Key.Key_K)
    shown = [frame for frame, before in zip(frames[1:], frames, strict=False) if frame != before]
    assert all(b == (a + 1 if a < 6 else 3) for a, b in pairwise(shown))


@pytest.mark.gui
def test_home_and_end_keep_to_the_loop(clip, qtbot):
    clip.store.update(loop=Loop("range", 10, 20), frame=15)
    press(qtbot, clip, Key.Key_End)
    assert clip.store.state.frame == 20
    press(qtbot, clip, Key.Key_Home)
    assert clip.store.state.frame == 10
    clip.store.update(loop=Loop("all", 10, 20))
    press(qtbot, clip, Key.Key_Home)
    assert clip.store.state.frame == 0


@pytest.mark.gui
def test_a_loop_without_points_says_what_is_missing(clip, qtbot):
    press(qtbot, clip, Key.Key_R)
    press(qtbot, clip, Key.Key_R)
    assert loop_of(clip).mode == "off"
    assert "begins (I)" in messages(clip)


@pytest.mark.gui
def test_the_whole_video_is_looped_and_each_loop_can_be_cleared(clip, qtbot):
    press(qtbot, clip, Key.Key_R)
    press(qtbot, clip, Key.Key_End)
    frames = []
    clip.store.changed.connect(lambda _, new: frames.append(new.frame))
    press(qtbot, clip, Key.Key_Space)
    qtbot.waitUntil(lambda: 3 in frames, timeout=WAIT_MS)
    assert clip.store.state.playing
    press(qtbot, clip, Key.Key_K)
    clip.actions_table.run("playback.clear_loop")
    assert loop_of(clip) == Loop()
    clip.store.undo()
    assert loop_of(clip).mode == "all"


@pytest.mark.gui
def test_playing_backwards_from_the_first_frame_begins_at_the_end(clip, qtbot):
    clip.store.update(speed=-1.0)
    press(qtbot, clip, Key.Key_Space)
    assert clip.store.state.frame > 30
    press(qtbot, clip, Key.Key_K)


@pytest.mark.gui
def test_an_out_point_before_the_in_point_replaces_it(clip, qtbot):
    clip.store.update(loop=Loop("off", 10, 20), frame=5)
    press(qtbot, clip, Key.Key_O)
    assert loop_of(clip) == Loop("range", None, 5)
    clip.store.update(frame=30)
    press(qtbot, clip, Key.Key_I)
    assert loop_of(clip) == Loop("range", 30, None)


@pytest.mark.gui
def test_markers_are_set_found_and_removed_by_keys(clip, qtbot):
    for frame in ("30", "10"):
        go(qtbot, clip, frame)
        press(qtbot, clip, Key.Key_M)
    assert clip.store.state.markers == (Marker(10, "Marker 2"), Marker(30, "Marker 1"))
    press(qtbot, clip, Key.Key_M)
    assert len(clip.store.state.markers) == 2
    press(qtbot, clip, Key.Key_N)
    assert clip.store.state.frame == 30
    press(qtbot, clip, Key.Key_N)
    assert "No marker after this frame" in messages(clip)
    press(qtbot, clip, Key.Key_N, Shift)
    assert clip.store.state.frame == 10
    press(qtbot, clip, Key.Key_M, Shift)
    assert [m.frame for m in clip.store.state.markers] == [30]
    press(qtbot, clip, Key.Key_M, Shift)
    assert "Frame 10 has no marker" in messages(clip)
    clip.store.undo()
    assert [m.frame for m in clip.store.state.markers] == [10, 30]


@pytest.mark.gui
def test_another_clip_has_no_markers_and_no_loop_of_the_one_before(clip, qtbot, tmp_path):
    from tests.fixtures_video import write_barcode_clip

    clip.store.update(loop=Loop("range", 3, 9), markers=(Marker(4, "here"),))
    other = write_barcode_clip(tmp_path / "other.mp4", frames=12)
    clip.controller.open_video(other)
    qtbot.waitUntil(lambda: clip.store.state.clip == other, timeout=WAIT_MS)
    assert (clip.store.state.loop, clip.store.state.markers) == (Loop(), ())


def video_of(count, fps=30):
    import numpy as np

    return VideoInfo(None, count, fps, (4, 4), (4, 4), False, np.arange(count) / fps, ())


@pytest.mark.parametrize(
    ("loop", "speed", "seconds", "begin"),
    [
        (Loop("range", 3, 6), 1.0, 6.5, None),
        (Loop("range", 3, 6), 1.0, 7.0, 3),
        (Loop("range", 3, 6), 1.0, 1.0, 3),
        (Loop("range", 3, 6), -1.0, 2.9, 6),
        (Loop("all", 3, 6), 1.0, 9.9, None),
        (Loop("all", 3, 6), 1.0, 10.0, 0),
        (Loop("range", None, 4), -1.0, -0.1, 4),
        (Loop("range", 50, 60), 1.0, 9.5, None),
    ],
)
def test_a_loop_begins_anew_once_its_last_frame_has_had_its_time(loop, speed, seconds, begin):
    state = ViewState(loop=loop, speed=speed)
    assert begin_of_loop(video_of(10, fps=1), state, seconds) == begin


def in_marks(window, x):
    track = window.panels.timeline.track
    return QPoint(round(x), track.rows[0].height // 2)


def drag(qtbot, window, start, end):
    track = window.panels.timeline.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=in_marks(window, start))
    for x in (start + (end - start) / 3, end):
        qtbot.mouseMove(track, in_marks(window, x))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=in_marks(window, end))


@pytest.mark.gui
def test_the_ends_of_the_loop_are_dragged_and_one_undo_takes_it_back(clip, qtbot):
    clip.store.update(loop=Loop("range", 10, 20))
    span = clip.panels.timeline.track.span
    drag(qtbot, clip, span.x_of(21), span.x_of(30) + 1)
    assert loop_of(clip) == Loop("range", 10, 30)
    assert not clip.store.state.scrubbing
    drag(qtbot, clip, span.x_of(10), span.x_of(39))
    assert loop_of(clip) == Loop("range", 30, 30)
    clip.store.undo()
    assert loop_of(clip) == Loop("range", 10, 30)


@pytest.mark.gui
def test_a_marker_is_dragged_and_never_onto_another(clip, qtbot):
    clip.store.update(markers=(Marker(10, "a"), Marker(20, "b")))
    span = clip.panels.timeline.track.span
    drag(qtbot, clip, span.x_of(10.5), span.x_of(15.5))
    assert clip.store.state.markers == (Marker(15, "a"), Marker(20, "b"))
    at_rest(qtbot, clip, 15)
    drag(qtbot, clip, span.x_of(15.5), span.x_of(20.5))
    assert [m.frame for m in clip.store.state.markers][-1] == 20
    assert len({m.frame for m in clip.store.state.markers}) == 2


@pytest.mark.gui
def test_the_pointer_on_a_marker_names_it(clip, qtbot):
    clip.store.update(markers=(Marker(10, "take-off"),))
    track = clip.panels.timeline.track
    qtbot.mouseMove(track, in_marks(clip, track.x_of(10.5)))
    assert track.hover_picture.words.startswith("take-off · frame 10")


def name_marker(qtbot, window, text, key):
    (namer,) = window.panels.timeline.track.findChildren(MarkerNamer)
    qtbot.waitUntil(namer.hasFocus, timeout=WAIT_MS)
    qtbot.keyClicks(namer, text)
    qtbot.keyClick(namer, key)


@pytest.mark.gui
def test_a_marker_is_renamed_by_a_double_click_or_the_menu_and_esc_leaves_it(clip, qtbot):
    clip.store.update(markers=(Marker(10, "a"),), frame=10)
    track = clip.panels.timeline.track
    qtbot.mouseDClick(track, Qt.MouseButton.LeftButton, pos=in_marks(clip, track.x_of(10.5)))
    name_marker(qtbot, clip, "landing m", Key.Key_Return)
    assert clip.store.state.markers == (Marker(10, "landing m"),)
    delete_deferred()
    clip.actions_table.run("playback.rename_marker")
    name_marker(qtbot, clip, "other", Key.Key_Escape)
    assert clip.store.state.markers == (Marker(10, "landing m"),)
    assert track.hasFocus()


@pytest.mark.gui
def test_the_loop_and_markers_are_drawn_where_they_are(clip, qtbot):
    track = clip.panels.timeline.track
    plain = track.grab().toImage()
    clip.store.update(loop=Loop("range", 10, 20), markers=(Marker(30, "a"),))
    marked = track.grab().toImage()
    y = track.rows[0].height // 2

    def differs(frame):
        x = round(track.x_of(frame + 0.5))
        return plain.pixelColor(x, y) != marked.pixelColor(x, y)

    assert [frame for frame in range(40) if differs(frame)] == [*range(10, 21), 30]


@pytest.mark.gui
def test_loop_and_markers_come_back_with_the_session(boot, barcode_clip, tmp_path, qtbot):
    window = boot(clip=barcode_clip)
    window.store.update(loop=Loop("range", 10, 20), markers=(Marker(5, "start"),))
    context = window.sessions
    assert context._write(tmp_path / "marks.mvitlens")
    window.store.update(loop=Loop(), markers=())
    context.open(tmp_path / "marks.mvitlens")
    assert loop_of(window) == Loop("range", 10, 20)
    assert window.store.state.markers == (Marker(5, "start"),)


KEYS = {
    "playback.play": ("Space",),
    "playback.pause": ("K",),
    "playback.shuttle_back": ("J",),
    "playback.shuttle": ("L",),
    "playback.previous": ("Left", ","),
    "playback.next": ("Right", "."),
    "playback.previous_ten": ("Shift+Left",),
    "playback.next_ten": ("Shift+Right",),
    "playback.second_back": ("Ctrl+Left",),
    "playback.second_on": ("Ctrl+Right",),
    "playback.previous_sampled": ("Alt+Left",),
    "playback.next_sampled": ("Alt+Right",),
    "playback.previous_window": ("PgUp",),
    "playback.next_window": ("PgDown",),
    "playback.first": ("Home",),
    "playback.last": ("End",),
    "playback.go_to": ("G",),
    "playback.loop_in": ("I",),
    "playback.loop_out": ("O",),
    "playback.loop": ("R",),
    "playback.slower": ("[",),
    "playback.faster": ("]",),
    "playback.normal_speed": ("Backspace",),
    "playback.add_marker": ("M",),
    "playback.remove_marker": ("Shift+M",),
    "playback.next_marker": ("N",),
    "playback.previous_marker": ("Shift+N",),
    "attention.previous_layer": ("Up",),
    "attention.next_layer": ("Down",),
    "attention.previous_stage": ("Shift+Up",),
    "attention.next_stage": ("Shift+Down",),
    "attention.next_head": ("H",),
    "attention.previous_head": ("Shift+H",),
    "attention.mean_or_max": ("A",),
    **{f"attention.head_{n}": (str((n + 1) % 10),) for n in range(10)},
}


@pytest.mark.parametrize("command", KEYS)
def test_keys_of_time_layers_and_heads_are_those_of_the_specification(command):
    assert BY_ID[command].keys == KEYS[command]
    assert BY_ID[command].scope == "stage"


@pytest.mark.gui
def test_comma_and_point_step_as_the_arrows_do(clip, qtbot):
    press(qtbot, clip, Key.Key_Period)
    press(qtbot, clip, Key.Key_Period)
    press(qtbot, clip, Key.Key_Comma)
    at_rest(qtbot, clip, 1)


@pytest.mark.gui
def test_stages_and_heads_are_walked_through_by_keys(lens, qtbot):
    def now():
        return lens.controller.results.layer(
            lens.store.state.map.block
        ).block, lens.store.state.map.head

    seen = []
    for key, modifier in (
        (Key.Key_Up, Shift),
        (Key.Key_Up, Shift),
        (Key.Key_Up, Shift),
        (Key.Key_Down, Shift),
        (Key.Key_H, None),
        (Key.Key_H, None),
        (Key.Key_H, None),
        (Key.Key_H, Shift),
        (Key.Key_A, None),
        (Key.Key_A, None),
        (Key.Key_2, None),
        (Key.Key_0, None),
    ):
        press(qtbot, lens, key, modifier or Qt.KeyboardModifier.NoModifier)
        seen.append(now())
    assert seen == [
        (1, "mean"),
        (0, "mean"),
        (0, "mean"),
        (1, "mean"),
        (1, 0),
        (1, 1),
        (1, 0),
        (1, 1),
        (1, "mean"),
        (1, "max"),
        (1, 1),
        (1, 1),
    ]
    assert "there is no head 9" in messages(lens)
