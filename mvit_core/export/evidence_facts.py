"""What an export says of the evidence that it shows: names, baseline and sums."""

from typing import Any

from mvit_core.captured import Explanation
from mvit_core.explaining.evidence import Evidence
from mvit_core.explaining.methods import CROSS, EVIDENCE

__all__ = ["evidence_json", "evidence_words", "figures_json"]


def evidence_words(explanation: Explanation) -> tuple[str, str]:
    """Two lines of a caption: class and method, and how far the method is trusted."""
    assert explanation.evidence is not None
    evidence = explanation.evidence
    row = EVIDENCE[evidence.method]
    instead = f" instead of {explanation.against}" if explanation.against else ""
    compared = ""
    if evidence.baseline is not None and evidence.baseline_probability is not None:
        compared = f" · baseline {evidence.baseline}: p {evidence.baseline_probability:.3f}"
    title = f"Why {explanation.target}{instead} · {row.title}"
    mark = f"{CROSS} " if row.misleads else ""
    return title, f"{mark}{row.trust}{compared}"


def evidence_json(explanation: Explanation) -> dict[str, Any]:
    """The classes by name, and the figures of the evidence."""
    assert explanation.evidence is not None
    return {
        "class": explanation.target,
        "against": explanation.against or None,
        **figures_json(explanation.evidence),
    }


def figures_json(evidence: Evidence) -> dict[str, Any]:
    """Figures of a map of evidence, as JSON."""
    compared = None
    if evidence.baseline is not None:
        compared = {"name": evidence.baseline, "probability": evidence.baseline_probability}
    return {
        "method": evidence.method,
        "trust": EVIDENCE[evidence.method].trust,
        "probability": evidence.probability,
        "baseline": compared,
        "delta": evidence.delta,
        "sum": evidence.sum,
        "error": evidence.error,
        "steps": evidence.steps,
        "class_token": evidence.class_token,
        "grid": list(evidence.shape),
        "parts": {part.name: part.value for part in evidence.parts},
        "cost": evidence.cost,
        "note": evidence.note,
        "warning": evidence.warning,
    }
