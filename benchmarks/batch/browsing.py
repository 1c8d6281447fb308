"""A batch result of twenty thousand clips in the window: opened and sorted."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.batch.queries import HEADS
from benchmarks.results import Row, gate
from tests.batch_results import write_result

__all__ = ["browsing_rows"]

CLIPS = 20_000
SORTS = ("probability", "number", "label", "clip")
_ROOT = Path(__file__).resolve().parents[2]

_BROWSE = """
import json, sys, time
from pathlib import Path
from benchmarks.driver import driven, spin
with driven() as driver:
    window = driver.window
    spin(lambda: False, 3.0)  # what a start prepares on threads is there
    def is_current():
        info = window.controller.results.batch
        return info is not None and info.query is not None and not info.is_old
    def timed(act):
        began = time.perf_counter()
        act()
        assert spin(is_current, 60), "no rows came"
        window.panels.clips.batch.table.viewport().repaint()
        return time.perf_counter() - began
    clips = window.controller.intents.clips
    told = {"open": timed(lambda: clips.open(Path(sys.argv[1])))}
    told |= {field: timed(lambda: clips.sort_batch(field)) for field in sys.argv[2:]}
    assert window.panels.clips.batch.model.rowCount() > 0
print(json.dumps(told), flush=True)
"""


def browsing_rows(rounds: int, clips: int = CLIPS) -> Iterator[Row]:
    """Seconds until the first rows are painted, in fresh processes, and until they are sorted."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "out"
        write_result(folder, clips, stats="all", heads=dict(HEADS))
        found = [_browsed(folder) for _ in range(rounds)]
    opened = [each["open"] for each in found]
    first = f"{opened[0]:.2f} s the first time"
    row = gate(f"window: open a result of {clips:,} clips", median(opened), 1.0, unit=" s")
    yield replace(row, figure=f"{row.figure} ({first})")
    slowest = max(median(each[field] for each in found) for field in SORTS)
    yield gate("window: sort it, slowest of four columns", slowest, 0.5, unit=" s")


def _browsed(folder: Path) -> dict[str, float]:
    words = [sys.executable, "-c", _BROWSE, str(folder), *SORTS]
    told = subprocess.run(words, cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    return dict(json.loads(told.splitlines()[-1]))
