"""Workers: long-lived threads that run one task at a time and call back on the window's thread.

The window submits a closure over immutable values together with callbacks for its result; a newer
task of the same key replaces the one still waiting. Every task ends in exactly one ``TaskResult``:
done, failed or cancelled. Results of replaced tasks are dropped here, unless ``on_late`` was given.

Tasks that the user waits for go before background work: that is interrupted at its next check and
queued again once nobody waits. The work itself must remember how far it came.
"""

from __future__ import annotations

import logging
import traceback
from collections import defaultdict
from dataclasses import dataclass, replace
from threading import Condition, Event
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, Signal, Slot
from typing_extensions import override

from app.results import TaskKey
from mvit_core.errors import Cancelled, MvitError, OwnCodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from mvit_core.errors import Remedy

logger = logging.getLogger(__name__)

Payload = TypeVar("Payload")

Outcome = Literal["done", "failed", "cancelled"]

STACK_BYTES = 16 << 20
"""Stack of a worker thread; macOS gives 512 KiB by default, which deep networks overrun."""


class Interrupted(Exception):  # noqa: N818 - nothing went wrong
    """Raised in background work when something urgent waits; the task is queued again."""


@dataclass(frozen=True, eq=False)
class TaskResult:
    """The end of a task: done with a payload, failed with a problem, or cancelled."""

    key: TaskKey
    generation: int
    outcome: Outcome
    payload: object = None
    """Value that the work returned, when done."""
    problem: str = ""
    """Message of the error in one line, when failed."""
    trace: str = ""
    """Traceback, when failed."""
    remedies: tuple[Remedy, ...] = ()
    """Ways out, where memory ended."""
    choices: tuple[str, ...] = ()
    """Networks of which one must be chosen."""


@dataclass(frozen=True)
class Progress:
    """Progress of a task: ``done`` of ``total`` steps."""

    key: TaskKey
    generation: int
    done: int
    total: int


class TaskHandle:
    """A task as its work sees it: reports progress, and stops it when cancelled or interrupted."""

    def __init__(
        self,
        key: TaskKey,
        generation: int,
        report: Callable[[Progress], None],
        background: bool = False,
    ) -> None:
        self.key = key
        self.generation = generation
        self.background = background
        self._report = report
        self._stop = Event()
        self._pause = Event()

    @property
    def is_cancelled(self) -> bool:
        """True where the task was asked to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._stop.set()

    def interrupt(self) -> None:
        """Ask background work to make way at its next step."""
        self._pause.set()

    def resume(self) -> None:
        """Withdraw the interruption."""
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
class _Callbacks(Generic[Payload]):
    """Callbacks of a task, called on the window's thread."""

    on_result: Callable[[Payload], object] | None = None
    on_error: Callable[[TaskResult], object] | None = None
    on_cancel: Callable[[], object] | None = None
    on_late: Callable[[Payload], object] | None = None

    def call(self, result: TaskResult, *, is_latest: bool) -> None:
        """Call the callback for the outcome; for a replaced task ``on_late`` alone."""
        payload: Any = result.payload  # what the work of these very callbacks returned
        if not is_latest:
            if self.on_late is not None and result.outcome == "done":
                self.on_late(payload)
        elif result.outcome == "done":
            if self.on_result is not None:
                self.on_result(payload)
        elif result.outcome == "failed":
            if self.on_error is not None:
                self.on_error(result)
        elif self.on_cancel is not None:
            self.on_cancel()


@dataclass(frozen=True, eq=False)
class _QueuedTask:
    task: TaskHandle
    work: Callable[[TaskHandle], object]
    background: bool = False


class Worker(QThread):
    """One thread with a mailbox that holds at most one waiting task of each key.

    Args:
        name: name of the thread in the log.
        keys: keys of the tasks that it runs.
        on_close: runs on the worker when it ends, to release its resources.
        parent: the owner.
    """

    finished = Signal(object)
    """Emitted with the ``TaskResult`` of every task after its callbacks, also of replaced ones."""
    progressed = Signal(object)
    """Emitted with a ``Progress``; ``listen`` makes it arrive on the receiver's thread."""
    _ended = Signal(object)

    def __init__(
        self,
        name: str,
        keys: Collection[TaskKey] = tuple(TaskKey),
        *,
        on_close: Callable[[], None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setStackSize(STACK_BYTES)
        self.keys = frozenset(keys)
        self._on_close = on_close
        self._mail: dict[TaskKey, _QueuedTask] = {}
        self._background: dict[TaskKey, _QueuedTask] = {}
        self._running: _QueuedTask | None = None
        self._generations: defaultdict[TaskKey, int] = defaultdict(int)
        # The window's thread alone holds callbacks: the last to let go of a widget must not be
        # the worker, while Qt asks the widget what it is.
        self._callbacks: dict[tuple[TaskKey, int], _Callbacks[Any]] = {}
        self._condition = Condition()
        self._closing = False
        # The worker's thread emits; this object lives on the window's, where the slot runs.
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def listen(
        self, on_finished: Callable[[TaskResult], None], on_progress: Callable[[Progress], None]
    ) -> None:
        """Connect slots to the end and the progress of all tasks."""
        self.finished.connect(on_finished)
        self.progressed.connect(on_progress, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        key: TaskKey,
        work: Callable[[TaskHandle], Payload],
        on_result: Callable[[Payload], object] | None = None,
        on_error: Callable[[TaskResult], object] | None = None,
        *,
        background: bool = False,
        on_cancel: Callable[[], object] | None = None,
        on_late: Callable[[Payload], object] | None = None,
    ) -> int:
        """Queue a task; one of the same key that still waits is cancelled.

        Callbacks are called on the window's thread, never within this call, and only while this is
        the latest task of its key; after that ``on_late`` alone is called.

        Args:
            key: kind of the task; a key is always background or never.
            work: runs on the worker; must close over immutable values only.
            on_result: called with the value that the work returned.
            on_error: called with the ``TaskResult`` of work that failed.
            background: let all other tasks go first; the work may be started several times.
            on_cancel: called when the task was cancelled.
            on_late: called with the value of work that a newer task had replaced meanwhile.

        Returns:
            The generation: number of the task among those of its key, from 1.

        Raises:
            ValueError: the worker runs no tasks of this key.
        """
        self._check_key(key)
        callbacks = _Callbacks(on_result, on_error, on_cancel, on_late)
        with self._condition:
            self._generations[key] += 1
            task = TaskHandle(key, self._generations[key], self.progressed.emit, background)
            self._callbacks[key, task.generation] = callbacks
            replaced = self._put(_QueuedTask(task, work, background))
            self._condition.notify()
        if replaced is not None:
            self._report(replaced, "cancelled")
        return task.generation

    def _put(self, queued: _QueuedTask) -> _QueuedTask | None:
        """Put a task into the mailbox; returns the one of its key that it replaces."""
        key, background = queued.task.key, queued.background
        waiting = self._background if background else self._mail
        replaced = waiting.pop(key, None)
        waiting[key] = queued
        running = self._running
        # Newer background work makes running work of its own key pointless, too.
        more_urgent = not background or (running is not None and running.task.key == key)
        if running is not None and running.background and more_urgent:
            running.task.interrupt()
        return replaced

    def _check_key(self, key: TaskKey) -> None:
        if key not in self.keys:
            known = ", ".join(sorted(self.keys))
            raise ValueError(
                f"the worker {self.objectName()!r} has no task {str(key)!r}; it has {known}"
            )

    def generation(self, key: TaskKey) -> int:
        """The number of the latest task of a key; 0 before the first."""
        self._check_key(key)
        return self._generations[key]

    def is_latest(self, result: TaskResult) -> bool:
        """True where no newer task of this key was submitted."""
        return result.generation == self._generations[result.key]

    def is_pending(self, key: TaskKey) -> bool:
        """True where a task of this key waits or runs."""
        self._check_key(key)
        with self._condition:
            running = self._running
            waits = key in self._mail or key in self._background
            return waits or (running is not None and running.task.key == key)

    def cancel(self, key: TaskKey) -> None:
        """Cancel the waiting task of a key, and ask the running one to stop."""
        self._check_key(key)
        with self._condition:
            dropped = self._mail.pop(key, None) or self._background.pop(key, None)
            if self._running is not None and self._running.task.key == key:
                self._running.task.cancel()
        if dropped is not None:
            self._report(dropped, "cancelled")

    def close(self) -> None:
        """Stop all work and wait for the thread to end."""
        self.ask_to_end()
        self.wait()

    def has_ended(self, seconds: float) -> bool:
        """Wait for the thread to end, so long at most; whether it did."""
        return bool(self.wait(QDeadlineTimer(round(1000 * seconds))))

    def ask_to_end(self) -> None:
        """Stop all work, without waiting."""
        with self._condition:
            self._closing = True
            self._mail.clear()
            self._background.clear()
            if self._running is not None:
                self._running.task.cancel()
            self._condition.notify()
        self._callbacks.clear()

    @override
    def run(self) -> None:
        while (queued := self._next()) is not None:
            self._result(queued)
            # Neither the work nor what it closed over may outlive its result.
            del queued
        if self._on_close is not None:
            self._on_close()

    def _next(self) -> _QueuedTask | None:
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

    def _put_again(self, queued: _QueuedTask) -> None:
        """Queue an interrupted task again, unless it was cancelled or a newer one waits."""
        key = queued.task.key
        with self._condition:
            superseded = key in self._background or queued.task.is_cancelled
            if not superseded:
                # Before all others: a task that was begun is finished first.
                self._background = {key: queued, **self._background}
        if superseded:
            self._report(queued, "cancelled")

    def _result(self, queued: _QueuedTask) -> None:
        try:
            payload = queued.work(queued.task)
        except Cancelled:
            self._report(queued, "cancelled")
        except Interrupted:
            self._put_again(queued)
        except MvitError as error:
            # Whoever wrote code wants to know where it failed; an error without a cause is not its.
            if isinstance(error, OwnCodeError) and error.__cause__ is not None:
                logger.exception("%s: %s failed", self.objectName(), queued.task.key)
            self._report(queued, "failed", error=error, trace=traceback.format_exc())
        except Exception as error:  # the worker must live on, and the window must report it
            logger.exception("%s: %s failed", self.objectName(), queued.task.key)
            problem = f"{type(error).__name__}: {error}".splitlines()[0]
            self._report(queued, "failed", problem=problem, trace=traceback.format_exc())
        else:
            self._report(queued, "done", payload)

    def _report(
        self,
        queued: _QueuedTask,
        outcome: Outcome,
        payload: object = None,
        *,
        problem: str = "",
        trace: str = "",
        error: MvitError | None = None,
    ) -> None:
        if not self._closing:
            key, number = queued.task.key, queued.task.generation
            result = TaskResult(key, number, outcome, payload, problem, trace)
            if error is not None:
                remedies, choices = error.remedies, error.choices
                result = replace(result, problem=str(error), remedies=remedies, choices=choices)
            self._ended.emit(result)

    @Slot(object)
    def _deliver(self, result: TaskResult) -> None:
        """Call the callbacks, on the window's thread, and emit ``finished``."""
        callbacks = self._callbacks.pop((result.key, result.generation), None)
        if callbacks is not None and not self._closing:
            callbacks.call(result, is_latest=self.is_latest(result))
            self.finished.emit(result)
