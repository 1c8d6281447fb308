"""One explanation, by any method of the table."""

from dataclasses import replace
from time import perf_counter

from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.explaining.baselines import BASELINES, doubt
from mvit_core.explaining.evidence import Evidence, Target
from mvit_core.explaining.methods import DEFAULT_METHOD, EVIDENCE
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.watching import OnStep

__all__ = ["explain", "explain_subject"]


def explain(  # noqa: PLR0913 - each is a choice of its own
    model: nn.Module,
    inputs: Tensor,
    target: int,
    against: int | None = None,
    *,
    method: str = DEFAULT_METHOD,
    baseline: str = "mean",
    box: tuple[float, float, float, float] | None = None,
    on_step: OnStep | None = None,
) -> Evidence:
    """What of a clip speaks for a class.

    Args:
        model: a loaded MViT in ``eval`` mode; it is left as it was.
        inputs: (1, 3, T, H, W), one clip as the model takes it.
        target: the class.
        against: the class instead of which; None for the class alone.
        method: a name in ``EVIDENCE``.
        baseline: a name in ``BASELINES``.
        box: for a model of detection, x1, y1, x2, y2 in pixels of the crop.
        on_step: progress; raising ``Cancelled`` from it ends the explanation.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: no such class, method or baseline, or the method does not suit the network.
        ClipError: the input does not fit the model.
        DeviceMemoryError: the device has too little memory.
    """
    subject = Subject(model, inputs, box)
    return explain_subject(subject, Target(target, against), method, baseline, on_step)


def explain_subject(
    subject: Subject,
    target: Target,
    method: str = DEFAULT_METHOD,
    baseline: str = "mean",
    on_step: OnStep | None = None,
) -> Evidence:
    """The same of a subject, whose passes are remembered from one explanation to the next.

    Args:
        subject: the clip before the network.
        target: the class, and the class instead of which.
        method: a name in ``EVIDENCE``.
        baseline: a name in ``BASELINES``.
        on_step: progress; raising ``Cancelled`` from it ends the explanation.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: no such class, method or baseline, or the method does not suit the network.
        ClipError: the input does not fit the model.
        DeviceMemoryError: the device has too little memory.
    """
    if method not in EVIDENCE:
        raise CaptureError(f"method is {method!r}; allowed are {', '.join(EVIDENCE)}")
    if baseline not in BASELINES:
        raise CaptureError(f"baseline is {baseline!r}; allowed are {', '.join(BASELINES)}")
    target.check(subject.config.num_classes)
    run = EVIDENCE[method].run(method)
    with subject.session(on_step):
        start = perf_counter()
        found = run(subject, target, baseline)
        seconds = perf_counter() - start
        plain = subject.run.seconds
    unsure = "" if found.baseline is None else doubt(baseline, found.baseline_probability or 0.0)
    warning = "; ".join(filter(None, (found.warning, unsure)))
    return replace(found, warning=warning, cost=seconds / plain if plain else 0.0)
