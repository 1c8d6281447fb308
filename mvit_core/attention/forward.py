"""One forward pass as capture needs it: number format, heads, boxes, the gradient of a logit."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.model.detection import DetectionMViT, whole_frames
from mvit_core.model.heads import HeadLogits, PredictionHeads
from mvit_core.model.kernels import frozen

__all__ = ["ForwardResult", "own_precision", "run", "run_backward"]


class _HooksWithRoots(AbstractContextManager[object], Protocol):
    """Hooks in place for as long as the context lasts."""

    @property
    def roots(self) -> tuple[Tensor, ...]:
        """Tensors that gradients go back to; the hooks find them in the forward pass."""


@dataclass(frozen=True)
class ForwardResult:
    """Result of a forward pass."""

    logits: Tensor
    heads: tuple[HeadLogits, ...] = ()
    """Logits of every head, where the network has several."""
    boxes: Tensor | None = None
    """(N, 5): what the logits are of, where the network reads boxes."""


def own_precision(device: torch.device) -> AbstractContextManager[object]:
    """The number format of the weights, whatever autocast the caller's script has on."""
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()


def run(
    model: nn.Module,
    inputs: Tensor,
    hooks: AbstractContextManager[object],
    boxes: Tensor | None,
) -> ForwardResult:
    """One pass without gradients, with hooks in place."""
    with hooks, torch.no_grad():
        return _forward(model, inputs, boxes)


def run_backward(
    model: nn.Module,
    inputs: Tensor,
    hooks: _HooksWithRoots,
    gradient_of: int,
    boxes: Tensor | None,
) -> ForwardResult:
    """One pass and back: the hooks are given the gradients of a class's logit.

    They go back to the weighted values of the first layer kept and no further: not to the input,
    and to no weight.
    """
    # A caller's inference mode would keep autograd from seeing anything.
    with torch.inference_mode(False), torch.enable_grad(), frozen(model), hooks:
        said = _forward(model, inputs.detach().clone(), boxes)
        chosen = _class_logits(said.logits, gradient_of)
        torch.autograd.grad(chosen.sum(), hooks.roots, allow_unused=True)
    return said


def _forward(model: nn.Module, inputs: Tensor, boxes: Tensor | None) -> ForwardResult:
    """One forward pass; a hook that lives as long asks the heads that do not give the logits."""
    heads: list[HeadLogits] = []
    choices = [part for part in model.modules() if isinstance(part, PredictionHeads)]
    handles = [
        choice.register_forward_hook(lambda part, given, _: heads.extend(part.each(given[0])))
        for choice in choices
    ]
    try:
        if isinstance(model, DetectionMViT):
            boxes = whole_frames(inputs) if boxes is None else boxes
            logits = model(inputs, boxes)
        else:
            logits = model(inputs)
        return ForwardResult(logits, tuple(heads), boxes)
    finally:
        for handle in handles:
            handle.remove()


def _class_logits(logits: Tensor, index: int) -> Tensor:
    """The logit of a class, of each clip or box."""
    if not logits.shape[-1]:
        raise CaptureError("this network predicts no classes, so no class has a gradient")
    if not 0 <= index < logits.shape[-1]:
        raise CaptureError(
            f"class {index} does not exist; the head has {logits.shape[-1]} classes, "
            f"0 to {logits.shape[-1] - 1}"
        )
    return logits[:, index]
