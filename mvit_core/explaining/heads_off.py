"""Heads that give something else than they computed, while a network runs.

Axis legend: h heads, Nq pooled query tokens, d head channels.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.explaining.changes import HeadPlace
from mvit_core.model.config import MViTConfig
from mvit_core.model.mvit import MViT
from mvit_core.model.tap import tap_of

__all__ = ["HeadMeans", "HeadsOff", "MeansHeard", "check_place", "head_shapes"]


def check_place(config: MViTConfig, block: int, head: int | None = None) -> None:
    """Check that a network has a block, and a head in it.

    Raises:
        CaptureError: it has not.
    """
    what = f"block {block}" if head is None else f"head {head} of block {block}"
    if not 0 <= block < config.depth:
        there = f"blocks 0 to {config.depth - 1}"
    elif head is not None and not 0 <= head < config.blocks[block].num_heads:
        there = f"heads 0 to {config.blocks[block].num_heads - 1} there"
    else:
        return
    raise CaptureError(f"{what} does not exist; the model has {there}")


def head_shapes(config: MViTConfig) -> tuple[tuple[int, int], ...]:
    """(heads, channels of a head's output) of each block."""
    return tuple(
        (each.num_heads, (each.dim_out if config.dim_mul_in_att else each.dim) // each.num_heads)
        for each in config.blocks
    )


@dataclass(frozen=True)
class HeadMeans:
    """Mean output of every head over some windows and all their tokens."""

    blocks: tuple[Tensor, ...]
    """(h, d) of each block, in float32 at least, on the CPU."""
    windows: int
    """Windows that the mean is of."""

    @property
    def nbytes(self) -> int:
        """Memory of all of them."""
        return sum(block.nbytes for block in self.blocks)

    def joined(self, other: Self) -> Self:
        """The mean over the windows of both: a running mean of a clip, or of many."""
        windows = self.windows + other.windows
        blocks = (
            one + (two - one) * (other.windows / windows)
            for one, two in zip(self.blocks, other.blocks, strict=True)
        )
        return type(self)(tuple(blocks), windows)


class MeansHeard:
    """Hears the mean output of every head in the pass within its ``with`` block.

    Args:
        model: the network.
    """

    def __init__(self, model: MViT) -> None:
        self._model = model
        self._heard: dict[int, Tensor] = {}
        self._windows = 1
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for block, layer in enumerate(self._model.layers):
            handle = tap_of(layer).register_forward_hook(self._hook(block))
            self._stack.callback(handle.remove)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _hook(self, block: int) -> Callable[..., None]:
        def hear(_: nn.Module, __: object, weighted: Tensor) -> None:
            with torch.no_grad():
                self._windows = len(weighted)  # several run together are as many windows
                promoted = weighted.to(torch.promote_types(weighted.dtype, torch.float32))
                self._heard[block] = promoted.mean(dim=(0, 2))  # (h, d)

        return hear

    @property
    def means(self) -> HeadMeans:
        """What was heard, once the pass has come to its end."""
        with torch.inference_mode(False):  # to be used where gradients are taken, too
            means = (self._heard[block].cpu().clone() for block in sorted(self._heard))
            return HeadMeans(tuple(means), self._windows)


@dataclass(frozen=True, eq=False)
class HeadsOff:
    """Heads of a network that are off, and what stands for them.

    Raises:
        CaptureError: the network has no such head, or the means are those of another.
    """

    config: MViTConfig
    places: tuple[HeadPlace, ...]
    """Ascending."""
    means: HeadMeans | None = None
    """What they give; None for zero."""

    def __post_init__(self) -> None:
        of = None if self.means is None else tuple(tuple(each.shape) for each in self.means.blocks)
        if of is not None and of != head_shapes(self.config):
            raise CaptureError(
                "these means of heads are of another network; take them with this one"
            )
        for place in self.places:
            check_place(self.config, place.block, place.head)

    def of(self, block: int) -> list[int]:
        """Heads of a block that are off."""
        return [place.head for place in self.places if place.block == block]

    @contextmanager
    def applied(
        self,
        model: MViT,
        known: Tensor | None = None,
        hear: Callable[[Tensor], object] | None = None,
    ) -> Iterator[None]:
        """These heads are off in every pass while the block lasts.

        Args:
            model: the network.
            known: weighted values (B, h, Nq, d) of the first block that is changed, whose attention
                is not computed again then.
            hear: given those values where they are computed.
        """
        blocks = sorted({place.block for place in self.places})
        with ExitStack() as stack:
            for block in blocks:
                tap, is_first = tap_of(model.layers[block]), block == blocks[0]
                if is_first and known is not None:
                    handle = tap.register_forward_pre_hook(self._giving(block, known))
                else:
                    heard = hear if is_first else None
                    handle = tap.register_forward_hook(self._replacing(block, heard))
                stack.callback(handle.remove)
            yield

    def _replacing(
        self, block: int, hear: Callable[[Tensor], object] | None
    ) -> Callable[..., Tensor]:
        def replace(_: nn.Module, __: object, weighted: Tensor) -> Tensor:
            if hear is not None:
                hear(weighted)
            return self._changed(block, weighted)

        return replace

    def _giving(self, block: int, known: Tensor) -> Callable[..., tuple[object, None, Tensor]]:
        def give(_: nn.Module, given: tuple[object, ...]) -> tuple[object, None, Tensor]:
            return given[0], None, self._changed(block, known)

        return give

    def _changed(self, block: int, weighted: Tensor) -> Tensor:
        """Weighted values (B, h, Nq, d) with something else for the heads that are off."""
        heads, changed = self.of(block), weighted.clone()
        changed[:, heads] = 0.0
        if self.means is not None:
            mean = self.means.blocks[block][heads]  # (heads, d)
            changed[:, heads] = mean.to(changed)[:, None]
        return changed
