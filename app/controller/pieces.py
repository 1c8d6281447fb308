"""Questions that the inference worker answers one by one, each once, while somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.workers.survey import PieceByPiece

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.workbench import Workbench
    from app.results import TaskKey
    from app.workers.worker import TaskHandle, TaskResult

Asked = TypeVar("Asked")
Found = TypeVar("Found")

MOST_KEPT = 512
"""Answers that are kept, some 30 KiB each at most."""


class Pieces(QObject, Collaborator, Generic[Asked, Found]):
    """Remembers answers, and has those made that are missing.

    Args:
        bench: shared by the controller's collaborators.
        key: of its task.
        title: of its job.
    """

    _piece_done = Signal(object, object)

    def __init__(self, bench: Workbench, key: TaskKey, title: Callable[[], str]) -> None:
        super().__init__(bench)
        self._bench, self._key, self._title = bench, key, title
        self.known: dict[Asked, Found] = {}
        self._begun: tuple[Asked, ...] = ()
        self._stopped: set[Asked] = set()
        # Emitted on the worker's thread, received on the window's.
        self._piece_done.connect(self._record, Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        wanted: tuple[Asked, ...],
        work: Callable[[Asked, TaskHandle], Found],
        *,
        background: bool,
    ) -> None:
        """Have those answered that are neither known nor under way; one alone is not waited for.

        Args:
            wanted: questions, the most urgent first.
            work: answers one; runs on the worker.
            background: make way for what the user waits for.
        """
        missing = tuple(
            each for each in wanted if each not in self.known and each not in self._stopped
        )
        if not missing or (self._begun and set(missing) <= set(self._begun)):
            return
        self._begun = missing
        self._bench.jobs.begin(self._key, self._title())

        def answer(asked: Asked, task: TaskHandle) -> tuple[Asked, Found]:
            return asked, work(asked, task)

        self._bench.workers.infer.submit(
            self._key,
            PieceByPiece(missing, answer, lambda found: self._piece_done.emit(*found)),
            lambda _: self._ended(),
            self._failed,
            background=background,
        )

    def leave(self) -> None:
        """Stop what is under way, as nobody looks any more."""
        if self._begun:
            self._bench.workers.infer.cancel(self._key)
            self._begun = ()

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is self._key:
            self._stopped.update(self._begun)
            self._begun = ()

    @override
    def resume(self) -> None:
        self._stopped.clear()

    @override
    def forget(self) -> None:
        self.leave()
        self.known.clear()
        self._stopped.clear()

    @Slot(object, object)
    def _record(self, asked: Asked, found: Found) -> None:
        self.known[asked] = found
        while len(self.known) > MOST_KEPT:
            del self.known[next(iter(self.known))]
        self._bench.due.emit()

    def _ended(self) -> None:
        self._begun = ()

    def _failed(self, result: TaskResult) -> None:
        self._stopped.update(self._begun)
        self._ended()
        self._bench.failed(result)
