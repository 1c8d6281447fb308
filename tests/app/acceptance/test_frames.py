"""The frame that is named is the frame that is seen, however one gets there."""

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.app.acceptance.person import (
    LEFT,
    Key,
    arrive,
    frame_seen,
    go,
    keys,
    number_seen,
    number_written,
    strip_is_whole,
    track_spot,
)
from tests.app.conftest import WAIT_MS
from tests.fixtures_video import read_barcode, write_barcode_clip

pytestmark = pytest.mark.gui

FRAMES = 260
UNEVEN = [0.0, *(0.04 * n + (0.013 if n % 3 else 0.0) for n in range(1, 30))]

KINDS = {
    "keyframes-only": {"gop": 1, "b_frames": 0},
    "b-frames": {"b_frames": 3},
    "variable-rate": {"pts_seconds": UNEVEN},
    "rotated": {"rotation": 90},
    "upside-down": {"rotation": 180},
    "gop-250": {"gop": 250, "b_frames": 2},
}
TURNS = {"rotated": 1, "upside-down": 2}
"""Quarters clockwise by which a person sees the barcode turned."""


@pytest.mark.parametrize("kind", KINDS)
def test_04_after_25_steps_on_and_10_back_picture_and_field_say_15(use, qtbot, tmp_path, kind):
    clip = write_barcode_clip(tmp_path / "clip.mp4", frames=30, **KINDS[kind])
    turns, seen = TURNS.get(kind, 0), []

    def act(window):
        for key, times, by in ((Key.Key_Right, 25, 1), (Key.Key_Left, 10, -1)):
            for _ in range(times):
                before = number_written(window)
                keys(key)
                arrive(qtbot, window, before + by, turns)
        seen.append((number_seen(window, turns), number_written(window)))

    assert use(act, clip) == 0
    assert seen == [(15, 15)]


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory):
    """One keyframe, and more frames than a person would step through."""
    path = tmp_path_factory.mktemp("frames") / "long.mp4"
    return write_barcode_clip(path, frames=FRAMES, size=(384, 216), gop=250, b_frames=3)


def test_05_a_held_key_changes_the_picture_at_every_repeat_and_ends_on_the_exact_frame(
    use, qtbot, long_clip
):
    def act(window):
        qtbot.waitUntil(lambda: strip_is_whole(window), timeout=WAIT_MS)
        go(qtbot, window, "250")
        arrive(qtbot, window, 250)
        canvas, seen = window.stage.canvas, []
        for _ in range(90):
            QTest.keyPress(canvas, Key.Key_Left)
            qtbot.waitUntil(lambda: canvas.picture.index == number_written(window), timeout=WAIT_MS)
            seen.append(number_seen(window))
        QTest.keyRelease(canvas, Key.Key_Left)
        assert seen == list(range(249, 159, -1))
        arrive(qtbot, window, 160)

    assert use(act, long_clip) == 0


def test_06_dragging_the_playhead_pauses_follows_and_plays_on(use, qtbot, long_clip):
    chance = random.Random(6)

    def act(window):
        qtbot.waitUntil(lambda: strip_is_whole(window), timeout=WAIT_MS)
        track, canvas = window.panels.timeline.track, window.stage.canvas
        keys(Key.Key_Space)
        qtbot.waitUntil(lambda: number_written(window) > 3, timeout=WAIT_MS)
        QTest.mousePress(track, LEFT, pos=track_spot(window, 100))
        assert not window.store.state.playing
        for _ in range(120):
            frame = chance.randrange(FRAMES)
            spot = track_spot(window, frame)
            QTest.mouseMove(track, spot)
            assert canvas.picture.index == number_written(window) == track.frame_at(spot.x())
            assert number_seen(window) == canvas.picture.index
        QTest.mouseMove(track, track_spot(window, 60))
        QTest.mouseRelease(track, LEFT, Qt.KeyboardModifier.NoModifier, track_spot(window, 60))
        assert window.store.state.playing
        qtbot.waitUntil(lambda: number_written(window) > 62, timeout=WAIT_MS)
        keys(Key.Key_K)
        arrive(qtbot, window, number_written(window))
        assert read_barcode(canvas.picture.pixels) == read_barcode(frame_seen(window))

    assert use(act, long_clip) == 0
