"""The second half of each batch: in a process of its own, or in this one.

Two processes with one thread each are faster than one with two on a machine that others use. Both
ways compute the same numbers, so the weights do not depend on the choice.
"""

import multiprocessing
import signal
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mvit_core.errors import MvitError
from mvit_core.system.signals import deaf_to_ctrl_c
from mvit_core.training.learner import Learner, Share, Task

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["Helper", "LocalHelper", "ProcessHelper"]

_Question = tuple[int, NDArray[np.float32], Task]
"""Size, weights and task; arrays pass through the pipe as plain bytes, tensors would not."""

_Fields = tuple[NDArray[np.float32], float, float, int, int]
"""The fields of ``Share``."""


class Helper(Protocol):
    """Computes a share of a step."""

    def ask(self, size: int, weights: Tensor, task: Task) -> None:
        """Begin a share."""

    def result(self) -> Share:
        """The share that was requested."""


class LocalHelper:
    """Computes in this process, when the result is requested."""

    def __init__(self) -> None:
        self._learner: Learner | None = None
        self._asked: tuple[int, Tensor, Task] | None = None

    def ask(self, size: int, weights: Tensor, task: Task) -> None:
        """Remember the request."""
        self._asked = size, weights, task

    def result(self) -> Share:
        """Compute the share."""
        assert self._asked is not None  # ask comes first
        size, weights, task = self._asked
        if self._learner is None or self._learner.size != size:
            self._learner = Learner(size)
        self._learner.set_flat(weights)
        return self._learner.share(task)


class ProcessHelper:
    """Computes in a second process; a context manager."""

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with deaf_to_ctrl_c():  # which the new process inherits from its first moment
            self._process.start()
        theirs.close()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()  # the process ends when nobody can ask any more
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def ask(self, size: int, weights: Tensor, task: Task) -> None:
        """Send the question."""
        try:
            self._pipe.send((size, weights.numpy(), task))
        except OSError as error:
            raise self._lost() from error

    def result(self) -> Share:
        """Wait for the result."""
        try:
            gradient, loss, auxiliary_loss, right, clips = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        return Share(torch.from_numpy(gradient), loss, auxiliary_loss, right, clips)

    def _lost(self) -> MvitError:
        return MvitError(
            "the second process of the training has ended (was it killed for memory?); "
            "give the same command again to continue from the last checkpoint"
        )


def _serve(pipe: "Connection[_Fields, _Question]") -> None:
    """Compute shares until the other side goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it was not inherited, as on Windows
    torch.set_num_threads(1)
    local = LocalHelper()
    with suppress(EOFError, OSError):
        while True:
            size, weights, task = pipe.recv()
            local.ask(size, torch.from_numpy(np.array(weights)), task)
            share = local.result()
            pipe.send(
                (share.gradient.numpy(), share.loss, share.auxiliary_loss, share.right, share.clips)
            )
