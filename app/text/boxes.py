"""Boxes on the canvas in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results.boxes import BoxScene, ShownBox, boxes_of, chosen_box
from app.text.phrases import share_words

if TYPE_CHECKING:
    from app.results import MapResult
    from app.results.snapshot import Snapshot
    from mvit_core.video.boxes import Box


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("boxes", text)


def box_scene(snapshot: Snapshot) -> BoxScene | None:
    """The boxes to be drawn on the canvas; None where the model reads none."""
    state, results = snapshot.state, snapshot.results
    if results.model is None or not results.model.reads_boxes or results.video is None:
        return None
    boxes = boxes_of(state, results)
    result = None if results.shown is None else results.shown.result
    shown = tuple(ShownBox(box, _words(place, box, result)) for place, box in enumerate(boxes))
    whole = "" if boxes else tr("the whole frame is one box")
    return BoxScene(shown, chosen_box(state, results), state.drawing == "box", whole)


def box_badge(snapshot: Snapshot) -> str:
    """How to go on with drawing or with the chosen box; empty where there is nothing to do."""
    state = snapshot.state
    if state.drawing == "box":
        return tr("Drag a box; Enter draws one in the middle. Esc ends")
    if state.view != "single" or (chosen := chosen_box(state, snapshot.results)) is None:
        return ""
    words = tr("Box {n}: arrows move it, with Shift they resize it, Delete removes it. Esc ends")
    return words.format(n=chosen + 1)


def _words(place: int, box: Box, result: MapResult | None) -> str:
    """Number, name, and the most probable class of the same box where it was run."""
    parts = [str(place + 1), box.name]
    known = {} if result is None else {each.box: each.predictions for each in result.boxes}
    best = next(iter(known.get(box, ())), None)
    if best is not None:
        parts.append(f"{best.name} {share_words(best.probability)}")
    return " · ".join(filter(None, parts))
