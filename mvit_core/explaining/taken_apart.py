"""A block taken apart: what attention, skip and MLP gave, and what becomes of its tokens.

Axis legend: h heads, Nq/Nk pooled query/key tokens (class token first), d and C channels of a head
and of all.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.explaining.evidence import Target
from mvit_core.explaining.subject import Subject, margin
from mvit_core.explaining.tapping import tap_of
from mvit_core.geometry import Triple
from mvit_core.model.blocks import MultiScaleBlock, PlainBlock
from mvit_core.model.tap import AttentionInputs

__all__ = ["TakenBlock", "affine", "taken_apart"]


@dataclass(frozen=True)
class TakenBlock:
    """One pass through a block, and its layers."""

    layer: MultiScaleBlock | PlainBlock
    projection: nn.Linear
    """That of the heads' outputs."""
    inputs: AttentionInputs
    weighted: Tensor
    """(1, h, Nq, d): the weighted values."""
    joined: Tensor
    """(1, Nq, C): heads side by side, with the pooled queries where these are added."""
    attended: Tensor
    """(1, Nq, C): what attention adds to the skip."""
    middle: Tensor
    """(1, Nq, C): skip and attention."""
    left: Tensor
    """(1, Nq, C): what leaves the block."""

    @property
    def grid(self) -> Triple:
        """Grid of the patch tokens that leave."""
        return self.inputs.q_shape


def taken_apart(subject: Subject, method: str, block: int | None = None) -> TakenBlock:
    """One pass through the end of the network, a block of it heard at every seam.

    Args:
        subject: the network and one clip.
        method: who asks, for the error.
        block: one of the last stage; the last by default.

    Raises:
        CaptureError: the block is not attention and MLP, each with a skip.
    """
    layer = subject.model.layers[-1 if block is None else block]
    if not isinstance(layer, MultiScaleBlock | PlainBlock):
        raise CaptureError(
            f"{method} needs one stream of tokens, and a {subject.config.family} network has two; "
            "stage_evidence and gradient_attention explain it"
        )
    projection = _projection(layer)
    seen: dict[str, Tensor] = {}
    inputs: list[AttentionInputs] = []

    def on_tap(_: nn.Module, given: tuple[AttentionInputs, ...], weighted: Tensor) -> None:
        inputs.append(given[0])
        seen["weighted"] = weighted

    def on_projection(_: nn.Module, given: tuple[Tensor], attended: Tensor) -> None:
        seen["joined"], seen["attended"] = given[0], attended

    def on_norm(_: nn.Module, given: tuple[Tensor]) -> None:
        seen["middle"] = given[0]

    def on_block(_: nn.Module, __: object, left: tuple[Tensor, object]) -> None:
        seen["left"] = left[0]

    with ExitStack() as stack, torch.no_grad():
        stack.callback(tap_of(layer).register_forward_hook(on_tap).remove)
        stack.callback(projection.register_forward_hook(on_projection).remove)
        stack.callback(layer.norm2.register_forward_pre_hook(on_norm).remove)
        stack.callback(layer.register_forward_hook(on_block).remove)
        subject.resume(subject.run.tokens, subject.run.grid, subject.run.block)
    return TakenBlock(layer, projection, inputs[0], **seen)


def _projection(layer: MultiScaleBlock | PlainBlock) -> nn.Linear:
    found = layer.attn.proj if isinstance(layer, MultiScaleBlock) else layer.attn.linears[3]
    assert isinstance(found, nn.Linear)
    return found


def affine(subject: Subject, block: TakenBlock, target: Target) -> tuple[Tensor, float]:
    """The way from the last block to the logit, every norm on it dividing by what it divided by.

    Returns:
        Gradient (1, Nq, C) of the logit by the tokens that leave, and the logit without any.
    """
    with _frozen_norms(subject), torch.enable_grad():
        leaf = block.left.detach().float().requires_grad_(True)
        typed = leaf.to(block.left.dtype)
        value = margin(subject.scores(typed, block.grid), target).sum()
        (gradient,) = torch.autograd.grad(value, leaf)
        with torch.no_grad():
            nothing = subject.scores(torch.zeros_like(block.left), block.grid)
    return gradient, float(margin(nothing, target))


@contextmanager
def _frozen_norms(subject: Subject) -> Iterator[None]:
    """Every layer norm behind the last block divides by what it divided by when first run.

    The path from the block to the logit is affine then, where the head is.
    """
    deviations: dict[nn.Module, Tensor] = {}

    def freeze(norm: nn.Module, given: tuple[Tensor], _: Tensor) -> Tensor:
        assert isinstance(norm, nn.LayerNorm)
        centred = given[0] - given[0].mean(dim=-1, keepdim=True)
        if norm not in deviations:
            variance = centred.detach().square().mean(dim=-1, keepdim=True)
            deviations[norm] = (variance + norm.eps).sqrt()
        scaled = centred / deviations[norm]
        scaled = scaled if norm.weight is None else scaled * norm.weight
        return scaled if norm.bias is None else scaled + norm.bias

    inside = {id(part) for layer in subject.model.layers for part in layer.modules()}
    with ExitStack() as stack:
        for part in subject.model.modules():
            if isinstance(part, nn.LayerNorm) and id(part) not in inside:
                stack.callback(part.register_forward_hook(freeze).remove)
        yield
