"""Work of the inference worker, which owns the model and everything of torch.

torch is imported by the first load, so that the window shows before it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias

from app.results import CaptureRead, RangePiece, ViewSurvey, WindowSurvey
from app.state.view_state import ModelSource
from app.workers.captures import CaptureFiles, capture_info
from app.workers.findings import model_info, result_of
from app.workers.known_videos import KnownVideos
from app.workers.network import load_unchanged, network_of
from mvit_core.attribution import FEATURES, METHODS, measures_of
from mvit_core.errors import FileChangedError
from mvit_core.explaining.given_means import GivenMeans
from mvit_core.system.cores import core_count
from mvit_core.system.ordinary_file import read_ahead
from mvit_core.video import Video, open_video
from mvit_core.video.decode.captured_clip import is_capture
from mvit_core.video.decode.container import changed_words

if TYPE_CHECKING:
    from pathlib import Path

    from app.results import MapRequest, MapResult, ModelInfo
    from app.results.maps import Network
    from app.workers.worker import TaskHandle
    from mvit_core.checkpoint import LoadedModel
    from mvit_core.pipeline import Explainer
    from mvit_core.system.cache import MemoryBudget
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video.clip import ClipSpec
    from mvit_core.video.multi_view import View

CACHE_BYTES = 32 << 20
"""Bytes of frames that its videos keep; a window is read once, so few suffice."""

OPEN_VIDEOS = 2
"""Containers kept open: that of the open video, and that of a pane with another clip."""

REMEMBERED_WINDOWS = 64
"""Captured windows kept for the model in use, as far as the budget allows; about 60 MiB each for a
16-frame model."""

EXPLAINERS_KEPT = 2
"""Explainers kept: that of the view, and of a pane with another model or preprocessing."""

REMEMBERED_ASIDE = 2
"""Captured windows kept for a model that only a pinned pane needs."""

MODEL_BYTES = 1 << 30
"""Bytes of weights kept beside those of the model in use, for panes of other checkpoints."""


def prepare_torch() -> None:
    """Import torch so that it leaves a core to the window."""
    # Spinning OpenMP threads starve the window's thread; read once, when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    torch.set_num_threads(max(1, core_count() - 1))


def share_cores(task: TaskHandle, *, moving: bool = False, most: int = 0) -> None:
    """Give a task every core where the user waits for it; background work leaves one.

    The event loop needs little while a clip is run: its waits grow from 6 to 7 ms (p99). Frames
    that move need a core to be decoded and painted.

    Args:
        task: the task that is about to run.
        moving: frames are shown one after another, as in playing.
        most: cores that the user gives the model; 0 is all of them.
    """
    import torch

    free = core_count() - (task.background or moving)
    torch.set_num_threads(max(1, min(free, most or free)))


class ModelWorker:
    """Holds the loaded models and its own containers; lives on the inference worker.

    Args:
        budget: limit that captured windows and frames count against.
        known: videos that were opened already.
    """

    def __init__(
        self,
        budget: MemoryBudget,
        known: KnownVideos | None = None,
        given: GivenMeans | None = None,
    ) -> None:
        self._budget, self._known = budget, known or KnownVideos()
        self._given = given or GivenMeans()
        self._main: Network | None = None
        self._models: dict[Network, LoadedModel] = {}  # the longest unused first
        self._explainers: dict[_ExplainerKey, Explainer] = {}
        self._captures = CaptureFiles()
        self._videos: dict[_OpenKey, Video] = {}  # the longest unused first
        self.moving = False
        """Frames are shown one after another; set by the window's thread, read here."""
        self.cores = 0
        """Cores that the user gives the model, 0 for all; set by the window's thread."""

    def load(self, source: ModelSource, task: TaskHandle) -> ModelInfo:
        """Load another model; the one before stays if this one fails.

        Raises:
            CheckpointError: the file is no model that can be used.
            LabelsError: the class names cannot be read.
        """
        network = source, source.files()
        loaded = self._read(network, task)
        task.check()
        info, self._main = model_info(network, loaded), network
        for old in [each for each in self._models if each[0].checkpoint == source.checkpoint]:
            self._forget(old)  # the same file, perhaps on a device that it was too large for
        self._keep(network, loaded)
        return info

    def read_capture(self, path: Path, keep_model: bool, task: TaskHandle) -> CaptureRead:
        """Read a capture file, whose model is used without weights where no other is.

        Args:
            path: the file.
            keep_model: the model in use stays, even if the file was made of another.
            task: is asked whether to stop.

        Raises:
            CaptureFileError: the file is missing or damaged.
        """
        prepare_torch()
        task.check()
        file, network = self._captures.open(path), self._main
        loaded = None if network is None else self._models.get(network)
        is_of = False
        if network is not None and loaded is not None:
            is_of = self._captures.of(network, loaded, path) is not None
        if network is None or loaded is None or not (is_of or keep_model):
            source = ModelSource(path)
            network, loaded, is_of = (source, source.files()), file.loaded(), True
            self._main = network
            self._keep(network, loaded)
        return CaptureRead(capture_info(file, is_of_model=is_of), model_info(network, loaded))

    def explain(self, request: MapRequest, task: TaskHandle) -> MapResult:
        """Make the maps of one layer for one window; runs the model unless the window is cached.

        Raises:
            MvitError: the window cannot be read or the request does not fit the model.
        """
        task.check()
        explainer = self._explainer(request, task)
        video = self.open(request.clip, file=request.clip_file)
        began = perf_counter()
        step = partial(self._step, task)
        captured = explainer.capture(video, request.window, step, task.check, boxes=request.boxes)
        seconds = perf_counter() - began
        task.check()
        result = result_of(explainer, video, captured, request, on_step=lambda *_: task.check())
        return replace(result, seconds=seconds)

    def _step(self, task: TaskHandle, done: int, total: int) -> None:
        """Report progress; the user may have begun to play meanwhile, or stopped."""
        share_cores(task, moving=self.moving, most=self.cores)
        task.step(done, total)

    def recall(self, request: MapRequest, task: TaskHandle) -> MapResult | None:
        """Make the maps of a request from cached windows alone; None where it is not cached."""
        task.check()
        explainer = self._explainers.get(_explainer_key(request.network, request))
        video = self._videos.get(_open_key(request.clip, None, request.clip_file))
        if explainer is None or video is None or _sparing(explainer, request) is not explainer:
            return None
        explainer = explainer.with_changes(request.changes)
        captured = explainer.recall(video, request.window, request.boxes)
        if captured is None or all(each.block != request.block for each in captured.record.layers):
            return None
        is_of_features = request.map.method in FEATURES
        tokens = video.identity, captured.seen, request.block
        if is_of_features and not explainer.features.has(*tokens):
            return None  # to be made only where it is waited for
        if request.is_of_evidence and not captured.record.is_complete:
            return None  # without the classes there is none to speak for
        return result_of(explainer, video, captured, request)

    def lend(self, request: MapRequest, task: TaskHandle) -> Explainer:
        """The explainer that holds the window of a request, for other work on this worker.

        Raises:
            MvitError: the model of the request cannot be loaded.
        """
        task.check()
        return self._explainer(request, task)

    def close(self) -> None:
        """Release the models and the containers."""
        for network in [*self._models]:
            self._forget(network)
        while self._videos:
            self._videos.popitem()[1].close()

    def open(
        self, path: Path, picture_fps: float | None = None, *, file: FileIdentity | None = None
    ) -> Video:
        """Open a video, or return it where it is open; the caller must not close it.

        Args:
            path: a file, or a folder of pictures.
            picture_fps: frames per second of a folder of pictures.
            file: which file it must be, and which stream of it; None for what lies there now.

        Raises:
            FileChangedError: another file lies there by now.
            VideoError: the file cannot be used.
        """
        key = _open_key(path, picture_fps, file)
        video = self._videos.pop(key, None)
        if video is not None and not _is_of(video, file):
            video.close()  # of the file that lay there before
            video = None
        if video is None:
            video = open_video(
                path,
                fps=picture_fps,
                stream=None if file is None else file.stream,
                cache_bytes=CACHE_BYTES,
                budget=self._budget,
                known=self._known.of(file) if picture_fps is None else None,
            )
            if not _is_of(video, file):
                video.close()
                raise FileChangedError(changed_words(path))
        self._videos[key] = video
        while len(self._videos) > OPEN_VIDEOS:
            self._videos.pop(next(iter(self._videos))).close()
        return video

    def _read(self, network: Network, task: TaskHandle) -> LoadedModel:
        for file in network[1]:
            read_ahead(file.path)  # the disk works while torch is imported
        prepare_torch()
        from mvit_core.system.spill import remove_abandoned

        remove_abandoned()
        task.check()
        return load_unchanged(network, task.check)

    def _explainer(self, request: MapRequest, task: TaskHandle) -> Explainer:
        """The explainer of a request; loads the model where only a pane needs it."""
        from mvit_core.pipeline import Explainer

        network = network_of(request)
        key = _explainer_key(network, request)
        explainer = self._explainers.pop(key, None)
        if explainer is None:
            loaded = self._models.get(network) or self._read(network, task)
            self._keep(network, loaded)
            most = REMEMBERED_WINDOWS if network == self._main else REMEMBERED_ASIDE
            fed = replace(loaded, clip_spec=request.spec)
            stored = self._captures.of(network, loaded, request.clip)
            budget, given = self._budget, self._given
            explainer = Explainer(
                fed, remembered_windows=most, budget=budget, stored=stored, given=given
            )
        sparing = _sparing(explainer, request)
        if sparing is not explainer:
            explainer.close()
        share_cores(task, moving=self.moving, most=self.cores)
        self._explainers[key] = sparing  # most recently used last
        for old in list(self._explainers)[:-EXPLAINERS_KEPT]:
            self._explainers.pop(old).close()
        return sparing.with_changes(request.changes)

    def _keep(self, network: Network, loaded: LoadedModel) -> None:
        """Keep a model, and drop the longest unused others beyond ``MODEL_BYTES``."""
        self._models.pop(network, None)
        self._models[network] = loaded
        aside = [each for each in self._models if each not in (self._main, network)]
        total = sum(_weight_bytes(each) for each in self._models.values())
        for old in aside:
            if total <= MODEL_BYTES:
                break
            total -= _weight_bytes(self._models[old])
            self._forget(old)

    def values(self, request: MapRequest, task: TaskHandle) -> RangePiece:
        """Collect the values of one layer in one window, without caching the window.

        Raises:
            MvitError: the window cannot be read or the request does not fit the model.
        """
        task.check()
        explainer = self._explainer(request, task)
        video = self.open(request.clip, file=request.clip_file)
        captured = explainer.glance(video, request.window, task.check, request.boxes)
        task.check()
        return RangePiece(request, explainer.head_maps(video, captured, request.map).values)

    def survey(self, request: MapRequest, task: TaskHandle) -> WindowSurvey:
        """Run a window for the series of the timeline; measures all layers where that costs little.

        Raises:
            MvitError: the window cannot be read or the request does not fit the model.
        """
        began = perf_counter()
        explainer = self._explainer(request, task)
        video = self.open(request.clip, file=request.clip_file)
        captured = explainer.glance(video, request.window, on_step=task.check)
        # A picked token lies elsewhere in other layers; what was not noted is computed for each.
        row = METHODS.get(request.map.method)  # none where evidence is shown, which is not measured
        cheap = isinstance(request.map.query, str) and row is not None and row.is_noted
        blocks = range(len(captured.record.layers)) if cheap else (request.block,) if row else ()
        measures = []
        for block in blocks:
            task.check()
            maps = explainer.head_maps(video, captured, replace(request.map, block=block))
            measures.append((block, measures_of(maps)))
        scores = captured.record.probabilities[0].double().numpy()
        names = tuple(p.name for p in sorted(captured.predictions, key=lambda p: p.index))
        return WindowSurvey(request, scores, names, tuple(measures), perf_counter() - began)

    def view(self, request: MapRequest, spec: ClipSpec, view: View, task: TaskHandle) -> ViewSurvey:
        """Run the model of a request on one view of its clip, with the preprocessing of ``spec``.

        Raises:
            MvitError: the view cannot be read or run.
        """
        from mvit_core.multiview import view_scores

        began = perf_counter()
        network = network_of(request)
        loaded = self._models.get(network) or self._read(network, task)
        self._keep(network, loaded)
        share_cores(task, moving=self.moving, most=self.cores)
        video = self.open(request.clip, file=request.clip_file)
        scores = view_scores(loaded, video, view, spec, task.check)
        return ViewSurvey(request, spec, view, scores, perf_counter() - began)

    def _forget(self, network: Network) -> None:
        self._models.pop(network, None)
        for key in [key for key in self._explainers if key[0] == network]:
            self._explainers.pop(key).close()


def _is_of(video: Video, file: FileIdentity | None) -> bool:
    """A video is of the file that is meant, None for any, and of what lies at its path."""
    return file in (None, video.identity) and not video.identity.was_replaced()


_OpenKey: TypeAlias = "tuple[Path, float | None, int | None]"


def _open_key(path: Path, picture_fps: float | None, file: FileIdentity | None) -> _OpenKey:
    """A video that is kept open: where it lies, how fast its pictures follow, and its stream."""
    return path, picture_fps, None if file is None else file.stream


_ExplainerKey: TypeAlias = "tuple[Network, ClipSpec, FileIdentity | None]"


def _explainer_key(network: Network, request: MapRequest) -> _ExplainerKey:
    """An explainer: its model, how that is fed, and the capture file that has windows of it."""
    capture = request.clip_file if is_capture(request.clip) else None
    return network, request.spec, capture


def _weight_bytes(loaded: LoadedModel) -> int:
    weights = loaded.model.parameters() if loaded.has_weights else ()
    weights = weights if loaded.module is None else loaded.module.parameters()
    return sum(parameter.nbytes for parameter in weights)


def _sparing(explainer: Explainer, request: MapRequest) -> Explainer:
    """An explainer that keeps the layer of the request alone, where memory demands it."""
    return keeping(explainer, frozenset((request.block,)) if request.model.one_layer else None)


def keeping(explainer: Explainer, blocks: frozenset[int] | None) -> Explainer:
    """An explainer of the same model that keeps only some layers of a run; None keeps all."""
    if explainer.keep.blocks == blocks:
        return explainer
    return explainer.with_model(explainer.loaded, replace(explainer.keep, blocks=blocks))


def with_preprocessing(explainer: Explainer, spec: ClipSpec) -> Explainer:
    """An explainer of the same model with other preprocessing, and a cache of its own."""
    if explainer.loaded.clip_spec == spec:
        return explainer
    return explainer.with_model(replace(explainer.loaded, clip_spec=spec))
