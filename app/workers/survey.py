"""Background work of the inference worker over many windows or views.

A task remembers its finished pieces, so that it continues after an interruption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.workers.worker import TaskHandle

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class PieceByPiece(Generic[Piece, Result]):
    """Does one piece after the other, and hands over the result of each at once.

    Args:
        pieces: arguments of the pieces, in order.
        work: does one piece; runs on the worker.
        notify: receives the result of each piece, on the worker's thread.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        work: Callable[[Piece, TaskHandle], Result],
        notify: Callable[[Result], None],
    ) -> None:
        self._pieces, self._work, self._report = pieces, work, notify
        self._done = 0

    def __call__(self, task: TaskHandle) -> None:
        """Continue with the first piece that is not done."""
        while self._done < len(self._pieces):
            task.step(self._done, len(self._pieces))
            self._report(self._work(self._pieces[self._done], task))
            self._done += 1
