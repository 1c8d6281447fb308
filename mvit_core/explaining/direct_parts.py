"""What each part of the last stage adds to the logit by itself (Elhage et al. 2021).

Behind the last stage's first block nothing but additions lies between a part and the tokens that
are read: the final norm divides by what it divided by, the head is linear, so the logit is a sum
over what entered, every head and every MLP, exactly. What a part does through later blocks is not
counted here: ablation tells that.

Axis legend: h heads, Nq query tokens, C channels of all heads.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from mvit_core.errors import CaptureError
from mvit_core.explaining.ablation import HeadPlace
from mvit_core.explaining.evidence import Target
from mvit_core.explaining.subject import Subject, margin
from mvit_core.explaining.taken_apart import TakenBlock, affine, taken_apart
from mvit_core.explaining.watching import OnStep
from mvit_core.model.blocks import MultiScaleBlock

__all__ = ["DirectPart", "DirectParts", "direct_parts"]

_LARGEST_ERROR = 1e-2
"""Of the sum, over the logit: more says that the way to the logit is not linear."""


@dataclass(frozen=True)
class DirectPart:
    """One summand of the logit."""

    name: str
    """``entered``, ``head``, ``pooled queries``, ``bias`` or ``MLP``."""
    value: float
    """In logits."""
    block: int | None = None
    """None for what is of no block."""
    head: int | None = None


@dataclass(frozen=True)
class DirectParts:
    """A logit as a sum of what the parts of the last stage add by themselves."""

    target: Target
    total: float
    """What is explained, in logits."""
    first: int
    """The block from which parts are counted; all before it is ``entered``."""
    parts: tuple[DirectPart, ...]

    @property
    def sum(self) -> float:
        """What all parts add up to."""
        return sum(part.value for part in self.parts)

    @property
    def error(self) -> float:
        """Distance of the sum from the logit, in logits: rounding."""
        return abs(self.sum - self.total)

    @property
    def direct(self) -> float | None:
        """Share of the logit that comes from heads by this way; None where the logit is 0."""
        heads = sum(part.value for part in self.parts if part.head is not None)
        return heads / self.total if self.total else None

    def of_head(self, place: HeadPlace) -> float | None:
        """What a head adds directly; None for one before the blocks that are counted."""
        values = {(part.block, part.head): part.value for part in self.parts}
        return values.get((place.block, place.head))


def direct_parts(subject: Subject, target: Target, on_step: OnStep | None = None) -> DirectParts:
    """What heads, MLPs and what entered the last stage add to the logit, each by itself.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: the network has two streams, changes its channels in the last MLP, or has a
            head that is not linear.
    """
    target.check(subject.config.num_classes)
    first, last = _first(subject), subject.config.depth - 1
    with subject.session(on_step), torch.no_grad():
        blocks = [taken_apart(subject, "direct parts", block) for block in range(first, last + 1)]
        if blocks[-1].middle.shape[-1] != blocks[-1].left.shape[-1]:
            raise CaptureError(
                "direct parts: the last block changes its channels in the MLP, so nothing reaches "
                "the logit past it; use ablation"
            )
        to_left, constant = affine(subject, blocks[-1], target)
        skip = blocks[0].middle - blocks[0].attended
        parts = [DirectPart("entered", _dot(to_left, skip))]
        for index, block in enumerate(blocks, start=first):
            parts += _parts(block, index, to_left)
        parts.append(DirectPart("bias", constant))
        total = float(margin(subject.run.logits, target))
    found = DirectParts(target, total, first, tuple(parts))
    if found.error > _LARGEST_ERROR * max(abs(total), 1.0):
        raise CaptureError(
            "direct parts: what follows the last block is not linear, so its parts do not add up "
            f"({found.sum:.4g} of {total:.4g}); use ablation"
        )
    return found


def _first(subject: Subject) -> int:
    """The first block of those through which skips hand everything on as it is."""
    first = subject.config.depth - 1
    while first > subject.stage and _hands_on(subject, first) and _leaves_plain(subject, first - 1):
        first -= 1
    return first


def _hands_on(subject: Subject, block: int) -> bool:
    """The skip around a block's attention neither pools nor projects."""
    layer = subject.model.layers[block]
    if not isinstance(layer, MultiScaleBlock):
        return True
    return layer.pool_skip is None and not (layer.proj and subject.config.dim_mul_in_att)


def _leaves_plain(subject: Subject, block: int) -> bool:
    """What leaves a block is a sum with its skip: no projection at its MLP, and no norm behind."""
    config = subject.config
    widens = config.blocks[block].dim != config.blocks[block].dim_out
    return block not in config.norm_after and (config.dim_mul_in_att or not widens)


def _parts(block: TakenBlock, index: int, to_left: Tensor) -> list[DirectPart]:
    """What one block adds: each head, the pooled queries, the bias of their projection, the MLP."""
    weight, bias = block.projection.weight.to(to_left.dtype), block.projection.bias
    to_joined = to_left @ weight  # (1, Nq, C)
    by_head = to_joined.unflatten(-1, (block.weighted.shape[1], -1)).transpose(1, 2)
    heads = (by_head * block.weighted).sum(dim=(0, 2, 3))  # (h,)
    queries = block.joined - block.weighted.transpose(1, 2).flatten(2)
    return [
        *(DirectPart("head", value, index, head) for head, value in enumerate(heads.tolist())),
        DirectPart("pooled queries", _dot(to_joined, queries), index),
        DirectPart("bias", 0.0 if bias is None else _dot(to_left, bias), index),
        DirectPart("MLP", _dot(to_left, block.left - block.middle), index),
    ]


def _dot(one: Tensor, other: Tensor) -> float:
    return float((one * other).sum())
