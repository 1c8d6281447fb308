"""Grad-CAM on tokens (Selvaraju et al., ICCV 2017), at the first norm of the last block.

Behind the last block the gradient of every patch is zero under a class readout, hence the norm
before its attention, as is usually advised.
"""

import torch
from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.explaining.evidence import Evidence, Target, on_grid
from mvit_core.explaining.subject import Subject, entering_geometry, margin

__all__ = ["grad_cam"]


def grad_cam(subject: Subject, target: Target, baseline: str) -> Evidence:
    """Channels weighted by their mean gradient over patches, summed, and cut off below zero."""
    del baseline
    run, last = subject.run, subject.config.depth - 1
    layer = subject.model.layers[last]
    norm = getattr(layer, "norm1", None) or getattr(getattr(layer, "F", None), "norm", None)
    if not isinstance(norm, nn.Module):
        raise CaptureError("grad_cam needs a norm before the attention of the last block")
    normed: list[Tensor] = []

    def begin(_: nn.Module, __: object, output: Tensor) -> Tensor:
        normed.append(output.detach().requires_grad_(True))
        return normed[-1]

    handle = norm.register_forward_hook(begin)
    try:
        with torch.enable_grad():
            value = margin(subject.resume(run.tokens, run.grid, run.block), target).sum()
            (gradient,) = torch.autograd.grad(value, normed[-1])
    finally:
        handle.remove()
    first = int(subject.config.has_cls_embed)
    tokens = normed[-1].detach()[0].float()  # (N, C)
    weights = gradient[0, first:].float().mean(dim=0)  # (C,)
    values = (tokens @ weights).clamp(min=0).cpu().numpy()
    shape = subject.grid_entering(last)
    return Evidence(
        method="grad_cam",
        target=target,
        saliency=on_grid(values, shape, entering_geometry(subject.config, last), first),
        probability=subject.probability(run.logits, target),
        block=last,
    )
