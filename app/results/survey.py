"""What is known of a whole clip."""

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
    """What one run of a window told, for every layer that needs no further run."""

    request: MapRequest
    scores: Scores
    """(classes,): probabilities."""
    names: tuple[str, ...]
    """Of the classes."""
    measures: tuple[tuple[int, LayerMeasures], ...]
    """(block, its measures) by the method and for the query of the request."""
    seconds: float
    """So long the run took."""


@dataclass(frozen=True, eq=False)
class ViewSurvey:
    """What the model said of one view."""

    request: MapRequest
    """Its model and clip count."""
    spec: ClipSpec
    """How the view was fed."""
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
    """Windows that were run, and all."""
    seconds: float | None
    """How long the rest takes; None while no run was timed."""
    running: bool
    problem: str = ""
    """Why there is no series; empty while there may be."""


@dataclass(frozen=True)
class AverageInfo:
    """One prediction for the whole video."""

    plan: ViewPlan
    predictions: tuple[PredictionInfo, ...]
    """Most probable first; empty while no view was run."""
    known: int
    total: int
    """Views averaged, and views of the plan."""
    seconds: float | None
    running: bool
    problem: str = ""
    """Why the plan cannot be run; empty while it can."""
