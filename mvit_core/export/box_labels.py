"""Boxes of a window in exported pictures: which there are, and their words."""

from dataclasses import dataclass

from mvit_core.export.request import ExportRequest
from mvit_core.pipeline import Explainer, WindowCapture
from mvit_core.render import share_text
from mvit_core.video import ClipWindow, Video
from mvit_core.video.boxes import Box, boxes_of_window


@dataclass(frozen=True)
class BoxLabel:
    """A box on the source, and what stands beside it."""

    box: Box
    words: str
    """Its number, its name where it has one, and its most probable class."""


def boxes_in(request: ExportRequest, video: Video, window: ClipWindow) -> tuple[Box, ...]:
    """The boxes of a request that belong to a window; () is the whole frame."""
    if not request.boxes:
        return ()
    return boxes_of_window(request.boxes, window.frame_indices, video.pts_seconds, video.size)


def box_labels(explainer: Explainer, captured: WindowCapture) -> tuple[BoxLabel, ...]:
    """The boxes that a run was given, each with its most probable class."""
    labels = []
    for number, box in enumerate(captured.boxes):
        best = next(iter(explainer.predictions_of(captured.record, number)), None)
        said = "" if best is None else f"{best.name} {share_text(best.probability)}"
        labels.append(BoxLabel(box, " · ".join(filter(None, (str(number + 1), box.name, said)))))
    return tuple(labels)
