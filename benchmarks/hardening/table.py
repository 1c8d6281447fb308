"""The rows, and one run of them as a section of docs/benchmarks.md."""

import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from benchmarks.hardening.children import Gates, Outcome, met_by_children
from benchmarks.results import Row, Section

ROWS: Mapping[str, str] = MappingProxyType(
    {
        "checkpoints": "benchmarks.hardening.checkpoints",
        "sessions": "benchmarks.hardening.sessions",
        "videos": "benchmarks.hardening.videos",
        "kills": "benchmarks.hardening.kills",
        "actions": "benchmarks.hardening.actions",
        "changes": "benchmarks.hardening.changes",
        "captures": "benchmarks.hardening.captures",
    }
)
"""Name of a row, and its module."""

SEED = 20261129
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
            outcomes = list(met_by_children(ROWS[name], cases, module.LIMITS))
        rows += rows_of(module.TITLE, outcomes, module.GATES)
    note = f"Each case in a child process with limits on memory and time; seed {seed}."
    return Section("Hardening", note, rows)


def rows_of(title: str, outcomes: list[Outcome], gates: Gates) -> list[Row]:
    """Rows of counts that must be 0, and of the largest figures."""
    signals = [one for one in outcomes if one.signal]
    foreign = [one for one in outcomes if one.kind == "foreign" and not one.rule]
    slow = [one for one in outcomes if one.kind == "hung" or one.cpu_seconds > gates.cpu_seconds]
    broken = [one for one in outcomes if one.rule]
    for one in (*signals, *foreign, *slow, *broken):
        print(f"  {one.case}: {one.rule or one.kind} {one.words}", flush=True)
    _tell_largest(outcomes)
    return [
        Row(f"{title}: {_counted(outcomes)}", ""),
        _none(f"{title}: signals", len(signals)),
        _none(f"{title}: hangs over {gates.cpu_seconds:g} s", len(slow)),
        _none(f"{title}: foreign exceptions", len(foreign)),
        *(_none(f"{title}: {r}", sum(one.rule == r for one in broken)) for r in gates.rules),
        *_largest(title, outcomes, gates),
    ]


def _counted(outcomes: list[Outcome]) -> str:
    refused, opened = (sum(one.kind == kind for one in outcomes) for kind in ("refused", "opened"))
    return f"{len(outcomes)} cases, {refused} refused, {opened} opened"


def _largest(title: str, outcomes: list[Outcome], gates: Gates) -> list[Row]:
    rows = []
    if gates.refusal_seconds is not None:
        slowest = max((one.cpu_seconds for one in outcomes if one.kind == "refused"), default=0.0)
        rows.append(_most(f"{title}: slowest refusal", slowest, gates.refusal_seconds, " s"))
    if gates.megabytes is not None:
        peak = max((one.peak_megabytes for one in outcomes), default=0.0)
        rows.append(_most(f"{title}: peak above the file", peak, gates.megabytes, " MB"))
    if gates.figure is not None:
        own = max((one.figure for one in outcomes), default=0.0)
        figure = gates.figure
        rows.append(_most(f"{title}: {figure.title}", own, figure.most, f" {figure.unit}"))
    return rows


_NEAREST = (("slowest", "cpu_seconds"), ("largest", "peak_megabytes"), ("figure", "figure"))


def _tell_largest(outcomes: list[Outcome]) -> None:
    """Print the cases nearest to the gates."""
    for title, key in _NEAREST:
        first = sorted(outcomes, key=lambda one: -getattr(one, key))[:_TOLD]
        words = ", ".join(f"{one.case[:40]!r} {getattr(one, key):.1f}" for one in first)
        print(f"  {title}: {words}", flush=True)


def _none(metric: str, count: int) -> Row:
    return Row(metric, str(count), "0", count == 0)


def _most(metric: str, value: float, must: float, unit: str) -> Row:
    return Row(metric, f"{value:.1f}{unit}", f"<= {must:g}{unit}", value <= must)
