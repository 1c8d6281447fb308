"""The one path from a video to a heatmap, remembered stage by stage.

Each product's key is the frozen request behind it, so a change enters at the first stage whose key
changed: another window decodes anew, another block only rebuilds its maps, another head only
picks from them. Colours are not made here (``render.py``).
"""

import sys
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import torch

from mvit_core.attention.record import AttentionRecord
from mvit_core.attention.recorder import Keep, OnLayer, OnStep, capture
from mvit_core.attribution import FEATURES, LAYER_MAPS, METHODS, HeadMaps, MapSpec, Query
from mvit_core.captured import Explanation, Prediction, WindowCapture, maps_of
from mvit_core.checkpoint import LoadedModel
from mvit_core.errors import CaptureError
from mvit_core.explaining.ablation import HeadMeans, head_means
from mvit_core.explaining.evidence import Evidence, Target
from mvit_core.explaining.feature_maps import LentWindow, RememberedFeatures
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.explaining.remembered import Question, RememberedEvidence
from mvit_core.explaining.subject import EnteringTokens, Subject, last_stage
from mvit_core.explaining.watching import OnStep as OnEvidenceStep
from mvit_core.heatmap import project
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

        self._evidence = RememberedEvidence(budget, remembered_windows)
        self._features = RememberedFeatures(budget)

    def close(self) -> None:
        """Forget everything that was remembered."""
        self._evidence.clear()
        self._features.clear()
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
        return self._capture(video, window, None, on_step, boxes, remember=False)

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
        evidence = None
        if spec.method in EVIDENCE:
            evidence = self.evidence(video, captured, spec)
        maps = self.head_maps(video, captured, spec)
        saliency = maps.pick(spec.head if spec.method in METHODS else "mean")
        heatmap = project(saliency, captured.pixel_map, captured.frame_indices)
        return Explanation(captured, spec, maps, saliency, heatmap, evidence)

    def head_maps(
        self,
        video: Video,
        captured: WindowCapture,
        spec: MapSpec,
        on_step: OnEvidenceStep | None = None,
    ) -> HeadMaps:
        """The maps of all heads for a request.

        Args:
            video: the clip.
            captured: a window of it that was run.
            spec: the request.
            on_step: of maps that run the model; raising from it cancels.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: there is no such method, block or query.
        """
        if spec.method in EVIDENCE:
            return maps_of(self.evidence(video, captured, spec, on_step=on_step), captured)
        if spec.method in FEATURES:
            first = self.windows(video)[0]
            return self._features.maps(
                spec,
                captured.layer(spec.block),
                LentWindow(video.identity, captured.window, partial(self.subject, video, captured)),
                LentWindow(video.identity, first, partial(self._subject_of, video, first)),
                on_step,
            )
        if spec.method not in METHODS:
            allowed = ", ".join((*LAYER_MAPS, *EVIDENCE))
            raise CaptureError(f"method is {spec.method!r}; allowed are {allowed}")
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

    def has_features(self, video: Video, captured: WindowCapture, block: int) -> bool:
        """The tokens of a block are at hand: feature maps of it run nothing."""
        return self._features.has((video.identity, captured.window), block)

    def evidence(
        self,
        video: Video,
        captured: WindowCapture,
        spec: MapSpec,
        *,
        baseline: str = "mean",
        box: int = 0,
        on_step: OnEvidenceStep | None = None,
    ) -> Evidence:
        """What of a window speaks for a class, made or recalled.

        Args:
            video: the clip.
            captured: a window of it that was run.
            spec: names the method, and the class or pair of classes.
            baseline: a name in ``BASELINES``.
            box: which of the window's boxes, where the network reads boxes.
            on_step: progress; raising from it cancels.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: no such method or class, or the method does not suit the network.
        """
        key = (video.identity, captured.window, captured.boxes)
        question = Question(self.target_of(captured, spec, box), spec.method, baseline, box)
        subject = partial(self._subject, video, captured, box)
        return self._evidence.evidence(key, question, subject, on_step)

    def head_means(
        self,
        video: Video,
        on_window: OnLayer | None = None,
        on_step: OnEvidenceStep | None = None,
        tiling: Tiling = PLAIN,
    ) -> HeadMeans:
        """Mean output of every head over the windows of a clip: one plain pass of each.

        Args:
            video: the clip.
            on_window: progress, (windows done, windows in all); raising from it cancels.
            on_step: called many times within each pass; raising from it cancels too.
            tiling: how windows lie over the clip.

        Raises:
            Cancelled: as ``on_window`` or ``on_step`` raised it.
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
        """
        windows, means = self.windows(video, tiling), None
        for done, window in enumerate(windows, start=1):
            own = head_means(self._subject_of(video, window), on_step)
            means = own if means is None else means.joined(own)
            if on_window is not None:
                on_window(done, len(windows))
        assert means is not None  # every video has a window
        return means

    def subject(self, video: Video, captured: WindowCapture, box: int = 0) -> Subject:
        """A window as explanations take it: for faithfulness, sanity and when."""
        key = (video.identity, captured.window, captured.boxes)
        return self._evidence.subject(key, partial(self._subject, video, captured, box), box)

    def target_of(self, captured: WindowCapture, spec: MapSpec, box: int = 0) -> Target:
        """The class that a request means: its own, or the most probable of the window.

        Raises:
            CaptureError: the network predicts no classes.
        """
        if spec.target is not None:
            return Target(spec.target, spec.against)
        predictions = self.predictions_of(captured.record, box)
        best = [each.index for each in predictions if each.index != spec.against]
        if not best:
            raise CaptureError("this network predicts no classes, so there is none to explain")
        return Target(best[0], spec.against)

    def _subject_of(self, video: Video, window: ClipWindow) -> Subject:
        """A window that need not have been run, of the whole frame."""
        given = transform(read_clip(video, window), self.loaded.clip_spec)
        return Subject(self.loaded.model, given.tensor)

    def _subject(self, video: Video, captured: WindowCapture, box: int) -> Subject:
        """A window read anew, to be run when first asked for."""
        given = transform(read_clip(video, captured.window), self.loaded.clip_spec)
        edges = on_model(captured.boxes, captured.pixel_map)
        return Subject(self.loaded.model, given.tensor, edges[box] if edges else None)

    def _capture(
        self,
        video: Video,
        window: ClipWindow,
        on_layer: OnLayer | None,
        on_step: OnStep | None = None,
        boxes: tuple[Box, ...] = (),
        remember: bool = True,
    ) -> WindowCapture:
        clip = read_clip(video, window)
        given = transform(clip, self.loaded.clip_spec)
        placed = [(0.0, *edges) for edges in on_model(boxes, given.pixel_map)]

        def captured(record: AttentionRecord) -> WindowCapture:
            predictions = self.predictions_of(record) if len(record.logits) else ()
            places = given.pixel_map, given.frame_indices
            return WindowCapture(window, *places, record, predictions, clip.window.note, boxes)

        def keep_unfinished(record: AttentionRecord) -> None:
            self._unfinished.clear()
            self._unfinished.put((video.identity, window, boxes), captured(record), record.nbytes)

        model = self.loaded.model
        with EnteringTokens(model, last_stage(self.loaded.config)) as entering:
            record = capture(
                model,
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
        if remember and record.logits.shape[-1]:
            box, run = placed[0][1:] if placed else None, entering.run(record.logits[:1])
            subject = Subject(model, given.tensor, box, run)
            self._evidence.keep((video.identity, window, boxes), subject)
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
