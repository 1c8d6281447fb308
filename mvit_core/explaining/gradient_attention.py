"""Attention times its gradient, in the last block (Chefer et al., ICCV 2021, equation 5).

It takes one pass through the end of the network and is there at once. It is of a class, but sums
to nothing in particular.
"""

from mvit_core.explaining.evidence import Evidence, Target, on_grid
from mvit_core.explaining.subject import Subject, entering_geometry
from mvit_core.explaining.tapping import Weighing, by_key, gradients

__all__ = ["gradient_attention", "signed_gradient_attention"]


def gradient_attention(subject: Subject, target: Target, baseline: str) -> Evidence:
    """The mean over heads of what is above zero, summed over queries, on the key grid."""
    del baseline  # nothing is compared
    return _attention_times_gradient(subject, target, "gradient_attention", "positive")


def signed_gradient_attention(subject: Subject, target: Target, baseline: str) -> Evidence:
    """The same with what speaks against the class."""
    del baseline
    return _attention_times_gradient(subject, target, "signed_gradient_attention", "signed")


def _attention_times_gradient(
    subject: Subject, target: Target, method: str, weighing: Weighing
) -> Evidence:
    run, last = subject.run, subject.config.depth - 1
    heard = gradients(subject, run, target, (last,))[last]
    values = by_key(heard, weighing, subject.steps).mean(dim=0).cpu().numpy()  # (Nk,)
    inputs, first = heard.inputs, int(heard.inputs.has_class_token)
    geometry = entering_geometry(subject.config, last).through(inputs.k_window)
    total = float(values.sum())
    return Evidence(
        method=method,
        target=target,
        saliency=on_grid(values, inputs.k_shape, geometry, first),
        probability=subject.probability(run.logits, target),
        block=last,
        class_token=float(values[0]) / total if first and total else None,
    )
