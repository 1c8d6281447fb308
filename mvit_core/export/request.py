"""What is to be exported, as one frozen value."""

from dataclasses import dataclass, field

from mvit_core.pipeline import MapSpec
from mvit_core.render import Look


@dataclass(frozen=True)
class ExportRequest:
    """Which map, drawn how, over which frames."""

    spec: MapSpec = field(default_factory=MapSpec)
    look: Look = field(default_factory=Look)
    layout: str = "single"
    """A name in ``LAYOUTS``."""
    frame_index: int | None = None
    """The frame of a still picture; None is the middle sampled frame of the first window."""
    start: int = 0
    """First frame of a moving picture."""
    stop: int | None = None
    """One past its last frame; None is the end of the video."""
    caption: bool = True
    """Print block, head, class, probability and colour bar below the picture."""


@dataclass(frozen=True)
class ExportSummary:
    """What was written."""

    path: str
    frame_count: int
    """Pictures written; 0 for tables and arrays."""
    size: tuple[int, int] | None
    """(width, height) of the pictures; None for tables and arrays."""
    notes: tuple[str, ...] = ()
    """What a reader must know: repeated frames, dead queries."""
