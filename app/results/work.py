"""What the window says of its own work: tasks, jobs, messages, memory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from mvit_core.errors import Remedy


class TaskKey(StrEnum):
    """What kind of task a worker is given; a newer one of a kind replaces the one that waits."""

    OPEN = "open"
    """Open a video, or close the one that is open."""
    FRAME = "frame"
    NEIGHBOURS = "neighbours"
    """Pictures of the frames beside the one shown."""
    PREFETCH = "prefetch"
    """Decode what is likely to be asked for next."""
    THUMBNAIL = "thumbnail"
    """The picture of a shipped sample."""
    PANE_FRAMES = "pane.frames"
    """Frames of clips that only pinned panes show."""
    PROXIES = "proxies"
    """Some more small pictures of the strip."""
    LOAD = "load"
    """Load a model."""
    EXPLAIN = "explain"
    """The map of the canvas; runs the model on a window where it has to."""
    RANGE = "range"
    """The values of one more layer or window, for ranges that look at several."""
    MAPS = "maps"
    """The maps of one more block, for the grids."""
    PANE_MAP = "pane.map"
    SERIES = "series"
    MULTIVIEW = "multiview"
    """The views of the prediction for the whole video."""
    EXPORT_PREVIEW = "export.preview"
    EXPORT = "export"
    HEAT = "heat"
    """The colours of the map shown."""
    AHEAD = "ahead"
    """The same for the other times of the window."""
    STRIP = "strip"
    """Small pictures of all heads."""
    CELLS = "cells"
    """Of the grids."""
    MINIS = "minis"
    """Small pictures in the tree of layers."""
    PANES = "panes"
    """The colours of the panes."""
    DIFFERENCE = "difference"
    FILES = "files"
    """Whether the files in use are still those that were opened."""
    SESSION = "session"
    """Where the files of a session are now."""
    COPY = "copy"
    """A picture for the clipboard."""


JobState = Literal["running", "stopping", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobInfo:
    """One piece of work that the user can wait for."""

    key: TaskKey
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
    """What may help, where memory ended or a file changed; a button each."""
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
