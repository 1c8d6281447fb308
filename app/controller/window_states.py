"""Tells what is known of each window: run, running, waiting, stopped, failed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import TaskKey, WindowStates

if TYPE_CHECKING:
    from app.controller.maps import MapScheduler
    from app.controller.survey import ClipSurvey
    from app.controller.workbench import Workbench
    from app.results import JobInfo, MapRequest, WindowState


class WindowWatch(Collaborator):
    """Puts the states of all windows into the results; the same object while none changes.

    Args:
        bench: shared by the controller's collaborators.
        maps: know what was stopped or failed.
        survey: knows what was run.
    """

    def __init__(self, bench: Workbench, maps: MapScheduler, survey: ClipSurvey) -> None:
        self._bench, self._maps, self._survey = bench, maps, survey
        self._known: tuple[object, tuple[WindowState, ...]] = (None, ())

    @override
    def refresh(self) -> None:
        results = self._bench.results
        request = results.request
        if request is None or not results.windows:
            idle: WindowState = "not_run"
            now = WindowStates((idle,) * len(results.windows))
        else:
            now = self._states(request)
        if now != results.window_states:
            self._bench.results = replace(results, window_states=now)

    def _states(self, request: MapRequest) -> WindowStates:
        results = self._bench.results
        run, series = self._job(TaskKey.EXPLAIN), self._job(TaskKey.SERIES)
        shown = results.shown.result if results.shown is not None else None
        key = (
            request.network,
            request.clip_file,
            request.spec,
            request.changes,
            id(results.windows),
            self._survey.version,
            self._maps.trouble,
            None if run is None else self._maps.running,
            series is not None,
            None if shown is None else shown.request,
        )
        if self._known[0] != key:
            running = None if run is None else self._maps.running
            states = [self._state(replace(request, window=w), running) for w in results.windows]
            if shown is not None and shown.request.spec == request.spec and shown.is_complete:
                for place, window in enumerate(results.windows):
                    if window == shown.request.window and states[place] != "running":
                        states[place] = "run"
            if series is not None:
                _wait(states)
            self._known = key, tuple(states)
        share = run.done / run.total if run is not None and run.total else 0.0
        words = f"{run.done}/{run.total}" if run is not None and run.total else ""
        return WindowStates(self._known[1], share, words)

    def _state(self, request: MapRequest, running: MapRequest | None) -> WindowState:
        if running is not None and running.window == request.window:
            return "running"
        if self._survey.was_run(request):
            return "run"
        told = self._maps.trouble_of(request)
        if told:
            return told
        return "other" if self._survey.was_run_otherwise(request) else "not_run"

    def _job(self, key: TaskKey) -> JobInfo | None:
        jobs = self._bench.jobs.all
        return next((j for j in jobs if j.key == key and j.state in ("running", "stopping")), None)


def _wait(states: list[WindowState]) -> None:
    """Mark what a run of the whole clip will come to; the first of it is running."""
    waiting = [i for i, state in enumerate(states) if state in ("not_run", "other")]
    for place in waiting:
        states[place] = "waiting"
    if waiting and "running" not in states:
        states[waiting[0]] = "running"
