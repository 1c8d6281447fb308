"""Whole batches by an engine: rows beside the plain loop's, undisturbed and killed."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.batch.clips import batch_command, write_clips, write_toy
from benchmarks.batch.kills import Victim, killed_runs
from benchmarks.batch.loop import Rows, differences, looped, rows_in, told
from benchmarks.results import Row
from mvit_core.clips import read_clips

__all__ = ["kill_rows", "problem_of", "whole_rows"]

DIFFERENT, LEFT = "rows that differ from the loop's", "files that do not belong there"


_WORDS = ("--shard", "4", "--workers", "2", "--maps", "row", "--captures", "3")


def whole_rows(engine: str, clips: int = 200, damaged: int = 5, seed: int = 0) -> Iterator[Row]:
    """Run a list by an engine, and hold its rows beside the loop's.

    Args:
        engine: by its name on the command line.
        clips: in the list.
        damaged: of them.
        seed: of the damage.
    """
    with tempfile.TemporaryDirectory() as place:
        victim, expected = _victim(engine, Path(place), clips, damaged, seed)
        replace(victim, problem=lambda _: "").undisturbed(Path(place) / "out")
        words = differences(rows_in(Path(place) / "out"), expected)
        told(words)
    count = sum(map(len, expected.values()))
    metric = f"{engine}: {clips} clips, {damaged} damaged: of {count:,} rows, {DIFFERENT}"
    yield Row(metric, str(len(words)), "0", not words)


def kill_rows(
    engine: str, clips: int = 60, damaged: int = 3, kills: int = 30, seed: int = 1
) -> Iterator[Row]:
    """Run a list by an engine again and again, and kill a worker, the driver or both, in turns.

    Args:
        engine: by its name on the command line.
        clips: in the list.
        damaged: of them.
        kills: runs that are killed.
        seed: of the damage and of the moments.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        victim, _ = _victim(engine, folder, clips, damaged, seed)
        problems = killed_runs(victim, folder, kills, seed)
        notes = [each.name for each in (folder / "cache").rglob("unfinished/*")]
    every = f"{engine}: {kills} kills -9 of worker, driver and both, resumed"
    for what in (DIFFERENT, LEFT):
        count = problems.pop(what, 0)
        yield Row(f"{every}: {what}", str(count), "0", count == 0)
    count = sum(problems.values())
    yield Row(f"{every}: runs that do not end well", str(count), "0", count == 0)
    yield Row(f"{every}: notes of unfinished files", str(len(notes)), "0", not notes)


def _victim(engine: str, folder: Path, clips: int, damaged: int, seed: int) -> tuple[Victim, Rows]:
    """The command on generated clips, and the rows of the loop."""
    source = write_toy(folder)
    path = write_clips(folder, clips, damaged, seed=seed)
    expected = looped(read_clips(path).clips, source.checkpoint.name, source.load())
    errors = sum(row["error"] is not None for row in expected["clips"])
    assert errors == damaged, "clips that are damaged can be opened"
    kept: set[str] = set()
    named = () if engine == "local" else ("--engine", engine)
    victim = Victim(
        lambda out: batch_command(path, out, *_WORDS, *named),
        lambda out: problem_of(out, expected, kept),
        {"XDG_CACHE_HOME": str(folder / "cache"), "HOME": str(folder / "home")},
    )
    return victim, expected


def problem_of(out: Path, expected: Rows, kept: set[str]) -> str:
    """What is wrong with a batch that is done; nothing if all is well.

    Args:
        out: its folder.
        expected: rows of the loop.
        kept: names of the files that the first batch has; filled by it.
    """
    if words := differences(rows_in(out), expected):
        told(words)
        return f"{DIFFERENT}: {words[0]}"
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    kept |= set() if kept else names
    if wrong := sorted(names ^ kept):
        return f"{LEFT}: {', '.join(wrong[:3])}"
    return ""
