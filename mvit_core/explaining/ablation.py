"""Ablation: what the logit loses when a head is switched off, exactly.

The head's weighted values A V are replaced by their mean over the clip, or by zero, and the network
runs on from its block; the pooled queries that residual pooling adds stay. First-order estimates
agree with this at r = .42 only and are not offered. Zero tells of a head in the first blocks little
more than that its output has an offset: the mean is the better question.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mvit_core.explaining.changes import HeadPlace, StandIn
from mvit_core.explaining.evidence import Target
from mvit_core.explaining.heads_off import HeadMeans, HeadsOff, MeansHeard
from mvit_core.explaining.rerun import Rerun
from mvit_core.explaining.subject import Subject, margin
from mvit_core.explaining.watching import OnStep, Steps

__all__ = ["Ablation", "HeadEffect", "HeadEffects", "HeadMeans", "HeadPlace", "head_means"]

OnHead = Callable[["HeadEffect"], None]
"""Called with each head's effect as soon as it is known, from the last block upward."""


@dataclass(frozen=True)
class HeadEffect:
    """What one head adds to what is explained."""

    place: HeadPlace
    value: float
    """In logits: with all heads, less without this one."""


@dataclass(frozen=True)
class HeadEffects:
    """Effects of every head of the network on one clip."""

    target: Target
    by: StandIn
    """What stands for a head that is switched off."""
    total: float
    """What is explained, in logits, with all heads."""
    effects: tuple[HeadEffect, ...]
    """In the order of blocks and heads."""


def head_means(subject: Subject, on_step: OnStep | None = None) -> HeadMeans:
    """Mean output of every head over the tokens of one window: one plain pass.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: the network cannot run on the clip.
    """
    with subject.session(on_step), MeansHeard(subject.model) as heard, torch.no_grad():
        subject.logits_of(subject.clip)
    return heard.means


class Ablation:
    """A clip and its network with switches for heads.

    What it remembers makes switching cost the blocks from the first one changed alone (``Rerun``).
    Not thread-safe: it belongs to whom the network belongs to.

    Args:
        subject: the network and one clip.
        means: what stands for a head that is off; None for zero.

    Raises:
        CaptureError: the means are those of another network.
    """

    def __init__(self, subject: Subject, means: HeadMeans | None = None) -> None:
        self.subject = subject
        self._off = HeadsOff(subject.config, (), means)
        self._rerun = Rerun(subject)
        # The block that was changed first in the last run, and its weighted values.
        self._weighted = (-1, torch.empty(0))

    @property
    def nbytes(self) -> int:
        """Memory of what is remembered."""
        return self._weighted[1].nbytes + self._rerun.nbytes

    @property
    def places(self) -> tuple[HeadPlace, ...]:
        """All heads of the network, by block and head."""
        return tuple(
            HeadPlace(block, head)
            for block, built in enumerate(self.subject.config.blocks)
            for head in range(built.num_heads)
        )

    def logits(self, off: Iterable[HeadPlace], on_step: OnStep | None = None) -> Tensor:
        """Logits (1, classes) with some heads switched off.

        Args:
            off: any set of heads; none gives the logits of the clip.
            on_step: called many times; raising from it ends the run.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: there is no such head.
        """
        wanted = self._switched(off)
        with self.subject.session(on_step):
            return self._without(wanted) if wanted.places else self.subject.run.logits

    def effects(
        self, target: Target, on_step: OnStep | None = None, on_head: OnHead | None = None
    ) -> HeadEffects:
        """What each head of the network adds by itself, from the last block upward.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: there is no such class.
        """
        target.check(self.subject.config.num_classes)
        found: list[HeadEffect] = []
        with self.subject.session(on_step) as steps:
            steps.expect(len(self.places))
            total = float(margin(self.subject.run.logits, target))
            for effect in self._each(target, total, steps):
                found.append(effect)
                if on_head is not None:
                    on_head(effect)
        ordered = tuple(sorted(found, key=lambda effect: effect.place))
        return HeadEffects(target, "zero" if self._off.means is None else "mean", total, ordered)

    def effect(self, place: HeadPlace, target: Target, on_step: OnStep | None = None) -> HeadEffect:
        """What one head adds by itself.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: there is no such head or class.
        """
        target.check(self.subject.config.num_classes)
        off = self._switched([place])
        with self.subject.session(on_step):
            total = float(margin(self.subject.run.logits, target))
            return HeadEffect(place, total - float(margin(self._without(off), target)))

    def _each(self, target: Target, total: float, steps: Steps) -> Iterator[HeadEffect]:
        for place in sorted(self.places, key=lambda each: (-each.block, each.head)):
            left = float(margin(self._without(self._switched([place])), target))
            steps.step()
            yield HeadEffect(place, total - left)

    def _switched(self, places: Iterable[HeadPlace]) -> HeadsOff:
        return replace(self._off, places=tuple(sorted(set(places))))

    def _without(self, off: HeadsOff) -> Tensor:
        """Logits without some heads; runs on from the first block that one of them is in."""
        block = off.places[0].block

        def remember(weighted: Tensor) -> None:  # what enters that block is always the same
            self._weighted = (block, weighted)

        known = self._weighted[1] if self._weighted[0] == block else None
        return self._rerun.run_on(block, off.applied(self.subject.model, known, remember))
