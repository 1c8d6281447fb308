"""Makes the series of the timeline: one value per window, drawn as steps, never interpolated."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import SeriesInfo, SeriesLine
from mvit_core.attribution import METHODS, HeadSet, head_within
from mvit_core.video.multi_view import View

if TYPE_CHECKING:
    from app.controller.survey_cache import SurveyCache
    from app.results import MapRequest
    from app.state.view_state import ViewState
    from mvit_core.attribution import MapMeasures
    from mvit_core.multiview import Scores
    from mvit_core.video.clip import ClipWindow

LEAST_SPAN = 0.05
"""Least length of the axis, as noise would fill a shorter one."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("survey", text)


def series_titles() -> dict[str, tuple[str, str]]:
    """(short title, sentence) of each series."""
    return {
        "probability": (
            tr("p(top-1)"),
            tr("Probability of the most probable class of each window, and of the pinned classes"),
        ),
        "entropy": (
            tr("entropy"),
            tr("How spread the map shown is: −Σ p ln p / ln n over its tokens; 1 is uniform"),
        ),
        "kept": (
            tr("mass on patches"),
            tr("Share of the attention of the map shown that lies on patches: 1 − sink"),
        ),
    }


def missing_windows(
    cache: SurveyCache, request: MapRequest, windows: tuple[ClipWindow, ...], state: ViewState
) -> list[ClipWindow]:
    """Windows that must still be run for the series shown."""
    if state.series == "probability" and cache.is_classless(request):
        return []
    if state.series != "probability" and not request.is_of_attention:
        return []
    if state.series == "probability":
        return [w for w in windows if cache.scores(request, request.spec, View(w)) is None]
    return [w for w in windows if cache.measures(replace(request, window=w)) is None]


def series_info(
    cache: SurveyCache,
    request: MapRequest,
    windows: tuple[ClipWindow, ...],
    state: ViewState,
    *,
    running: bool,
) -> SeriesInfo:
    """Make the series of a clip, as far as its windows were run."""
    scores = [cache.scores(request, request.spec, View(window)) for window in windows]
    names = cache.names.get(request.network, ())
    if state.series == "probability":
        lines = _class_lines(scores, names, state.pinned_classes)
    else:
        lines = (_measure_line(cache, request, windows, state),)
    values = lines[0].values
    known = sum(value is not None for value in values)
    low, high = (0.0, 1.0) if state.series == "probability" else _axis(values)
    missing = len(missing_windows(cache, request, windows, state))
    seconds = cache.seconds(request, request.spec)
    return SeriesInfo(
        kind=state.series,
        lines=lines,
        best=tuple(
            names[int(each.argmax())] if each is not None and each.size else "" for each in scores
        ),
        low=low,
        high=high,
        known=len(windows) - missing,
        total=len(windows),
        seconds=seconds * missing if seconds else None,
        running=running,
        problem=_problem(cache, request, state, known=known, missing=missing),
        is_of_all_heads=bool(state.changes.heads_off),
        is_without_tubes=bool(state.changes.tubes),
    )


def _class_lines(
    scores: list[Scores | None], names: tuple[str, ...], pinned: tuple[int, ...]
) -> tuple[SeriesLine, ...]:
    best = tuple(None if each is None or not each.size else float(each.max()) for each in scores)
    lines = [SeriesLine(tr("top-1"), -1, best)]
    for slot, index in enumerate(pinned):
        values = tuple(None if each is None else float(each[index]) for each in scores)
        name = names[index] if index < len(names) else f"class {index}"
        lines.append(SeriesLine(name, slot, values))
    return tuple(lines)


def _measure_line(
    cache: SurveyCache, request: MapRequest, windows: tuple[ClipWindow, ...], state: ViewState
) -> SeriesLine:
    values: list[float | None] = []
    for window in windows:
        layer = cache.measures(replace(request, window=window))
        if layer is None:
            values.append(None)
        else:
            head = head_within(state.map.head, len(layer.heads))
            values.append(_value(layer.of(head), state))
    return SeriesLine(series_titles()[state.series][0], -1, tuple(values))


def _value(measures: MapMeasures, state: ViewState) -> float | None:
    return measures.entropy if state.series == "entropy" else measures.kept


def _axis(values: tuple[float | None, ...]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = floor(min(known) * 20) / 20, ceil(max(known) * 20) / 20
    if high - low < LEAST_SPAN:
        low, high = max(0.0, low - LEAST_SPAN), min(1.0, high + LEAST_SPAN)
    return low, high


def _problem(
    cache: SurveyCache, request: MapRequest, state: ViewState, *, known: int, missing: int
) -> str:
    """Reason why no window can have a value; empty where some have or can have one."""
    if state.series == "entropy" and isinstance(state.map.head, HeadSet):
        return tr("The spread of several averaged heads is not kept; choose one head, or mean")
    if state.series == "probability" and cache.is_classless(request):
        return tr("This model has no classes (masked pre-training)")
    if state.series != "probability" and request.is_of_evidence:
        return tr("Evidence for a class has no such measure; go back to attention for it")
    if state.series != "probability" and not request.is_of_attention:
        return tr("Features have no such measure; go back to attention for it")
    return "" if known or missing else _why_none(request)


def _why_none(request: MapRequest) -> str:
    if not METHODS[request.map.method].has_sink:
        return tr("'Attended by' has no share on a class key")
    return tr("This model has no class token, so all of the attention lies on patches")
