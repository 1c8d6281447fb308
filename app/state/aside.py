"""Work that asks the file system, done aside from the window's thread within a time limit."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

LIMIT_SECONDS = 5.0
"""Seconds in which a drive must respond."""
_POLL_MS = 5


def run_aside(work: Callable[[], Result], limit_seconds: float = LIMIT_SECONDS) -> Result:
    """Do some work on a thread of its own; the window is painted meanwhile, but takes no input.

    Args:
        work: must touch nothing of the window.
        limit_seconds: so long it is waited for; what still runs then is left behind.

    Raises:
        TimeoutError: it took longer.
        Exception: whatever the work raised.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run, name="aside", daemon=True)
    thread.start()
    thread.join(2 * _POLL_MS / 1000)  # mostly it is done at once
    if thread.is_alive():
        _wait(thread, limit_seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError
    return results[0]


def _wait(thread: Thread, limit_seconds: float) -> None:
    loop, timer, until = QEventLoop(), QTimer(), QDeadlineTimer(round(1000 * limit_seconds))

    def look() -> None:
        if not thread.is_alive() or until.hasExpired():
            loop.quit()

    timer.timeout.connect(look)
    timer.start(_POLL_MS)
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
