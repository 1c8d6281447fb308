"""Asks the inference worker for what a whole clip needs, and says what is known of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.controller.series import missing_windows, series_info
from app.controller.survey_cache import SurveyShelf
from app.results import AverageInfo, MapResult, PredictionInfo
from app.workers.survey import PieceByPiece
from mvit_core.errors import ClipError
from mvit_core.video.multi_view import View, plan_views, preprocessing_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.jobs import Jobs
    from app.results import MapRequest, Results, SeriesInfo, ViewSurvey
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle, TaskResult, Worker
    from mvit_core.multiview import Scores


class ClipSurvey(QObject):
    """Keeps what is known of whole clips, by model, clip and preprocessing.

    Args:
        worker: the inference worker; ours is its least urgent work.
        model_worker: lives on that worker.
        store: what the user asks for.
        results: gives what is known now.
        jobs: where the work is shown.
        parent: the owner.
    """

    opened_video = Signal()
    """More is known."""
    _told = Signal(object)

    def __init__(
        self,
        worker: Worker,
        model_worker: ModelWorker,
        store: Store,
        results: Callable[[], Results],
        jobs: Jobs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._worker, self._model_worker, self._jobs = worker, model_worker, jobs
        self._store, self._results = store, results
        self._cache = SurveyShelf()
        self._series: tuple[object, SeriesInfo | None] = (None, None)
        self._average: tuple[object, AverageInfo | None] = (None, None)
        self._begun_for: object = None
        # Told on the worker's thread; heard on the window's.
        self._told.connect(self._learn, Qt.ConnectionType.QueuedConnection)
        store.changed.connect(self._on_changed)

    # -- what is known ----------------------------------------------------------------------

    def series(self) -> SeriesInfo | None:
        """The header series; the same object while nothing it depends on changed."""
        results, state, request = self._results(), self._store.state, self._results().request
        if request is None or state.series == "off":
            return None
        running = self._is_running("series")
        base = replace(request, window=results.windows[0])
        key = (
            base,
            id(results.windows),
            state.series,
            state.pinned_classes,
            state.map.head,
            self._cache.version,
            running,
        )
        if self._series[0] != key:
            info = series_info(self._cache, base, results.windows, state, running=running)
            self._series = key, info
        return self._series[1]

    def average(self) -> AverageInfo | None:
        """The prediction for the whole video; the same object while nothing changed."""
        results, state, request = self._results(), self._store.state, self._results().request
        if request is None or not state.whole_video or results.video is None:
            return None
        running = self._is_running("multiview")
        key = (
            request.model,
            request.clip,
            request.spec,
            id(results.windows),
            state.views,
            self._cache.version,
            running,
        )
        if self._average[0] != key:
            self._average = key, self._average_info(request, running)
        return self._average[1]

    def _average_info(self, request: MapRequest, running: bool) -> AverageInfo:
        plan = self._store.state.views
        try:
            views = self._views(request)
        except ClipError as error:
            return AverageInfo(plan, (), 0, 0, None, running=False, problem=str(error))
        spec = preprocessing_for(request.spec, plan)
        known = [s for v in views if (s := self._cache.scores(request, spec, v)) is not None]
        seconds = self._cache.seconds.get(request.model)
        return AverageInfo(
            plan,
            self._mean(request, known),
            len(known),
            len(views),
            None if not seconds else seconds * (len(views) - len(known)),
            running,
        )

    def _mean(self, request: MapRequest, known: list[Scores]) -> tuple[PredictionInfo, ...]:
        if not known:
            return ()
        mean = sum(known[1:], start=known[0]) / len(known)
        names = self._cache.names.get(request.model, ())
        return tuple(
            PredictionInfo(i, names[i] if i < len(names) else f"class {i}", float(mean[i]))
            for i in (-mean).argsort(kind="stable").tolist()
        )

    # -- what is asked for ------------------------------------------------------------------

    def compute_series(self) -> None:
        """Run every window that the series lacks."""
        request, windows = self._results().request, self._results().windows
        if request is None:
            return
        missing = missing_windows(self._cache, request, windows, self._store.state)
        if missing:
            self._begun_for = _purpose(request)
            self._jobs.begin("series", self.tr("Series over the clip"))
            pieces = [replace(request, window=window) for window in missing]
            task = PieceByPiece(pieces, self._model_worker.survey, self._told.emit)
            self._worker.ask("series", task, background=True)

    def compute_average(self) -> None:
        """Run every view that the average lacks."""
        request = self._results().request
        if request is None:
            return
        spec = preprocessing_for(request.spec, self._store.state.views)
        try:
            views = [
                v for v in self._views(request) if self._cache.scores(request, spec, v) is None
            ]
        except ClipError:
            return  # the panel says so
        if views:
            self._jobs.begin("multiview", self.tr("Average over the video"))

            def work(view: View, task: TaskHandle) -> ViewSurvey:
                return self._model_worker.view(request, spec, view, task)

            self._worker.ask(
                "multiview", PieceByPiece(views, work, self._told.emit), background=True
            )

    def request(self) -> None:
        """Compute the series unasked, once for each clip, model and preprocessing."""
        request, state = self._results().request, self._store.state
        shown = self._results().shown
        if (
            request is None
            or shown is None
            or shown.result.request != request
            or state.series == "off"
        ):
            return
        if self._begun_for != _purpose(request):
            self.compute_series()
            self._begun_for = _purpose(request)

    def stop(self) -> None:
        """Another clip or model: nobody waits for the one before."""
        for key in ("series", "multiview"):
            self._worker.cancel(key)

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        """Nobody waits for views of another plan, or for anything that is fed otherwise."""
        if old.clip_spec != new.clip_spec:
            self.stop()
        elif old.views != new.views:
            self._worker.cancel("multiview")

    def on_result(self, result: TaskResult) -> None:
        """Hear of every answer of the workers."""
        if isinstance(result.payload, MapResult):
            self._cache.learn_map(result.payload)

    @Slot(object)
    def _learn(self, told: object) -> None:
        self._cache.learn(told)
        self.opened_video.emit()

    def _views(self, request: MapRequest) -> tuple[View, ...]:
        results, plan = self._results(), self._store.state.views
        assert results.video is not None
        return plan_views(
            results.video.frame_count,
            results.video.fps,
            preprocessing_for(request.spec, plan),
            plan,
        )

    def _is_running(self, key: str) -> bool:
        return any(job.key == key and job.state == "running" for job in self._jobs.all)


def _purpose(request: MapRequest) -> object:
    return request.model, request.clip, request.spec
