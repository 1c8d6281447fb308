"""WorkerPool: long-lived threads that do one thing at a time and answer by one signal.

The window asks with a closure over immutable values; a newer question of the same key replaces
the one still waiting. Every question ends in exactly one ``TaskResult``: done, failed or cancelled.

What the user waits for goes before background work: that is interrupted at its next check and
put again once nobody waits. It keeps by itself what it has done so far.
"""

from __future__ import annotations

import logging
import traceback
from collections import defaultdict
from dataclasses import dataclass
from threading import Condition, Event
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, QThread, Signal
from typing_extensions import override

from mvit_core.errors import Cancelled, DeviceMemoryError, MvitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvit_core.errors import Remedy

logger = logging.getLogger(__name__)

Outcome = Literal["done", "failed", "cancelled"]

STACK_BYTES = 16 << 20
"""Secondary threads of macOS get 512 KiB by default, which deep networks overrun."""


class Interrupted(Exception):  # noqa: N818 - nothing went wrong
    """Something more urgent waits; background work is put again afterwards."""


@dataclass(frozen=True, eq=False)
class TaskResult:
    """How a question ended."""

    key: str
    generation: int
    outcome: Outcome
    payload: object = None
    """What the work returned, when done."""
    problem: str = ""
    """One line, when failed."""
    trace: str = ""
    """The whole story, when failed."""
    remedies: tuple[Remedy, ...] = ()
    """What may help, where memory ended."""


@dataclass(frozen=True)
class Progress:
    """How far a question has come."""

    key: str
    generation: int
    done: int
    total: int


class TaskHandle:
    """What work sees of its question: it reports progress and hears of cancellation."""

    def __init__(self, key: str, generation: int, report: Callable[[Progress], None]) -> None:
        self.key = key
        self.generation = generation
        self._report = report
        self._stop = Event()
        self._pause = Event()

    @property
    def is_cancelled(self) -> bool:
        """The user asked to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._stop.set()

    def interrupt(self) -> None:
        """Ask background work to make way at its next step."""
        self._pause.set()

    def resume(self) -> None:
        """The way is free again."""
        self._pause.clear()

    def check(self) -> None:
        """Stop here if asked to.

        Raises:
            Cancelled: the user asked to stop.
            Interrupted: this is background work, and the user waits for something else.
        """
        if self._stop.is_set():
            raise Cancelled
        if self._pause.is_set():
            raise Interrupted

    def step(self, done: int, total: int) -> None:
        """Report progress, and stop here if asked to.

        Raises:
            Cancelled: the user asked to stop.
            Interrupted: this is background work, and the user waits for something else.
        """
        self.check()
        self._report(Progress(self.key, self.generation, done, total))


@dataclass(frozen=True, eq=False)
class _Question:
    task: TaskHandle
    work: Callable[[TaskHandle], object]
    background: bool = False


class Worker(QThread):
    """One thread with a mailbox that holds at most one waiting question of each key.

    Args:
        name: of the thread, for the log.
        on_close: runs on the worker when it ends, to release what the worker owns.
        parent: the owner.
    """

    finished = Signal(object)
    """An ``TaskResult``; connect with ``listen`` so that it arrives on the receiver's thread."""
    progressed = Signal(object)
    """A ``Progress``."""

    def __init__(
        self,
        name: str,
        *,
        on_close: Callable[[], None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setStackSize(STACK_BYTES)
        self._on_close = on_close
        self._mail: dict[str, _Question] = {}
        self._background: dict[str, _Question] = {}
        self._running: _Question | None = None
        self._generations: defaultdict[str, int] = defaultdict(int)
        self._condition = Condition()
        self._closing = False

    def listen(
        self, on_result: Callable[[TaskResult], None], on_progress: Callable[[Progress], None]
    ) -> None:
        """Connect slots; always queued, so that asking never answers within the call."""
        self.finished.connect(on_result, Qt.ConnectionType.QueuedConnection)
        self.progressed.connect(on_progress, Qt.ConnectionType.QueuedConnection)

    def ask(
        self, key: str, work: Callable[[TaskHandle], object], *, background: bool = False
    ) -> int:
        """Put a question; one of the same key that still waits is cancelled.

        Args:
            key: what kind of question it is, always either background or not.
            work: runs on the worker; must close over immutable values only.
            background: it makes way for all others, and may therefore be begun several times.

        Returns:
            The generation; a result of an older one is stale.
        """
        with self._condition:
            self._generations[key] += 1
            task = TaskHandle(key, self._generations[key], self.progressed.emit)
            waiting = self._background if background else self._mail
            replaced = waiting.pop(key, None)
            waiting[key] = _Question(task, work, background)
            running = self._running
            # Newer background work makes that of its own key pointless, too.
            more_urgent = not background or (running is not None and running.task.key == key)
            if running is not None and running.background and more_urgent:
                running.task.interrupt()
            self._condition.notify()
        if replaced is not None:
            self._report(replaced.task, "cancelled")
        return task.generation

    def generation(self, key: str) -> int:
        """The number of the latest question of a key; 0 before the first."""
        return self._generations[key]

    def is_latest(self, result: TaskResult) -> bool:
        """Nothing newer of this key has been asked."""
        return result.generation == self._generations[result.key]

    def is_pending(self, key: str) -> bool:
        """A question of this key waits or is being worked on."""
        with self._condition:
            running = self._running
            waits = key in self._mail or key in self._background
            return waits or (running is not None and running.task.key == key)

    def cancel(self, key: str) -> None:
        """Drop the waiting question of a key, and ask the running one to stop."""
        with self._condition:
            dropped = self._mail.pop(key, None) or self._background.pop(key, None)
            if self._running is not None and self._running.task.key == key:
                self._running.task.cancel()
        if dropped is not None:
            self._report(dropped.task, "cancelled")

    def close(self) -> None:
        """Stop all work and wait for the thread to end."""
        with self._condition:
            self._closing = True
            self._mail.clear()
            self._background.clear()
            if self._running is not None:
                self._running.task.cancel()
            self._condition.notify()
        self.wait()

    @override
    def run(self) -> None:
        while (question := self._next()) is not None:
            self._result(question)
            # Neither the work nor what it closed over may outlive its result.
            del question
        if self._on_close is not None:
            self._on_close()

    def _next(self) -> _Question | None:
        with self._condition:
            self._running = None
            while not self._mail and not self._background and not self._closing:
                self._condition.wait()
            if self._closing:
                return None
            waiting = self._mail or self._background
            self._running = waiting.pop(next(iter(waiting)))
            self._running.task.resume()
            return self._running

    def _put_again(self, question: _Question) -> None:
        """After an interruption; unless it was cancelled, or a newer one of its key waits."""
        key = question.task.key
        with self._condition:
            superseded = key in self._background or question.task.is_cancelled
            if not superseded:
                # Before all others: what was begun is ended first.
                self._background = {key: question, **self._background}
        if superseded:
            self._report(question.task, "cancelled")

    def _result(self, question: _Question) -> None:
        task = question.task
        try:
            payload = question.work(task)
        except Cancelled:
            self._report(task, "cancelled")
        except Interrupted:
            self._put_again(question)
        except MvitError as error:
            remedies = error.remedies if isinstance(error, DeviceMemoryError) else ()
            trace = traceback.format_exc()
            self._report(task, "failed", problem=str(error), trace=trace, remedies=remedies)
        except Exception as error:  # the worker must live on, and the window must hear of it
            logger.exception("%s: %s failed", self.objectName(), task.key)
            problem = f"{type(error).__name__}: {error}".splitlines()[0]
            self._report(task, "failed", problem=problem, trace=traceback.format_exc())
        else:
            self._report(task, "done", payload)

    def _report(
        self,
        task: TaskHandle,
        outcome: Outcome,
        payload: object = None,
        *,
        problem: str = "",
        trace: str = "",
        remedies: tuple[Remedy, ...] = (),
    ) -> None:
        if not self._closing:
            key, number = task.key, task.generation
            self.finished.emit(TaskResult(key, number, outcome, payload, problem, trace, remedies))
