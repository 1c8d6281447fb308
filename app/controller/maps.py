"""Requests the map of the canvas, and states why one cannot be made."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication, QTimer
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import MapRequest, TaskKey
from app.results.batch_means import mean_over, waits_for_mean
from app.results.boxes import boxes_of, chosen_box
from app.text.captures import unrunnable_words
from mvit_core.explaining.changes import UNCHANGED
from mvit_core.explaining.methods import EVIDENCE

if TYPE_CHECKING:
    from app.controller.map_cache import MapCache
    from app.controller.workbench import Workbench
    from app.results import LayerInfo, MapResult, Results
    from app.state.view_state import ViewState
    from app.workers.worker import TaskResult
    from mvit_core.attribution import MapSpec
    from mvit_core.explaining import Changes
    from mvit_core.video.clip import ClipSpec, ClipWindow


CLICKS_MS = 80
"""Milliseconds that are waited for another change, before the model is run."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("maps", text)


def request_of(state: ViewState, results: Results) -> MapRequest | None:
    """The request of the map that the state asks for; None while there cannot be one."""
    layer, window = results.layer(state.map.block), results.window(state.frame)
    if results.video is None or results.model is None or layer is None or window is None:
        return None
    if state.changes.heads_off and waits_for_mean(state, results.batch_means):
        return None
    spec = state.clip_spec or results.model.clip_spec
    boxes = boxes_of(state, results)
    return MapRequest(
        results.model.source,
        results.video.path,
        spec,
        window,
        _map_of(state, layer, results.layers),
        results.video.file,
        results.model.files,
        boxes,
        (chosen_box(state, results) or 0) if state.map.method in EVIDENCE else 0,
        _changes_of(state, results, window),
    )


def _changes_of(state: ViewState, results: Results, window: ClipWindow) -> Changes:
    """What is changed in the network, and of which windows the mean of a head is."""
    changes = state.changes
    if not changes.heads_off:  # what heads give that are off is no question then
        return replace(UNCHANGED, tubes=changes.tubes) if changes.tubes else UNCHANGED
    if batch := mean_over(state, results.batch_means):
        return replace(changes, batch=batch)
    of = (results.mean_of or (window,)) if changes.by == "mean" else ()
    return replace(changes, mean_of=of)


def _map_of(state: ViewState, layer: LayerInfo, layers: tuple[LayerInfo, ...]) -> MapSpec:
    """The map asked for; what it does not depend on is always the same.

    All heads of a layer are made together. Evidence is of no one layer and has no query, and
    attention is of no class.
    """
    if state.map.method in EVIDENCE:
        return replace(state.map, block=layers[-1].block, head="mean", query="readout")
    return replace(state.map, block=layer.block, head="mean", target=None, against=None)


def _kept(old: MapRequest | None, new: MapRequest | None) -> MapRequest | None:
    """The old one where it is the same: who compares it need not look inside.

    Windows of the same frames are equal, also where they stand elsewhere in another tiling.
    """
    is_same = old is not None and new is not None and old.window is new.window and old == new
    return old if is_same else new


class MapScheduler(Collaborator):
    """Submits each request for the map of the canvas once to the inference worker.

    Args:
        bench: shared by the controller's collaborators.
        cache: maps made so far.
    """

    def __init__(self, bench: Workbench, cache: MapCache) -> None:
        self._bench, self._cache = bench, cache
        self._infer, self._model_worker = bench.workers.infer, bench.workers.model_worker
        self._jobs = bench.jobs
        self._result: MapResult | None = None
        self._asked: MapRequest | None = None
        self._running: MapRequest | None = None
        self._changes = UNCHANGED
        self._clicks = QTimer(bench)
        self._clicks.setSingleShot(True)
        self._clicks.setInterval(CLICKS_MS)
        self._clicks.timeout.connect(bench.due)
        self._barred: dict[MapRequest, str] = {}
        """Requests that failed or were cancelled, and the reason in words."""
        self._stopped: set[tuple[ClipSpec, ClipWindow]] = set()
        """Windows whose run was cancelled: only layers that were kept until then are requested."""
        self._asked_runs: set[tuple[ClipSpec, ClipWindow]] = set()
        """Windows that the user asked to run, where none runs by itself."""

    @property
    def result(self) -> MapResult | None:
        """The latest map, which may be of an earlier request."""
        return self._result

    @property
    def running(self) -> MapRequest | None:
        """The request that the worker was given last."""
        return self._running

    @property
    def trouble(self) -> tuple[int, int]:
        """Numbers that change whenever a window is stopped, fails, or is to run again."""
        return len(self._stopped), len(self._barred)

    def trouble_of(self, request: MapRequest) -> Literal["stopped", "failed"] | None:
        """What keeps the window of a request from running; None where nothing does."""
        if (request.spec, request.window) in self._stopped:
            return "stopped"
        for barred in self._barred:
            if (barred.spec, barred.window) == (request.spec, request.window):
                return "failed"
        return None

    @override
    def refresh(self) -> None:
        """Put the present request into the results, and submit it where its map is missing."""
        results, state = self._bench.results, self._bench.state
        request = request_of(state, results)
        request = _kept(results.request, request)
        if results.video is not None and self._bench.files.has_changed(results.video.file):
            self._result = None  # what was found out is of another file than lies there now
            words = tr("The video has changed on disk; open it again")
            self._bench.results = replace(results, request=None, problem=words)
            return
        if request is None:
            problem = (results.problem or unrunnable_words(results)) if results.video else ""
            if results.video and waits_for_mean(state, results.batch_means):
                problem = tr("The means over the batch result are being read")
            self._bench.results = replace(results, request=None, problem=problem)
            return
        known = self._usable(self._cache.get(request))
        problem = "" if known else self._barred.get(request, "") or self._unasked(request)
        problem = problem or ("" if known else unrunnable_words(results, request))
        self._result = known or self._result
        may_run = known is not None or not (problem or state.scrubbing)
        may_run = may_run and not self._waits_for_clicks(request, known)
        if request != self._asked and may_run:
            self._ask(request)
        self._bench.results = replace(results, request=request, problem=problem)

    def _waits_for_clicks(self, request: MapRequest, known: MapResult | None) -> bool:
        """True while more may be changed: quick clicks on heads, or on keys, are one run."""
        if request.changes != self._changes:
            self._changes = request.changes
            if known is None:
                self._clicks.start()
                self._infer.cancel(TaskKey.EXPLAIN)
                self._asked = None
        if known is not None:
            self._clicks.stop()
        return self._clicks.isActive()

    def _on_result(self, result: MapResult | None) -> None:
        """Show a map that was made; None where a cancelled run did not reach the layer."""
        self._keep(result)
        # The request may have gone back to the map that is shown while this one was made.
        if result is None:
            self._cancelled()
        elif result.request == self._asked:
            self._result = result

    def _keep(self, result: MapResult | None) -> None:
        if result is not None:
            self._cache.keep(result)

    def _failed(self, result: TaskResult) -> None:
        """Bar the request from running again by itself; show the error where the user waits."""
        if self._asked is not None and self._asked == self._running:
            self._barred[self._asked] = result.problem
            self._bench.failed(result)

    def _cancelled(self) -> None:
        """Stop the window of a cancelled run; where it was stopped already, bar the request."""
        if self._asked is None or self._asked != self._running:
            return
        if (place := (self._asked.spec, self._asked.window)) not in self._stopped:
            self._stopped.add(place)  # perhaps the run had come past this layer
        else:
            self._barred[self._asked] = tr("Cancelled; run the window again with Ctrl+R")
        self._asked = None

    @override
    def resume(self) -> None:
        """Run the window of the request, even after it failed or was cancelled; no other one."""
        request = self._bench.results.request
        if self._jobs.is_stopping(TaskKey.EXPLAIN):
            self._asked = (
                None  # a task that still runs ends as cancelled, and a new one is submitted
            )
        if request is not None:
            place = (request.spec, request.window)
            self._stopped.discard(place)
            for barred in [b for b in self._barred if (b.spec, b.window) == place]:
                del self._barred[barred]
            self._asked_runs.add(place)

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is None:
            self._clicks.stop()

    @override
    def forget(self) -> None:
        self._cache.forget()
        self._result = self._asked = None
        self._barred.clear()
        self._stopped.clear()
        self._asked_runs.clear()

    def _ask(self, request: MapRequest) -> None:
        before, self._asked = self._asked, request
        shown = self._usable(self._result)
        if shown is not None and shown.request == request:
            self._infer.cancel(TaskKey.EXPLAIN)
            return
        if before is not None and (
            before.spec != request.spec
            or before.boxes != request.boxes
            or before.changes != request.changes
            or (before.window != request.window and not self._bench.state.playing)
        ):
            self._infer.cancel(TaskKey.EXPLAIN)  # nobody waits for that window any more
        self._running = request
        is_stopped = (request.spec, request.window) in self._stopped
        if not is_stopped:
            words = tr("Running window {n}").format(n=request.window.index + 1)
            self._jobs.begin(TaskKey.EXPLAIN, words)
        self._infer.cancel(TaskKey.RANGE)  # asked for again when nobody waits
        work = self._model_worker.recall if is_stopped else self._model_worker.explain
        self._infer.submit(
            TaskKey.EXPLAIN,
            partial(work, request),
            self._on_result,
            self._failed,
            on_cancel=self._cancelled,
            on_late=self._keep,
        )

    def _usable(self, result: MapResult | None) -> MapResult | None:
        """The result; None where a cancelled run left it and the window is to run again."""
        if result is None or result.is_complete:
            return result
        return result if (result.request.spec, result.request.window) in self._stopped else None

    def _unasked(self, request: MapRequest) -> str:
        """The reason why a window is not run by itself; empty where it is."""
        if (
            self._bench.preferences.values.auto_run
            or (request.spec, request.window) in self._asked_runs
        ):
            return ""
        return tr("Not run yet: press Ctrl+R")
