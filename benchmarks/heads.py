"""Times of what heads do: statistics while tiles pass, and heads that are switched off."""

import time
from collections.abc import Iterator

import torch
from torch import Tensor

from benchmarks.contenders import Timed, ratio, rounds_of
from benchmarks.results import Row, gate
from mvit_core import capture
from mvit_core.attention.recorder import Keep
from mvit_core.explaining import Subject, Target
from mvit_core.explaining.ablation import Ablation, HeadPlace
from mvit_core.explaining.direct_parts import direct_parts
from mvit_core.model import MViT

CLASS = Target(3)

FEW_ROUNDS = 2
"""Rounds of switching off every head, each of which takes some 25 forward passes."""


def head_rows(model: MViT, clip: Tensor, rounds: int) -> Iterator[Row]:
    """The gates of statistics and of ablation."""
    subject = Subject(model, clip)
    switched = Ablation(subject)  # the clip was run, and the tokens of its last stage are known
    last = [place for place in switched.places if place.block >= subject.stage]
    record = capture(model, clip)

    def plain() -> None:
        with torch.no_grad():
            model(clip)

    contenders: dict[str, Timed] = {
        "plain": plain,
        "capture": lambda: capture(model, clip),
        "statistics": lambda: capture(model, clip, keep=Keep(statistics=True)),
        "rebuilt": lambda: [layer.statistics() for layer in record.layers],
        "first": lambda: switched.logits([HeadPlace(subject.stage, 0)]),
        "last": lambda: [switched.logits([place]) for place in last],
        "direct": lambda: direct_parts(subject, CLASS),
    }
    times = rounds_of(contenders, rounds, time.process_time)
    beyond = ratio(times, "statistics", "capture") - 1
    yield gate("statistics of every head, beyond a capture / capture", beyond, 0.45)
    rebuilt = ratio(times, "rebuilt", "capture")
    yield Row("statistics of every head of a window that was run / capture", f"{rebuilt:.2f}")
    metric = f"a head of block {subject.stage}, the first of the last stage, off / plain forward"
    yield gate(metric, ratio(times, "first", "plain"), 0.15)
    mean = ratio(times, "last", "plain") / len(last)
    yield Row("a head of the last stage off, mean / plain forward", f"{mean:.2f}")
    yield Row("direct parts / plain forward", f"{ratio(times, 'direct', 'plain'):.2f}")
    few = rounds_of(
        {"plain": plain, "every": lambda: Ablation(subject).effects(CLASS)},
        min(rounds, FEW_ROUNDS),
        time.process_time,
    )
    metric = f"all {len(switched.places)} heads off, one after the other / plain forward"
    yield gate(metric, ratio(few, "every", "plain"), 25.0, digits=1)
    switched.logits([HeadPlace(1, 0)])
    yield Row("tokens kept to switch heads of a window", f"{switched.nbytes / 2**20:.0f} MiB")
