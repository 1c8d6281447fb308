"""Checks of the map of evidence on screen: faithfulness, sanity, when; and what a point removes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import FaithfulnessInfo, TaskKey
from app.workers.survey import PieceByPiece
from mvit_core.explaining.removals import SHARES, Removal

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.controller.survey import ClipSurvey
    from app.controller.workbench import Workbench
    from app.results import MapRequest, MapResult, RemovedInfo, SanityInfo, WhenInfo, WhyInfo
    from app.workers.worker import TaskHandle, TaskResult
    from mvit_core.explaining import Evidence
    from mvit_core.explaining.removals import CurveName

    Points = dict[Removal, float]

BY_ITSELF_SECONDS = 3.0
"""Most seconds of a measurement that begins without being asked for."""

MOST_KEPT = 64
"""Maps whose curves are kept."""

SHOWN_CURVES: tuple[CurveName, ...] = ("deletion", "insertion", "random", "centre")
POINTS = (
    Removal("insertion", 0.0),
    *(Removal(curve, share) for share in SHARES["space-time"] for curve in SHOWN_CURVES),
)
"""What is measured, in this order: 3 % before 10 %, and how far the cover hides the class first."""

BASELINE = "mean"


class Checks(QObject, Collaborator):
    """Has maps of evidence checked where the user asks for it, or where it takes little time.

    Args:
        bench: shared by the controller's collaborators.
        survey: knows how long a run of the clip takes.
    """

    _measured = Signal(object, object, float)

    def __init__(self, bench: Workbench, survey: ClipSurvey) -> None:
        super().__init__(bench)
        self._bench, self._survey = bench, survey
        self._worker, self._explain = bench.workers.infer, bench.workers.explain
        self._points: dict[Hashable, Points] = {}
        self._infos: dict[Hashable, FaithfulnessInfo] = {}
        self._begun: Hashable = None
        self._sanity: dict[Hashable, SanityInfo] = {}
        self._when: dict[Hashable, WhenInfo] = {}
        self._removed: RemovedInfo | None = None
        self._asked_removed: object = None
        self._stopped: set[Hashable] = set()
        # Emitted on the worker's thread, received on the window's.
        self._measured.connect(self._record, Qt.ConnectionType.QueuedConnection)

    # -- asked by the user --------------------------------------------------------------------

    def faithfulness(self) -> None:
        """Measure the curves of the map on screen, or what is missing of them."""
        if shown := self._shown():
            self._stopped.discard(_of_map(*shown))
            self._measure(*shown)
            self._bench.due.emit()

    def sanity(self) -> None:
        """Make the map on screen again with weights drawn anew."""
        if shown := self._shown():
            request, evidence = shown
            key = _of_class(request, evidence)
            self._bench.jobs.begin(TaskKey.SANITY, self.tr("Sanity of the map"))
            work = partial(self._explain.sanity, request, evidence)
            keep = partial(self._sanity.__setitem__, key)
            self._worker.submit(TaskKey.SANITY, work, keep, self._bench.failed, on_late=keep)
            self._bench.due.emit()

    def when(self) -> None:
        """Find what each sampled frame of the window on screen adds."""
        if shown := self._shown():
            request, evidence = shown
            self._bench.jobs.begin(TaskKey.WHEN, self.tr("When the class is read"))
            work = partial(self._explain.when, request, evidence)
            keep = partial(self._when.__setitem__, _of_window(request, evidence))
            self._worker.submit(TaskKey.WHEN, work, keep, self._bench.failed, on_late=keep)
            self._bench.due.emit()

    # -- what is known ------------------------------------------------------------------------

    @override
    def refresh(self) -> None:
        """Measure what takes little time, and find what the chosen point removes."""
        shown, results = self._shown(), self._bench.results
        if shown is None:
            return
        request, evidence = shown
        key = _of_map(request, evidence)
        assert results.shown is not None
        if not results.shown.result.is_quick and results.shown.result.request == results.request:
            seconds = self._seconds(request)
            soon = seconds is not None and seconds < BY_ITSELF_SECONDS
            state = self._bench.state
            if soon and key not in self._stopped and not (state.playing or state.scrubbing):
                self._measure(request, evidence)
        self._find_removed(request, evidence)

    def known(self, why: WhyInfo, shown: MapResult) -> WhyInfo:
        """Add what is known of a map to what is told of it."""
        evidence, request = shown.evidence, shown.request
        assert evidence is not None
        removed = self._removed
        wanted = self._bench.state.removed
        if removed is not None and (removed.removal, removed.request) != (wanted, request):
            removed = None
        return replace(
            why,
            faithfulness=self._infos.get(_of_map(request, evidence)),
            seconds=self._seconds(request),
            sanity=self._sanity.get(_of_class(request, evidence)),
            removed=removed,
            when=self._when.get(_of_window(request, evidence)),
        )

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is TaskKey.FAITHFULNESS and (shown := self._shown()):
            self._stopped.add(_of_map(*shown))

    @override
    def resume(self) -> None:
        self._stopped.clear()

    @override
    def forget(self) -> None:
        for key in (TaskKey.FAITHFULNESS, TaskKey.SANITY, TaskKey.WHEN, TaskKey.REMOVED):
            self._worker.cancel(key)
        for kept in (self._points, self._infos, self._sanity, self._when, self._stopped):
            kept.clear()
        self._begun = self._removed = self._asked_removed = None

    def _shown(self) -> tuple[MapRequest, Evidence] | None:
        """The map of evidence on screen; None where another kind of map is."""
        shown = self._bench.results.shown
        if shown is None or shown.result.evidence is None:
            return None
        return shown.result.request, shown.result.evidence

    def _seconds(self, request: MapRequest) -> float | None:
        """Seconds that measuring the curves of a window takes; None while no run was timed."""
        seconds = self._survey.seconds(request)
        return None if seconds is None else seconds * len(POINTS)

    # -- faithfulness -------------------------------------------------------------------------

    def _measure(self, request: MapRequest, evidence: Evidence) -> None:
        key = _of_map(request, evidence)
        known = self._points.get(key, {})
        missing = [point for point in POINTS if point not in known]
        if not missing or self._begun == key:
            return
        self._begun = key
        self._bench.jobs.begin(TaskKey.FAITHFULNESS, self.tr("Faithfulness of the map"))

        def work(point: Removal, task: TaskHandle) -> tuple[Removal, float]:
            return self._explain.without(request, evidence, point, task)

        def tell(found: tuple[Removal, float]) -> None:
            self._measured.emit((key, evidence), *found)

        self._worker.submit(
            TaskKey.FAITHFULNESS,
            PieceByPiece(missing, work, tell),
            lambda _: self._ended(),
            self._failed,
            background=True,
            on_cancel=self._ended,
        )

    @Slot(object, object, float)
    def _record(self, of: tuple[Hashable, Evidence], point: Removal, probability: float) -> None:
        key, evidence = of
        points = self._points.setdefault(key, {})
        points[point] = probability
        self._infos[key] = _curves(points, evidence)
        while len(self._points) > MOST_KEPT:
            oldest = next(iter(self._points))
            del self._points[oldest], self._infos[oldest]
        self._bench.due.emit()

    def _ended(self) -> None:
        self._begun = None

    def _failed(self, result: TaskResult) -> None:
        if isinstance(self._begun, tuple):
            self._stopped.add(self._begun)
        self._ended()
        self._bench.failed(result)

    # -- what a point removes -----------------------------------------------------------------

    def _find_removed(self, request: MapRequest, evidence: Evidence) -> None:
        wanted = self._bench.state.removed
        asked = None if wanted is None else (wanted, _of_map(request, evidence))
        if asked == self._asked_removed:
            return
        self._asked_removed, self._removed = asked, None
        if wanted is not None:
            work = partial(self._explain.removed, request, evidence, wanted)
            self._worker.submit(TaskKey.REMOVED, work, self._show_removed, self._bench.failed)

    def _show_removed(self, removed: RemovedInfo) -> None:
        self._removed = removed


def _curves(points: Points, evidence: Evidence) -> FaithfulnessInfo:
    """The curves of the points that are measured; those that remove begin at the whole clip."""
    found: dict[CurveName, tuple[tuple[float, float], ...]] = {}
    for curve in SHOWN_CURVES:
        known = [(point.share, p) for point, p in points.items() if point.curve == curve]
        whole = [] if curve == "insertion" else [(0.0, evidence.probability)]
        found[curve] = tuple(sorted((*whole, *known)))
    return FaithfulnessInfo(found, len(POINTS) + len(SHOWN_CURVES) - 1, BASELINE)


def _of_map(request: MapRequest, evidence: Evidence) -> Hashable:
    """Key of one map: the quick answer is another than the one asked for."""
    return request, evidence.method, evidence.target


def _of_class(request: MapRequest, evidence: Evidence) -> Hashable:
    """Key of what is known of a model, a method and its classes, in whatever window."""
    return request.network, request.spec, request.changes, evidence.method, evidence.target


def _of_window(request: MapRequest, evidence: Evidence) -> Hashable:
    """Key of what is known of a window and its classes, by whatever method."""
    place = request.network, request.clip, request.clip_file, request.spec, request.window
    return *place, request.boxes, request.box, request.changes, evidence.target
