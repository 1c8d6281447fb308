"""The one path from a video to a heatmap, remembered stage by stage.

Each product's key is the frozen request behind it, so a change enters at the first stage whose key
changed: another window decodes anew, another block only rebuilds its maps, another head only
picks from them. Colours are not made here (``render.py``).
"""

import sys
from copy import copy
from functools import partial
from typing import TypeAlias

import torch

from mvit_core.attention.record import AttentionRecord
from mvit_core.attention.recorder import Keep, OnLayer, OnStep, capture
from mvit_core.attribution import FEATURES, METHODS, HeadMaps, MapSpec, Query
from mvit_core.capture_file import CaptureFile, find_run, stored_windows
from mvit_core.captured import (
    Explanation,
    Prediction,
    RunKey,
    WindowCapture,
    check_finite,
    maps_of,
    meant,
    predictions_of,
    run_key,
    window_capture,
)
from mvit_core.checkpoint import LoadedModel
from mvit_core.errors import CaptureError
from mvit_core.explaining.changes import UNCHANGED, Changes
from mvit_core.explaining.clip_means import ClipMeans
from mvit_core.explaining.evidence import Evidence, Target
from mvit_core.explaining.feature_maps import LentWindow, RememberedFeatures
from mvit_core.explaining.given_means import GivenMeans
from mvit_core.explaining.heads_off import HeadMeans, MeansHeard
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.explaining.painting import fed
from mvit_core.explaining.remembered import Question, RememberedEvidence
from mvit_core.explaining.subject import EnteringTokens, Subject, last_stage
from mvit_core.explaining.watching import OnStep as OnEvidenceStep
from mvit_core.heatmap import project
from mvit_core.own_model import run_module
from mvit_core.system.cache import Cache, MemoryBudget
from mvit_core.video import ClipWindow, Tiling, Video, clip_windows, read_clip
from mvit_core.video.boxes import Box, on_model
from mvit_core.video.clip import PLAIN

__all__ = ["Explainer", "Explanation", "MapSpec", "Prediction", "WindowCapture"]

_SECONDS_TO_CAPTURE, _SECONDS_TO_MAP = 2.0, 0.02

_MapKey: TypeAlias = tuple[RunKey, int, str, Query]


class Explainer:
    """Owns a loaded model and remembers the last product of each stage.

    Not thread-safe: one worker owns it.

    Args:
        loaded: the model, its class names and how it is fed.
        remembered_windows: captured windows kept, the least recently used dropped first.
        keep: how much is kept of each.
        budget: counts what is remembered together with other caches, and may drop it sooner.
        stored: a capture file of this model, whose windows are read and not run.
        given: means over batch results, for changes that name one.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        remembered_windows: int = 4,
        keep: Keep | None = None,
        budget: MemoryBudget | None = None,
        stored: CaptureFile | None = None,
        given: GivenMeans | None = None,
    ) -> None:
        self.loaded = loaded
        self.keep = keep or Keep()
        self.stored = stored
        """Holds windows of this model that are read and not run."""
        self._remembered = remembered_windows
        self._budget = budget = budget or MemoryBudget(sys.maxsize)
        self._captures: Cache[RunKey, WindowCapture] = Cache(
            budget, "captures", seconds_to_remake=_SECONDS_TO_CAPTURE
        )
        self._unfinished: Cache[RunKey, WindowCapture] = Cache(
            budget, "captures", seconds_to_remake=_SECONDS_TO_CAPTURE
        )
        self._maps: Cache[_MapKey, HeadMaps] = Cache(
            budget, "maps", seconds_to_remake=_SECONDS_TO_MAP, most_bytes=64 * 2**20
        )
        self.given = given or GivenMeans()
        """Means over batch results that heads may be switched off by."""
        self._means = ClipMeans(loaded, budget, self.given)
        self.changes = UNCHANGED
        """What is changed in the network or on the clip in its runs."""
        self._evidence = RememberedEvidence(budget, remembered_windows)
        self.features = RememberedFeatures(budget)

    def close(self) -> None:
        """Forget everything that was remembered."""
        self._evidence.clear()
        self.features.clear()
        self._captures.clear()
        self._unfinished.clear()
        self._maps.clear()
        self._means.clear()

    def with_changes(self, changes: Changes) -> "Explainer":
        """One that runs a changed network; both remember in the same caches, each its own runs."""
        if changes == self.changes:
            return self
        other = copy(self)
        other.changes = changes
        return other

    def with_model(self, loaded: LoadedModel, keep: Keep | None = None) -> "Explainer":
        """One like this for another model, remembering nothing yet.

        ``explainer.with_model(explainer.loaded.moved("cpu"))`` goes on where a device's memory
        ended; ``keep`` chooses other layers.
        """
        other = Explainer(
            loaded,
            remembered_windows=self._remembered,
            keep=keep or self.keep,
            budget=self._budget,
            stored=self.stored,
            given=self.given,
        )
        return other.with_changes(self.changes)

    def windows(self, video: Video, tiling: Tiling = PLAIN) -> tuple[ClipWindow, ...]:
        """The windows of a tiling of the video; those that a capture file has for this model."""
        kept, spec = stored_windows(self.stored, self.loaded, video), self.loaded.clip_spec
        return kept or clip_windows(video.frame_count, video.fps, spec, tiling)

    def recall(
        self, video: Video, window: ClipWindow, boxes: tuple[Box, ...] = ()
    ) -> WindowCapture | None:
        """A window's run as of ``capture``, if it is kept; None where the model has to run.

        Of the last run that was cancelled these are the layers that it came to, and no classes.
        """
        key = (video.identity, window, boxes, self.changes)
        return self._captures.get(key) or self._unfinished.get(key)

    def capture(
        self,
        video: Video,
        window: ClipWindow,
        on_layer: OnLayer | None = None,
        on_step: OnStep | None = None,
        boxes: tuple[Box, ...] = (),
    ) -> WindowCapture:
        """The run of a window: it is made, or recalled.

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
        key = (video.identity, window, boxes, self.changes)
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
        """The run of a window like ``capture``, remembered where that drops no other window.

        For work that passes through many windows while the user looks at some.

        Raises:
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
            DeviceMemoryError: the model's device has too little memory.
        """
        key = (video.identity, window, boxes, self.changes)
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
        baseline: str = "mean",
    ) -> Explanation:
        """The heatmap of a request as of ``capture`` and ``evidence``; only what changed is made.

        Raises:
            CaptureError: the model has no such block, head or query.
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
        """
        captured = self.capture(video, window, on_layer, boxes=boxes)
        evidence = None
        if spec.method in EVIDENCE:
            evidence = self.evidence(video, captured, spec, baseline=baseline)
        maps = maps_of(evidence, captured) if evidence else self.head_maps(video, captured, spec)
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
        """The maps of all heads for a request, as of ``evidence``.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: there is no such method, block or query.
        """
        if spec.method in EVIDENCE:
            return maps_of(self.evidence(video, captured, spec, on_step=on_step), captured)
        if spec.method in FEATURES:
            first = self.windows(video)[0], UNCHANGED
            read = partial(self.subject, video, captured), partial(self._read, video, *first, None)
            here = LentWindow(video.identity, captured.seen, read[0])
            fitted = LentWindow(video.identity, first, read[1])
            return self.features.maps(spec, captured.layer(spec.block), here, fitted, on_step)
        if spec.method not in METHODS:
            allowed = ", ".join((*METHODS, *EVIDENCE, *FEATURES))
            raise CaptureError(f"method is {spec.method!r}; allowed are {allowed}")
        method = METHODS[spec.method]
        layer = captured.layer(spec.block)
        query = spec.query if method.needs_query else "readout"
        run = run_key(video, captured)
        key = (run, layer.block, spec.method, query)
        known = self._maps.get(key)
        if known is not None:
            return known
        with torch.inference_mode():
            maps = method.maps(captured.record, layer, query)
        # A window that is not remembered leaves nothing behind.
        if run in self._captures:
            self._maps.put(key, maps, maps.values.nbytes)
        return maps

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
        key = run_key(video, captured)
        question = Question(self.target_of(captured, spec, box), spec.method, baseline, box)
        subject = partial(self._subject, video, captured, box)
        return self._evidence.evidence(key, question, subject, on_step)

    def head_means(
        self,
        video: Video,
        on_window: OnLayer | None = None,
        on_step: OnEvidenceStep | None = None,
        windows: tuple[ClipWindow, ...] = (),
    ) -> HeadMeans:
        """Mean output of every head over windows of a clip: one plain pass of each not run yet.

        Args:
            video: the clip.
            on_window: progress, (windows done, windows in all); raising from it cancels.
            on_step: called many times within each pass; raising from it cancels too.
            windows: which; () for all, side by side.

        Raises:
            Cancelled: as ``on_window`` or ``on_step`` raised it.
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
        """
        wanted = windows or self.windows(video)
        return self._means.over(video, wanted, on_window, on_step)

    def subject(self, video: Video, captured: WindowCapture, box: int = 0) -> Subject:
        """A window, as of ``evidence``, for faithfulness, sanity and when."""
        key = run_key(video, captured)
        return self._evidence.subject(key, partial(self._subject, video, captured, box), box)

    def target_of(self, captured: WindowCapture, spec: MapSpec, box: int = 0) -> Target:
        """The class that a request (as of ``evidence``) means: its own, or the most probable.

        Raises:
            CaptureError: the network predicts no classes.
        """
        return meant(spec, self.predictions_of(captured.record, box))

    def _subject(self, video: Video, captured: WindowCapture, box: int) -> Subject:
        """A window read anew, to be run when first asked for."""
        edges = on_model(captured.boxes, captured.pixel_map)
        return self._read(video, *captured.seen, edges[box] if edges else None)

    def _read(
        self, video: Video, window: ClipWindow, changes: Changes, box: tuple[float, ...] | None
    ) -> Subject:
        self.loaded.check_weights("what speaks for a class")
        clip, spec = read_clip(video, window), self.loaded.clip_spec
        given = fed(clip, spec, changes.tubes, video.frame_count)
        off = self._means.heads_off(video, changes, self.windows(video))
        return Subject(self.loaded.model, given.tensor, box, off=off)

    def _capture(
        self,
        video: Video,
        window: ClipWindow,
        on_layer: OnLayer | None,
        on_step: OnStep | None = None,
        boxes: tuple[Box, ...] = (),
        remember: bool = True,
    ) -> WindowCapture:
        if stored := find_run(self.stored, self.loaded, window, boxes, self.changes):
            return stored
        clip = read_clip(video, window)
        given = fed(clip, self.loaded.clip_spec, self.changes.tubes, video.frame_count)
        placed = [(0.0, *edges) for edges in on_model(boxes, given.pixel_map)]

        run, model = (video.identity, window, boxes, self.changes), self.loaded.model
        captured = partial(window_capture, run, given, clip.window.note, self.loaded.classes)
        if (own := self.loaded.module) is not None:
            return captured(run_module(own, given.tensor, self.keep, on_layer, on_step))

        def keep_unfinished(record: AttentionRecord) -> None:
            self._unfinished.clear()
            self._unfinished.put(run, captured(record), record.nbytes)

        off = self._means.heads_off(video, self.changes, self.windows(video), on_step)
        heard = MeansHeard(model)
        hearing = heard if off is None else off.applied(model)
        with hearing, EnteringTokens(model, last_stage(self.loaded.config)) as entering:
            record = capture(
                model,
                given.tensor,
                keep=self.keep,
                on_layer=on_layer,
                on_step=on_step,
                on_cancelled=keep_unfinished,
                boxes=torch.tensor(placed) if placed else None,
            )
        check_finite(record, window)
        if remember and record.logits.shape[-1]:
            box, heard_run = placed[0][1:] if placed else None, entering.run(record.logits[:1])
            self._evidence.keep(run, Subject(model, given.tensor, box, heard_run, off))
        if not self.changes:
            self._means.keep(video, window, heard.means)
        return captured(record)

    def predictions_of(self, record: AttentionRecord, box: int = 0) -> tuple[Prediction, ...]:
        """All classes of a run's record, or of one of its boxes, most probable first."""
        return predictions_of(record, self.loaded.classes, box)
