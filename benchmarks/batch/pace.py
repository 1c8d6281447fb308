"""Processor time of a clip in a batch beside that in a plain loop, each in processes of its own.

``python -m benchmarks.batch.pace LIST OUT`` is the loop. What a run costs before its first clip
(Python, torch, the model; of a batch in two processes) drops out of the difference between many
clips and few.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.results import Row, gate

__all__ = ["pace_rows"]

MUST = 1.15
_ROOT = Path(__file__).resolve().parents[2]


def pace_rows(rounds: int, few: int = 2, many: int = 8, *, is_toy: bool = False) -> Iterator[Row]:
    """Ratio of the two, and what a batch costs before its first clip.

    Args:
        rounds: interleaved; the median of their ratios counts.
        few: clips of the shorter runs.
        many: clips of the longer ones.
        is_toy: take a network of milliseconds.
    """
    from benchmarks.batch.clips import first_of, write_clips, write_large, write_toy

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (write_toy if is_toy else write_large)(folder)
        clips = write_clips(folder, many, frames=17 if is_toy else 66, size=(320, 240))
        lists = {count: first_of(clips, count) for count in (few, many)}
        ratios, of_clip, starts = [], [], []
        for number in range(rounds):
            spent = {
                (way, count): _seconds(_command(way, path, folder / f"{number}-{way}-{count}"))
                for count, path in lists.items()
                for way in ("loop", "batch")
            }
            loop, batch = (
                (spent[way, many] - spent[way, few]) / (many - few) for way in ("loop", "batch")
            )
            ratios.append(batch / loop)
            of_clip.append(loop)
            starts.append(spent["batch", few] - spent["loop", few] - few * (batch - loop))
    yield gate("CPU of a clip, batch / plain loop", median(ratios), MUST)
    yield Row("CPU of a clip, plain loop", f"{median(of_clip):.2f} s")
    yield Row("CPU of a batch before its first clip, beyond the loop's", f"{median(starts):.1f} s")


def _command(way: str, clips: Path, out: Path) -> list[str]:
    from benchmarks.batch.clips import batch_command

    if way == "loop":
        return [sys.executable, "-m", "benchmarks.batch.pace", str(clips), str(out)]
    return batch_command(clips, out, "--workers", "1")


def _seconds(command: list[str]) -> float:
    """Processor time of a run on one core and of all the processes that it waited for."""
    before = _children_seconds()
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    subprocess.run(
        command,
        check=True,
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        preexec_fn=_stay_on_one_core,
    )
    return _children_seconds() - before


def _stay_on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(clips: Path, out: Path) -> None:
    """Run a list in a loop, and write its rows as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import torch

    from benchmarks.batch.clips import model_in
    from benchmarks.batch.loop import looped
    from mvit_core.clips import read_clips

    torch.set_num_threads(1)
    source = model_in(clips.parent)
    out.mkdir()
    rows = looped(read_clips(clips).clips, source.checkpoint.name, source.load())
    for table, those in rows.items():
        pq.write_table(pa.Table.from_pylist(those), out / f"{table}.parquet", compression="zstd")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
