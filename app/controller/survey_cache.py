"""Caches scores and measures of windows and views, by everything that they depend on."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.results import ViewSurvey, WindowSurvey
from mvit_core.attribution import METHODS, measures_of
from mvit_core.video.multi_view import View

if TYPE_CHECKING:
    from app.results import MapRequest, MapResult, PredictionInfo
    from app.state.view_state import ModelSource
    from mvit_core.attribution import LayerMeasures
    from mvit_core.multiview import Scores
    from mvit_core.video.clip import ClipSpec

MOST_KEPT = 20_000
"""Most views, and most maps, kept; the scores of 400 classes have 3 kB."""


class SurveyCache:
    """Scores by view and measures by map, the oldest dropped first."""

    def __init__(self) -> None:
        self.version = 0
        """Increased with every entry."""
        self.names: dict[ModelSource, tuple[str, ...]] = {}
        self.seconds: dict[ModelSource, float] = {}
        """Seconds of one run, by model."""
        self._scores: OrderedDict[tuple[object, ...], Scores] = OrderedDict()
        self._measures: OrderedDict[MapRequest, LayerMeasures] = OrderedDict()

    def scores(self, request: MapRequest, spec: ClipSpec, view: View) -> Scores | None:
        """(classes,) scores of a view by a request's model and a preprocessing; None if unknown."""
        return self._scores.get((request.model, request.clip, spec, view))

    def measures(self, request: MapRequest) -> LayerMeasures | None:
        """Measures of one layer in one window; None where they are not known."""
        return self._measures.get(_plain(request))

    def keep(self, survey: object) -> None:
        """Keep a ``WindowSurvey`` or ``ViewSurvey``; others are ignored."""
        if isinstance(survey, WindowSurvey):
            request = survey.request
            self._keep_scores(request, request.spec, View(request.window), survey.scores)
            for block, measures in survey.measures:
                self._measures[_plain(request.on_layer(block, request.map.query))] = measures
            self.names[request.model] = survey.names
        elif isinstance(survey, ViewSurvey):
            self._keep_scores(survey.request, survey.spec, survey.view, survey.scores)
        else:
            return
        self.seconds[survey.request.model] = survey.seconds
        self._settle()

    def keep_map(self, result: MapResult) -> None:
        """Keep scores and measures of a map that was made for another purpose."""
        request = _plain(result.request)
        if request in self._measures:
            return
        is_scored = bool(result.predictions)  # a run that was cancelled has layers, but no classes
        if is_scored and self.scores(request, request.spec, View(request.window)) is None:
            self._keep_predictions(request, result.predictions)
        self._measures[request] = measures_of(result.maps)
        # A cached window took no time, so the longest time is that of a run.
        self.seconds[request.model] = max(self.seconds.get(request.model, 0.0), result.seconds)
        self._settle()

    def _keep_predictions(
        self, request: MapRequest, predictions: tuple[PredictionInfo, ...]
    ) -> None:
        scores = np.zeros(len(predictions))
        names = [""] * len(predictions)
        for each in predictions:
            scores[each.index], names[each.index] = each.probability, each.name
        self._keep_scores(request, request.spec, View(request.window), scores)
        self.names[request.model] = tuple(names)

    def _keep_scores(self, request: MapRequest, spec: ClipSpec, view: View, scores: Scores) -> None:
        self._scores.setdefault((request.model, request.clip, spec, view), scores)

    def _settle(self) -> None:
        self.version += 1
        for kept in (self._scores, self._measures):
            while len(kept) > MOST_KEPT:
                kept.popitem(last=False)


def _plain(request: MapRequest) -> MapRequest:
    """The request with the query left out where its method ignores it."""
    if METHODS[request.map.method].needs_query:
        return request
    return replace(request, map=replace(request.map, query="readout"))
