"""Files that are replaced, written to, emptied or removed while they are open."""

import json
import os
import shutil
import threading
import time

import av
import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

import app.workers.pool
from app.results import TaskKey
from app.state.aside import run_aside
from app.state.settings_file import settings_path
from app.widgets import basic
from mvit_core import open_video
from mvit_core.errors import FileChangedError, VideoOpenError
from mvit_core.model import MViT
from mvit_core.system.ordinary_file import FileIdentity
from mvit_core.video.multi_view import ViewPlan
from tests.app.conftest import settle
from tests.app.helpers import WAIT_MS, press
from tests.app.test_survey import run_clip, scores_of, series
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint


def write_two_streams(path):
    """A file with two films of equal length, the second smaller but no preview."""
    with av.open(str(path), "w") as container:
        streams = []
        for size in ((128, 80), (96, 64)):
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height = size
            streams.append(stream)
        for number in range(12):
            for stream in streams:
                rows = np.full((stream.height, stream.width, 3), 20 * number, np.uint8)
                for packet in stream.encode(av.VideoFrame.from_ndarray(rows)):
                    container.mux(packet)
        for stream in streams:
            for packet in stream.encode(None):
                container.mux(packet)
    return path


def replaced(path, other):
    other.replace(path)


def overwritten(path, other):
    path.write_bytes(other.read_bytes())


def truncated(path, _):
    os.truncate(path, path.stat().st_size // 2)


def emptied(path, _):
    path.write_bytes(b"")


CONTROL = Qt.KeyboardModifier.ControlModifier
CHANGES = (replaced, overwritten, truncated, emptied)


@pytest.fixture
def save_to(monkeypatch, tmp_path):
    """Where a session is saved, whoever asks."""
    target = tmp_path / "kept.mvitlens"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    return target


@pytest.fixture
def other_clip(tmp_path):
    """Another clip of the same form."""
    return write_barcode_clip(tmp_path / "other.mp4", frames=30, size=(160, 96))


@pytest.mark.parametrize("change", CHANGES)
def test_a_video_notices_that_its_file_changed(barcode_clip, other_clip, change):
    with open_video(barcode_clip) as video:
        video.check_unchanged()
        change(barcode_clip, other_clip)
        with pytest.raises(FileChangedError, match="has changed on disk since it was opened"):
            video.check_unchanged()
        with pytest.raises(VideoOpenError):
            video.opened_video.source.twin()


def test_a_file_that_is_gone_stays_readable(barcode_clip):
    with open_video(barcode_clip) as video:
        before = video.frame(3).copy()
        barcode_clip.unlink()
        video.check_unchanged()
        assert (video.frame(3) == before).all()


def test_a_copy_under_the_same_name_is_another_file(barcode_clip, tmp_path):
    known = FileIdentity.of(barcode_clip)
    shutil.copy2(barcode_clip, tmp_path / "copy.mp4")
    (tmp_path / "copy.mp4").replace(barcode_clip)
    assert known.was_replaced()
    assert not known.is_current()


@pytest.mark.parametrize("change", [replaced, emptied])
def test_nothing_of_the_old_file_is_shown_and_a_reload_is_offered(
    lens, qtbot, barcode_clip, other_clip, change
):
    change(barcode_clip, other_clip)
    lens.controller.check_files()
    qtbot.waitUntil(lambda: lens.controller.results.picture.is_changed, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: lens.controller.results.shown is None, timeout=WAIT_MS)
    press(qtbot, lens, Qt.Key.Key_Right)
    qtbot.waitUntil(
        lambda: not lens.controller.workers.decode.is_pending(TaskKey.FRAME), timeout=WAIT_MS
    )
    assert lens.controller.results.picture.image is None
    assert lens.controller.results.proxies is None
    toast = next(t for t in lens.messages.toasts if t.message.remedies)
    assert toast.message.remedies == ("open_again",)


def test_a_reloaded_clip_brings_its_own_numbers(lens, qtbot, barcode_clip, other_clip):
    old = lens.controller.results.request
    replaced(barcode_clip, other_clip)
    lens.controller.check_files()
    qtbot.waitUntil(lambda: lens.controller.results.picture.is_changed, timeout=WAIT_MS)
    lens.controller.mend("open_again")

    def is_new():
        results = lens.controller.results
        return results.video.frame_count == 30 and results.shown is not None

    qtbot.waitUntil(is_new, timeout=WAIT_MS)
    assert lens.controller.results.shown.result.request.clip_file != old.clip_file


def test_a_model_that_changed_is_offered_anew(lens, qtbot, toy_checkpoint):
    time.sleep(0.01)
    os.utime(toy_checkpoint)
    lens.controller.check_files()
    qtbot.waitUntil(
        lambda: any(t.message.remedies == ("load_again",) for t in lens.messages.toasts),
        timeout=WAIT_MS,
    )
    assert lens.controller.results.shown is not None  # the weights in memory are whole


def test_weights_that_were_overwritten_have_their_own_series_and_average(
    lens, qtbot, toy_checkpoint, barcode_clip
):
    run_clip(qtbot, lens)
    old = series(lens).lines[0].values
    torch.manual_seed(9)
    write_toy_checkpoint(toy_checkpoint, MViT(toy_config()).eval())
    lens.controller.check_files()
    qtbot.waitUntil(
        lambda: any(t.message.remedies == ("load_again",) for t in lens.messages.toasts),
        timeout=WAIT_MS,
    )
    before = lens.controller.results.model
    lens.controller.mend("load_again")
    qtbot.waitUntil(lambda: lens.controller.results.model is not before, timeout=WAIT_MS)
    settle(qtbot, lens)
    assert series(lens).known == 1, "the window shown; nothing of the old weights"
    run_clip(qtbot, lens)
    scores = [s.max() for s in scores_of(toy_checkpoint, barcode_clip, ViewPlan())]
    assert series(lens).lines[0].values == pytest.approx(scores, abs=1e-5)
    assert series(lens).lines[0].values != pytest.approx(old, abs=1e-3)


def test_a_session_without_its_clip_is_applied_to_no_other(
    lens, qtbot, save_to, barcode_clip, other_clip, monkeypatch
):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(save_to.exists, timeout=WAIT_MS)
    kept = save_to.read_bytes()
    lens.controller.open_video(other_clip)
    qtbot.waitUntil(lambda: lens.store.state.clip == other_clip, timeout=WAIT_MS)
    lens.sessions.path = None
    barcode_clip.unlink()
    before = lens.store.state
    lens.sessions.open(save_to)
    dialog = next(w for w in lens.children() if type(w).__name__ == "RelinkDialog")
    assert not dialog.open_button.isEnabled()
    dialog.reject()
    assert lens.store.state == before
    assert lens.sessions.path is None
    assert save_to.read_bytes() == kept


@pytest.mark.parametrize(("answer", "is_open"), [("stay", True), ("stop", False)])
def test_quitting_asks_before_work_is_lost(lens, monkeypatch, answer, is_open):
    monkeypatch.setattr("app.window.leaving.ask", lambda *_: answer)
    lens.controller._jobs.begin(TaskKey.EXPORT, "Exporting x")
    lens.close_window()
    assert lens.isVisible() is is_open


def test_a_worker_that_hangs_does_not_keep_the_window_open(lens, monkeypatch):
    monkeypatch.setattr(app.workers.pool, "CLOSE_SECONDS", 0.2)
    release = threading.Event()
    lens.controller.workers.files.submit(TaskKey.SESSION, lambda _: release.wait(60))
    while not lens.controller.workers.files.is_pending(TaskKey.SESSION):
        pass
    time.sleep(0.1)
    began = time.monotonic()
    lens.close()
    assert not lens.has_ended
    assert time.monotonic() - began < 10
    release.set()
    for worker in lens.controller.workers.workers:
        assert worker.has_ended(WAIT_MS / 1000)


def test_another_clip_drops_the_map_of_a_picked_token_with_a_word(lens, qtbot, other_clip):
    lens.controller.intents.choose_method("column")
    lens.controller.open_video(other_clip)
    qtbot.waitUntil(lambda: lens.store.state.clip == other_clip, timeout=WAIT_MS)
    assert lens.store.state.map.method == "row"
    texts = lens.messages.texts()
    assert any("another clip has none" in text for text in texts)
    assert not any(t.message.level == "error" for t in lens.messages.toasts)


def test_a_long_message_says_how_long_it_was():
    assert "(5000)" in basic.bounded("x" * 5000)


def test_a_stream_is_chosen_in_the_menu_and_kept_by_the_view(boot, qtbot, tmp_path):
    clip = write_two_streams(tmp_path / "two.mkv")
    window = boot(clip=clip)
    assert window.store.state.stream is None
    actions = window.actions_table.by_id
    assert actions["file.stream_2"].isVisible()
    assert "96 × 64" in actions["file.stream_2"].text()
    window.actions_table.run("file.stream_2")
    qtbot.waitUntil(lambda: window.controller.results.video.size == (96, 64), timeout=WAIT_MS)
    assert window.store.state.stream == 1
    assert actions["file.stream_2"].isChecked()


def test_damaged_settings_are_set_aside_with_a_word(boot, qtbot):
    path = settings_path()
    path.parent.mkdir(parents=True)
    path.write_text("[recent]\nfiles=" + "[" * 200_000, encoding="utf-8")
    window = boot()
    assert any("settings were damaged" in text for text in window.messages.texts())
    assert path.with_name("window.ini.damaged").is_file()


def test_a_pipe_in_the_place_of_the_settings_is_not_waited_for(boot):
    path = settings_path()
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    window = boot()
    assert any("no ordinary file" in text for text in window.messages.texts())


def test_a_session_of_5000_roles_opens(lens, qtbot, save_to):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(save_to.exists, timeout=WAIT_MS)
    page = json.loads(save_to.read_text(encoding="utf-8"))
    page["files"] |= {f"role {i}": page["files"]["clip"] for i in range(5000)}
    save_to.write_text(json.dumps(page), encoding="utf-8")
    lens.sessions.path = None
    lens.sessions.open(save_to)
    qtbot.waitUntil(lambda: lens.sessions.path == save_to, timeout=WAIT_MS)
    assert any("(5000)" in text for text in lens.messages.texts())


def test_a_drive_that_does_not_answer_is_waited_for_no_longer_than_a_limit(qapp):
    release = threading.Event()
    with pytest.raises(TimeoutError):
        run_aside(lambda: release.wait(60), 0.1)
    release.set()


def test_what_is_done_aside_raises_where_it_was_asked_for(qapp):
    def fail():
        raise KeyError("why")

    with pytest.raises(KeyError, match="why"):
        run_aside(fail)
    assert run_aside(lambda: 7) == 7
