"""Direct logit attribution (Elhage et al. 2021): what each key adds to the logit by itself.

The last block's attention adds to the token that is read, the final norm divides by what it divided
by, and the head is linear: along this path the logit is a sum over keys, exactly. What goes through
the last MLP is not on it.
"""

from torch import Tensor

from mvit_core.errors import CaptureError
from mvit_core.explaining.evidence import Evidence, Part, Target, class_share
from mvit_core.explaining.subject import Subject, margin
from mvit_core.explaining.taken_apart import TakenBlock, affine, taken_apart
from mvit_core.explaining.tapping import Tapped, by_key, on_keys

__all__ = ["PARTS", "direct_logit"]

PARTS = ("pooled queries", "skip", "MLP", "biases")
"""What reaches the logit otherwise than from a key, by name."""

_LARGEST_ERROR = 1e-2


def direct_logit(subject: Subject, target: Target, baseline: str) -> Evidence:
    """What each key of the last block adds, over all heads, in logits; and the other parts.

    Raises:
        CaptureError: the network has two streams, or what follows the last block is not linear.
    """
    del baseline
    block = taken_apart(subject, "direct_logit")
    if block.middle.shape[-1] != block.left.shape[-1]:
        raise CaptureError(
            "direct_logit: the last block changes its channels in the MLP, so nothing reaches the "
            "logit past it; use stage_evidence"
        )
    to_left, constant = affine(subject, block, target)
    to_joined = to_left @ block.projection.weight.to(to_left.dtype)  # (1, Nq, C)
    to_weighted = to_joined.unflatten(-1, (block.weighted.shape[1], -1)).transpose(1, 2).clone()
    off = subject.off_in(subject.config.depth - 1)  # what they give comes from no key
    constant += float((to_weighted * block.weighted)[:, off].sum())
    to_weighted[:, off] = 0
    values = by_key(Tapped(block.inputs, to_weighted), "signed", subject.steps).sum(dim=0)
    parts = _parts(block, to_left, to_joined, constant)
    heads, delta = float(values.sum()), float(margin(subject.run.logits, target))
    total = heads + sum(part.value for part in parts)
    if abs(total - delta) > _LARGEST_ERROR * max(abs(delta), 1.0):
        raise CaptureError(
            "direct_logit: what follows the last block is not linear, so its parts do not add up "
            f"({total:.4g} of {delta:.4g}); use stage_evidence"
        )
    inputs = block.inputs
    found = values.cpu().numpy()
    return Evidence(
        method="direct_logit",
        target=target,
        saliency=on_keys(subject, inputs, found),
        probability=subject.probability(subject.run.logits, target),
        block=subject.config.depth - 1,
        class_token=class_share(found, total, int(inputs.has_class_token)),
        delta=delta,
        sum=total,
        parts=parts,
        note=_note(heads, delta),
    )


def _note(heads: float, delta: float) -> str:
    if not delta:
        return ""
    return f"direct {100 * heads / delta:.0f} %: so much of the logit comes from keys by this path"


def _parts(
    block: TakenBlock, to_left: Tensor, to_joined: Tensor, constant: float
) -> tuple[Part, ...]:
    """What reaches the logit otherwise than from a key."""
    queries = block.joined - block.weighted.transpose(1, 2).flatten(2)
    bias = block.projection.bias
    biases = constant + (0.0 if bias is None else float((to_left * bias).sum()))
    values = (
        float((to_joined * queries).sum()),
        float((to_left * (block.middle - block.attended)).sum()),
        float((to_left * (block.left - block.middle)).sum()),
        biases,
    )
    return tuple(Part(name, value) for name, value in zip(PARTS, values, strict=True))
