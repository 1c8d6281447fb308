"""Occlusion (Zeiler and Fergus, ECCV 2014): what the logit loses when a part is covered.

The slow check: one forward pass for each part, and nothing assumed of the network.
"""

from math import ceil

import numpy as np

from mvit_core.explaining.evidence import Evidence, Target, on_grid
from mvit_core.explaining.subject import Subject, margin
from mvit_core.geometry import GridGeometry, Triple

__all__ = ["occlusion"]

_SIDE = 6
"""Parts along y and x: 288 of 16 frames in tubelets of two."""


def occlusion(subject: Subject, target: Target, baseline: str) -> Evidence:
    """The loss of the logit for each part, which is as long as a token in time."""
    run, hidden = subject.run, subject.baseline_run(baseline)
    clip, cover = subject.clip, subject.baseline(baseline)
    frames, height, width = clip.shape[2:]
    long = min(max(subject.config.patch_stride[0], 1), frames)
    shape = (ceil(frames / long), min(_SIDE, height), min(_SIDE, width))
    own = float(margin(run.logits, target))
    losses = np.zeros(shape, np.float32)
    subject.steps.expect(losses.size)
    sizes = (long, height / shape[1], width / shape[2])
    for part in np.ndindex(shape):
        covered = clip.clone()
        where = (slice(None), slice(None), *_slices(part, sizes))
        covered[where] = cover[where]
        losses[part] = own - float(margin(subject.pass_over(covered).logits, target))
        subject.steps.step()
    # The centre of a part of n pixels lies (n - 1) / 2 behind its first.
    offset = tuple((size - 1) / 2 for size in sizes)
    geometry = GridGeometry(sizes, (offset[0], offset[1], offset[2]))
    return Evidence(
        method="occlusion",
        target=target,
        saliency=on_grid(losses.ravel(), shape, geometry, 0),
        probability=subject.probability(run.logits, target),
        baseline=baseline,
        baseline_probability=subject.probability(hidden.logits, target),
        steps=losses.size,
    )


def _slices(part: Triple, sizes: tuple[float, float, float]) -> tuple[slice, ...]:
    return tuple(
        slice(round(index * size), round((index + 1) * size))
        for index, size in zip(part, sizes, strict=True)
    )
