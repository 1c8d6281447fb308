"""Playing, speed and loops by keys."""

import numpy as np
import pytest

from tests.app.acceptance.person import (
    CONTROL,
    Key,
    arrive,
    file_dialog_takes,
    go,
    keys,
    number_seen,
    number_written,
    pixels_of,
    strip_is_whole,
)
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui
FRAMES = 130
END_PX = 3
"""The line at each end of a band, with its soft edge."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("playing") / "clip.mp4"
    return write_barcode_clip(path, frames=FRAMES, size=(144, 96))


def sign(window):
    """The play button's picture, as pixels."""
    return window.panels.timeline.buttons["playback.play"].icon().pixmap(18).toImage()


def test_07_the_keys_of_playing_and_the_speed_label_agree(use, qtbot, clip):
    def act(window):
        label, still = window.panels.timeline._speed, sign(window)

        def after(key, speed, *, plays):
            keys(key)
            assert (label.text(), sign(window) != still) == (speed, plays), key

        after(Key.Key_Space, "1×", plays=True)
        after(Key.Key_Space, "1×", plays=False)
        go(qtbot, window, "60")
        after(Key.Key_J, "-1×", plays=True)
        after(Key.Key_J, "-2×", plays=True)
        after(Key.Key_K, "-2×", plays=False)
        after(Key.Key_L, "1×", plays=True)
        after(Key.Key_L, "2×", plays=True)
        after(Key.Key_K, "2×", plays=False)
        after(Key.Key_BracketLeft, "1.5×", plays=False)
        after(Key.Key_BracketRight, "2×", plays=False)
        after(Key.Key_Backspace, "1×", plays=False)
        keys(Key.Key_Home)
        arrive(qtbot, window, 0)
        keys(Key.Key_End)
        arrive(qtbot, window, FRAMES - 1)
        go(qtbot, window, "120")
        arrive(qtbot, window, 120)

    assert use(act, clip) == 0


def frames_shown(qtbot, window, passes):
    """The frames that playing showed until it came to frame 40 so many times."""
    shown = []
    told = window.store.changed.connect(
        lambda old, new: old.frame != new.frame and shown.append(new.frame)
    )
    keys(Key.Key_Space)
    qtbot.waitUntil(lambda: shown.count(40) >= passes, timeout=WAIT_MS)
    keys(Key.Key_K)
    window.store.changed.disconnect(told)
    arrive(qtbot, window, number_written(window))
    return shown


def test_08_a_loop_plays_its_part_shows_its_band_and_survives_a_session(use, qtbot, clip, tmp_path):
    session, seen = tmp_path / "kept.mvitlens", {}

    def band(window):
        """The timeline, once all its small pictures are painted: a few at a time are."""
        track, grabbed = window.panels.timeline.track, []

        def is_whole():
            grabbed[:] = [pixels_of(track.grab().toImage())]
            return not track._later.isActive()

        qtbot.waitUntil(is_whole, timeout=WAIT_MS)
        return grabbed[0]

    def set_it(window):
        qtbot.waitUntil(lambda: strip_is_whole(window), timeout=WAIT_MS)
        keys(Key.Key_BracketRight, Key.Key_BracketRight)
        go(qtbot, window, "100")
        arrive(qtbot, window, 100)
        before = band(window)
        for frame, key in (("40", Key.Key_I), ("80", Key.Key_O)):
            go(qtbot, window, frame)
            arrive(qtbot, window, int(frame))
            keys(key)
        go(qtbot, window, "100")
        arrive(qtbot, window, 100)
        seen["plain"], seen["band"] = before, band(window)
        differ, track = (seen["band"] != before).any(axis=2), window.panels.timeline.track
        first, last = track.x_of(40), track.x_of(81)
        changed = np.flatnonzero(differ.any(axis=0))
        assert (changed[0], changed[-1]) == pytest.approx((first, last), abs=END_PX)
        inside = differ[:, round(first + END_PX) : round(last - END_PX)]
        assert inside.all(axis=1).any(), "a row has a band from 40 to 80"
        assert not inside.any(axis=1).all(), "and others have none"
        assert window.panels.timeline._loop.text() == "loop range"
        go(qtbot, window, "70")
        assert set(frames_shown(qtbot, window, 2)) <= set(range(40, 81))
        with file_dialog_takes(session):
            keys((Key.Key_S, CONTROL))
        assert "Session saved" in messages(window)

    def find_it(window):
        qtbot.waitUntil(lambda: strip_is_whole(window), timeout=WAIT_MS)
        go(qtbot, window, "100")
        arrive(qtbot, window, 100)
        assert np.array_equal(band(window), seen["band"])
        go(qtbot, window, "75")
        assert set(frames_shown(qtbot, window, 1)) <= set(range(40, 81))
        keys(Key.Key_Home)
        arrive(qtbot, window, 40)
        assert number_seen(window) == 40

    assert use(set_it, clip) == 0
    assert use(find_it, "--session", session) == 0
