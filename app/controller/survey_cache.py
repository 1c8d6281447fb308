"""Caches scores and measures of windows and views, by everything that they depend on."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from app.results import ViewSurvey, WindowSurvey
from mvit_core.attribution import METHODS, measures_of
from mvit_core.video.multi_view import View

if TYPE_CHECKING:
    from app.results import MapRequest, MapResult, PredictionInfo
    from app.results.maps import Network
    from mvit_core.attribution import LayerMeasures
    from mvit_core.multiview import Scores
    from mvit_core.video.clip import ClipSpec

LAST_RUNS = 5
"""Runs that an estimate is made of."""

MOST_KEPT = 20_000
"""Views and maps; scores of 400 classes take 3 kB."""


class SurveyCache:
    """Scores by view and measures by map, the oldest dropped first."""

    def __init__(self) -> None:
        self.version = 0
        """Increased with every entry."""
        self.names: dict[Network, tuple[str, ...]] = {}
        self._classless: set[Network] = set()
        self._windows: set[tuple[object, ...]] = set()
        """Windows that were run, by model, clip and preprocessing."""
        self._fed: dict[tuple[object, ...], set[ClipSpec]] = {}
        """Preprocessing that frames were run with, by model and clip."""
        self._times: dict[tuple[object, ...], deque[float]] = {}
        """Seconds of the last runs, by model, clip and preprocessing."""
        self._scores: OrderedDict[tuple[object, ...], Scores] = OrderedDict()
        self._measures: OrderedDict[MapRequest, LayerMeasures] = OrderedDict()

    def scores(self, request: MapRequest, spec: ClipSpec, view: View) -> Scores | None:
        """(classes,) scores of a view by a request's model and a preprocessing; None if unknown."""
        return self._scores.get((*_of_clip(request), spec, view))

    def was_run(self, request: MapRequest) -> bool:
        """True where the window of a request was run, for whatever map."""
        return (*_of_clip(request), request.spec, request.window, request.changes) in self._windows

    def was_run_otherwise(self, request: MapRequest) -> bool:
        """True where a window of the same frames was run with other preprocessing."""
        place = (request.window.start, request.window.stop)
        specs = self._fed.get((*_of_clip(request), *place), set())
        return bool(specs - {request.spec})

    def _note_run(self, request: MapRequest) -> None:
        clip, window = _of_clip(request), request.window
        self._windows.add((*clip, request.spec, window, request.changes))
        self._fed.setdefault((*clip, window.start, window.stop), set()).add(request.spec)

    def seconds(self, request: MapRequest, spec: ClipSpec) -> float | None:
        """Seconds that one more run of this clip will take, by its own last ones."""
        times = self._times.get((*_of_clip(request), spec))
        return median(times) if times else None

    def _time(self, request: MapRequest, spec: ClipSpec, seconds: float) -> None:
        times = self._times.setdefault((*_of_clip(request), spec), deque(maxlen=LAST_RUNS))
        times.append(seconds)

    def is_classless(self, request: MapRequest) -> bool:
        """True where the model of a request is known to predict no classes."""
        return request.network in self._classless

    def measures(self, request: MapRequest) -> LayerMeasures | None:
        """Measures of one layer in one window; None where they are not known."""
        return self._measures.get(_plain(request))

    def record(self, told: object) -> None:
        """Keep a ``WindowSurvey`` or ``ViewSurvey``; others are ignored."""
        if isinstance(told, WindowSurvey):
            request = told.request
            self._keep_scores(request, request.spec, View(request.window), told.scores)
            for block, measures in told.measures:
                here = replace(request, map=replace(request.map, block=block))
                self._measures[_plain(here)] = measures
            self.names[request.network] = told.names
            self._note_run(request)
            self._time(request, request.spec, told.seconds)
        elif isinstance(told, ViewSurvey):
            self._keep_scores(told.request, told.spec, told.view, told.scores)
            self._time(told.request, told.spec, told.seconds)
        else:
            return
        self._settle()

    def record_map(self, result: MapResult) -> None:
        """Keep scores and measures of a map that was made for another purpose."""
        request = _plain(result.request)
        if result.is_complete:
            self._note_run(request)
        if request in self._measures or request.changes:
            return  # series and averages are of the network as it is
        if result.is_complete and not result.predictions:
            self._classless.add(request.network)
        # A run that was cancelled has layers, but no classes; those of boxes are not the frame's.
        is_scored = bool(result.predictions) and not result.boxes
        if is_scored and self.scores(request, request.spec, View(request.window)) is None:
            self._record_predictions(request, result.predictions)
            self._time(request, request.spec, result.seconds)  # later maps of it took no run
        elif (*_of_clip(request), request.spec) not in self._times:
            self._time(request, request.spec, result.seconds)
        if request.is_of_attention:
            self._measures[request] = measures_of(result.maps)
        self._settle()

    def _record_predictions(
        self, request: MapRequest, predictions: tuple[PredictionInfo, ...]
    ) -> None:
        scores = np.zeros(len(predictions))
        names = [""] * len(predictions)
        for each in predictions:
            scores[each.index], names[each.index] = each.probability, each.name
        self._keep_scores(request, request.spec, View(request.window), scores)
        self.names[request.network] = tuple(names)

    def _keep_scores(self, request: MapRequest, spec: ClipSpec, view: View, scores: Scores) -> None:
        self._scores.setdefault((*_of_clip(request), spec, view), scores)

    def _settle(self) -> None:
        self.version += 1
        for kept in (self._scores, self._measures):
            while len(kept) > MOST_KEPT:
                kept.popitem(last=False)


def _of_clip(request: MapRequest) -> tuple[object, ...]:
    """Model and clip, as their files were: another file of the same name is another."""
    return request.network, request.clip, request.clip_file


def _plain(request: MapRequest) -> MapRequest:
    """The request without boxes, and without the query where its method ignores it."""
    if request.boxes:
        request = replace(request, boxes=())
    if not request.is_of_attention or METHODS[request.map.method].needs_query:
        return request
    return replace(request, map=replace(request.map, query="readout"))
