"""``python -m benchmarks [NAME ...]``: benchmarks by name, by default all that do not take long.

Each module of the table offers ``measure(rounds)``, which gives its section of the page.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from compileall import compile_dir
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from benchmarks.results import Section, report

BENCHES: Mapping[str, str] = MappingProxyType(
    {
        "batch": "benchmarks.batch.table",
        "capture": "benchmarks.bench_capture",
        "explain": "benchmarks.bench_explain",
        "export": "benchmarks.bench_export",
        "hardening": "benchmarks.hardening",
        "memory": "benchmarks.bench_memory",
        "opening": "benchmarks.bench_opening",
        "recording": "benchmarks.bench_recording",
        "scrub": "benchmarks.bench_scrub",
        "start": "benchmarks.bench_start",
        "video": "benchmarks.bench_video",
        "window": "benchmarks.bench_window",
    }
)
"""Name on the command line, and the module; imported only when it is run."""

ON_REQUEST = frozenset({"batch", "hardening"})
"""Benchmarks that run only when named, as they take long."""


def main() -> bool:
    """Measure, print and write down; returns whether every gate is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHES)}")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; allowed are {', '.join(BENCHES)}")
    # As the window has it, and before torch is imported: on a busy machine, threads that spin while
    # another one waits for its core take a hundred times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for folder in ("app", "mvit_core"):  # as `make` leaves them, and as Python does after one start
        compile_dir(Path(__file__).parents[1] / folder, quiet=1)
    met = True
    for name in options.names or [name for name in BENCHES if name not in ON_REQUEST]:
        section: Section = import_module(BENCHES[name]).measure(options.rounds)
        met = report(section) and met
    return met


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
