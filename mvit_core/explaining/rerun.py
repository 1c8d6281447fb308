"""A clip run on from any of its blocks, while hooks change or hear what its parts give.

Axis legend: N and C tokens and channels.
"""

from contextlib import AbstractContextManager, ExitStack

import torch
from torch import Tensor

from mvit_core.explaining.subject import EnteringTokens, StageRun, Subject

__all__ = ["Rerun"]


class Rerun:
    """A clip and its network, whose passes begin at the first block that is changed.

    It remembers the tokens that enter each block, some 50 MiB for MViTv2-S. Not thread-safe: it
    belongs to whom the network belongs to, and runs within a session of the subject.

    Args:
        subject: the network and one clip.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._entering: dict[int, StageRun] = {}

    @property
    def nbytes(self) -> int:
        """Memory of what is remembered."""
        return sum(run.tokens.nbytes for run in self._entering.values())

    def run_on(self, block: int, hooks: AbstractContextManager[object]) -> Tensor:
        """Logits (1, classes) of a pass from a block on.

        Args:
            block: from 0.
            hooks: entered for that pass alone.
        """
        subject = self.subject
        run = self._run(block) if block else None
        with hooks, torch.no_grad():
            if run is None:
                return subject.logits_of(subject.clip)
            return subject.resume(run.tokens, run.grid, run.block)

    def _run(self, block: int) -> StageRun:
        """Tokens that enter a block behind the first: one pass hears all, or those of the end."""
        if block not in self._entering:
            subject, start = self.subject, self.subject.run
            in_end = block >= subject.stage > 0
            behind = range(subject.stage if in_end else 1, subject.config.depth)
            with ExitStack() as stack, torch.no_grad():
                heard = [stack.enter_context(EnteringTokens(subject.model, at)) for at in behind]
                if in_end:
                    subject.resume(start.tokens, start.grid, start.block)
                else:
                    subject.logits_of(subject.clip)
            for each in heard:
                self._entering.setdefault(each.block, each.run(start.logits))
        return self._entering[block]
