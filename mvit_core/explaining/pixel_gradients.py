"""Integrated gradients of pixels (Sundararajan et al., ICML 2017), summed over colour channels."""

import torch
from torch import Tensor

from mvit_core.explaining.evidence import Evidence, Target, on_grid
from mvit_core.explaining.integration import integrate, rounding
from mvit_core.explaining.stage_evidence import incomplete
from mvit_core.explaining.subject import Subject, margin
from mvit_core.geometry import GridGeometry
from mvit_core.model.pooling import triple

__all__ = ["pixel_gradients"]


def pixel_gradients(subject: Subject, target: Target, baseline: str) -> Evidence:
    """Evidence of each pixel of each sampled frame, in logits."""
    run, hidden = subject.run, subject.baseline_run(baseline)
    delta = float(margin(run.logits, target) - margin(hidden.logits, target))

    def gradient_at(clip: Tensor) -> Tensor:
        with torch.enable_grad():
            leaf = clip.detach().requires_grad_(True)
            logits = subject.resume(*subject.model.embed(leaf), 0)
            (gradient,) = torch.autograd.grad(margin(logits, target).sum(), leaf)
        return gradient

    integral = integrate(
        gradient_at,
        (subject.baseline(baseline), subject.clip),
        delta,
        axis=1,
        steps=subject.steps,
        slack=rounding(run.logits),
    )
    values = integral.values[0].cpu().numpy()  # (T, H, W)
    return Evidence(
        method="pixel_gradients",
        target=target,
        saliency=on_grid(values.ravel(), triple(values.shape), GridGeometry(), 0),
        probability=subject.probability(run.logits, target),
        baseline=baseline,
        baseline_probability=subject.probability(hidden.logits, target),
        delta=delta,
        sum=integral.sum,
        steps=integral.steps,
        warning=incomplete(integral, delta),
    )
