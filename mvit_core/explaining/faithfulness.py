"""Faithfulness (Petsiuk et al., BMVC 2018): removing what a map shows must remove the class.

The tubes of a clip are removed in the order of the map, or restored to a covered clip in that
order, beside a random order and one from the middle outwards.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mvit_core.attribution.maps import FloatArray
from mvit_core.explaining.baselines import doubt
from mvit_core.explaining.evidence import Evidence
from mvit_core.explaining.removals import CURVES, SHARES, CurveName, Order, Removal
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.tubes import Mode, Tubes
from mvit_core.explaining.watching import OnStep

__all__ = [
    "SHARES",
    "Curve",
    "Faithfulness",
    "covered",
    "faithfulness",
    "probability_without",
    "tubes_of",
]

_IN_WORDS = 0.03
"""The share that the sentence is about."""


@dataclass(frozen=True)
class Curve:
    """p(class) by the share of tubes removed or restored."""

    shares: tuple[float, ...]
    """Rising, from 0 to 1."""
    probabilities: tuple[float, ...]

    @property
    def area(self) -> float:
        """Under the curve: the mean probability over all shares."""
        return float(np.trapezoid(self.probabilities, self.shares))

    def at(self, share: float) -> float:
        """The probability at a share, between those measured."""
        return float(np.interp(share, self.shares, self.probabilities))


@dataclass(frozen=True)
class Faithfulness:
    """Curves of one map, and of orders that know nothing."""

    mode: Mode
    baseline: str
    """A name in ``BASELINES``: what covers removed tubes."""
    baseline_probability: float
    """p(class) of the covered clip."""
    deletion: Curve
    """Removed, highest first; low is good."""
    insertion: Curve
    """Restored, highest first; high is good."""
    random: Curve
    """Removed in a random order."""
    centre: Curve
    """Removed from the middle of the picture outwards."""
    random_insertion: Curve
    centre_insertion: Curve
    warning: str = ""
    """What must be known of the curves; empty where nothing is wrong."""

    @property
    def words(self) -> str:
        """One sentence of what the curves say."""
        share = next((s for s in self.deletion.shares if s >= _IN_WORDS), self.deletion.shares[-1])
        things = {"space-time": "tubes", "space": "places", "time": "times"}[self.mode]
        return (
            f"{100 * share:.0f} % of the {things} removed: "
            f"p {self.deletion.probabilities[0]:.2f} to {self.deletion.at(share):.2f}; "
            f"random {self.random.at(share):.2f}"
        )


def faithfulness(
    subject: Subject,
    evidence: Evidence,
    *,
    baseline: str = "mean",
    mode: Mode = "space-time",
    seed: int = 0,
    on_step: OnStep | None = None,
) -> Faithfulness:
    """Measure how faithful a map is to the network.

    Args:
        subject: what the evidence is of.
        evidence: whose map is measured.
        baseline: a name in ``BASELINES``.
        mode: what is removed together.
        seed: of the random order.
        on_step: progress; raising from it ends the measuring.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: there is no such baseline.
    """
    with subject.session(on_step) as steps:
        steps.expect(len(CURVES) * len(SHARES[mode]))
        hidden = subject.probability(subject.baseline_run(baseline).logits, evidence.target)

        def curve(name: CurveName) -> Curve:
            found = []
            for share in SHARES[mode]:
                removal = Removal(name, share, mode, seed)
                found.append(_probability(subject, evidence, removal, baseline))
                steps.step()
            whole = subject.probability(subject.run.logits, evidence.target)
            first, last = (hidden, whole) if CURVES[name][1] else (whole, hidden)
            return Curve((0.0, *SHARES[mode], 1.0), (first, *found, last))

        return Faithfulness(
            mode=mode,
            baseline=baseline,
            baseline_probability=hidden,
            warning=doubt(baseline, hidden),
            **{name: curve(name) for name in CURVES},
        )


def probability_without(
    subject: Subject,
    evidence: Evidence,
    removal: Removal,
    *,
    baseline: str = "mean",
    on_step: OnStep | None = None,
) -> float:
    """p(class) of the clip with a part of it covered: one point of one curve.

    Args:
        subject: what the evidence is of.
        evidence: whose map is measured.
        removal: the curve and the share.
        baseline: a name in ``BASELINES``.
        on_step: called many times within the pass; raising from it ends it.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: there is no such baseline.
    """
    with subject.session(on_step):
        return _probability(subject, evidence, removal, baseline)


def covered(subject: Subject, evidence: Evidence, removal: Removal) -> NDArray[np.bool_]:
    """(T, H, W): the pixels of the model's input that are covered at a point of a curve."""
    order, restores = CURVES[removal.curve]
    tubes = tubes_of(subject)
    ranked = tubes.order(_values(tubes, evidence, order, removal.seed), removal.mode)
    chosen = tubes.mask(ranked, removal.share, removal.mode)
    return ~chosen if restores else chosen


def tubes_of(subject: Subject) -> Tubes:
    """The tubes of a subject's clip: as long as its tokens."""
    frames, height, width = subject.clip.shape[2:]
    return Tubes((frames, height, width), max(subject.config.patch_stride[0], 1))


def _values(tubes: Tubes, evidence: Evidence, order: Order, seed: int) -> FloatArray:
    """What tubes are ranked by, (t, y, x)."""
    if order == "centre":
        return tubes.centre()
    if order == "random":
        random = np.random.Generator(np.random.PCG64(seed))
        return random.random(tubes.shape, dtype=np.float32)
    return tubes.values(evidence.saliency)


def _probability(subject: Subject, evidence: Evidence, removal: Removal, baseline: str) -> float:
    """Within a session of the subject."""
    cover = subject.baseline(baseline)
    hidden = torch.from_numpy(covered(subject, evidence, removal)).to(cover.device)
    clip = torch.where(hidden, cover, subject.clip)
    return subject.probability(subject.pass_over(clip).logits, evidence.target)
