"""Integrated gradients of the tokens that enter the last stage.

Tokens there are already made of what the clip shows, on a grid fine enough to see, and only the
last blocks are run for each step: a fifth of a forward pass for MViTv2-S. They sum to the
difference that the clip makes to the logit.
"""

import torch
from torch import Tensor

from mvit_core.explaining.evidence import Evidence, Target, class_share, on_grid
from mvit_core.explaining.integration import Integral, integrate, rounding
from mvit_core.explaining.subject import Subject, entering_geometry, margin

__all__ = ["incomplete", "stage_evidence"]


def stage_evidence(subject: Subject, target: Target, baseline: str) -> Evidence:
    """Evidence of each token that enters the last stage, in logits; class token apart."""
    run, hidden = subject.run, subject.baseline_run(baseline)
    logits = margin(run.logits, target), margin(hidden.logits, target)
    delta = float(logits[0] - logits[1])

    def gradient_at(tokens: Tensor) -> Tensor:
        with torch.enable_grad():
            leaf = tokens.detach().requires_grad_(True)
            value = margin(subject.resume(leaf, run.grid, run.block), target).sum()
            (gradient,) = torch.autograd.grad(value, leaf)
        return gradient

    integral = integrate(
        gradient_at,
        (hidden.tokens, run.tokens),
        delta,
        axis=2,
        steps=subject.steps,
        slack=rounding(run.logits),
    )
    values = integral.values[0].cpu().numpy()  # (N,)
    first = int(subject.config.has_cls_embed)
    return Evidence(
        method="stage_evidence",
        target=target,
        saliency=on_grid(values, run.grid, entering_geometry(subject.config, run.block), first),
        probability=subject.probability(run.logits, target),
        block=run.block,
        class_token=class_share(values, integral.sum, first),
        baseline=baseline,
        baseline_probability=subject.probability(hidden.logits, target),
        delta=delta,
        sum=integral.sum,
        steps=integral.steps,
        warning=incomplete(integral, delta),
    )


def incomplete(integral: Integral, delta: float) -> str:
    """What to say where an integral does not sum to what it must; empty where it does."""
    if integral.is_complete:
        return ""
    return (
        f"not complete: {integral.steps} steps sum to {integral.sum:.3g} of {delta:.3g} logits; "
        "parts of the map are in doubt"
    )
