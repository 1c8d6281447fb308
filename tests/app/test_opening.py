"""Opening a file that takes long: it tells how far it is, and nobody has to wait for it."""

import threading

import pytest
from PySide6.QtCore import Qt

import app.workers.decode
from app.state.view_state import Marker
from mvit_core.video import open_video
from tests.app.conftest import WAIT_MS
from tests.app.helpers import at_rest, barcode_on_canvas, messages, press
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui


@pytest.fixture
def long_clip(tmp_path, monkeypatch):
    """A file whose list of frames stands at 37 % until ``gate`` is open."""
    path, gate = write_barcode_clip(tmp_path / "long.mp4", frames=12), threading.Event()

    def open_slowly(file, *, progress, **options):
        while file == path and not gate.wait(0.005):
            progress(0.37)
        return open_video(file, progress=progress, **options)

    monkeypatch.setattr(app.workers.decode, "open_video", open_slowly)
    yield path, gate
    gate.set()


@pytest.fixture
def open_too_late(tmp_path, monkeypatch):
    """A file that is open, past all asking whether it is still wanted, until ``gate`` is open."""
    path = write_barcode_clip(tmp_path / "late.mp4", frames=12, size=(144, 96))
    came, gate, plain = threading.Event(), threading.Event(), app.workers.decode.info_of

    def held(video):
        if video.path == path:
            came.set()
            gate.wait(WAIT_MS / 1000)
        return plain(video)

    monkeypatch.setattr(app.workers.decode, "info_of", held)
    yield path, came, gate
    gate.set()


def shown(window):
    video = window.controller.results.video
    return None if video is None else video.path


def test_opening_says_how_far_it_is(boot, qtbot, barcode_clip, long_clip):
    window, (path, gate) = boot(clip=barcode_clip), long_clip
    window.controller.open_video(path)
    title = window.status.job.title
    # The time left follows, on a machine that takes a second for a step.
    qtbot.waitUntil(lambda: title.text().startswith("Opening long.mp4  37 %"), timeout=WAIT_MS)
    assert shown(window) == barcode_clip
    gate.set()
    qtbot.waitUntil(lambda: shown(window) == path, timeout=WAIT_MS)


def test_opening_is_cancelled_and_the_video_before_stays(boot, qtbot, barcode_clip, long_clip):
    window, (path, _) = boot(clip=barcode_clip), long_clip
    window.controller.open_video(path)
    qtbot.waitUntil(lambda: window.controller.workers.decode.is_pending("open"), timeout=WAIT_MS)
    press(qtbot, window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.controller.results.is_busy, timeout=WAIT_MS)
    assert shown(window) == barcode_clip
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.stage.canvas.picture.index == 1, timeout=WAIT_MS)


def test_opening_another_file_takes_its_place_at_once(boot, qtbot, barcode_clip, long_clip):
    window, (path, _) = boot(), long_clip
    window.controller.open_video(path)
    qtbot.waitUntil(lambda: window.controller.workers.decode.is_pending("open"), timeout=WAIT_MS)
    window.controller.open_video(barcode_clip)
    qtbot.waitUntil(lambda: shown(window) == barcode_clip, timeout=WAIT_MS)
    assert not window.controller.results.is_busy


def test_frames_come_on_where_an_opening_ends_too_late_to_be_wanted_and_the_next_one_fails(
    boot, qtbot, barcode_clip, open_too_late, tmp_path
):
    window, (path, came, gate) = boot(clip=barcode_clip), open_too_late
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    window.controller.open_video(path)
    qtbot.waitUntil(came.is_set, timeout=WAIT_MS)
    window.controller.open_video(bad)
    gate.set()
    qtbot.waitUntil(lambda: "bad.mp4" in messages(window), timeout=WAIT_MS)
    assert shown(window) == barcode_clip
    for frame in (1, 2, 3):
        press(qtbot, window, Qt.Key.Key_Right)
        at_rest(qtbot, window, frame)
        assert barcode_on_canvas(window) == frame
    window.controller.open_video(path)
    qtbot.waitUntil(lambda: shown(window) == path, timeout=WAIT_MS)
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, 11)


def test_an_opening_that_ends_too_late_is_not_shown_before_the_one_that_took_its_place(
    boot, qtbot, barcode_clip, open_too_late
):
    window, (path, came, gate) = boot(), open_too_late
    window.controller.open_video(path)
    qtbot.waitUntil(came.is_set, timeout=WAIT_MS)
    window.controller.open_video(barcode_clip)
    gate.set()
    qtbot.waitUntil(lambda: shown(window) is not None, timeout=WAIT_MS)
    assert shown(window) == barcode_clip
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, 39)
    assert [video.path for video in window.controller.workers.decoder.videos] == [barcode_clip]


@pytest.mark.parametrize("marked", [True, False])
def test_no_snapshot_has_a_frame_that_its_video_has_not(
    boot, qtbot, tmp_path, barcode_clip, marked
):
    """A clip with markers was once shown for a moment at the frame of the clip before it."""
    window = boot(clip=barcode_clip)
    shorter = write_barcode_clip(tmp_path / "shorter.mp4", frames=12)
    window.store.update(frame=39, markers=(Marker(38, "late"),) if marked else ())
    wrong = []

    def look(_, snapshot):
        video, frame = snapshot.results.video, snapshot.state.frame
        if video is not None and not 0 <= frame < video.frame_count:
            wrong.append((video.path.name, frame))

    window.controller.follow(look)
    window.controller.open_video(shorter)
    qtbot.waitUntil(lambda: shown(window) == shorter, timeout=WAIT_MS)
    window.controller.close_clip()
    window.controller.open_video(barcode_clip)
    qtbot.waitUntil(lambda: shown(window) == barcode_clip, timeout=WAIT_MS)
    assert wrong == []
    assert window.store.state.markers == ()
