"""The panes of the compare view as an export takes them: what is compared, of which sources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.results import PANE_NAMES
from app.state.view_state import PINS
from mvit_core.explaining.changes import UNCHANGED

if TYPE_CHECKING:
    from pathlib import Path

    from app.results import MapRequest, Results
    from app.results.maps import Network
    from app.state.view_state import ModelSource, ViewState
    from mvit_core.attribution import MapSpec
    from mvit_core.export import Comparison
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video.clip import ClipSpec

NOW = "Now"
"""Name of the pane that follows the selection; files are English."""


@dataclass(frozen=True)
class JobSource:
    """A clip and a model that panes show beside those of an export."""

    clip: Path
    stream: int | None
    model: ModelSource
    clip_spec: ClipSpec
    """Sampling and preprocessing of the model's input."""
    clip_file: FileIdentity | None = None
    """Identity of the clip's file when a pane opened it; None for the file at its path."""
    is_own_clip: bool = False
    """The clip is that of the export, with another model or preprocessing."""

    @property
    def network(self) -> Network:
        """The model, as its files are now."""
        return self.model, self.model.files()

    def request(self, like: MapRequest) -> MapRequest:
        """A request for a map of this model, by which its explainer is lent."""
        model, files = self.network
        return replace(like, model=model, model_files=files, spec=self.clip_spec, boxes=())


def compared(
    state: ViewState, results: Results, shown: MapSpec, own: JobSource
) -> tuple[Comparison | None, tuple[JobSource, ...]]:
    """What the compare view shows, and its sources beside those of the export.

    Args:
        state: has the pins.
        results: have the clips of panes that were opened.
        shown: the map of the selection.
        own: clip and model of the export.

    Returns:
        None without pins, and no sources.
    """
    from mvit_core.export import Comparison, PaneMap  # the model is loaded, so torch is there

    pins = state.panes[:PINS]
    if not pins:
        return None, ()
    changes = UNCHANGED if results.request is None else results.request.changes
    sources = [replace(own, is_own_clip=True)]
    panes = [PaneMap(NOW, shown, changes=changes)]
    for place, pin in enumerate(pins, start=1):
        is_own = (pin.clip, pin.stream) == (own.clip, own.stream)
        source = JobSource(pin.clip, pin.stream, pin.model, pin.clip_spec, is_own_clip=is_own)
        if source not in sources:
            sources.append(source)
        panes.append(PaneMap(PANE_NAMES[place - 1], pin.map, sources.index(source), pin.changes))
    difference = state.difference
    if difference is not None and max(difference) >= len(panes):
        difference = None
    files = {pane.video.path: pane.video.file for pane in results.panes if pane.video is not None}
    others = tuple(replace(each, clip_file=files.get(each.clip)) for each in sources[1:])
    return Comparison(tuple(panes), difference), others
