"""Makes the scene of each window of an export: panels, their drawing, and provenance."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mvit_core.attribution import MapSpec, head_json
from mvit_core.export.box_labels import BoxLabel, box_labels, boxes_in
from mvit_core.export.comparison import Source, Sources, panes_of
from mvit_core.export.evidence_facts import evidence_json
from mvit_core.export.layouts import Panel, panels_of
from mvit_core.export.request import ExportRequest
from mvit_core.export.styles import Styles
from mvit_core.pipeline import Explainer
from mvit_core.provenance import Origin, RunFacts, document_text
from mvit_core.render import RenderStyle
from mvit_core.video import ClipWindow, Video


@dataclass(frozen=True, eq=False)
class Shot:
    """Panels in the pictures of one window."""

    panels: tuple[Panel, ...]
    styles: tuple[RenderStyle, ...]
    """Style of each panel's map."""
    damaged: tuple[bool, ...] = ()
    """Whether the model of each panel was fed frames that are painted from damaged data."""
    boxes: tuple[BoxLabel, ...] = ()
    """Boxes that were given, with their most probable classes."""

    @property
    def is_damaged(self) -> bool:
        """Some panel is of damaged frames."""
        return any(self.damaged)


class Scene:
    """Scenes of an export, made once per window.

    Args:
        explainer: the model.
        video: the frames.
        request: what is exported.
        on_piece: called between two pieces of work; what it raises ends the export.
        others: further clips and models, of which a comparison shows maps.
    """

    def __init__(
        self,
        explainer: Explainer,
        video: Video,
        request: ExportRequest,
        on_piece: Callable[[], None],
        others: Sequence[Source] = (),
    ) -> None:
        explainer = explainer.with_changes(request.changes)
        self._explainer, self._video, self._request = explainer, video, request
        self._on_piece = on_piece
        self.sources = Sources((Source(explainer, video), *others), request.tiling)
        self._styles = Styles(self.sources, request, on_piece)
        self._windows: tuple[ClipWindow, ...] = ()
        self._shot: Shot | None = None
        self._notes: dict[str, None] = {}

    def shot(self, frame_index: int) -> Shot:
        """Scene of a frame; the same value throughout a window."""
        windows = self.sources.windows_at(frame_index)
        if self._shot is None or windows != self._windows:
            self._shot, self._windows = self._make(windows), windows
            for panel in self._shot.panels:
                for note in (panel.explanation.maps.note, panel.explanation.capture.note):
                    self._notes.setdefault(note)
        return self._shot

    def _make(self, windows: tuple[ClipWindow, ...]) -> Shot:
        """Run the windows and pick what is shown of them."""
        request, video, window = self._request, self._video, windows[0]
        boxes = boxes_in(request, video, window)
        seen = self._explainer.capture(video, window, lambda *_: self._on_piece(), boxes=boxes)
        if request.comparison is not None:
            panels = panes_of(self.sources, windows, request.comparison, boxes)
        else:
            panels = panels_of(self._explainer, video, window, request.layout, request.map, boxes)
        styles = self._styles.of(panels, windows)
        damaged = tuple(self._is_damaged(panel, windows) for panel in panels)
        return Shot(tuple(panels), styles, damaged, box_labels(self._explainer, seen))

    def _is_damaged(self, panel: Panel, windows: Sequence[ClipWindow]) -> bool:
        video, window = self.sources.each[panel.source].video, windows[panel.source]
        if not video.damaged_frames.isdisjoint(window.frame_indices):
            return True
        return panel.minus is not None and self._is_damaged(panel.minus, windows)

    @property
    def sampled_frames(self) -> tuple[int, ...]:
        """Every frame that the model saw, ascending."""
        windows = self.sources.windows[0]
        return tuple(sorted({i for window in windows for i in window.frame_indices}))

    def within_windows(self, frames: Sequence[int]) -> Sequence[int]:
        """Those of some frames that a window speaks for: all, unless a capture file lacks some."""
        windows = self.sources.windows[0]
        spoken = {frame for each in windows for frame in range(each.start, each.stop)}
        return frames if spoken.issuperset(frames) else [i for i in frames if i in spoken]

    def note(self, words: str) -> None:
        """Keep something that a reader must know."""
        self._notes.setdefault(words)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for readers on the windows seen so far."""
        return tuple(note for note in self._notes if note)

    def provenance(
        self, start: int, stop: int, origin: Origin | None = None, run: RunFacts | None = None
    ) -> str:
        """The model, video, layer and settings behind the pictures of a range, as JSON.

        Args:
            start: first frame.
            stop: one past the last.
            origin: of the file that is written, which is told too; None for a preview.
            run: what it took, as far as that is known.
        """
        facts = self._facts(start, stop)
        if origin is None:
            return json.dumps(facts)
        first = self.shot(start).panels[0].explanation.capture
        told = origin.of(self._windows_between(start, stop), first)
        return document_text(replace(told, run=run), facts)

    def _windows_between(self, start: int, stop: int) -> list[ClipWindow]:
        return windows_between(self.sources.windows[0], start, stop)

    def _facts(self, start: int, stop: int) -> dict[str, Any]:
        windows = self._windows_between(start, stop)
        panels, request = self.shot(start).panels, self._request
        told: dict[str, Any] = {
            "made_by": "mvit-lens",
            **source_json(self.sources.each[0]),
            **map_json(panels[0], request.map),
            "layout": request.layout if request.comparison is None else "compare",
            "look": asdict(request.heat),
            "frames": [start, stop],
            "damage": list(self._video.damage),
            "windows": [{"index": w.index, "frames": list(w.frame_indices)} for w in windows],
        }
        if request.comparison is not None:
            told["panes"] = [
                {
                    "name": panel.name,
                    **source_json(self.sources.each[panel.source]),
                    **map_json(panel, panel.explanation.spec),
                }
                for panel in panels
                if panel.minus is None
            ]
            told["difference"] = request.comparison.difference
        return told


def windows_between(windows: Sequence[ClipWindow], start: int, stop: int) -> list[ClipWindow]:
    """The windows that speak for frames ``start`` to ``stop - 1``."""
    return [window for window in windows if window.start < stop and window.stop > start]


def source_json(source: Source) -> dict[str, Any]:
    """Clip and model by name, and how the clip is fed, as JSON."""
    loaded = source.explainer.loaded
    return {
        "video": source.video.path.name,
        "model": loaded.path.name,
        "format": loaded.format,
        "preprocessing": asdict(loaded.clip_spec),
    }


def map_json(panel: Panel, spec: MapSpec) -> dict[str, Any]:
    """What the map of a panel is of, as JSON."""
    explanation = panel.explanation
    return {
        "block": explanation.maps.block,
        "stage": explanation.maps.stage,
        "head": head_json(spec.head),
        "method": spec.method,
        "query": spec.query,
        **explanation.capture.changes.facts,
        **({} if explanation.evidence is None else evidence_json(explanation)),
    }
