"""What an export contains, in words, and the facts of the clip that its dialog must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.text.phrases import frame_number, head_words, map_words
from app.text.why import method_words
from mvit_core.explaining.methods import EVIDENCE

if TYPE_CHECKING:
    from app.workers.export import ExportJob, Span
    from mvit_core.export import ExportRequest


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("export_content", text)


@dataclass(frozen=True)
class ExportFacts:
    """What the dialog must know of the clip and its model."""

    spans: dict[Span, tuple[int, int]]
    """The spans that exist, as (first frame, one past the last)."""
    heads: int
    """Heads of the layer shown."""
    fps: float
    """Frames per second of the clip."""
    windows: int
    """Windows of the clip."""
    run_seconds: float | None = None
    """Seconds that the model takes for a window; None while it was not timed."""

    def span_words(self) -> dict[Span, str]:
        """Spans that can be chosen, in words."""
        titles = {
            "all": tr("Whole video ({n} frames)"),
            "window": tr("This window (frames {a}–{b})"),
            "loop": tr("Loop (frames {a}–{b})"),
            "sampled": tr("Only frames that the model saw"),
        }
        return {
            span: titles[span].format(
                n=stop - start, a=frame_number(start), b=frame_number(stop - 1)
            )
            for span, (start, stop) in self.spans.items()
        }


def content_words(job: ExportJob, heads: int) -> str:
    """Say which maps a job contains.

    Args:
        job: of the present choices.
        heads: number of heads of the layer shown.
    """
    request = job.request
    if request.comparison is not None:
        return _pane_words(request)
    if request.map.method in EVIDENCE:
        words = tr("{method} of the class on screen, in every window")
        return words.format(method=method_words(request.map.method))
    shown, head = request.map, head_words(request.map.head, heads)
    words = tr("Block {b}, {head}, {map}")
    if request.layout == "heads":
        head = tr("each head alone")
    elif request.layout == "stages":
        words = tr("Last block of each stage, {head}, {map}")
        head = head if isinstance(shown.head, str) else tr("mean of heads")
    return words.format(b=shown.block, head=head, map=map_words(shown.method, shown.query))


def _pane_words(request: ExportRequest) -> str:
    assert request.comparison is not None
    names = ", ".join(pane.name for pane in request.comparison.panes)
    words = tr("The panes {names}")
    if request.comparison.difference is not None:
        words = tr("The panes {names} and their difference")
    return words.format(names=names)
