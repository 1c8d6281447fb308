"""Pipes and damaged files in the places of the window's own files: it opens, works and closes."""

import os
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.window.places import PlaceBook
from tests.app.conftest import WAIT_MS
from tests.app.helpers import at_rest, messages, press

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(sys.platform == "win32", reason="pipes as POSIX has them"),
]


def pipe(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def brackets(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[" * 200_000, encoding="utf-8")


def device(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder in which the window keeps where clips were left."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mvit-lens"


@pytest.mark.parametrize("spoil", [pipe, brackets, device])
def test_a_spoilt_cache_of_places_keeps_no_window_from_opening_and_closing(
    boot, qtbot, cache, barcode_clip, spoil
):
    spoil(cache / "places.json")
    window = boot(clip=barcode_clip)
    press(qtbot, window, Qt.Key.Key_Right)
    at_rest(qtbot, window, 1)
    window.close()
    assert not window.isVisible()
    assert (cache / "places.json").lstat().st_size != 200_000, "damaged ones are set aside"


@pytest.mark.parametrize("spoil", [pipe, brackets, device])
def test_a_spoilt_picture_of_a_recent_clip_is_no_picture(qapp, tmp_path, barcode_clip, spoil):
    book = PlaceBook(tmp_path / "cache")
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    book.keep_picture(barcode_clip, image)
    assert book.picture(barcode_clip) is not None
    (kept,) = (tmp_path / "cache" / "pictures").iterdir()
    spoil(kept)
    assert book.picture(barcode_clip) is None


@pytest.mark.parametrize("spoil", [pipe, brackets, device])
def test_a_session_that_is_none_is_refused_at_once_and_the_clip_stays(
    boot, qtbot, tmp_path, barcode_clip, spoil
):
    window = boot(clip=barcode_clip)
    evil = tmp_path / "evil.mvitlens"
    spoil(evil)
    window.sessions.open(evil)
    qtbot.waitUntil(lambda: "evil.mvitlens" in messages(window), timeout=WAIT_MS)
    assert "within 5 seconds" not in messages(window), "refused, not waited for"
    assert window.controller.results.video.path == barcode_clip
    assert window.sessions.path is None
