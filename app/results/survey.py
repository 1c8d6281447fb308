"""Results over a whole clip: runs of windows and views, series, averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.results.maps import MapRequest
    from app.results.model import PredictionInfo
    from app.state.view_state import SeriesKind
    from mvit_core.attribution import LayerMeasures
    from mvit_core.multiview import Scores
    from mvit_core.video.clip import ClipSpec
    from mvit_core.video.multi_view import View, ViewPlan


@dataclass(frozen=True, eq=False)
class WindowSurvey:
    """Result of one run of a window: scores, and measures of every layer."""

    request: MapRequest
    scores: Scores
    """(classes,): probabilities."""
    names: tuple[str, ...]
    """Names of the classes."""
    measures: tuple[tuple[int, LayerMeasures], ...]
    """(block, its measures) by the method and for the query of the request."""
    seconds: float
    """Seconds the run took."""


@dataclass(frozen=True, eq=False)
class ViewSurvey:
    """Result of one run of a view."""

    request: MapRequest
    """A request of which only model and clip matter."""
    spec: ClipSpec
    """Sampling and preprocessing of the view."""
    view: View
    scores: Scores
    seconds: float


@dataclass(frozen=True)
class SeriesLine:
    """One value per window."""

    name: str
    slot: int
    """Place among the pinned classes, which gives the colour; -1 is no class of its own."""
    values: tuple[float | None, ...]
    """None where the window was not run."""


@dataclass(frozen=True)
class SeriesInfo:
    """The header series of the timeline."""

    kind: SeriesKind
    lines: tuple[SeriesLine, ...]
    best: tuple[str, ...]
    """Most probable class of each window; empty where it was not run."""
    low: float
    high: float
    """Ends of the axis."""
    known: int
    total: int
    """Number of windows; ``known`` of them were run."""
    seconds: float | None
    """Seconds that the remaining runs will take; None while no run was timed."""
    running: bool
    problem: str = ""
    """Reason why there is no series; empty while there can be one."""
    is_of_all_heads: bool = False
    """It is of all heads on, while some are off: what is shown is otherwise."""
    is_without_tubes: bool = False
    """It is of the clip as it is, while tubes are painted on it."""


@dataclass(frozen=True)
class AverageInfo:
    """One prediction for the whole video."""

    plan: ViewPlan
    predictions: tuple[PredictionInfo, ...]
    """Most probable first; empty while no view was run."""
    known: int
    total: int
    """Number of views of the plan; ``known`` of them are averaged."""
    seconds: float | None
    running: bool
    problem: str = ""
    """Reason why the plan cannot be run; empty while it can."""
