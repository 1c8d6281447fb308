"""Long use in short: nothing grows, nothing is complained of, and the end is clean."""

import random
import sys

import pytest
from PySide6.QtTest import QTest

from app.window.housekeeping import resident_bytes
from mvit_core.pipeline import Explainer
from tests.app.acceptance.person import CONTROL, LEFT, Key, focus, keys, rest, track_spot
from tests.app.conftest import WAIT_MS
from tests.app.helpers import drop
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui
CLIPS, MOST_MB = 20, 100


@pytest.mark.skipif(sys.platform != "linux", reason="reads memory as Linux tells it")
def test_25_twenty_clips_scrubbed_do_not_grow_and_it_ends_with_a_job_running(
    use, qtbot, tmp_path, toy_checkpoint, monkeypatch
):
    clips = [
        write_barcode_clip(tmp_path / f"{n}.mp4", frames=40, size=(384, 216), gop=250)
        for n in range(3)
    ]
    chance, after, plain = random.Random(25), [], Explainer.capture

    def act(window):
        window.preferences.update(cache_gigabytes=1)
        assert window.controller.budget.limit_bytes == 1 << 30
        track = window.panels.timeline.track
        for turn in range(CLIPS):
            drop(window, clips[turn % 2])
            name = clips[turn % 2].name
            qtbot.waitUntil(lambda name=name: name in window.windowTitle(), timeout=WAIT_MS)
            rest(qtbot, window)
            spot = track_spot(window, 5)
            QTest.mousePress(track, LEFT, pos=spot)
            for _ in range(30):
                spot = track_spot(window, chance.randrange(40))
                QTest.mouseMove(track, spot)
            QTest.mouseRelease(track, LEFT, pos=spot)
            rest(qtbot, window)
            after.append(resident_bytes() / 2**20)
            if turn < CLIPS - 1:
                focus()
                keys((Key.Key_W, CONTROL))
                qtbot.waitUntil(window.welcome.isVisible, timeout=WAIT_MS)

        def endless(self, video, window, on_layer=None, on_step=None, boxes=()):
            while True:
                on_step()

        monkeypatch.setattr(Explainer, "capture", endless)
        drop(window, clips[2])
        job = window.status.job
        qtbot.waitUntil(lambda: job.isVisible() and "Running" in job.title.text(), timeout=WAIT_MS)
        focus()
        keys((Key.Key_Q, CONTROL))

    assert use(act, clips[0], "--checkpoint", toy_checkpoint) == 0
    monkeypatch.setattr(Explainer, "capture", plain)
    assert max(after[3:]) - after[2] < MOST_MB
