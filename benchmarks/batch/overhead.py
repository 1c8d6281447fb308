"""Processor time of what stands around the clips: the driver and, of Ray, its services.

``python -m benchmarks.batch.overhead ENGINE FOLDER COUNT`` runs as many clips that cost nothing.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.batch.kills import descendants
from benchmarks.results import Row, gate

__all__ = ["overhead_rows"]

MUST = 6.0
_ROOT = Path(__file__).resolve().parents[2]
_TICK_SECONDS = 0.1


def overhead_rows(engine: str, clips: int = 200) -> Iterator[Row]:
    """Seconds of all processes but those that run clips."""
    with tempfile.TemporaryDirectory() as place:
        words = [sys.executable, "-m", "benchmarks.batch.overhead", engine, place, str(clips)]
        seconds = _seconds_around(words)
    metric = f"{engine}: engine and driver CPU for {clips} clips"
    yield (
        gate(metric, seconds, MUST, unit=" s")
        if engine == "ray"
        else Row(metric, f"{seconds:.2f} s")
    )


def _seconds_around(words: list[str]) -> float:
    """Processor time of a command and its services, looked at again and again until it ends."""
    spent: dict[int, float] = {}
    with subprocess.Popen(words, cwd=_ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            family = {process.pid: ""} | descendants(process.pid)
            for pid, command in family.items():
                if "ray::" not in command and "multiprocessing.spawn" not in command:
                    spent[pid] = max(spent.get(pid, 0.0), _seconds_of(pid))
            time.sleep(_TICK_SECONDS)
        if process.returncode:
            raise RuntimeError(f"the command ended with {process.returncode}")
    return sum(spent.values())


def _seconds_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(engine: str, folder: Path, count: int) -> None:
    """Run clips that cost nothing by an engine."""
    from mvit_core.batch.engines import engine_kind
    from mvit_core.batch.shards import shards_of
    from mvit_core.batch.work import Work
    from tests.core.batch_children import Counted, listed, prepare

    clips = listed(count)
    work = Work(
        prepare(folder / "out"), clips, (0.0, {}), Counted, workers=2, threads=1, device="cpu"
    )
    kind = engine_kind(engine, None)
    kind.make(work).run(shards_of(clips, 8), lambda _: None, lambda: False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
