"""Workers: long-lived threads that do one thing at a time and call back on the window's thread.

The window submits a closure over immutable values together with what is to be called with its
result; a newer task of the same key replaces the one still waiting. Every task ends in exactly one
``TaskResult``: done, failed or cancelled. Results of older tasks are dropped here, unless whoever
submitted them said what to do with late ones.

What the user waits for goes before background work: that is interrupted at its next check and
put again once nobody waits. It keeps by itself what it has done so far.
"""

from __future__ import annotations

import logging
import traceback
from collections import defaultdict
from dataclasses import dataclass
from threading import Condition, Event
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, Signal, Slot
from typing_extensions import override

from app.results import TaskKey
from mvit_core.errors import Cancelled, MvitError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from mvit_core.errors import Remedy

logger = logging.getLogger(__name__)

Payload = TypeVar("Payload")

Outcome = Literal["done", "failed", "cancelled"]

STACK_BYTES = 16 << 20
"""Secondary threads of macOS get 512 KiB by default, which deep networks overrun."""


class Interrupted(Exception):  # noqa: N818 - nothing went wrong
    """Something more urgent waits; background work is put again afterwards."""


@dataclass(frozen=True, eq=False)
class TaskResult:
    """How a question ended."""

    key: TaskKey
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

    key: TaskKey
    generation: int
    done: int
    total: int


class TaskHandle:
    """What work sees of its question: it reports progress and hears of cancellation."""

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
class _Callbacks(Generic[Payload]):
    """Who hears how a task ended, on the window's thread."""

    on_result: Callable[[Payload], object] | None = None
    on_error: Callable[[TaskResult], object] | None = None
    on_cancel: Callable[[], object] | None = None
    on_late: Callable[[Payload], object] | None = None

    def call(self, result: TaskResult, *, is_latest: bool) -> None:
        """Call the one that a result is for; an older task is heard of by ``on_late`` alone."""
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
class _Question:
    task: TaskHandle
    work: Callable[[TaskHandle], object]
    callbacks: _Callbacks[Any]
    background: bool = False


class Worker(QThread):
    """One thread with a mailbox that holds at most one waiting question of each key.

    Args:
        name: of the thread, for the log.
        keys: of the tasks that it takes.
        on_close: runs on the worker when it ends, to release what the worker owns.
        parent: the owner.
    """

    finished = Signal(object)
    """A ``TaskResult``, after its callbacks; of every task, also of one that was replaced."""
    progressed = Signal(object)
    """A ``Progress``; connect with ``listen`` so that it arrives on the receiver's thread."""
    _ended = Signal(object, object)

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
        self._mail: dict[TaskKey, _Question] = {}
        self._background: dict[TaskKey, _Question] = {}
        self._running: _Question | None = None
        self._generations: defaultdict[TaskKey, int] = defaultdict(int)
        self._condition = Condition()
        self._closing = False
        # The worker's thread emits; this object lives on the window's, where the slot runs.
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def listen(
        self, on_finished: Callable[[TaskResult], None], on_progress: Callable[[Progress], None]
    ) -> None:
        """Connect slots to the ends of all tasks and to their progress."""
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
        """Put a task; one of the same key that still waits is cancelled.

        The callbacks are called on the window's thread, never within this call, and while this is
        the latest task of its key; ``on_late`` alone is called afterwards.

        Args:
            key: what kind of task it is, always either background or not.
            work: runs on the worker; must close over immutable values only.
            on_result: takes what the work returned.
            on_error: takes the ``TaskResult`` of work that failed.
            background: it makes way for all others, and may therefore be begun several times.
            on_cancel: called when the task was cancelled.
            on_late: takes a result that came when a newer task had been put already, where it is
                worth keeping.

        Returns:
            The generation: tasks of a key are numbered from 1.

        Raises:
            ValueError: the worker takes no tasks of this key.
        """
        self._check_key(key)
        callbacks = _Callbacks(on_result, on_error, on_cancel, on_late)
        with self._condition:
            self._generations[key] += 1
            task = TaskHandle(key, self._generations[key], self.progressed.emit, background)
            replaced = self._put(_Question(task, work, callbacks, background))
            self._condition.notify()
        if replaced is not None:
            self._report(replaced, "cancelled")
        return task.generation

    def _put(self, question: _Question) -> _Question | None:
        """Put a question into the mailbox; the one of its key that waited there."""
        key, background = question.task.key, question.background
        waiting = self._background if background else self._mail
        replaced = waiting.pop(key, None)
        waiting[key] = question
        running = self._running
        # Newer background work makes that of its own key pointless, too.
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
        """Nothing newer of this key has been asked."""
        return result.generation == self._generations[result.key]

    def is_pending(self, key: TaskKey) -> bool:
        """A task of this key waits or is being worked on."""
        self._check_key(key)
        with self._condition:
            running = self._running
            waits = key in self._mail or key in self._background
            return waits or (running is not None and running.task.key == key)

    def cancel(self, key: TaskKey) -> None:
        """Drop the waiting task of a key, and ask the running one to stop."""
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
            self._report(question, "cancelled")

    def _result(self, question: _Question) -> None:
        try:
            payload = question.work(question.task)
        except Cancelled:
            self._report(question, "cancelled")
        except Interrupted:
            self._put_again(question)
        except MvitError as error:
            problem, trace = str(error), traceback.format_exc()
            self._report(question, "failed", problem=problem, trace=trace, remedies=error.remedies)
        except Exception as error:  # the worker must live on, and the window must hear of it
            logger.exception("%s: %s failed", self.objectName(), question.task.key)
            problem = f"{type(error).__name__}: {error}".splitlines()[0]
            self._report(question, "failed", problem=problem, trace=traceback.format_exc())
        else:
            self._report(question, "done", payload)

    def _report(
        self,
        question: _Question,
        outcome: Outcome,
        payload: object = None,
        *,
        problem: str = "",
        trace: str = "",
        remedies: tuple[Remedy, ...] = (),
    ) -> None:
        if not self._closing:
            key, number = question.task.key, question.task.generation
            result = TaskResult(key, number, outcome, payload, problem, trace, remedies)
            self._ended.emit(question.callbacks, result)

    @Slot(object, object)
    def _deliver(self, callbacks: _Callbacks[Any], result: TaskResult) -> None:
        """Runs on the window's thread."""
        if not self._closing:
            callbacks.call(result, is_latest=self.is_latest(result))
            self.finished.emit(result)
