"""Exports: files that other programs play, and pictures on the clipboard."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage

import mvit_core.export
from app.dialogs.export.dialog import ExportDialog
from tests.app.acceptance.copy_image import COPIED, SEEN
from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    arrive,
    choose,
    dialog,
    dismiss_messages,
    frame_seen,
    go,
    keys,
    pixels_of,
    rest,
    write,
)
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages
from tests.fixtures_video import read_barcode, write_barcode_clip

pytestmark = pytest.mark.gui
SIZE, FRAMES = (641, 359), 24
BLENDING_LEVELS = 2
PROCESS_SECONDS = 120
"""A process that does not end is no result."""


@pytest.fixture(scope="module")
def odd_clip(tmp_path_factory):
    """Odd in both directions, which H.264 as players want it cannot hold."""
    path = tmp_path_factory.mktemp("export") / "odd.mp4"
    return write_barcode_clip(path, frames=FRAMES, size=SIZE, pixel_format="yuv444p")


def export_to(qtbot, target):
    """Ctrl+E, the name of a file, Enter."""
    keys((Key.Key_E, CONTROL))
    dialog(qtbot, ExportDialog).target.setFocus()
    keys((Key.Key_A, CONTROL))
    write(str(target))
    keys(Key.Key_Return)


def copied(qtbot):
    """The picture that Ctrl+C puts on the clipboard."""
    QGuiApplication.clipboard().clear()
    keys((Key.Key_C, CONTROL))
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=WAIT_MS)
    return pixels_of(QGuiApplication.clipboard().image())


def decoded_by_opencv(path):
    capture, frames = cv2.VideoCapture(str(path)), []
    while (result := capture.read())[0]:
        frames.append(result[1][..., ::-1])
    capture.release()
    return frames


def decoded_by_ffmpeg(path):
    """Through the command line program, which is not the library that wrote the file."""
    words = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-of",
        "csv=p=0",
        "-show_entries",
        "stream=width,height,pix_fmt,codec_name",
        str(path),
    ]
    result = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    codec, width, height, pixels = result.strip().split(",")
    assert (codec, pixels) == ("h264", "yuv420p")
    words = [
        "ffmpeg",
        "-v",
        "error",
        "-xerror",
        "-i",
        str(path),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    done = subprocess.run(words, capture_output=True, check=True)
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, int(height), int(width), 3)


def test_18_an_export_of_odd_size_plays_elsewhere_and_equals_the_canvas(
    use, qtbot, odd_clip, toy_checkpoint, tmp_path
):
    film, still = tmp_path / "out.mp4", tmp_path / "out.png"
    seen = {}

    def act(window):
        for _ in range(6):
            keys((Key.Key_Down, CONTROL))  # faint heat, so that the barcode can be read
        go(qtbot, window, "9")
        rest(qtbot, window)
        for target in (film, still):
            export_to(qtbot, target)
            qtbot.waitUntil(lambda t=target: f"Saved {t}" in messages(window), timeout=WAIT_MS)
        dismiss_messages(window)
        seen["copied"] = copied(qtbot)

    assert use(act, odd_clip, "--checkpoint", toy_checkpoint) == 0
    width, height = SIZE
    picture = cv2.imread(str(still))[..., ::-1][:height, :width]
    assert np.array_equal(picture, seen["copied"]), "a still is what is on screen"
    players = [decoded_by_opencv] + [decoded_by_ffmpeg] * bool(shutil.which("ffmpeg"))
    for player in players:
        frames = player(film)
        assert len(frames) == FRAMES
        assert [side % 2 for side in frames[0].shape[:2]] == [0, 0]
        assert frames[0].shape[0] > height + 20, "the caption with the colour bar is below"
        parts = [frame[:height, :width] for frame in frames]
        assert [read_barcode(part) for part in parts] == list(range(FRAMES))
        assert np.abs(parts[9].astype(int) - seen["copied"]).mean() < 4
        bar = frames[9][height + 8 :, :width]
        assert len(np.unique(bar.reshape(-1, 3), axis=0)) > 50, "a bar with many colours"


def test_18_an_export_that_is_cancelled_midway_leaves_no_file(
    use, qtbot, odd_clip, toy_checkpoint, tmp_path, monkeypatch
):
    plain, folder = mvit_core.export.export, tmp_path / "exports"
    folder.mkdir()

    def held(explainer, video, request, path, on_progress=None):
        def step(done, total):
            while done >= 3:
                on_progress(done, total)
                time.sleep(0.005)
            on_progress(done, total)

        return plain(explainer, video, request, path, step)

    monkeypatch.setattr(mvit_core.export, "export", held)
    during = []

    def act(window):
        job = window.status.job
        export_to(qtbot, folder / "out.mp4")
        qtbot.waitUntil(lambda: f"3 of {FRAMES}" in job.title.text(), timeout=WAIT_MS)
        during.extend(path.name for path in folder.iterdir())
        keys((Key.Key_Period, CONTROL))
        qtbot.waitUntil(lambda: list(folder.iterdir()) == [], timeout=WAIT_MS)
        keys(Key.Key_T)
        keys(Key.Key_Right)
        arrive(qtbot, window, 1)

    assert use(act, odd_clip, "--checkpoint", toy_checkpoint) == 0
    assert during
    assert "out.mp4" not in during


def test_19_a_copied_image_has_its_own_size_and_alike_on_every_display(
    both, qtbot, tmp_path, barcode_clip, toy_checkpoint
):
    seen = {}

    def act(window):
        seen["fit"] = copied(qtbot)
        assert QGuiApplication.clipboard().mimeData().hasImage()
        keys((Key.Key_F, SHIFT))
        choose(qtbot, window, "View", "On the frame", "Dim what the model did not see")
        rest(qtbot, window)
        dismiss_messages(window)
        seen["actual"], seen["screen"] = copied(qtbot), frame_seen(window)
        keys(Key.Key_T)
        seen["plain"] = copied(qtbot)

    assert both(act) == 0
    assert seen["fit"].shape == (108, 192, 3)
    assert np.array_equal(seen["fit"], seen["actual"]), "zoom is no part of the picture"
    assert not np.array_equal(seen["fit"], seen["plain"]), "the heat is"
    assert_alike(seen["screen"], seen["fit"])
    for scale in (1, 2):
        folder = tmp_path / f"scale{scale}"
        folder.mkdir()
        words = ["-m", "tests.app.acceptance.copy_image", barcode_clip, toy_checkpoint, folder]
        ran = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=Path(__file__).parents[3],
            text=True,
            capture_output=True,
            env={**os.environ, "QT_SCALE_FACTOR": str(scale)},
            check=True,
            timeout=PROCESS_SECONDS,
        )
        assert f"scale {scale}" in ran.stdout
        assert np.array_equal(pixels_of(QImage(str(folder / COPIED))), seen["fit"])
        assert_alike(pixels_of(QImage(str(folder / SEEN))), seen["fit"])


def assert_alike(screen, copied):
    """Stored pixel by stored pixel; Qt and the core round differently when they blend."""
    assert screen.shape == copied.shape
    assert np.abs(screen.astype(int) - copied).max() <= BLENDING_LEVELS
