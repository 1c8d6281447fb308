"""Faithfulness (Petsiuk et al., BMVC 2018): removing what a map shows must remove the class.

The tubes of a clip are removed in the order of the map, or restored to a covered clip in that
order, beside a random order and one from the middle outwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch

from mvit_core.attribution.maps import FloatArray
from mvit_core.explaining.baselines import doubt
from mvit_core.explaining.evidence import Evidence, Target
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.tubes import Mode, Tubes
from mvit_core.explaining.watching import OnStep

__all__ = ["SHARES", "Curve", "Faithfulness", "faithfulness", "tubes_of"]

SHARES: Mapping[Mode, tuple[float, ...]] = MappingProxyType(
    {
        "space-time": (0.01, 0.03, 0.1, 0.3),
        "space": (0.01, 0.03, 0.1, 0.3),
        "time": (0.1, 0.3, 0.5),
    }
)
"""Shares that are removed or restored; there are only a few times."""

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
    tubes = tubes_of(subject)
    random = np.random.Generator(np.random.PCG64(seed)).random(tubes.shape, dtype=np.float32)
    values = tubes.values(evidence.saliency)
    with subject.session(on_step) as steps:
        steps.expect(6 * len(SHARES[mode]))
        measure = _measurer(subject, evidence.target, baseline, mode)
        covered = subject.probability(subject.baseline_run(baseline).logits, evidence.target)
        return Faithfulness(
            mode=mode,
            baseline=baseline,
            baseline_probability=covered,
            deletion=measure(values, False),
            insertion=measure(values, True),
            random=measure(random, False),
            centre=measure(tubes.centre(), False),
            random_insertion=measure(random, True),
            centre_insertion=measure(tubes.centre(), True),
            warning=doubt(baseline, covered),
        )


def tubes_of(subject: Subject) -> Tubes:
    """The tubes of a subject's clip: as long as its tokens."""
    frames, height, width = subject.clip.shape[2:]
    return Tubes((frames, height, width), max(subject.config.patch_stride[0], 1))


def _measurer(
    subject: Subject, target: Target, baseline: str, mode: Mode
) -> Callable[[FloatArray, bool], Curve]:
    """Makes a curve of values (t, y, x) of tubes: of deletion, or of insertion."""
    tubes, cover = tubes_of(subject), subject.baseline(baseline)
    whole = subject.probability(subject.run.logits, target)
    covered = subject.probability(subject.baseline_run(baseline).logits, target)

    def measure(values: FloatArray, insert: bool) -> Curve:
        first, last = (covered, whole) if insert else (whole, covered)
        order, found = tubes.order(values, mode), [first]
        for share in SHARES[mode]:
            chosen = torch.from_numpy(tubes.mask(order, share, mode)).to(cover.device)
            clip = torch.where(chosen == insert, subject.clip, cover)
            found.append(subject.probability(subject.pass_over(clip).logits, target))
            subject.steps.step()
        return Curve((0.0, *SHARES[mode], 1.0), (*found, last))

    return measure
