"""``python -m benchmarks.soak``: many clips, scrubbed, switched through and exported for minutes.

Ends with 0 if nothing was warned of and memory beside the caches, whose bytes have a limit of
their own, stays where it was after the third clip. The window is closed while a job runs, as
people do.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from PySide6.QtCore import QPoint, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.commands.palette import Palette
from app.state.session_file import ENDING
from app.window.housekeeping import COLLECT_MS, resident_bytes
from benchmarks.bench_video import encode
from benchmarks.driver import Driver, driven
from mvit_core.demo import demo_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_GROWTH_MB = 100.0
WARM_CLIPS = 3
BUDGET_BYTES = 1 << 30
HARMLESS = "This plugin does not support"
"""Line that the offscreen platform prints about hidden windows."""

KINDS = (
    ("h264.mp4", "libx264", (1280, 720), {"g": "250", "bf": "3", "preset": "veryfast"}),
    ("hevc.mkv", "libx265", (640, 360), {"preset": "fast", "x265-params": "log-level=none"}),
    ("mpeg4.avi", "mpeg4", (320, 240), {"g": "30"}),
    ("h264.ts", "libx264", (640, 360), {"g": "50", "bf": "3", "preset": "veryfast"}),
)


def main() -> int:
    """Soak, print the memory after each clip, and say whether all was well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5.0)
    options = parser.parse_args()
    warnings: list[str] = []
    qInstallMessageHandler(lambda kind, _, text: note(warnings, kind, text))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = [encode(folder / f"{n}", codec, size, opts) for n, codec, size, opts in KINDS]
        with driven(clip=clips[0], checkpoint=demo_checkpoint()) as driver:
            grown = soak(driver, clips, options.clips, 60 * options.minutes / options.clips)
            driver.controller.run_again()
            start_export(driver, folder / "unfinished.mp4")
            driver.rest(0.2)
        left = [thread.name for thread in threading.enumerate() if not thread.daemon][1:]
    print(f"growth after clip {WARM_CLIPS}: {grown:.0f} MB (at most {MOST_GROWTH_MB:.0f})")
    print(f"warnings: {len(warnings)}, threads left: {left}", *warnings[:20], sep="\n")
    return int(bool(warnings or left) or grown >= MOST_GROWTH_MB)


def note(warnings: list[str], kind: QtMsgType, text: str) -> None:
    """Collect warnings of Qt."""
    if kind != QtMsgType.QtDebugMsg and not text.startswith(HARMLESS):
        warnings.append(text)


def soak(driver: Driver, clips: list[Path], count: int, seconds: float) -> float:
    """Use one clip after the other; megabytes grown since the third."""
    rng = random.Random(0)
    acts: list[Callable[[Driver, random.Random], None]] = [
        scrub,
        step,
        switch,
        play,
        views,
        compare,
        palette,
        session,
        zoom,
    ]
    after: list[float] = []
    driver.controller.budget.resize(BUDGET_BYTES)
    for turn in range(count):
        clip = clips[turn % len(clips)]
        driver.open_video(clip)
        driver.settle()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            rng.choice(acts)(driver, rng)
        if turn % 2 == 0:
            target = clip.with_name(f"export{turn}.mp4")
            start_export(driver, target)
            driver.wait(target.exists, "the export")
        driver.settle()
        driver.rest(2.5 * COLLECT_MS / 1000)  # garbage is collected, freed memory returned
        caches = driver.controller.budget.used_bytes
        after.append((resident_bytes() - caches) / 2**20)
        words = f"{after[-1]:6.0f} MB and {caches / 2**20:5.0f} MB in caches"
        print(f"clip {turn + 1:2d} {clip.name:10s} {words}", flush=True)
    return max(after[WARM_CLIPS:], default=after[-1]) - max(after[:WARM_CLIPS])


def scrub(driver: Driver, rng: random.Random) -> None:
    """Drag the playhead to and fro."""
    track = driver.window.panels.timeline.track
    button, y = Qt.MouseButton.LeftButton, track.height() // 2
    QTest.mousePress(track, button, pos=QPoint(rng.randrange(track.width()), y))
    for _ in range(30):
        QTest.mouseMove(track, QPoint(rng.randrange(track.width()), y))
        driver.rest(1 / 60)
    QTest.mouseRelease(track, button, pos=QPoint(rng.randrange(track.width()), y))


def step(driver: Driver, rng: random.Random) -> None:
    """Hold an arrow key."""
    key = rng.choice([Qt.Key.Key_Left, Qt.Key.Key_Right])
    for _ in range(20):
        driver.press(key)
        driver.rest(0.03)


def switch(driver: Driver, rng: random.Random) -> None:
    """Switch through blocks, heads and colours."""
    for key in rng.choices("123ACHST", k=4):
        driver.press(Qt.Key[f"Key_{key}"])
        driver.rest(0.1)
    driver.press(rng.choice([Qt.Key.Key_Up, Qt.Key.Key_Down]))
    driver.rest(0.3)


def play(driver: Driver, rng: random.Random) -> None:
    """Play for a while."""
    driver.press(Qt.Key.Key_Space)
    driver.rest(rng.uniform(0.5, 2.0))
    driver.press(Qt.Key.Key_K)


def views(driver: Driver, rng: random.Random) -> None:
    """Go through all views and back, with a step in each."""
    for _ in range(4):
        QTest.keyClick(driver.window.stage.front, Qt.Key.Key_V)
        driver.rest(rng.uniform(0.1, 0.6))
        QTest.keyClick(driver.window.stage.front, Qt.Key.Key_Right)
        driver.rest(0.1)


def compare(driver: Driver, rng: random.Random) -> None:
    """Pin what is shown beside another block, and unpin all."""
    store = driver.store
    driver.press(Qt.Key.Key_P)
    driver.press(rng.choice([Qt.Key.Key_Up, Qt.Key.Key_Down]))
    store.update(view="compare")
    driver.rest(rng.uniform(0.3, 0.8))
    store.update(view="single", panes=(), difference=None)
    driver.rest(0.1)


def palette(driver: Driver, rng: random.Random) -> None:
    """Look for a command; leave, or run one that changes nothing outside the view."""
    QTest.keyClick(driver.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    opened = QApplication.activePopupWidget()
    assert isinstance(opened, Palette)
    QTest.keyClicks(opened.search, rng.choice(["overlay", "smooth", "token grid", "next head"]))
    driver.rest(0.1)
    QTest.keyClick(opened.search, rng.choice([Qt.Key.Key_Return, Qt.Key.Key_Escape]))
    driver.rest(0.1)


def session(driver: Driver, rng: random.Random) -> None:
    """Save the session, go elsewhere, and open it again."""
    sessions, clip = driver.window.sessions, driver.store.state.clip
    assert clip is not None
    sessions.path = clip.with_suffix(ENDING)
    sessions.save()
    frame = driver.store.state.frame
    driver.press(rng.choice([Qt.Key.Key_Home, Qt.Key.Key_End]))
    driver.rest(0.1)
    sessions.open(sessions.path)
    driver.wait(lambda: driver.store.state.frame == frame, "the session's frame")
    sessions.path = None  # the next clip is another session, and closing asks nothing


def zoom(driver: Driver, rng: random.Random) -> None:
    """Zoom timeline and canvas in and out."""
    timeline = driver.window.panels.timeline
    for how in ("in", "in", rng.choice(["in", "out"]), "all"):
        timeline.zoom(how)
        driver.rest(0.05)
    for how in ("in", "in", "actual", "fit"):
        driver.window.stage.zoom(how)
        driver.rest(0.05)


def start_export(driver: Driver, target: Path) -> None:
    """Begin to write a part of the clip."""
    job = driver.controller.exports.job()
    assert job is not None
    request = replace(job.request, stop=60)
    driver.controller.export(replace(job, target=target, request=request))


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main())
