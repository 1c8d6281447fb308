"""Measures of an explanation where the truth is known: does it know its class, and is it faithful.

Two actors in one scene tell what one cannot: a map that knows no class lies on both alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from mvit_core.attention.recorder import capture
from mvit_core.attribution import METHODS, Saliency
from mvit_core.explaining import Subject, Target, explain_subject
from mvit_core.explaining.faithfulness import SHARES, Curve, tubes_of
from mvit_core.explaining.subject import margin
from mvit_core.heatmap import Heatmap, project
from mvit_core.training.scoring import Masks, score
from mvit_core.video.transform import ModelInput

__all__ = [
    "FLIPPED_SHARE",
    "ROW",
    "Timing",
    "areas",
    "other_wins",
    "own_density",
    "positive",
    "saliency_of",
    "timing",
    "won",
]

ROW = "row"
"""The readout's attention row of the last block, mean of heads: what knows no class."""

FLIPPED_SHARE = 0.05
"""Share of the tubes removed before one asks which class wins."""


@dataclass(frozen=True)
class Timing:
    """Agreement of the shares of frames with the time in which the actor moves."""

    lift: float
    """Share of the evidence in active frames over their share of all frames."""
    most: float
    """The largest lift possible: all evidence in active frames."""
    peak: float
    """1 where the frame with the most evidence is active, else 0."""


def saliency_of(subject: Subject, target: Target, method: str) -> Saliency:
    """The map of a method of ``EVIDENCE``, or ``ROW``."""
    if method == ROW:
        record = capture(subject.model, subject.clip)
        return METHODS["row"].maps(record, record.layers[-1], "readout").pick("mean")
    return explain_subject(subject, target, method).saliency


def positive(saliency: Saliency, given: ModelInput) -> Heatmap:
    """What speaks for the class, on the clip's own pixels."""
    values = np.maximum(saliency.values, 0)
    return project(replace(saliency, values=values), given.pixel_map, given.frame_indices)


def own_density(heatmap: Heatmap, own: Masks, other: Masks) -> float:
    """Density on the own actor, over that on both actors; .5 where nothing lies on either.

    Args:
        heatmap: values of at least 0.
        own: (F, H, W), the pixels of the actor that performs the class.
        other: (F, H, W), those of the other actor.
    """
    found = score(heatmap, own).lift, score(heatmap, other).lift
    return found[0] / sum(found) if sum(found) > 0 else 0.5


def won(own: float) -> float:
    """1 where the own actor has the larger density, 0 where the other has, between them .5."""
    return 0.5 if abs(own - 0.5) < 1e-9 else float(own > 0.5)


def areas(subject: Subject, target: Target, saliency: Saliency) -> tuple[float, float]:
    """Areas under deletion and insertion: those of ``faithfulness``, and no other curve."""
    tubes, cover = tubes_of(subject), subject.baseline("mean")
    shares = SHARES["space-time"]
    order = tubes.order(tubes.values(saliency), "space-time")
    with subject.session(), torch.no_grad():
        whole = subject.probability(subject.run.logits, target)
        covered = subject.probability(subject.baseline_run("mean").logits, target)
        clips = []
        for insert in (False, True):
            for share in shares:
                chosen = torch.from_numpy(tubes.mask(order, share, "space-time")).to(cover.device)
                clips.append(torch.where(chosen == insert, subject.clip, cover))
        logits = subject.logits_of(torch.cat(clips))
        found = [subject.probability(row[None], target) for row in logits]
    deleted, inserted = found[: len(shares)], found[len(shares) :]
    all_shares = (0.0, *shares, 1.0)
    deletion = Curve(all_shares, (whole, *deleted, covered))
    insertion = Curve(all_shares, (covered, *inserted, whole))
    return deletion.area, insertion.area


def other_wins(subject: Subject, target: Target, saliency: Saliency, other: int) -> bool:
    """Another class has the larger logit once the first of the map's tubes are removed."""
    tubes = tubes_of(subject)
    order = tubes.order(tubes.values(saliency), "space-time")
    chosen = torch.from_numpy(tubes.mask(order, FLIPPED_SHARE, "space-time"))
    with subject.session(), torch.no_grad():
        cover = subject.baseline("mean")
        clip = torch.where(chosen.to(cover.device), cover, subject.clip)
        logits = subject.logits_of(clip)
    return float(margin(logits, Target(target.index, other))[0]) < 0


def timing(shares: Sequence[float], active: tuple[float, float]) -> Timing:
    """Measure the shares of sampled frames.

    Args:
        shares: of each frame; what is below 0 counts as nothing.
        active: first and last time of the actor's motion, in sampled frames. A frame is active
            where the motion comes within half a frame of it.
    """
    found = np.maximum(np.asarray(shares, dtype=np.float64), 0)
    times = np.arange(len(found))
    acts = (times >= active[0] - 0.5) & (times <= active[1] + 0.5)
    most, total = 1 / float(acts.mean()), float(found.sum())
    lift = float(found[acts].sum()) / total * most if total > 0 else 0.0
    return Timing(lift, most, float(acts[found.argmax()]))
