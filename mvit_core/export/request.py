"""Describes an export as one frozen value."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mvit_core.attribution import MapSpec
from mvit_core.explaining.changes import UNCHANGED, Changes
from mvit_core.export.comparison import Comparison
from mvit_core.render import HeatSettings
from mvit_core.video.boxes import TimedBox
from mvit_core.video.clip import PLAIN, Tiling
from mvit_core.video.encode.encoders import Encoding

OnProgress = Callable[[int, int], None]
"""Called with (done, in all); raising from it ends the export and leaves the target as it was."""


@dataclass(frozen=True)
class ExportRequest:
    """Map, drawing and frames of an export."""

    map: MapSpec = field(default_factory=MapSpec)
    heat: HeatSettings = field(default_factory=HeatSettings)
    layout: str = "single"
    """A name in ``LAYOUTS``."""
    frame_index: int | None = None
    """The frame of a still picture; None is the middle sampled frame of the first window."""
    start: int = 0
    """First frame of a moving picture."""
    stop: int | None = None
    """One past its last frame; None is the end of the video."""
    sampled_only: bool = False
    """True to show only the frames that the model saw, each until the next."""
    rate: float | None = None
    """Frames per second at most, of a moving picture; None keeps those of the video."""
    size: str = "native"
    """A name in ``SIZES``: what pictures are scaled to."""
    caption: bool = True
    """Print block, head, class, probability and colour bar below the picture. Methods that fail and
    damaged frames are named on the picture where there is none."""
    encoding: Encoding = field(default_factory=Encoding)
    """Encoding of a video."""
    sound: bool = False
    """Keep the sound of the source in a video."""
    boxes: tuple[TimedBox, ...] = ()
    """Boxes of a detection model, drawn where pictures show their window."""
    tiling: Tiling = PLAIN
    """How windows lie over the video."""
    comparison: Comparison | None = None
    """Panes side by side, shown in place of the layout; None shows the layout."""
    changes: Changes = UNCHANGED
    """What is changed in the network; panes have their own."""


@dataclass(frozen=True)
class ExportSummary:
    """Summary of what was written."""

    path: str
    frame_count: int
    """Pictures written; 0 for tables and arrays."""
    size: tuple[int, int] | None
    """(width, height) of the pictures; None for tables and arrays."""
    notes: tuple[str, ...] = ()
    """Notes for readers: repeated frames, dead queries."""


class Steps:
    """Progress of an export; called between its steps too, so that it can be stopped anywhere."""

    def __init__(self, on_progress: OnProgress | None, total: int) -> None:
        self._on_progress, self.total = on_progress, total
        self._done = 0

    def again(self) -> None:
        """Nothing more is done yet."""
        if self._on_progress is not None:
            self._on_progress(self._done, self.total)

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        self.again()
