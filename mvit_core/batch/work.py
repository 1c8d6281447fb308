"""What an engine is given, and what it counts."""

from dataclasses import dataclass
from pathlib import Path

from mvit_core.batch.unit import MakeRunner
from mvit_core.clips import ListedClip

__all__ = ["Counts", "Work", "culprit_words"]


@dataclass(frozen=True)
class Counts:
    """Clips of shards that were given out in this run."""

    clips: int
    errors: int


@dataclass(frozen=True)
class Work:
    """A batch as its engine sees it."""

    folder: Path
    """Of the batch, with the folders of its tables."""
    clips: tuple[ListedClip, ...]
    """All of its list; they go to the processes by value."""
    spec: object
    """What is asked of every clip, for ``make``; it goes to the processes by value."""
    make: MakeRunner
    """Makes the runner of a process; known by name in a module."""
    workers: int | None = None
    """Processes; None for as many as there are cores or GPUs."""
    threads: int | None = None
    """Of each process; None for its share of the cores."""
    device: str = "cpu"
    """That its networks want: ``cpu`` is no GPU; ``auto`` takes one where there is one."""
    address: str | None = None
    """Of a cluster; None for this machine alone."""


def culprit_words(ended: str) -> str:
    """The sentence that stands for a clip that nobody could run.

    Args:
        ended: how its processes ended.
    """
    return (
        f"running this clip ended its process again and again ({ended}): the file is damaged, or "
        f"the memory does not suffice; try it alone with mvit-lens predict"
    )
