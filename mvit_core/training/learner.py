"""One step's arithmetic: gradients of a share of a batch, wherever that share is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from mvit_core.model import MultiScaleAttention, MultiScaleBlock, MViT
from mvit_core.model.kernels import forced
from mvit_core.training.auxiliary import BLOCK, Auxiliary, block_geometry
from mvit_core.training.batches import make_batch
from mvit_core.training.recipe import architecture

if TYPE_CHECKING:
    from mvit_core.geometry import Triple

__all__ = ["Learner", "Share", "Task"]

_ALIKE = 0.9
"""Correlation of the first queries and keys of the last block's heads."""

_IN_PLACE, _AROUND = 2.5, 0.1
"""Factors on the random taps of the last block's pools: at their own place, and beside it."""


@dataclass(frozen=True)
class Task:
    """One part of a batch to compute gradients of."""

    seeds: tuple[int, ...]
    """One clip each."""
    auxiliary: float
    """Weight of the auxiliary losses."""


@dataclass(frozen=True, eq=False)
class Share:
    """Gradients and measures of one share of a batch."""

    gradient: Tensor
    """All parameters' gradients, flat."""
    loss: float
    """Loss of the classification."""
    auxiliary_loss: float
    right: int
    """Clips classified right."""
    clips: int

    def joined(self, other: Self) -> "Share":
        """Both shares as one; they have as many clips."""
        return Share(
            (self.gradient + other.gradient) / 2,
            (self.loss + other.loss) / 2,
            (self.auxiliary_loss + other.auxiliary_loss) / 2,
            self.right + other.right,
            self.clips + other.clips,
        )


class Learner(nn.Module):
    """The model and its auxiliary head at one size.

    Args:
        size: side of the clips, in pixels.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        config = architecture(size)
        self.model = MViT(config)
        self.auxiliary = Auxiliary(config.blocks[BLOCK].dim_out)
        self._place = block_geometry(config, BLOCK)
        self._tokens: tuple[Tensor, Triple] | None = None
        self.model.blocks[BLOCK].register_forward_hook(self._keep)
        _initialise(self)

    def _keep(self, _: nn.Module, __: object, output: tuple[Tensor, Sequence[int]]) -> None:
        tokens, (t, y, x) = output
        self._tokens = tokens, (t, y, x)

    @property
    def flat(self) -> Tensor:
        """All parameters as one vector."""
        return torch.cat([p.detach().flatten() for p in self.parameters()])

    def set_flat(self, values: Tensor) -> None:
        """Set all parameters from one vector."""
        sizes = [p.numel() for p in self.parameters()]
        for parameter, part in zip(self.parameters(), values.split(sizes), strict=True):
            parameter.data.copy_(part.view_as(parameter))

    def share(self, task: Task) -> Share:
        """Render the clips of a task, and compute the gradients of their losses."""
        batch = make_batch(task.seeds, self.size)
        self.zero_grad(set_to_none=True)
        with forced(onednn=False):  # all processes of a run must round alike
            logits = self.model(batch.inputs)
            loss = functional.cross_entropy(logits, batch.labels)
            assert self._tokens is not None  # the hook has just kept them
            extra = self.auxiliary(*self._tokens, self._place, batch).total
            (loss + task.auxiliary * extra).backward()
        self._tokens = None
        return Share(
            gradient=torch.cat([_gradient(p) for p in self.parameters()]),
            loss=loss.item(),
            auxiliary_loss=extra.item(),
            right=int((logits.argmax(dim=1) == batch.labels).sum()),
            clips=len(batch.labels),
        )


def _gradient(parameter: nn.Parameter) -> Tensor:
    gradient = parameter.grad
    return torch.zeros(parameter.numel()) if gradient is None else gradient.flatten()


def _initialise(learner: Learner) -> None:
    """First weights that suit a small network: the reference's std of 0.02 is for wider layers."""
    for module in learner.modules():
        if isinstance(module, nn.Linear):
            nn.init.trunc_normal_(module.weight, std=module.in_features**-0.5)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.LayerNorm):
            nn.init.zeros_(module.bias)
    last = learner.model.blocks[-1]
    assert isinstance(last, MultiScaleBlock)  # the demo's configuration builds no other
    _keep_in_place(last.attn)
    _look_alike(last.attn)


@torch.no_grad()
def _keep_in_place(attention: MultiScaleAttention) -> None:
    """Pools of the last block begin by mixing no places; its values alone mix times.

    Motion lies between frames, so something must mix them. With random taps keys do it too, and
    heads learn to look where the thing was or will be instead of where it is.
    """
    keys, values = (getattr(attention, name).weight for name in ("pool_k", "pool_v"))
    in_place = values[:, :, :, 1, 1].clone()  # of (d, 1, 3, 3, 3): the column over time
    keys *= _AROUND
    keys[:, :, 1, 1, 1] = 1.0
    values *= _AROUND
    values[:, :, :, 1, 1] = in_place * _IN_PLACE


@torch.no_grad()
def _look_alike(attention: MultiScaleAttention) -> None:
    """Heads of the last block begin with like queries and keys, and differ in their values.

    A head that happens to begin by looking away from what matters gets no gradient that would
    turn it, and stays so.
    """
    weight = attention.qkv.weight.unflatten(0, (3, attention.num_heads, -1))  # (3, h, d, C)
    for part in weight[:2]:
        part[1:] = _ALIKE * part[:1] + (1 - _ALIKE**2) ** 0.5 * part[1:]
