"""Cost and memory of explanations against a plain forward pass, each method in a child.

``python -m benchmarks.bench_explain METHOD ROUNDS`` measures one method on MViTv2-S and prints its
figures; the benchmark runs it for each.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import torch

from benchmarks.contenders import RECORD, Timed, ratio, rounds_of, threads
from benchmarks.heads import head_rows
from benchmarks.peaks import RETURNED
from benchmarks.resident import resident
from benchmarks.results import Row, Section, gate
from mvit_core.explaining import EVIDENCE, Subject, Target, explain_subject, integration
from mvit_core.model import PRESETS, MViT

STEPS = 16
"""Midpoints of the rule; random weights would ask for more."""

IN_ALL = {"gradient_attention": 1.25}
"""Gates of a first explanation, the plain pass of the clip among it, over a plain pass."""

ANEW = {"gradient_attention": 0.4, "stage_evidence": 4.0}
"""Gates of another class, whose clip was run."""

ADDED_MIB = {"gradient_attention": 160, "stage_evidence": 300}
"""Gates of peak memory above that of a plain pass."""

SLOW = {"pixel_gradients", "occlusion"}
"""Dozens to hundreds of passes of the whole network: their own row says how many."""


def measure(rounds: int) -> Section:
    """The gates of each method that is not made of dozens of passes, and of heads."""
    note = (
        f"{RECORD}, float32, one thread, process time; explanations of one class, {STEPS} steps "
        "where there are any, each method in a process of its own; then what heads do"
    )
    return Section("Explanations", note, _rows(rounds))


def _rows(rounds: int):
    for method in EVIDENCE:
        if method in SLOW:
            continue
        found = _in_child(method, rounds)
        for kind, gates in (("in all", IN_ALL), ("the clip was run", ANEW)):
            metric = f"{method}, {kind} / plain forward"
            value = found[kind]
            yield (
                gate(metric, value, gates[method])
                if method in gates
                else Row(metric, f"{value:.2f}")
            )
        metric, mib = f"{method}, peak above that of a plain forward", found["added_mib"]
        if mib is None:
            yield Row(metric, "measured on Linux alone")
        elif method in ADDED_MIB:
            yield gate(metric, mib, ADDED_MIB[method], unit=" MiB", digits=0)
        else:
            yield Row(metric, f"{mib:.0f} MiB")
    torch.manual_seed(0)
    model = MViT(PRESETS[RECORD]).eval()
    with threads(1):
        yield from head_rows(model, torch.randn(1, 3, *PRESETS[RECORD].input_shape), rounds)


def _in_child(method: str, rounds: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.bench_explain", method, str(rounds)]
    environment = {**os.environ, "GLIBC_TUNABLES": RETURNED}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout)


def main(method: str, rounds: int) -> None:
    """Measure one method and print its figures as JSON."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    integration.MIDPOINTS = (STEPS,)
    model = MViT(PRESETS[RECORD]).eval()
    clip = torch.randn(1, 3, *PRESETS[RECORD].input_shape)
    known = Subject(model, clip)

    def plain() -> None:
        with torch.no_grad():
            model(clip)

    def in_all() -> None:
        explain_subject(Subject(model, clip), Target(3), method)

    explain_subject(known, Target(3), method)  # clip and baseline are run
    added = _peak(in_all) - _peak(plain) if Path("/proc/self/clear_refs").exists() else None
    contenders: dict[str, Timed] = {
        "plain": plain,
        "in all": in_all,
        "anew": lambda: explain_subject(known, Target(5), method),
    }
    times = rounds_of(contenders, rounds, time.process_time)
    found = {
        "in all": ratio(times, "in all", "plain"),
        "the clip was run": ratio(times, "anew", "plain"),
        "added_mib": added,
    }
    print(json.dumps(found))


def _peak(run: Timed) -> float:
    """MiB of a run at its peak above what is held before it."""
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    run()
    return resident("VmHWM") - before


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
