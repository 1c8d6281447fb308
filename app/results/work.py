"""Tasks, jobs, messages and memory: the window's reports of its own work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from mvit_core.errors import Remedy


class TaskKey(StrEnum):
    """The kind of a task; in a worker, a newer task of a key replaces the waiting one."""

    OPEN = "open"
    """Open a video, or close the one that is open."""
    FRAME = "frame"
    """Decode the frame shown."""
    NEIGHBOURS = "neighbours"
    """Decode and paint the frames beside the one shown."""
    PREFETCH = "prefetch"
    """Decode frames that are likely to be needed next."""
    THUMBNAIL = "thumbnail"
    """Decode the small picture of a shipped clip."""
    PANE_FRAMES = "pane.frames"
    """Decode frames of clips that only pinned panes show."""
    PROXIES = "proxies"
    """Make some more proxies of the strip."""
    LOAD = "load"
    """Load a model."""
    CAPTURE = "capture"
    """Read a capture file, and compare its model with the one in use."""
    EXPLAIN = "explain"
    """Make the map of the canvas; runs the model on its window unless cached."""
    EVIDENCE = "evidence"
    """Make the map of evidence that the quick answer stands for."""
    FAITHFULNESS = "faithfulness"
    """Measure one more point of the curves of a map of evidence."""
    SANITY = "sanity"
    """Make a map of evidence again with weights drawn anew."""
    REMOVED = "removed"
    """Find what is covered of a window at one point of those curves."""
    EFFECTS = "effects"
    """Find what one more head does for a class."""
    WHEN = "when"
    """Find what each sampled frame adds to the logit."""
    ATLAS = "atlas"
    """Find the numbers of all heads in one more window."""
    HEAD_CARD = "head.card"
    """Find more of the heads of one block, and what the parts of the last stage add to a class."""
    PATCH = "patch"
    """Patch the window shown with the pass over another clip."""
    RANGE = "range"
    """Collect the values of one more layer or window, for ranges that look at several."""
    MAPS = "maps"
    """Make the maps of one more block, for the grids."""
    PANE_MAP = "pane.map"
    """Make the map of a pinned pane."""
    SERIES = "series"
    """Run one more window for the series of the timeline."""
    PLAY_AHEAD = "play.ahead"
    """Run the windows that play will come to."""
    MULTIVIEW = "multiview"
    """Run one more view for the prediction of the whole video."""
    EXPORT_PREVIEW = "export.preview"
    """Draw one frame of an export for its dialog."""
    EXPORT_ESTIMATE = "export.estimate"
    """Write some frames of an export to see how large it will be."""
    ORIGINS = "origins"
    """Write where plots and tables of the window come from beside them."""
    FIGURE_PREVIEW = "figure.preview"
    """Lay out a figure for its dialog."""
    FIGURE = "figure"
    """Write a figure."""
    REPORT = "report"
    """Write an HTML report."""
    SAVE_CAPTURE = "save.capture"
    """Write the windows that were run as a capture file."""
    EXPORT = "export"
    """Write a file."""
    HEAT = "heat"
    """Paint the heat of the map shown."""
    AHEAD = "ahead"
    """Paint its heat at the other token times of the window."""
    STRIP = "strip"
    """Paint small pictures of all heads."""
    CELLS = "cells"
    """Paint the cells of the grids."""
    MINIS = "minis"
    """Paint the small pictures in the tree of layers."""
    PANES = "panes"
    """Paint the heat of the panes."""
    DIFFERENCE = "difference"
    """Subtract two panes and paint the difference."""
    FILES = "files"
    """Check that the files in use are those that were opened."""
    CLIPS = "clips"
    """Read a list or a folder of clips."""
    ROWS = "rows"
    """Look up rows of a batch result."""
    BATCH_MEANS = "batch.means"
    """Find the mean numbers of all heads over the rows of a batch result that are listed."""
    HEAD_MEANS = "head.means"
    """Read the mean output of all heads over a batch result."""
    CHECKPOINT = "checkpoint"
    """Find the checkpoint that a batch was run with."""
    SESSION = "session"
    """Find the files of a session."""
    COPY = "copy"
    """Paint a picture for the clipboard."""


JobState = Literal["running", "stopping", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobInfo:
    """One piece of work that the user can wait for, and its progress."""

    key: TaskKey
    title: str
    state: JobState = "running"
    done: int = 0
    total: int = 0
    """Number of steps; 0 while it is not known."""
    per_second: float | None = None
    """Steps done per second since the beginning; None while not known."""
    seconds_left: float | None = None


@dataclass(frozen=True)
class PlayWait:
    """Play waits for windows to be run."""

    seconds: float | None
    """Until it begins; None while no run of the clip was timed."""


Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Way:
    """A button of a message that runs a command."""

    title: str
    command: str
    """Id of the command."""


@dataclass(frozen=True)
class Message:
    """A message to the user that does not interrupt."""

    level: Level
    text: str
    details: str = ""
    """Trace or report behind the Details button."""
    dock: str = ""
    """Name of the panel with more about it; a button leads there."""
    remedies: tuple[Remedy, ...] = ()
    """Ways out where memory ended or a file changed; a button each."""
    choices: tuple[str, ...] = ()
    """Networks of a checkpoint of which one must be chosen; a button each."""
    ways: tuple[Way, ...] = ()
    """Commands that lead on; a button each."""
    file: Path | None = None
    """File that was written; a button shows its folder."""
    about: TaskKey | None = None
    """Task that failed; the message goes where one of its kind succeeds."""


@dataclass(frozen=True)
class PlotFile:
    """A file that a part of the window wrote itself: a plot, or numbers."""

    path: Path
    what: str
    """A key of ``PLOT_KINDS``."""


@dataclass(frozen=True)
class MemoryInfo:
    """Memory in use."""

    cache_bytes: int
    """Bytes of all caches together."""
    limit_bytes: int
    """Bytes that they never exceed."""
    process_bytes: int
    """Bytes of the whole process; 0 where the system does not say."""
