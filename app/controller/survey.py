"""Requests runs of a whole clip, and makes series and averages of their results."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from typing_extensions import override

from app.controller.series import missing_windows, series_info
from app.controller.survey_cache import SurveyCache
from app.controller.workbench import Collaborator
from app.results import AverageInfo, PredictionInfo, TaskKey
from app.workers.survey import PieceByPiece
from mvit_core.attribution import MapSpec
from mvit_core.errors import ClipError
from mvit_core.explaining.changes import UNCHANGED
from mvit_core.video.multi_view import View, plan_views, preprocessing_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.workbench import Workbench
    from app.results import MapRequest, MapResult, SeriesInfo, ViewSurvey, WindowSurvey
    from app.state.view_state import ViewState
    from app.workers.worker import TaskHandle
    from mvit_core.multiview import Scores
    from mvit_core.video.clip import ClipWindow


class ClipSurvey(QObject, Collaborator):
    """Surveys whole clips, by model, clip and preprocessing.

    Its tasks are the least urgent ones of the inference worker.

    Args:
        bench: shared by the controller's collaborators.
    """

    _piece_done = Signal(object)

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench, self._jobs = bench, bench.jobs
        self._worker, self._model_worker = bench.workers.infer, bench.workers.model_worker
        self._cache = SurveyCache()
        self._series: tuple[object, SeriesInfo | None] = (None, None)
        self._average: tuple[object, AverageInfo | None] = (None, None)
        self._base_of: tuple[MapRequest | None, MapRequest | None] = (None, None)
        self._begun_for: object = None
        # Emitted on the worker's thread, received on the window's.
        self._piece_done.connect(self._record, Qt.ConnectionType.QueuedConnection)
        bench.store.changed.connect(self._on_changed)

    @override
    def refresh(self) -> None:
        """Put series and average into the results; begin a series that is to run by itself."""
        if self._bench.preferences.values.series_at_once:
            self._request()
        self._bench.results = replace(
            self._bench.results, series=self._series_now(), average=self._average_now()
        )

    @override
    def forget(self) -> None:
        """Cancel the tasks of the clip or model before."""
        for key in (TaskKey.SERIES, TaskKey.MULTIVIEW):
            self._worker.cancel(key)

    def record_map(self, result: MapResult) -> None:
        """Keep scores and measures of a map that was made for another purpose."""
        self._cache.record_map(result)

    def tell(self, told: WindowSurvey | ViewSurvey) -> None:
        """Keep what another task found of a window; may be called on a worker's thread."""
        self._piece_done.emit(told)

    def scores(self, request: MapRequest) -> Scores | None:
        """(classes,) probabilities of the window of a request, all heads on; None if unknown."""
        return self._cache.scores(request, request.spec, View(request.window))

    @property
    def version(self) -> int:
        """Increased whenever more is known."""
        return self._cache.version

    def seconds(self, request: MapRequest) -> float | None:
        """Seconds that one more run of the clip will take; None while none was timed."""
        return self._cache.seconds(request, request.spec)

    def was_run(self, request: MapRequest) -> bool:
        """True where the window of a request was run, for whatever map."""
        return self._cache.was_run(request)

    def was_run_otherwise(self, request: MapRequest) -> bool:
        """True where the window of a request was run with other preprocessing alone."""
        return self._cache.was_run_otherwise(request)

    # -- results ----------------------------------------------------------------------------

    def _series_now(self) -> SeriesInfo | None:
        """The series; the same object while nothing it depends on changed."""
        results, state = self._bench.results, self._bench.state
        request = results.request
        if request is None or state.series == "off":
            return None
        running = self._is_running(TaskKey.SERIES)
        base = self._base(request, results.windows[0])
        by_classes = state.series == "probability"  # which are the same for every map
        key = (
            replace(base, map=MapSpec()) if by_classes else base,
            id(results.windows),
            state.series,
            state.pinned_classes,
            None if by_classes else state.map.head,
            bool(state.changes.heads_off),
            bool(state.changes.tubes),
            self._cache.version,
            running,
        )
        if self._series[0] != key:
            info = series_info(self._cache, base, results.windows, state, running=running)
            self._series = key, info
        return self._series[1]

    def _base(self, request: MapRequest, window: ClipWindow) -> MapRequest:
        """The request that stands for all windows: of the first, and of whole frames."""
        asked, base = self._base_of
        if base is None or request is not asked or window is not base.window:
            base = replace(request, window=window, boxes=(), changes=UNCHANGED)
            self._base_of = request, base
        return base

    def _average_now(self) -> AverageInfo | None:
        """The prediction for the whole video; the same object while nothing changed."""
        results, state = self._bench.results, self._bench.state
        request = results.request
        if request is None or not state.whole_video or results.video is None:
            return None
        running = self._is_running(TaskKey.MULTIVIEW)
        key = (
            _purpose(request),
            id(results.windows),
            state.views,
            self._cache.version,
            running,
        )
        if self._average[0] != key:
            self._average = key, self._average_info(request, running)
        return self._average[1]

    def _average_info(self, request: MapRequest, running: bool) -> AverageInfo:
        plan = self._bench.state.views
        try:
            views = self._views(request)
        except ClipError as error:
            return AverageInfo(plan, (), 0, 0, None, running=False, problem=str(error))
        spec = preprocessing_for(request.spec, plan)
        known = [s for v in views if (s := self._cache.scores(request, spec, v)) is not None]
        seconds = self._cache.seconds(request, spec)
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
        names = self._cache.names.get(request.network, ())
        return tuple(
            PredictionInfo(i, names[i] if i < len(names) else f"class {i}", float(mean[i]))
            for i in (-mean).argsort(kind="stable").tolist()
        )

    # -- requests ---------------------------------------------------------------------------

    def compute_series(self) -> None:
        """Run every window that the series lacks."""
        request, windows = self._bench.results.request, self._bench.results.windows
        if request is None:
            return
        request = replace(request, boxes=(), changes=UNCHANGED)
        self._run_windows(
            request, missing_windows(self._cache, request, windows, self._bench.state)
        )

    def run_clip(self) -> None:
        """Run every window that was not run with all heads on, whatever series is shown."""
        request, windows = self._bench.results.request, self._bench.results.windows
        if request is not None:
            request = replace(request, boxes=(), changes=UNCHANGED)
            self._run_windows(
                request, [w for w in windows if not self.was_run(replace(request, window=w))]
            )

    def _run_windows(self, request: MapRequest, missing: list[ClipWindow]) -> None:
        if missing:
            self._begun_for = _purpose(request)
            self._jobs.begin(TaskKey.SERIES, self.tr("Series over the clip"))
            pieces = [replace(request, window=window) for window in missing]
            task = PieceByPiece(pieces, self._model_worker.survey, self._piece_done.emit)
            self._submit(TaskKey.SERIES, task)

    def compute_average(self) -> None:
        """Run every view that the average lacks."""
        request = self._bench.results.request
        if request is None:
            return
        spec = preprocessing_for(request.spec, self._bench.state.views)
        try:
            views = [
                v for v in self._views(request) if self._cache.scores(request, spec, v) is None
            ]
        except ClipError:
            return  # the panel says so
        if views:
            self._jobs.begin(TaskKey.MULTIVIEW, self.tr("Average over the video"))

            def work(view: View, task: TaskHandle) -> ViewSurvey:
                return self._model_worker.view(request, spec, view, task)

            self._submit(TaskKey.MULTIVIEW, PieceByPiece(views, work, self._piece_done.emit))

    def _submit(self, key: TaskKey, work: Callable[[TaskHandle], None]) -> None:
        self._worker.submit(key, work, None, self._bench.failed, background=True)

    def _request(self) -> None:
        """Compute the series by itself, once for each clip, model and preprocessing."""
        request, state = self._bench.results.request, self._bench.state
        shown = self._bench.results.shown
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

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        """Cancel tasks for another plan of views, or for other preprocessing."""
        if old.clip_spec != new.clip_spec:
            self.forget()
        elif old.views != new.views:
            self._worker.cancel(TaskKey.MULTIVIEW)

    @Slot(object)
    def _record(self, told: object) -> None:
        self._cache.record(told)
        self._bench.due.emit()

    def _views(self, request: MapRequest) -> tuple[View, ...]:
        results, plan = self._bench.results, self._bench.state.views
        assert results.video is not None
        return plan_views(
            results.video.frame_count,
            results.video.fps,
            preprocessing_for(request.spec, plan),
            plan,
            self._bench.state.tiling,
        )

    def _is_running(self, key: TaskKey) -> bool:
        return any(job.key == key and job.state == "running" for job in self._jobs.all)


def _purpose(request: MapRequest) -> object:
    return request.network, request.clip, request.clip_file, request.spec
