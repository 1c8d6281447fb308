"""Background work of the inference worker that passes through many windows or views.

A task keeps what it has done, so that it goes on where it was interrupted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.workers.worker import TaskHandle

Piece = TypeVar("Piece")
Told = TypeVar("Told")


class PieceByPiece(Generic[Piece, Told]):
    """Does one piece after the other, and tells of each at once.

    Args:
        pieces: what is to be done, in order.
        work: does a piece; runs on the worker.
        tell: hears of each, on the worker's thread.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        work: Callable[[Piece, TaskHandle], Told],
        notify: Callable[[Told], None],
    ) -> None:
        self._pieces, self._work, self._report = pieces, work, notify
        self._done = 0

    def __call__(self, task: TaskHandle) -> None:
        """Go on from the first piece that is not done."""
        while self._done < len(self._pieces):
            task.step(self._done, len(self._pieces))
            self._report(self._work(self._pieces[self._done], task))
            self._done += 1
