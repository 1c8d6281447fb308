"""Makes the scene of each window of an export: panels, their drawing, and provenance."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from mvit_core.attribution import head_json
from mvit_core.attribution.maps import FloatArray
from mvit_core.export.box_labels import BoxLabel, box_labels, boxes_in
from mvit_core.export.evidence_facts import evidence_json
from mvit_core.export.layouts import Panel, panels_of
from mvit_core.export.request import ExportRequest
from mvit_core.pipeline import Explainer, Explanation
from mvit_core.pool import pooled_values
from mvit_core.render import RenderStyle, ValueRange
from mvit_core.video import ClipWindow, Video, window_of


@dataclass(frozen=True, eq=False)
class Shot:
    """Panels in the pictures of one window."""

    panels: tuple[Panel, ...]
    styles: tuple[RenderStyle, ...]
    """Style of each panel's map."""
    is_damaged: bool = False
    """The model was fed frames that are painted from damaged data."""
    boxes: tuple[BoxLabel, ...] = ()
    """Boxes that were given, with their most probable classes."""


class Scene:
    """Scenes of an export, made once per window.

    Args:
        explainer: the model.
        video: the frames.
        request: what is exported.
        on_piece: called between two pieces of work; what it raises ends the export.
    """

    def __init__(
        self,
        explainer: Explainer,
        video: Video,
        request: ExportRequest,
        on_piece: Callable[[], None],
    ) -> None:
        self._explainer, self._video, self._request = explainer, video, request
        self._on_piece = on_piece
        self._clip_ends: dict[int, ValueRange] = {}  # by block
        self._windows = explainer.windows(video, request.tiling)
        self._window: ClipWindow | None = None
        self._shot: Shot | None = None
        self._notes: dict[str, None] = {}

    def shot(self, frame_index: int) -> Shot:
        """Scene of a frame; the same value throughout a window."""
        window = window_of(self._windows, frame_index)
        if self._shot is None or window is not self._window:
            request = self._request
            explainer, video = self._explainer, self._video
            boxes = boxes_in(request, video, window)
            seen = explainer.capture(video, window, lambda *_: self._on_piece(), boxes=boxes)
            panels = panels_of(explainer, video, window, request.layout, request.map, boxes)
            self._window = window
            is_damaged = not video.damaged_frames.isdisjoint(window.frame_indices)
            styles = tuple(self._styles(panels, window))
            self._shot = Shot(tuple(panels), styles, is_damaged, box_labels(explainer, seen))
            for panel in panels:
                for note in (panel.explanation.maps.note, panel.explanation.capture.note):
                    self._notes.setdefault(note)
        return self._shot

    def _styles(self, panels: list[Panel], window: ClipWindow) -> Iterator[RenderStyle]:
        """Style of each panel, where the policy looks at other windows or layers too."""
        heat = self._request.heat
        policy = heat.range_policy if heat.locked_range is None else "layer"
        if policy == "model":  # looks at the same values from every panel
            chosen = self._explainer.explain(
                self._video, window, self._request.map, boxes=panels[0].explanation.capture.boxes
            )
            yield from [self._style(chosen, self._ends(chosen))] * len(panels)
            return
        for explanation in (panel.explanation for panel in panels):
            if policy != "clip":
                yield self._style(explanation, self._ends_of(explanation))
                continue
            block = explanation.maps.block
            if block not in self._clip_ends:
                self._clip_ends[block] = self._ends(explanation)
            yield self._style(explanation, self._clip_ends[block])

    def _style(self, explanation: Explanation, ends: ValueRange) -> RenderStyle:
        """Colours of amounts, or of values for and against with 0 in their middle."""
        return self._request.heat.style_of(explanation.maps.method, ends)

    def _ends(self, chosen: Explanation) -> ValueRange:
        policy = self._request.heat.range_policy
        pool = pooled_values(
            self._explainer, self._video, chosen, policy, self._on_piece, self._request.tiling
        )
        return self._ends_of(chosen, pool)

    def _ends_of(self, chosen: Explanation, pool: FloatArray | None = None) -> ValueRange:
        return self._request.heat.ends(chosen.maps, chosen.saliency, pool)

    @property
    def sampled_frames(self) -> tuple[int, ...]:
        """Every frame that the model saw, ascending."""
        return tuple(sorted({i for window in self._windows for i in window.frame_indices}))

    def note(self, words: str) -> None:
        """Keep something that a reader must know."""
        self._notes.setdefault(words)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for readers on the windows seen so far."""
        return tuple(note for note in self._notes if note)

    def provenance(self, start: int, stop: int) -> str:
        """The model, video, layer and settings behind the pictures of a range, as JSON."""
        spec, explanation = self._request.map, self.shot(start).panels[0].explanation
        windows = [w for w in self._windows if w.start < stop and w.stop > start]
        return json.dumps(
            {
                "made_by": "mvit-lens",
                "video": self._video.path.name,
                "model": self._explainer.loaded.path.name,
                "format": self._explainer.loaded.format,
                "preprocessing": asdict(self._explainer.loaded.clip_spec),
                "block": explanation.maps.block,
                "stage": explanation.maps.stage,
                "head": head_json(spec.head),
                "method": spec.method,
                "query": spec.query,
                **({} if explanation.evidence is None else evidence_json(explanation)),
                "layout": self._request.layout,
                "look": asdict(self._request.heat),
                "frames": [start, stop],
                "damage": list(self._video.damage),
                "windows": [{"index": w.index, "frames": list(w.frame_indices)} for w in windows],
            }
        )
