"""Which map is asked for, which one is being made, and why one does not come."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import MapRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.jobs import Jobs
    from app.results import MapResult, Results
    from app.state.preferences import PreferenceStore
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.pool import WorkerPool
    from mvit_core.video.clip import ClipSpec, ClipWindow


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("map_desk", text)


def request_of(state: ViewState, results: Results) -> MapRequest | None:
    """The map that belongs to what is asked for; None while there cannot be one."""
    layer, window = results.layer(state.map.block), results.window(state.frame)
    if results.video is None or results.model is None or layer is None or window is None:
        return None
    spec = state.clip_spec or results.model.clip_spec
    wanted = replace(state.map, block=layer.block, head="mean")  # all heads are made together
    return MapRequest(results.model.source, results.video.path, spec, window, wanted)


class MapScheduler:
    """Asks the inference worker for the map of the canvas, once for each request.

    Args:
        workers: who is asked.
        store: what the user asks for.
        jobs: told what runs.
        preferences: whether a window is run without being asked for.
        known: the result to a request, where it needs no worker.
    """

    def __init__(
        self,
        workers: WorkerPool,
        store: Store,
        jobs: Jobs,
        preferences: PreferenceStore,
        known: Callable[[MapRequest], MapResult | None],
    ) -> None:
        self._infer, self._model_worker = workers.infer, workers.model_worker
        self._store, self._jobs, self._preferences = store, jobs, preferences
        self._known = known
        self._result: MapResult | None = None
        self._asked: MapRequest | None = None
        self._running: MapRequest | None = None
        self._barred: dict[MapRequest, str] = {}
        """Requests that failed or were cancelled, and why."""
        self._stopped: set[tuple[ClipSpec, ClipWindow]] = set()
        """Windows whose run was cancelled: of them only what was kept until then is asked for."""
        self._asked_runs: set[tuple[ClipSpec, ClipWindow]] = set()
        """Windows that the user asked for, where none runs by itself."""

    @property
    def result(self) -> MapResult | None:
        """The latest map, which may be of an earlier request."""
        return self._result

    def request(self, results: Results) -> Results:
        """The results with the request of now; a map that is missing is asked for."""
        request = request_of(self._store.state, results)
        if request is None:
            return replace(results, request=None, problem=results.problem if results.video else "")
        known = self._usable(self._known(request))
        problem = "" if known else self._barred.get(request, "") or self._unasked(request)
        self._result = known or self._result
        may_run = known is not None or not (problem or self._store.state.scrubbing)
        if request != self._asked and may_run:
            self._ask(request)
        return replace(results, request=request, problem=problem)

    def on_result(self, result: MapResult | None) -> None:
        """Take a map that was made; None where a run was cancelled before it came to the layer."""
        # The request may have gone back to the map that is shown while this one was made.
        if result is None:
            self.cancelled()
        elif result.request == self._asked:
            self._result = result

    def failed(self, problem: str) -> bool:
        """The latest run failed and is not begun again by itself; False where nobody waits."""
        if self._asked is None or self._asked != self._running:
            return False
        self._barred[self._asked] = problem
        return True

    def cancelled(self) -> None:
        """The latest run was cancelled: the user has just said that it is not wanted."""
        if self._asked is None or self._asked != self._running:
            return
        if (place := (self._asked.spec, self._asked.window)) not in self._stopped:
            self._stopped.add(place)  # perhaps the run had come past this layer
        else:
            self._barred[self._asked] = tr("Cancelled; run the window again with Ctrl+R")
        self._asked = None

    def again(self, request: MapRequest | None) -> None:
        """Run the window of a request, also after it failed or was cancelled."""
        self._barred.clear()
        self._stopped.clear()
        if self._jobs.is_stopping("explain"):
            self._asked = None  # what still runs ends as cancelled; a new run is asked for
        if request is not None:
            self._asked_runs.add((request.spec, request.window))

    def forget(self) -> None:
        """Another video or model: no map of before means anything."""
        self._result = self._asked = None
        self._barred.clear()
        self._stopped.clear()
        self._asked_runs.clear()

    def _ask(self, request: MapRequest) -> None:
        before, self._asked = self._asked, request
        shown = self._usable(self._result)
        if shown is not None and shown.request == request:
            self._infer.cancel("explain")
            return
        if before is not None and (
            before.spec != request.spec
            or (before.window != request.window and not self._store.state.playing)
        ):
            self._infer.cancel("explain")  # nobody waits for that window any more
        self._running = request
        is_stopped = (request.spec, request.window) in self._stopped
        if not is_stopped:
            self._jobs.begin("explain", tr("Running window {n}").format(n=request.window.index + 1))
        self._infer.cancel("range")  # asked for again when nobody waits
        work = self._model_worker.recall if is_stopped else self._model_worker.explain
        self._infer.ask("explain", partial(work, request))

    def _usable(self, result: MapResult | None) -> MapResult | None:
        """Without what a cancelled run left behind, once the window is to be run again."""
        if result is None or result.is_complete:
            return result
        return result if (result.request.spec, result.request.window) in self._stopped else None

    def _unasked(self, request: MapRequest) -> str:
        """Why a window is not run by itself, where the user prefers to ask for it."""
        if self._preferences.values.auto_run or (request.spec, request.window) in self._asked_runs:
            return ""
        return tr("Not run yet: press Ctrl+R")
