"""The table of batches, one part after the other."""

import os
from collections.abc import Iterator

from benchmarks.batch.browsing import browsing_rows
from benchmarks.batch.captures import mutant_rows, opening_rows
from benchmarks.batch.engines import missing_engines
from benchmarks.batch.overhead import overhead_rows
from benchmarks.batch.pace import pace_rows
from benchmarks.batch.queries import query_rows
from benchmarks.batch.whole import kill_rows, whole_rows
from benchmarks.results import Row, Section

__all__ = ["measure"]

FEW_ROUNDS = 3
"""Rounds of what takes a minute each."""


def measure(rounds: int) -> Section:
    """The gates of batches and of capture files."""
    note = (
        "Pace and capture files: MViTv2-S 16x4 with random weights, statistics of all queries, one "
        "thread; batches and kills: a network of four blocks, clips of 96x54; the peer is a plain "
        "loop in a process of its own; queries by one thread, process time"
    )
    return Section("Batches", note, all_rows(rounds))


def all_rows(rounds: int) -> Iterator[Row]:
    """Measure one part after the other."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    yield from opening_rows(rounds)
    yield from query_rows(rounds)
    yield from browsing_rows(min(rounds, FEW_ROUNDS))
    yield from pace_rows(min(rounds, FEW_ROUNDS))
    missing = missing_engines()
    for engine, reason in missing.items():
        if reason:
            yield Row(f"{engine}: rows, kills and CPU", reason)
            continue
        if engine != "local":
            yield from overhead_rows(engine)
        yield from whole_rows(engine)
        yield from kill_rows(engine)
    yield from mutant_rows()
