"""Maps that are compared: panes side by side and their difference, each of any clip and model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mvit_core.attribution import MapSpec
from mvit_core.errors import ExportError
from mvit_core.explaining.changes import UNCHANGED, Changes
from mvit_core.export.layouts import Panel
from mvit_core.pipeline import Explainer
from mvit_core.video import ClipWindow, Tiling, Video, window_of
from mvit_core.video.boxes import Box
from mvit_core.video.clip import frame_at


@dataclass(frozen=True)
class PaneMap:
    """One pane: a map of one of the sources of an export."""

    name: str
    """What it is called in words and in the difference."""
    map: MapSpec
    source: int = 0
    """Place of its clip and model among the sources; 0 is those of the export."""
    changes: Changes = UNCHANGED
    """What is changed in the network."""


@dataclass(frozen=True)
class Comparison:
    """Panes side by side.

    Raises:
        ExportError: there is no pane, or the difference is not of two of them.
    """

    panes: tuple[PaneMap, ...]
    difference: tuple[int, int] | None = None
    """Places of two panes, of which the first minus the second is shown too."""

    def __post_init__(self) -> None:
        if not self.panes:
            raise ExportError("a comparison without panes shows nothing; give it one or more")
        places = self.difference or (0, 0)
        if not all(0 <= place < len(self.panes) for place in places):
            raise ExportError(
                f"the difference is of panes {places[0]} and {places[1]}; "
                f"allowed are 0 to {len(self.panes) - 1}"
            )


@dataclass(frozen=True, eq=False)
class Source:
    """A clip, and the model that looks at it."""

    explainer: Explainer
    video: Video

    @property
    def model_path(self) -> Path:
        """The file of the model."""
        return self.explainer.loaded.path


class Sources:
    """The sources of an export; the first gives the time, the others follow it by the clock.

    Args:
        each: by place, the export's own first.
        tiling: how windows lie over every clip.
    """

    def __init__(self, each: Sequence[Source], tiling: Tiling) -> None:
        self.each = tuple(each)
        self.windows = tuple(source.explainer.windows(source.video, tiling) for source in each)

    def frame_index(self, place: int, frame_index: int) -> int:
        """The frame of a source at the time of a frame of the first."""
        own, other = self.each[0].video, self.each[place].video
        if other is own:
            return frame_index
        return frame_at(other.pts_seconds, float(own.pts_seconds[frame_index]))

    def windows_at(self, frame_index: int) -> tuple[ClipWindow, ...]:
        """The window of each source at the time of a frame of the first."""
        return tuple(
            window_of(windows, self.frame_index(place, frame_index))
            for place, windows in enumerate(self.windows)
        )


def panes_of(
    sources: Sources,
    windows: Sequence[ClipWindow],
    comparison: Comparison,
    boxes: tuple[Box, ...] = (),
) -> list[Panel]:
    """The panels of a comparison in one window of each source.

    Args:
        sources: clips and models.
        windows: of each source.
        comparison: what is shown.
        boxes: of the first source.

    Raises:
        ExportError: a pane names a source that was not given.
        MvitError: a window cannot be run, or has no such map.
    """
    panels = []
    for pane in comparison.panes:
        if not pane.source < len(sources.each):
            raise ExportError(
                f"pane {pane.name} is of source {pane.source}; given are 0 to "
                f"{len(sources.each) - 1}"
            )
        source, window = sources.each[pane.source], windows[pane.source]
        own = boxes if pane.source == 0 else ()
        explainer = source.explainer.with_changes(pane.changes)
        found = explainer.explain(source.video, window, pane.map, boxes=own)
        panels.append(Panel(found, pane.name, name=pane.name, source=pane.source))
    if comparison.difference is not None:
        first, second = (panels[place] for place in comparison.difference)
        name = f"{first.name} \u2212 {second.name}"
        panels.append(Panel(first.explanation, name, name=name, source=first.source, minus=second))
    return panels
