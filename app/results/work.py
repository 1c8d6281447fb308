"""What the window says of its own work: jobs, messages, memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from mvit_core.errors import Remedy

JobState = Literal["running", "stopping", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobInfo:
    """One piece of work that the user can wait for."""

    key: str
    title: str
    state: JobState = "running"
    done: int = 0
    total: int = 0
    """0 while the length is not known."""
    per_second: float | None = None
    """Steps done in a second, since the beginning."""
    seconds_left: float | None = None


Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Message:
    """Something to tell the user, without stopping them."""

    level: Level
    text: str
    details: str = ""
    """For the Details button: a trace or a report."""
    dock: str = ""
    """The panel that tells more; a button leads there."""
    remedies: tuple[Remedy, ...] = ()
    """What may help, where memory ended; a button each."""
    file: Path | None = None
    """What was written; a button shows the folder that it lies in."""


@dataclass(frozen=True)
class MemoryInfo:
    """What is held in memory."""

    cache_bytes: int
    """All caches together."""
    limit_bytes: int
    """What they never exceed."""
    process_bytes: int
    """The whole process; 0 where the system does not tell."""
