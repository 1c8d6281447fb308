"""Resident memory of analysing one window, each model in a process of its own."""

import subprocess
import sys
from pathlib import Path

from benchmarks.results import Row, Section, gate

MODELS = (("mvit_v2_s_16x4", 2048, 450), ("mvit_v2_b_32x3", 2048, 700))
"""Preset, MiB of kept data that may stay in memory, and MiB above the model that are allowed."""

LARGEST, LARGEST_MIB = "mvit_v2_l_40x3", 512
KEPT_MIB = 2048


def measure(rounds: int) -> Section:
    """The gates of memory; the largest published model spills what 512 MiB do not hold."""
    del rounds  # memory is the same each time
    note = "float32, one thread; the forward pass with capture, then every map of every block"
    if not Path("/proc/self/clear_refs").exists():
        return Section("Memory", note, [Row("resident memory", "measured on Linux alone")])
    rows = []
    for preset, memory_mib, must in MODELS:
        before, peak, _, _ = analysed(preset, memory_mib)
        rows.append(
            gate(f"peak above the loaded {preset}", peak - before, must, unit=" MiB", digits=0)
        )
    before, peak, held, spilled = analysed(LARGEST, LARGEST_MIB)
    rows += [
        gate(f"kept of {LARGEST} in all", held + spilled, KEPT_MIB, unit=" MiB", digits=0),
        gate("of which in memory", held, LARGEST_MIB + 64, unit=" MiB", digits=0),
        Row(f"peak above the loaded {LARGEST}", f"{peak - before:.0f} MiB"),
    ]
    return Section("Memory", note, rows)


def analysed(preset: str, memory_mib: int) -> tuple[float, float, float, float]:
    """MiB before and at the peak, kept in memory and in a file."""
    command = [sys.executable, "-m", "benchmarks.resident", preset, str(memory_mib)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    before, peak, held, spilled = map(float, done.stdout.split())
    return before, peak, held, spilled
