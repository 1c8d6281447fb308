"""Attention times its gradient, in the last block (Chefer et al., ICCV 2021, equation 5).

It takes one pass through the end of the network and is there at once. It is of a class, but sums
to nothing in particular.
"""

from mvit_core.explaining.evidence import Evidence, Target, class_share
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.tapping import Weighing, by_key, gradients, on_keys

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
    inputs = heard.inputs
    return Evidence(
        method=method,
        target=target,
        saliency=on_keys(subject, inputs, values),
        probability=subject.probability(run.logits, target),
        block=last,
        class_token=class_share(values, float(values.sum()), int(inputs.has_class_token)),
    )
