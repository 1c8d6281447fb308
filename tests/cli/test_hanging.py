"""A worker that hangs: the window closes, and the process ends without it, leaving nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.gui

ROOT = Path(__file__).resolve().parents[2]

HANG = """
import os, signal, sys, threading, time
import app.window.launch as launch
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from app.workers.decode import Decoder

hung = threading.Event()

def hang(*_):
    hung.set()
    while True:  # hears of no request to stop, as work within a library
        time.sleep(3600)

Decoder.frame = Decoder.neighbours = hang
opened, before = launch.open_window, os._exit
os._exit = lambda code: (print(f"left at {code}", flush=True), before(code))

def open_and_leave(*given):
    window = opened(*given)

    def look():
        if hung.is_set() or window.controller.results.video is not None and FREE:
            timer.stop()
            LEAVE

    timer = QTimer(window, interval=20)
    timer.timeout.connect(look)
    timer.start()
    QTimer.singleShot(0, window, lambda: window.store.changed.connect(
        lambda *_: window.store.update(frame=20) if window.store.state.clip else None))
    return window

launch.open_window = open_and_leave
import app.cli.entry as cli
sys.exit(cli.main(sys.argv[1:]))
"""
WAYS = {
    "Ctrl+Q": "QTest.keyClick(window.stage.front, Qt.Key.Key_Q, Qt.ControlModifier)",
    "its button": "window.windowHandle().close()",
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM)",
}


def ran(script, clip, folder):
    folder.mkdir()
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", script, "view", str(clip)],
        env={**environment, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_that_hangs_keeps_neither_window_nor_process(barcode_clip, tmp_path, way):
    script = HANG.replace("FREE", "False").replace("LEAVE", WAYS[way])
    done = ran(script, barcode_clip, tmp_path / "work")
    assert done.returncode == 0, done.stderr
    assert "left at 0" in done.stdout
    assert "the worker decode does not end; it is left behind" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "work").iterdir()) == [], "its temporary folders go with it"


def test_without_such_a_worker_the_process_ends_in_the_usual_way(barcode_clip, tmp_path):
    script = HANG.replace("FREE", "True").replace("LEAVE", WAYS["Ctrl+Q"])
    script = script.replace("Decoder.frame = Decoder.neighbours = hang", "")
    done = ran(script, barcode_clip, tmp_path / "work")
    assert done.returncode == 0, done.stderr
    assert "left at" not in done.stdout
    assert "left behind" not in done.stderr
