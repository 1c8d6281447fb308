"""The explanation of a report: what speaks for a class, and how faithful the map is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mvit_core.captured import Explanation, WindowCapture, maps_of
from mvit_core.errors import NeedsModelError
from mvit_core.explaining.faithfulness import Faithfulness, faithfulness
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.explaining.removals import CURVES
from mvit_core.explaining.watching import OnStep
from mvit_core.export.evidence_facts import evidence_json, evidence_words
from mvit_core.heatmap import project
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.report.request import ReportRequest
from mvit_core.video import Video

__all__ = ["Reasons", "curves_json", "reasons", "why_json"]

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Reasons:
    """The explanation of a report."""

    shown: Explanation | None = None
    """None where there is none."""
    faithfulness: Faithfulness | None = None
    """None where it was not measured."""
    missing: str = ""
    """Why there is no explanation, though one was asked for."""


def reasons(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    request: ReportRequest,
    begin: Callable[[], OnStep],
) -> Reasons:
    """The explanation that a request asks for, or why there is none.

    Args:
        explainer: the model.
        video: the clip.
        captured: the window that was run.
        request: names method and classes.
        begin: called before each of two parts, explanation and faithfulness; gives what hears of
            their steps. What that raises ends the work.

    Raises:
        CaptureError: there is no such class, or the method does not suit the network.
    """
    spec, on_step = request.why, begin()
    if spec is None:
        return Reasons()
    if not captured.predictions:
        return Reasons(missing="This network predicts no classes, so there is none to explain.")
    try:
        shown = _explained(explainer, video, captured, spec, request, on_step)
    except NeedsModelError as error:
        return Reasons(missing=f"There is no explanation: {error}.")
    found, on_step = None, begin()
    if request.faithfulness:
        found = _faithful(explainer, video, shown, request, on_step)
    return Reasons(shown, found)


def _explained(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    spec: MapSpec,
    request: ReportRequest,
    on_step: OnStep,
) -> Explanation:
    evidence = explainer.evidence(video, captured, spec, baseline=request.baseline, on_step=on_step)
    maps = maps_of(evidence, captured)
    saliency = maps.pick(0)
    heatmap = project(saliency, captured.pixel_map, captured.frame_indices)
    return Explanation(captured, spec, maps, saliency, heatmap, evidence)


def why_json(shown: Explanation) -> Json:
    """What is said of an explanation: its classes, its figures, and how far it is trusted."""
    row = EVIDENCE[shown.maps.method]
    title, trust = evidence_words(shown)
    told = evidence_json(shown)
    del told["cost"]  # another run takes another time
    return {
        **told,
        "title": row.title,
        "head": title,
        "trust_line": trust,
        "trust_words": row.trust_words,
        "misleads": row.misleads,
        "unit": row.unit,
        "words": row.description,
    }


def _faithful(
    explainer: Explainer,
    video: Video,
    shown: Explanation,
    request: ReportRequest,
    on_step: OnStep,
) -> Faithfulness:
    assert shown.evidence is not None
    subject = explainer.subject(video, shown.capture)
    return faithfulness(subject, shown.evidence, baseline=request.baseline, on_step=on_step)


def curves_json(found: Faithfulness) -> Json:
    """The curves of an explanation: p(class) by the share of tubes removed or restored."""
    return {
        "shares": list(found.deletion.shares),
        "curves": {name: list(getattr(found, name).probabilities) for name in CURVES},
        "areas": {name: getattr(found, name).area for name in CURVES},
        "baseline": found.baseline,
        "baseline_probability": found.baseline_probability,
        "words": found.words,
        "warning": found.warning,
    }
