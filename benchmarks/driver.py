"""The real window under a script, as benchmarks, the soak and the screenshots drive it.

The platform is offscreen unless the environment says otherwise, and settings and caches go to
a temporary folder.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.window.launch import ViewOptions, make_application, open_window
from app.window.main_window import MainWindow

PATIENCE_SECONDS = 180.0
_TICK_MS = 1
_NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class StallMeter:
    """Measures how long the event loop keeps a timer of one millisecond waiting.

    A wait is either work of the window's thread or time in which it got no processor or not the
    interpreter; the first does not depend on what else the machine does.
    """

    def __init__(self) -> None:
        self.waits_ms: list[float] = []
        self.work_ms: list[float] = []
        """Processor time of this thread in each wait."""
        self._last = self._last_work = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def _tick(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.waits_ms.append(max(1e3 * (now - self._last) - _TICK_MS, 0.0))
        self.work_ms.append(1e3 * (work - self._last_work))
        self._last, self._last_work = now, work

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Measures while the block spins the event loop."""
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._timer.start()
        try:
            yield
        finally:
            self._timer.stop()

    @property
    def p99_ms(self) -> float:
        """Milliseconds that all but a hundredth of the waits stay below."""
        return float(np.percentile(self.waits_ms, 99)) if self.waits_ms else 0.0

    @property
    def words(self) -> str:
        """Further figures of the waits, in words."""
        if not self.waits_ms:
            return ""
        work = np.percentile(self.work_ms, 99)
        return f"(own work {work:.1f} ms, worst wait {max(self.waits_ms):.0f} ms)"


def spin(until: Callable[[], bool], seconds: float) -> bool:
    """Run the event loop as the application does until it is so, or so long; was it so.

    ``QTest.qWait`` sleeps up to ten milliseconds between its looks at the events.
    """
    loop, clock = QEventLoop(), QTimer()
    clock.setTimerType(Qt.TimerType.PreciseTimer)
    deadline = time.perf_counter() + seconds

    def look() -> None:
        if until() or time.perf_counter() >= deadline:
            loop.quit()

    clock.timeout.connect(look)
    clock.start(_TICK_MS)
    if not until():
        loop.exec()
    clock.stop()
    return until()


class Driver:
    """A window, and steps of a person at it."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.store, self.controller = window.store, window.controller
        self.canvas = window.stage.canvas

    def wait(self, is_true: Callable[[], bool], what: str) -> float:
        """Spin the event loop until it is so; returns the seconds that took.

        Raises:
            TimeoutError: it never was.
        """
        began = time.perf_counter()
        if not spin(is_true, PATIENCE_SECONDS):
            raise TimeoutError(f"waited {PATIENCE_SECONDS:.0f} s for {what}")
        return time.perf_counter() - began

    def rest(self, seconds: float) -> None:
        """Let the window live for a while."""
        spin(lambda: False, seconds)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = _NO_MODIFIER) -> None:
        """Press a key on the canvas."""
        QTest.keyClick(self.canvas, key, modifier)

    def open_video(self, path: Path) -> None:
        """Open a video and wait for its first frame."""
        self.controller.open_video(path)
        self.wait(lambda: self.shows(path), f"the first frame of {path.name}")

    def shows(self, path: Path) -> bool:
        """A frame of this video is on screen."""
        results = self.controller.results
        return (
            results.video is not None
            and results.video.path == path
            and results.picture is not None
            and results.picture.path == path
        )

    def settle(self) -> None:
        """Wait for the requested frame, map and heat."""
        self.wait(self.is_settled, "the map to show")

    def is_settled(self) -> bool:
        """True once the requested frame and map are on screen."""
        results, state = self.controller.results, self.store.state
        return (
            results.picture is not None
            and results.picture.index == state.frame
            and results.shown is not None
            and results.request == results.shown.result.request
            and results.heat is not None
            and results.heat.key.map_number == results.shown.number
            and not results.is_busy
        )


@contextmanager
def driven(**options: object) -> Iterator[Driver]:
    """The window opened as the command line does; closed and deleted afterwards."""
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        ini, user = QSettings.Format.IniFormat, QSettings.Scope.UserScope
        QSettings.setPath(ini, user, folder)
        os.environ["XDG_CACHE_HOME"] = folder  # where a clip was left is not gone on from
        window = open_window(app, ViewOptions(**options))  # type: ignore[arg-type]
        driver = Driver(window)
        try:
            driver.wait(window.isVisible, "the window")
            yield driver
        finally:
            window.close()
            _delete(window)


def _delete(window: QWidget) -> None:
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
