"""Sanity of a map: does it change when what the network has learnt is thrown away?

Adebayo et al., NeurIPS 2018: weights are drawn anew from the head down. A map that stays as it was
does not show what the network knows.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from mvit_core.attribution.maps import FloatArray
from mvit_core.explaining.entry import explain_subject
from mvit_core.explaining.evidence import Evidence
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.watching import OnStep
from mvit_core.model.families import build_network
from mvit_core.model.mvit import MViT

__all__ = ["Sanity", "Verdict", "redrawn", "sanity", "spearman"]

Verdict = Literal["passes", "not class-specific", "fails"]

_NOT_OF_CLASS, _FAILS = 0.9, 0.8
"""Correlations from which on a map is called so: after a new head, and after a new last block."""


@dataclass(frozen=True)
class Sanity:
    """How alike a map stays; signed Spearman correlations, -1 to 1."""

    head: float
    """After a new head."""
    last_block: float
    """After a new head and a new last block."""

    @property
    def verdict(self) -> Verdict:
        """In words."""
        if self.last_block >= _FAILS:
            return "fails"
        return "not class-specific" if self.head >= _NOT_OF_CLASS else "passes"

    @property
    def words(self) -> str:
        """One sentence of what was found."""
        meaning = {
            "passes": "the map changes with what the network has learnt",
            "not class-specific": "the map does not depend on the head, so it is of no class",
            "fails": "the map stays although the last block was drawn anew",
        }[self.verdict]
        return f"{self.verdict}: {meaning} (head {self.head:.2f}, last block {self.last_block:.2f})"


def sanity(
    subject: Subject, evidence: Evidence, *, seed: int = 0, on_step: OnStep | None = None
) -> Sanity:
    """Make a map again with the head drawn anew, then with the last block too.

    The weights are drawn in a copy of the network, as the reference initialises them.

    Args:
        subject: what the evidence is of.
        evidence: whose map is checked.
        seed: of the weights.
        on_step: progress; raising from it ends the check.

    Raises:
        Cancelled: as ``on_step`` raised it.
    """
    found = []
    for twin in redrawn(subject.model, seed):
        again = explain_subject(
            subject.with_model(twin),
            evidence.target,
            evidence.method,
            evidence.baseline or "mean",
            on_step,
        )
        found.append(spearman(evidence.saliency.values, again.saliency.values))
    return Sanity(head=found[0], last_block=found[1])


def redrawn(model: MViT, seed: int) -> Iterator[MViT]:
    """One copy of a network, given twice: with its head drawn anew, then its last block too.

    Weights are drawn as the reference initialises them.

    Args:
        model: left as it is.
        seed: of the weights; the caller's random numbers are left alone.
    """
    twin = deepcopy(model)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = build_network(model.config)
    for part, drawn in ((twin.head, fresh.head), (twin.layers[-1], fresh.layers[-1])):
        part.load_state_dict(drawn.state_dict())
        yield twin


def spearman(one: FloatArray, other: FloatArray) -> float:
    """Rank correlation of two maps of one shape, signs kept, -1 to 1; 0 where one is flat."""
    ranks = _ranks(one), _ranks(other)
    if min(float(rank.std()) for rank in ranks) == 0:
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _ranks(values: FloatArray) -> NDArray[np.float64]:
    """Ranks of all values, equal ones sharing the mean of theirs."""
    _, places, counts = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    last = counts.cumsum()
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[places]
    return ranks
