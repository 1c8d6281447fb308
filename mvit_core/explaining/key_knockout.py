"""Key knock-out: what the logit loses when the class token cannot look at a key.

With the key masked, its share goes to the others in proportion, for which there is a closed form:
(O - a v) / (1 - a) of each head. Only the class token's row then goes through the last MLP, so that
all keys cost less than one block.

Axis legend: h heads, Nk pooled key tokens (class token first), d head channels, C channels.
"""

import torch
from torch import Tensor

from mvit_core.errors import CaptureError
from mvit_core.explaining.evidence import Evidence, Target, class_share
from mvit_core.explaining.subject import Subject, margin
from mvit_core.explaining.taken_apart import TakenBlock, taken_apart
from mvit_core.explaining.tapping import on_keys

__all__ = ["key_knockout"]


def key_knockout(subject: Subject, target: Target, baseline: str) -> Evidence:
    """The logit with every key less the logit without this one, in all heads at once; exact.

    Raises:
        CaptureError: the prediction is not read from the class token, or the network has two
            streams.
    """
    del baseline
    if subject.config.readout != "class":
        raise CaptureError(
            "key_knockout needs a prediction read from the class token; this one is read from "
            f"{subject.config.readout}: use stage_evidence or occlusion"
        )
    block = taken_apart(subject, "key_knockout")
    with torch.no_grad():
        off = subject.off_in(subject.config.depth - 1)
        logits = subject.scores(_left_without(block, off), block.grid)  # (Nk, classes)
    own = margin(subject.run.logits, target)
    values = (own - margin(logits, target)).cpu().numpy()  # (Nk,)
    return Evidence(
        method="key_knockout",
        target=target,
        saliency=on_keys(subject, block.inputs, values),
        probability=subject.probability(subject.run.logits, target),
        block=subject.config.depth - 1,
        class_token=class_share(values, float(values.sum()), 1),
    )


def _left_without(block: TakenBlock, off: list[int]) -> Tensor:
    """The class token that leaves the block without each key, (Nk, 1, C); some heads are off."""
    inputs = block.inputs
    # On the CPU: not every device has numbers of this precision, and this is little.
    queries, keys = inputs.queries()[0, :, :1].cpu().double(), inputs.keys()[0].cpu().double()
    shares = (queries @ keys.transpose(1, 2)).softmax(dim=-1).transpose(1, 2)  # (h, Nk, 1)
    values = inputs.v[0].cpu().double()  # (h, Nk, d)
    whole = (shares * values).sum(dim=1, keepdim=True)  # (h, 1, d)
    left_over = (1 - shares).clamp(min=torch.finfo(torch.float64).tiny)
    without = (whole - shares * values) / left_over  # (h, Nk, d)
    without[off] = block.weighted[0, off, :1].cpu().double()  # the same whatever the keys are
    joined = without.transpose(0, 1).flatten(1).to(block.joined)  # (Nk, C)
    # What is joined beside the weighted values stays: the class token's own query, in some formats.
    queries_joined = block.joined[0, :1] - block.weighted[0, :, 0].flatten()
    attended = block.projection(joined + queries_joined)
    skip = block.middle[0, :1] - block.attended[0, :1]
    return block.layer.through_mlp((skip + attended)[None])[0].unsqueeze(1)
