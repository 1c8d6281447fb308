"""Folders of pictures, damaged frames and cut files, as the window shows them."""

import subprocess
import sys

import av
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog

from tests.app.conftest import WAIT_MS
from tests.app.helpers import at_rest, barcode_on_canvas, dialog_of, drop, messages, press
from tests.fixtures_video import barcode_picture, blank_packet, write_barcode_clip

pytestmark = pytest.mark.gui


@pytest.fixture
def shots(tmp_path):
    """Pictures 3 to 12, without 7."""
    folder = tmp_path / "shots"
    folder.mkdir()
    for number in (3, 4, 5, 6, 8, 9, 10, 11, 12):
        frame = av.VideoFrame.from_ndarray(barcode_picture(number), format="rgb24")
        frame.save(str(folder / f"shot_{number}.png"))
    return folder


def opened(qtbot, window, name):
    qtbot.waitUntil(
        lambda: (video := window.controller.results.video) is not None and video.path.name == name,
        timeout=WAIT_MS,
    )


def test_a_dropped_folder_is_a_clip(qtbot, boot, shots):
    window = boot()
    accepted, words = drop(window, shots)
    assert (accepted, words) == (True, "Open this video")
    opened(qtbot, window, "shots")
    assert barcode_on_canvas(window) == 3
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, 8)
    assert barcode_on_canvas(window) == 12
    assert "the numbering has gaps, which are left out: 7" in messages(window)


def test_a_dropped_folder_without_pictures_says_so(qtbot, boot, tmp_path):
    window = boot()
    drop(window, tmp_path)
    qtbot.waitUntil(lambda: "is a folder without pictures" in messages(window), timeout=WAIT_MS)


def test_the_file_menu_opens_a_folder(qtbot, boot, shots, monkeypatch):
    window = boot()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(shots))
    window.actions_table.by_id["file.open_folder"].trigger()
    opened(qtbot, window, "shots")


def test_the_rate_of_pictures_is_asked_for_and_can_be_undone(qtbot, boot, shots):
    window = boot(clip=shots)
    video = window.controller.results.video
    assert (video.fps, video.pts_seconds[-1]) == (25.0, 8 / 25)
    window.actions_table.by_id["playback.picture_fps"].trigger()
    dialog = dialog_of(QInputDialog)
    assert dialog.doubleValue() == 25.0
    dialog.setDoubleValue(10.0)
    dialog.accept()
    assert window.controller.results.video.fps == 10.0
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, 8)
    assert "0.800" in window.panels.timeline._time.text()
    window.actions_table.by_id["edit.undo"].trigger()
    assert window.controller.results.video.fps == 25.0
    assert window.store.state.frame == 8


def test_a_file_has_its_own_rate(boot, barcode_clip):
    window = boot(clip=barcode_clip)
    assert not window.actions_table.by_id["playback.picture_fps"].isEnabled()


def test_the_command_line_says_the_rate(boot, shots):
    window = boot(clip=shots, fps=12.5)
    assert window.controller.results.video.fps == 12.5


def test_a_damaged_frame_has_a_label_and_the_rest_goes_on(qtbot, boot, tmp_path):
    path = write_barcode_clip(tmp_path / "hurt.mov", frames=9, codec="png", pixel_format="rgb24")
    blank_packet(path, 4)
    window = boot(clip=path)
    for frame in range(1, 5):
        press(qtbot, window, Qt.Key.Key_Right)
        at_rest(qtbot, window, frame)
    assert "frame 4 of hurt.mov is damaged and cannot be" in window.stage.canvas.picture.problem
    assert window.stage.canvas.picture.pixels is None
    press(qtbot, window, Qt.Key.Key_Right)
    at_rest(qtbot, window, 5)
    assert barcode_on_canvas(window) == 5


def test_a_file_that_was_cut_off_wears_a_badge_that_says_what_is_missing(qtbot, boot, tmp_path):
    path = write_barcode_clip(tmp_path / "cut.mkv", frames=90)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    window = boot(clip=path)
    badge = window.panels.timeline._damage
    assert badge.isVisible()
    assert "the file states 3.00 s and holds" in badge.toolTip()
    assert "are missing" in messages(window)
    press(qtbot, window, Qt.Key.Key_End)
    at_rest(qtbot, window, window.controller.results.video.frame_count - 1)
    assert window.stage.canvas.picture.problem == ""


def test_a_whole_file_wears_no_badge(boot, barcode_clip):
    timeline = boot(clip=barcode_clip).panels.timeline
    assert not timeline._damage.isVisible()
    assert not timeline._badge.isVisible()


def test_a_variable_rate_wears_a_badge(boot, tmp_path):
    times = [0.0, 0.02, 0.11, 0.2, 0.5]
    path = write_barcode_clip(tmp_path / "vfr.mp4", frames=5, pts_seconds=times)
    assert boot(clip=path).panels.timeline._badge.isVisible()


@pytest.mark.skipif(sys.platform != "linux", reason="reads memory as Linux tells it")
def test_opening_many_clips_in_the_window_does_not_grow(tmp_path):
    path = write_barcode_clip(tmp_path / "clip.mp4", frames=30, size=(640, 360))
    ran = subprocess.run(
        [sys.executable, "-c", OPEN_MANY, str(path)], capture_output=True, text=True, check=True
    )
    sizes = [int(line) for line in ran.stdout.split()]
    assert len(sizes) == 50
    grown = max(sizes[5:]) - sizes[4]
    print(f"the window grew by {grown / 1e6:.1f} MB in 45 clips")
    assert grown < 50 * 10**6


OPEN_MANY = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from app.widgets import plots
from app.window.launch import ViewOptions, make_application, open_window

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

def wait(done):
    while not done():
        app.processEvents()

app = make_application()
window = open_window(app, ViewOptions())
control, store = window.controller, window.store
gallery = window.welcome.gallery
icons = lambda: [gallery.item(row).icon().pixmap(48).toImage() for row in range(gallery.count())]
# What a start loads by and by is no growth.
wait(lambda: "pyqtgraph" in sys.modules and all(i.pixelColor(24, 24).alpha() for i in icons()))
plots.await_preload()
for _ in range(50):
    control.open_video(Path(sys.argv[1]))
    wait(lambda: control.results.video is not None)
    for frame in (29, 3, 17, 16, 15):
        store.update(frame=frame)
        wait(lambda: control.results.picture is not None and control.results.picture.index == frame)
    control.close_clip()
    app.processEvents()
    print(resident())
window.close()
"""
