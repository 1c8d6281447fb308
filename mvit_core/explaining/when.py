"""When: what each sampled frame adds to the logit, and whether the network reads motion at all.

Each frame's share is the mean of two differences: what the logit gains when the clip is frozen one
frame later, and when it is frozen one frame less from its beginning. They telescope, so that shares
and the static part (what the two frozen ends give) add up to the logit exactly.

No map of tokens finds the frames in which something happens: this does. Frozen clips may be foreign
to a network that was trained on films.

Axis legend: clips (B, 3, T, H, W).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mvit_core.explaining.evidence import Target
from mvit_core.explaining.subject import Subject, margin
from mvit_core.explaining.watching import OnStep

__all__ = ["Order", "Temporal", "order_battery", "temporal_evidence"]


@dataclass(frozen=True)
class Temporal:
    """Evidence by time: shares of the logit of a class, or of that less another's."""

    target: Target
    shares: tuple[float, ...]
    """Of each sampled frame, or of each tubelet; in logits, signed."""
    frames: tuple[tuple[int, ...], ...]
    """The sampled frames of each share, from 0."""
    static: float
    """What the clip frozen at its first and at its last frame give, in the mean: what a still frame
    shows already."""
    total: float
    """What is explained, of the clip as it is."""
    passes: int
    """Forward passes run for it."""

    @property
    def error(self) -> float:
        """Distance of static part and shares from the whole, in logits: rounding."""
        return abs(self.static + sum(self.shares) - self.total)


@dataclass(frozen=True)
class Order:
    """p(class) of the clip and of its frames in other orders, 0 to 1."""

    whole: float
    frozen: float
    """The middle frame alone, repeated."""
    reversed: float
    shuffled: float

    @property
    def words(self) -> str:
        """One line that tells whether the network reads motion."""
        return (
            f"p of the clip {self.whole:.2f}, frozen {self.frozen:.2f}, reversed "
            f"{self.reversed:.2f}, shuffled {self.shuffled:.2f}"
        )


def temporal_evidence(
    subject: Subject,
    target: Target,
    *,
    by_tubelet: bool = False,
    batch: int | None = None,
    on_step: OnStep | None = None,
) -> Temporal:
    """Share of the logit that each sampled frame adds.

    Args:
        subject: the clip and its network.
        target: the class, or pair of classes.
        by_tubelet: one share for all frames of a token: half the passes.
        batch: clips run together; by default one on a CPU and eight on a device that gains by it.
        on_step: progress; raising from it ends the run.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: there is no such class.
    """
    target.check(subject.config.num_classes)
    times = subject.clip.shape[2]
    long = max(subject.config.patch_stride[0], 1) if by_tubelet else 1
    runs = [tuple(range(t, min(t + long, times))) for t in range(0, times, long)]
    # The clip up to each run of frames and from each on; the ends are still pictures.
    firsts, lasts = [run[0] for run in runs], [run[-1] for run in runs]
    prefixes = [(0, last) for last in (0, *lasts)]
    suffixes = [(first, times - 1) for first in (*firsts, times - 1)]
    spans = list(dict.fromkeys((*prefixes, *suffixes)))
    with subject.session(on_step) as steps:
        steps.expect(len(spans))
        known = dict(zip(spans, _margins(subject, spans, target, batch), strict=True))
        total = float(margin(subject.run.logits, target))
    after, before = [known[span] for span in prefixes], [known[span] for span in suffixes]
    shares = (np.diff(after) - np.diff(before)) / 2
    return Temporal(
        target=target,
        shares=tuple(float(share) for share in shares),
        frames=tuple(runs),
        static=(after[0] + before[-1]) / 2,
        total=total,
        passes=len(spans),
    )


def order_battery(
    subject: Subject, target: Target, *, seed: int = 0, on_step: OnStep | None = None
) -> Order:
    """p(class) of the clip whole, frozen at its middle frame, reversed and shuffled.

    Args:
        subject: the clip and its network.
        target: whose class is meant; what it stands against does not count.
        seed: of the shuffling.
        on_step: progress; raising from it ends the run.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: there is no such class.
    """
    target.check(subject.config.num_classes)
    times = subject.clip.shape[2]
    shuffled = np.random.Generator(np.random.PCG64(seed)).permutation(times).tolist()
    orders = ([times // 2] * times, [*range(times)][::-1], shuffled)
    with subject.session(on_step) as steps:
        steps.expect(len(orders))
        found = [subject.probability(subject.run.logits, target)]
        for order in orders:
            logits = subject.pass_over(subject.clip[:, :, order]).logits
            found.append(subject.probability(logits, target))
            steps.step()
    return Order(*found)


def _margins(
    subject: Subject, spans: Sequence[tuple[int, int]], target: Target, batch: int | None
) -> list[float]:
    """What is explained, of the clip that stands still outside each span (first, last)."""
    together = batch or (1 if subject.clip.device.type == "cpu" else 8)
    found: list[float] = []
    for start in range(0, len(spans), together):
        clips = [_still_outside(subject.clip, *span) for span in spans[start : start + together]]
        with torch.no_grad():
            logits = subject.logits_of(torch.cat(clips))
        found += margin(logits, target).tolist()
        for _ in clips:
            subject.steps.step()
    return found


def _still_outside(clip: Tensor, first: int, last: int) -> Tensor:
    times = torch.arange(clip.shape[2], device=clip.device).clamp(first, last)
    return clip[:, :, times]
