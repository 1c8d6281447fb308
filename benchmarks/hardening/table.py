"""The rows, and one run of them as a section of docs/benchmarks.md."""

import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from benchmarks.hardening.children import Limits, Outcome, met_by_children
from benchmarks.results import Row, Section

ROWS: Mapping[str, str] = MappingProxyType({"checkpoints": "benchmarks.hardening.checkpoints"})
"""Name of a row, and its module."""

SEED = 20261129
MOST_SECONDS = 5.0
MOST_REFUSAL_SECONDS = 2.0
MOST_MEGABYTES = 500.0
_TOLD = 5


def measure(
    rounds: int = 1, share: float = 1.0, names: tuple[str, ...] = (), seed: int = SEED
) -> Section:
    """Run the rows.

    Args:
        rounds: has no meaning here; every benchmark takes it.
        share: of the cases of a whole run.
        names: rows to run, all of them by default.
        seed: of the generators.
    """
    del rounds
    rows: list[Row] = []
    for name in names or ROWS:
        module = import_module(ROWS[name])
        count = max(1, round(share * module.CASES))
        with tempfile.TemporaryDirectory() as folder:
            cases = module.cases(Path(folder), count, seed)
            outcomes = list(met_by_children(ROWS[name], cases, Limits()))
        rows += rows_of(module.TITLE, outcomes)
    note = f"Each case in a child process with limits on memory and time; seed {seed}."
    return Section("Hardening", note, rows)


def rows_of(title: str, outcomes: list[Outcome]) -> list[Row]:
    """Rows of counts that must be 0, and of the largest figures."""
    signals = [one for one in outcomes if one.signal]
    foreign = [one for one in outcomes if one.kind == "foreign"]
    slow = [one for one in outcomes if one.kind == "hung" or one.cpu_seconds > MOST_SECONDS]
    refused = [one for one in outcomes if one.kind == "refused"]
    for one in (*signals, *foreign, *slow):
        print(f"  {one.case}: {one.kind} {one.words}", flush=True)
    opened = sum(one.kind == "opened" for one in outcomes)
    words = f"{title}: {len(outcomes)} cases, {len(refused)} refused, {opened} opened"
    slowest = max((one.cpu_seconds for one in refused), default=0.0)
    peak = max((one.peak_megabytes for one in outcomes), default=0.0)
    _tell_largest(outcomes)
    return [
        Row(words, ""),
        _none(f"{title}: signals", len(signals)),
        _none(f"{title}: hangs over {MOST_SECONDS:g} s", len(slow)),
        _none(f"{title}: foreign exceptions", len(foreign)),
        _most(f"{title}: slowest refusal", slowest, MOST_REFUSAL_SECONDS, " s"),
        _most(f"{title}: peak above the file", peak, MOST_MEGABYTES, " MB"),
    ]


def _tell_largest(outcomes: list[Outcome]) -> None:
    """Print the cases nearest to the gates."""
    for title, key in (("slowest", "cpu_seconds"), ("largest", "peak_megabytes")):
        first = sorted(outcomes, key=lambda one: -getattr(one, key))[:_TOLD]
        words = ", ".join(f"{one.case[:40]!r} {getattr(one, key):.1f}" for one in first)
        print(f"  {title}: {words}", flush=True)


def _none(metric: str, count: int) -> Row:
    return Row(metric, str(count), "0", count == 0)


def _most(metric: str, value: float, must: float, unit: str) -> Row:
    return Row(metric, f"{value:.1f}{unit}", f"<= {must:g}{unit}", value <= must)
