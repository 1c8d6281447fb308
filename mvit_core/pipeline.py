"""The one path from a video to a heatmap, remembered stage by stage.

Each product's key is the frozen request behind it, so a change enters at the first stage whose key
changed: another window decodes anew, another block only rebuilds its maps, another head only
picks from them. Colours are not made here (``render.py``).
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch

from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.attention.recorder import Keep, OnLayer, OnStep, capture
from mvit_core.attribution import METHODS, HeadMaps, MapSpec, Query, Saliency
from mvit_core.checkpoint import LoadedModel
from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import Heatmap, project
from mvit_core.system.cache import Cache, MemoryBudget
from mvit_core.video import ClipWindow, Tiling, Video, clip_windows, read_clip
from mvit_core.video.boxes import Box, on_model
from mvit_core.video.clip import PLAIN
from mvit_core.video.transform import transform

if TYPE_CHECKING:
    from mvit_core.system.ordinary_file import FileIdentity

__all__ = ["Explainer", "Explanation", "MapSpec", "Prediction", "WindowCapture"]

_SECONDS_TO_CAPTURE = 2.0
_SECONDS_TO_MAP = 0.02
_MAPS_BYTES = 64 * 2**20

_RunKey: TypeAlias = "tuple[FileIdentity, ClipWindow, tuple[Box, ...]]"
"""Key of a run; attention is the same for all boxes, predictions are not."""


@dataclass(frozen=True)
class Prediction:
    """One class and its probability."""

    index: int
    name: str
    """The class name, or ``class N`` where names are not known."""
    probability: float


@dataclass(frozen=True)
class WindowCapture:
    """One clip window as the model saw it, and what it said and looked at."""

    window: ClipWindow
    pixel_map: PixelMap
    frame_indices: tuple[int, ...]
    """Source frame of each input frame."""
    record: AttentionRecord
    predictions: tuple[Prediction, ...]
    """All classes, most probable first."""
    note: str = ""
    """Note on the clip; empty where nothing is unusual."""
    boxes: tuple[Box, ...] = ()
    """Boxes of the predictions on the source; () for the whole frame."""

    def layer(self, block: int | None) -> LayerAttention:
        """An attention layer by its index, or the last.

        Raises:
            CaptureError: there is no such block.
        """
        depth = self.record.depth
        wanted = depth - 1 if block is None else block
        if not 0 <= wanted < depth:
            raise CaptureError(f"the model has {depth} blocks, 0 to {depth - 1}; got block {block}")
        kept = {layer.block: layer for layer in self.record.layers}
        if wanted not in kept:
            raise CaptureError(
                f"block {wanted} was not captured; captured are {', '.join(map(str, kept))}"
            )
        return kept[wanted]


@dataclass(frozen=True)
class Explanation:
    """The map of one request: everything that the window or an exporter draws."""

    capture: WindowCapture
    spec: MapSpec
    maps: HeadMaps
    """All heads of the block."""
    saliency: Saliency
    """The head or reduction picked."""
    heatmap: Heatmap

    @property
    def picked(self) -> "PickedToken | None":
        """Place of the picked query (or, of a column, the picked key); None for no patch."""
        if isinstance(self.maps.query, str):
            return None
        layer = self.capture.layer(self.maps.block)
        of_keys = METHODS[self.maps.method].query_is_key
        geometry, shape = (
            (layer.k_geometry, layer.k_shape) if of_keys else (layer.q_geometry, layer.q_shape)
        )
        _, y, x = geometry.centre(self.maps.query)
        return PickedToken(
            self.capture.pixel_map.to_source(x, y), self.maps.query[0], geometry, shape[0]
        )


@dataclass(frozen=True)
class PickedToken:
    """A picked token's place on the source video."""

    centre_px: tuple[float, float]
    """(x, y) of its centre on the source frame."""
    t: int
    """Its time on its own grid."""
    geometry: GridGeometry
    times: int
    """Times of its grid."""

    def is_at(self, heatmap: Heatmap, frame_index: int) -> bool:
        """The frame is nearest to the token's own time."""
        place = heatmap.sampled_position(frame_index)
        return self.geometry.nearest(0, place, self.times) == self.t


class Explainer:
    """Owns a loaded model and remembers the last product of each stage.

    Not thread-safe: one worker owns it.

    Args:
        loaded: the model, its class names and how it is fed.
        remembered_windows: captured windows kept, the least recently used dropped first.
        keep: how much is kept of each.
        budget: counts what is remembered together with other caches, and may drop it sooner.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        remembered_windows: int = 4,
        keep: Keep | None = None,
        budget: MemoryBudget | None = None,
    ) -> None:
        self.loaded = loaded
        self.keep = keep or Keep()
        self._remembered = remembered_windows
        self._budget = budget = budget or MemoryBudget(sys.maxsize)
        self._captures: Cache[_RunKey, WindowCapture] = Cache(
            budget, "captures", seconds_to_remake=_SECONDS_TO_CAPTURE
        )
        self._unfinished: Cache[_RunKey, WindowCapture] = Cache(
            budget, "captures", seconds_to_remake=_SECONDS_TO_CAPTURE
        )
        self._maps: Cache[tuple[FileIdentity, ClipWindow, int, str, Query], HeadMaps] = Cache(
            budget, "maps", seconds_to_remake=_SECONDS_TO_MAP, most_bytes=_MAPS_BYTES
        )

    def close(self) -> None:
        """Forget everything that was remembered."""
        self._captures.clear()
        self._unfinished.clear()
        self._maps.clear()

    def with_model(self, loaded: LoadedModel, keep: Keep | None = None) -> "Explainer":
        """One like this for another model, remembering nothing yet.

        ``explainer.with_model(explainer.loaded.moved("cpu"))`` goes on where a device's memory
        ended; ``keep`` chooses other layers.
        """
        keep = keep or self.keep
        return Explainer(
            loaded, remembered_windows=self._remembered, keep=keep, budget=self._budget
        )

    def windows(self, video: Video, tiling: Tiling = PLAIN) -> tuple[ClipWindow, ...]:
        """The windows over the video for this model."""
        return clip_windows(video.frame_count, video.fps, self.loaded.clip_spec, tiling)

    def recall(
        self, video: Video, window: ClipWindow, boxes: tuple[Box, ...] = ()
    ) -> WindowCapture | None:
        """A window that was run and is still kept; None where the model would have to run.

        Of the last run that was cancelled these are the layers that it came to, and no classes.
        """
        key = (video.identity, window, boxes)
        return self._captures.get(key) or self._unfinished.get(key)

    def capture(
        self,
        video: Video,
        window: ClipWindow,
        on_layer: OnLayer | None = None,
        on_step: OnStep | None = None,
        boxes: tuple[Box, ...] = (),
    ) -> WindowCapture:
        """Run the model on a window, or recall that it was run.

        Args:
            video: the clip.
            window: which part of it.
            on_layer: progress; raising from it cancels.
            on_step: called many times within a layer; raising from it cancels too.
            boxes: what a model of detection predicts for; () for the whole frame.

        Raises:
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
            DeviceMemoryError: the model's device has too little memory.
        """
        key = (video.identity, window, boxes)
        known = self._captures.get(key)
        if known is None:
            known = self._capture(video, window, on_layer, on_step, boxes)
            self._captures.put(key, known, known.record.nbytes)
            self._unfinished.clear()
            while len(self._captures) > self._remembered:
                self._captures.drop_oldest()
        return known

    def glance(
        self,
        video: Video,
        window: ClipWindow,
        on_step: OnStep | None = None,
        boxes: tuple[Box, ...] = (),
    ) -> WindowCapture:
        """Captures a window like ``capture``, remembered only where that drops no other window.

        For work that passes through many windows while the user looks at some.

        Raises:
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
            DeviceMemoryError: the model's device has too little memory.
        """
        key = (video.identity, window, boxes)
        known = self._captures.peek(key)  # not asked for by anyone who looks at it
        if known is not None:
            return known
        if len(self._captures) < self._remembered:
            return self.capture(video, window, on_step=on_step, boxes=boxes)
        return self._capture(video, window, None, on_step, boxes)

    def explain(
        self,
        video: Video,
        window: ClipWindow,
        spec: MapSpec,
        on_layer: OnLayer | None = None,
        boxes: tuple[Box, ...] = (),
    ) -> Explanation:
        """The heatmap of a window for one request, recomputing only what the request changed.

        Raises:
            CaptureError: the model has no such block, head or query.
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
        """
        captured = self.capture(video, window, on_layer, boxes=boxes)
        maps = self.head_maps(video, captured, spec)
        saliency = maps.pick(spec.head)
        heatmap = project(saliency, captured.pixel_map, captured.frame_indices)
        return Explanation(captured, spec, maps, saliency, heatmap)

    def head_maps(self, video: Video, captured: WindowCapture, spec: MapSpec) -> HeadMaps:
        """The maps of all heads for a request.

        Raises:
            CaptureError: there is no such method, block or query.
        """
        if spec.method not in METHODS:
            raise CaptureError(f"method is {spec.method!r}; allowed are {', '.join(METHODS)}")
        method = METHODS[spec.method]
        layer = captured.layer(spec.block)
        query = spec.query if method.needs_query else "readout"
        key = (video.identity, captured.window, layer.block, spec.method, query)
        known = self._maps.get(key)
        if known is not None:
            return known
        with torch.inference_mode():
            maps = method.maps(captured.record, layer, query)
        # A window that is not remembered leaves nothing behind.
        if (video.identity, captured.window, captured.boxes) in self._captures:
            self._maps.put(key, maps, maps.values.nbytes)
        return maps

    def _capture(
        self,
        video: Video,
        window: ClipWindow,
        on_layer: OnLayer | None,
        on_step: OnStep | None = None,
        boxes: tuple[Box, ...] = (),
    ) -> WindowCapture:
        clip = read_clip(video, window)
        given = transform(clip, self.loaded.clip_spec)
        placed = [(0.0, *edges) for edges in on_model(boxes, given.pixel_map)]

        def captured(record: AttentionRecord) -> WindowCapture:
            return WindowCapture(
                window=window,
                pixel_map=given.pixel_map,
                frame_indices=given.frame_indices,
                record=record,
                predictions=self.predictions_of(record) if len(record.logits) else (),
                note=clip.window.note,
                boxes=boxes,
            )

        def keep_unfinished(record: AttentionRecord) -> None:
            self._unfinished.clear()
            self._unfinished.put((video.identity, window, boxes), captured(record), record.nbytes)

        record = capture(
            self.loaded.model,
            given.tensor,
            keep=self.keep,
            on_layer=on_layer,
            on_step=on_step,
            on_cancelled=keep_unfinished,
            boxes=torch.tensor(placed) if placed else None,
        )
        if not torch.isfinite(record.logits).all():
            raise CaptureError(
                f"the scores of window {window.index} are NaN or infinite: the weights overflow; "
                f"use another checkpoint"
            )
        return captured(record)

    def predictions_of(self, record: AttentionRecord, box: int = 0) -> tuple[Prediction, ...]:
        """All classes, most probable first; none where the network predicts no classes.

        Args:
            record: of a run.
            box: which of its boxes, where the network reads boxes.
        """
        probabilities = record.probabilities[box]
        names = self.loaded.classes
        return tuple(
            Prediction(
                index,
                names[index] if names else f"class {index}",
                float(probabilities[index]),
            )
            for index in probabilities.argsort(descending=True, stable=True).tolist()
        )
