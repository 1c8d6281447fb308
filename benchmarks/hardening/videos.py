"""The row of videos: changed copies of good files, each frame reached by three ways."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.hardening.children import Broken, Case, Gates, Limits, Met
from tests.video.fuzz import mutated, sources
from tests.video.ways import frames_that_depend_on_the_way

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

TITLE = "videos, each frame by three ways"
CASES = 2_000
UNFLAGGED = "unflagged frames that depend on the way"
LIMITS = Limits(address_bytes=4 << 30, wall_seconds=300.0)
GATES = Gates(rules=(UNFLAGGED,), cpu_seconds=60.0)
"""A case reads up to 120 frames three times."""
_LARGEST_SOURCE = 400_000
"""Larger ones take long and hold nothing new."""


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """Write the files one by one; each is removed when the next is asked for."""
    good = [path for path in sources(folder) if path.stat().st_size <= _LARGEST_SOURCE]
    for number in range(count):
        random = Random(f"{seed}/{number}")
        source = random.choice(good)
        data, done = mutated(source.read_bytes(), random)
        path = folder / f"case{source.suffix}"
        path.write_bytes(data)
        yield Case(f"{number} {source.name}, {done}", str(path), str(number))
        path.unlink()


def meet(case: Case) -> Met:
    """Read every frame in order, backwards and out of order."""
    found = frames_that_depend_on_the_way(Path(case.path), int(case.kind))
    if found:
        raise Broken(UNFLAGGED, f"frames {found[:20]}")
    return Met("refused" if found is None else "opened")
