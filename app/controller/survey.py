"""Asks the inference lane for what a whole clip needs, and says what is known of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.controller.series import missing_windows, series_facts
from app.controller.survey_cache import SurveyShelf
from app.results import AverageFacts, MapAnswer, PredictionFacts
from app.workers.survey import PieceByPiece
from mvit_core.errors import ClipError
from mvit_core.video.multi_view import View, plan_views, preprocessing_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.jobs import Jobs
    from app.results import MapWish, SeriesFacts, ViewSurvey, World
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.inference import ModelHost
    from app.workers.worker import Answer, Lane, Ticket
    from mvit_core.multiview import Scores


class SurveyDesk(QObject):
    """Keeps what is known of whole clips, by model, clip and preprocessing.

    Args:
        lane: the inference lane; ours is its least urgent work.
        host: lives on that lane.
        store: what the user asks for.
        world: gives what is known now.
        jobs: where the work is shown.
        parent: the owner.
    """

    opened_video = Signal()
    """More is known."""
    _told = Signal(object)

    def __init__(
        self,
        lane: Lane,
        host: ModelHost,
        store: Store,
        world: Callable[[], World],
        jobs: Jobs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._lane, self._host, self._jobs = lane, host, jobs
        self._store, self._world = store, world
        self._cache = SurveyShelf()
        self._series: tuple[object, SeriesFacts | None] = (None, None)
        self._average: tuple[object, AverageFacts | None] = (None, None)
        self._begun_for: object = None
        # Told on the lane's thread; heard on the window's.
        self._told.connect(self._learn, Qt.ConnectionType.QueuedConnection)
        store.changed.connect(self._on_changed)

    # -- what is known ----------------------------------------------------------------------

    def series(self) -> SeriesFacts | None:
        """The header series; the same object while nothing it depends on changed."""
        world, state, wish = self._world(), self._store.state, self._world().wish
        if wish is None or state.series == "off":
            return None
        running = self._is_running("series")
        base = replace(wish, window=world.windows[0])
        key = (
            base,
            id(world.windows),
            state.series,
            state.pinned_classes,
            state.head,
            self._cache.version,
            running,
        )
        if self._series[0] != key:
            facts = series_facts(self._cache, base, world.windows, state, running=running)
            self._series = key, facts
        return self._series[1]

    def average(self) -> AverageFacts | None:
        """The prediction for the whole video; the same object while nothing changed."""
        world, state, wish = self._world(), self._store.state, self._world().wish
        if wish is None or not state.whole_video or world.video is None:
            return None
        running = self._is_running("multiview")
        key = (
            wish.model,
            wish.clip,
            wish.spec,
            id(world.windows),
            state.views,
            self._cache.version,
            running,
        )
        if self._average[0] != key:
            self._average = key, self._average_facts(wish, running)
        return self._average[1]

    def _average_facts(self, wish: MapWish, running: bool) -> AverageFacts:
        plan = self._store.state.views
        try:
            views = self._views(wish)
        except ClipError as error:
            return AverageFacts(plan, (), 0, 0, None, running=False, problem=str(error))
        spec = preprocessing_for(wish.spec, plan)
        known = [s for v in views if (s := self._cache.scores(wish, spec, v)) is not None]
        seconds = self._cache.seconds.get(wish.model)
        return AverageFacts(
            plan,
            self._mean(wish, known),
            len(known),
            len(views),
            None if not seconds else seconds * (len(views) - len(known)),
            running,
        )

    def _mean(self, wish: MapWish, known: list[Scores]) -> tuple[PredictionFacts, ...]:
        if not known:
            return ()
        mean = sum(known[1:], start=known[0]) / len(known)
        names = self._cache.names.get(wish.model, ())
        return tuple(
            PredictionFacts(i, names[i] if i < len(names) else f"class {i}", float(mean[i]))
            for i in (-mean).argsort(kind="stable").tolist()
        )

    # -- what is asked for ------------------------------------------------------------------

    def compute_series(self) -> None:
        """Run every window that the series lacks."""
        wish, windows = self._world().wish, self._world().windows
        if wish is None:
            return
        missing = missing_windows(self._cache, wish, windows, self._store.state)
        if missing:
            self._begun_for = _purpose(wish)
            self._jobs.begin("series", self.tr("Series over the clip"))
            pieces = [replace(wish, window=window) for window in missing]
            task = PieceByPiece(pieces, self._host.survey, self._told.emit)
            self._lane.ask("series", task, background=True)

    def compute_average(self) -> None:
        """Run every view that the average lacks."""
        wish = self._world().wish
        if wish is None:
            return
        spec = preprocessing_for(wish.spec, self._store.state.views)
        try:
            views = [v for v in self._views(wish) if self._cache.scores(wish, spec, v) is None]
        except ClipError:
            return  # the panel says so
        if views:
            self._jobs.begin("multiview", self.tr("Average over the video"))

            def work(view: View, ticket: Ticket) -> ViewSurvey:
                return self._host.view(wish, spec, view, ticket)

            self._lane.ask("multiview", PieceByPiece(views, work, self._told.emit), background=True)

    def want(self) -> None:
        """Compute the series unasked, once for each clip, model and preprocessing."""
        wish, state = self._world().wish, self._store.state
        shown = self._world().shown
        if wish is None or shown is None or shown.answer.wish != wish or state.series == "off":
            return
        if self._begun_for != _purpose(wish):
            self.compute_series()
            self._begun_for = _purpose(wish)

    def stop(self) -> None:
        """Another clip or model: nobody waits for the one before."""
        for key in ("series", "multiview"):
            self._lane.cancel(key)

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        """Nobody waits for views of another plan, or for anything that is fed otherwise."""
        if old.clip_spec != new.clip_spec:
            self.stop()
        elif old.views != new.views:
            self._lane.cancel("multiview")

    def take(self, answer: Answer) -> None:
        """Hear of every answer of the lanes."""
        if isinstance(answer.payload, MapAnswer):
            self._cache.learn_map(answer.payload)

    @Slot(object)
    def _learn(self, told: object) -> None:
        self._cache.learn(told)
        self.opened_video.emit()

    def _views(self, wish: MapWish) -> tuple[View, ...]:
        world, plan = self._world(), self._store.state.views
        assert world.video is not None
        return plan_views(
            world.video.frame_count, world.video.fps, preprocessing_for(wish.spec, plan), plan
        )

    def _is_running(self, key: str) -> bool:
        return any(job.key == key and job.state == "running" for job in self._jobs.all)


def _purpose(wish: MapWish) -> object:
    return wish.model, wish.clip, wish.spec
