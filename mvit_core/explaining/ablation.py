"""Ablation: what the logit loses when a head is switched off, exactly.

The head's weighted values A V are replaced by their mean over the clip, or by zero, and the network
runs on from its block; the pooled queries that residual pooling adds stay. First-order estimates
agree with this at r = .42 only and are not offered. Zero tells of a head in the first blocks little
more than that its output has an offset: the mean is the better question.

Axis legend: h heads, Nq pooled query tokens, d head channels, N and C tokens and channels.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal, Self

import torch
from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.explaining.evidence import Target
from mvit_core.explaining.subject import EnteringTokens, StageRun, Subject, margin
from mvit_core.explaining.tapping import tap_of
from mvit_core.explaining.watching import OnStep, Steps

__all__ = ["Ablation", "HeadEffect", "HeadEffects", "HeadMeans", "HeadPlace", "head_means"]

OnHead = Callable[["HeadEffect"], None]
"""Called with each head's effect as soon as it is known, from the last block upward."""


@dataclass(frozen=True, order=True)
class HeadPlace:
    """One head of the network."""

    block: int
    """From 0."""
    head: int
    """From 0."""


@dataclass(frozen=True)
class HeadMeans:
    """Mean output of every head over some windows and all their tokens."""

    blocks: tuple[Tensor, ...]
    """(h, d) of each block, in float32 at least, on the CPU."""
    windows: int
    """Windows that the mean is of."""

    def joined(self, other: Self) -> Self:
        """The mean over the windows of both: a running mean of a clip, or of many."""
        windows = self.windows + other.windows
        blocks = (
            one + (two - one) * (other.windows / windows)
            for one, two in zip(self.blocks, other.blocks, strict=True)
        )
        return type(self)(tuple(blocks), windows)


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
    by: Literal["mean", "zero"]
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
    means: list[Tensor] = []

    def on_weighted(_: nn.Module, __: object, weighted: Tensor) -> None:
        promoted = weighted.to(torch.promote_types(weighted.dtype, torch.float32))
        means.append(promoted.mean(dim=(0, 2)).cpu())

    with subject.session(on_step), ExitStack() as stack, torch.no_grad():
        for layer in subject.model.layers:
            stack.callback(tap_of(layer).register_forward_hook(on_weighted).remove)
        subject.logits_of(subject.clip)
    return HeadMeans(tuple(means), 1)


class Ablation:
    """A clip and its network with switches for heads.

    It remembers the tokens that enter each block, some 50 MiB for MViTv2-S, so that switching costs
    the blocks from the first one changed alone. Not thread-safe: it belongs to whom the network
    belongs to.

    Args:
        subject: the network and one clip.
        means: what stands for a head that is off; None for zero.

    Raises:
        CaptureError: the means are those of another network.
    """

    def __init__(self, subject: Subject, means: HeadMeans | None = None) -> None:
        self.subject = subject
        self._means = means
        self._heads = tuple(block.num_heads for block in subject.config.blocks)
        if means is not None and tuple(len(each) for each in means.blocks) != self._heads:
            raise CaptureError(
                "these means of heads are of another network; take them with this one"
            )
        self._entering: dict[int, StageRun] = {}
        # The block that was changed first in the last run, and its weighted values.
        self._weighted = (-1, torch.empty(0))

    @property
    def nbytes(self) -> int:
        """Memory of what is remembered."""
        return self._weighted[1].nbytes + sum(run.tokens.nbytes for run in self._entering.values())

    @property
    def places(self) -> tuple[HeadPlace, ...]:
        """All heads of the network, by block and head."""
        return tuple(
            HeadPlace(block, head)
            for block, count in enumerate(self._heads)
            for head in range(count)
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
        places = frozenset(off)
        self._check(places)
        with self.subject.session(on_step):
            return self._without(places) if places else self.subject.run.logits

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
        return HeadEffects(target, "zero" if self._means is None else "mean", total, ordered)

    def _each(self, target: Target, total: float, steps: Steps) -> Iterator[HeadEffect]:
        for place in sorted(self.places, key=lambda each: (-each.block, each.head)):
            left = float(margin(self._without(frozenset({place})), target))
            steps.step()
            yield HeadEffect(place, total - left)

    def _check(self, places: frozenset[HeadPlace]) -> None:
        unknown = sorted(places - frozenset(self.places))
        if unknown:
            block, head = unknown[0].block, unknown[0].head
            there = f"blocks 0 to {len(self._heads) - 1}"
            if 0 <= block < len(self._heads):
                there = f"heads 0 to {self._heads[block] - 1} there"
            raise CaptureError(
                f"head {head} of block {block} does not exist; the model has {there}"
            )

    def _without(self, places: frozenset[HeadPlace]) -> Tensor:
        """Logits without some heads; runs on from the first block that one of them is in."""
        block, subject = min(places).block, self.subject
        run = self._run(block) if block else None
        with self._switched(places), torch.no_grad():
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

    @contextmanager
    def _switched(self, places: frozenset[HeadPlace]) -> Iterator[None]:
        """These heads give their mean or zero while the block lasts."""
        by_block: dict[int, list[int]] = defaultdict(list)
        for place in sorted(places):
            by_block[place.block].append(place.head)
        first = min(by_block)
        with ExitStack() as stack:
            for block, heads in by_block.items():
                tap = tap_of(self.subject.model.layers[block])
                if block == first == self._weighted[0]:
                    stack.callback(tap.register_forward_pre_hook(self._giving(heads)).remove)
                else:
                    hook = self._replacing(block, heads, remember=block == first)
                    stack.callback(tap.register_forward_hook(hook).remove)
            yield

    def _replacing(self, block: int, heads: list[int], remember: bool) -> Callable[..., Tensor]:
        def replace(_: nn.Module, __: object, weighted: Tensor) -> Tensor:
            if remember:  # what enters the first block that is changed is always the same
                self._weighted = (block, weighted)
            return self._changed(block, heads, weighted)

        return replace

    def _giving(self, heads: list[int]) -> Callable[..., tuple[object, None, Tensor]]:
        """A hook by which the attention of the block remembered is not computed again."""
        block, weighted = self._weighted

        def give(_: nn.Module, given: tuple[object, ...]) -> tuple[object, None, Tensor]:
            return given[0], None, self._changed(block, heads, weighted)

        return give

    def _changed(self, block: int, heads: list[int], weighted: Tensor) -> Tensor:
        """Weighted values (B, h, Nq, d) with something else for some heads."""
        changed = weighted.clone()
        changed[:, heads] = 0.0
        if self._means is not None:
            mean = self._means.blocks[block][heads]  # (heads, d)
            changed[:, heads] = mean.to(changed)[:, None]
        return changed
