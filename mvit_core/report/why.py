"""The explanation of a report: what speaks for a class, and how faithful the map is."""

from typing import Any

from mvit_core.captured import Explanation, WindowCapture, maps_of
from mvit_core.errors import NeedsModelError
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.explaining.removals import CURVES
from mvit_core.explaining.watching import OnStep
from mvit_core.export.evidence_facts import evidence_json, evidence_words
from mvit_core.heatmap import project
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.report.request import ReportRequest
from mvit_core.video import Video

__all__ = ["explained", "faithful", "why_json"]

Json = dict[str, Any]


def explained(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    request: ReportRequest,
    on_step: OnStep | None = None,
) -> tuple[Explanation | None, str]:
    """The explanation that a request asks for, or why there is none.

    Args:
        explainer: the model.
        video: the clip.
        captured: the window that was run.
        request: names method and classes.
        on_step: progress; raising from it cancels.

    Raises:
        CaptureError: there is no such class, or the method does not suit the network.
    """
    spec = request.why
    if spec is None:
        return None, ""
    if not captured.predictions:
        return None, "This network predicts no classes, so there is none to explain."
    try:
        return _explained(explainer, video, captured, spec, request, on_step), ""
    except NeedsModelError as error:
        return None, f"There is no explanation: {error}."


def _explained(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    spec: MapSpec,
    request: ReportRequest,
    on_step: OnStep | None,
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
    return {
        **evidence_json(shown),
        "title": row.title,
        "head": title,
        "trust_line": trust,
        "trust_words": row.trust_words,
        "misleads": row.misleads,
        "unit": row.unit,
        "words": row.description,
    }


def faithful(
    explainer: Explainer,
    video: Video,
    shown: Explanation,
    request: ReportRequest,
    on_step: OnStep | None = None,
) -> Json:
    """The curves of an explanation: p(class) by the share of tubes removed or restored.

    Raises:
        Cancelled: as ``on_step`` raised it.
    """
    from mvit_core.explaining.faithfulness import faithfulness

    assert shown.evidence is not None
    found = faithfulness(
        explainer.subject(video, shown.capture),
        shown.evidence,
        baseline=request.baseline,
        on_step=on_step,
    )
    return {
        "shares": list(found.deletion.shares),
        "curves": {name: list(getattr(found, name).probabilities) for name in CURVES},
        "areas": {name: getattr(found, name).area for name in CURVES},
        "baseline": found.baseline,
        "baseline_probability": found.baseline_probability,
        "words": found.words,
        "warning": found.warning,
    }
