"""Intents for the boxes of a clip, which a model of detection predicts for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.intents.acting import Acting
from app.intents.edges import frame_size, nudged, within
from app.results import Message
from app.results.boxes import boxes_of, chosen_box, places_of
from mvit_core.video.boxes import TimedBox

if TYPE_CHECKING:
    from mvit_core.video.boxes import Box
    from mvit_core.video.clip import ClipWindow


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("intents", text)


class BoxIntents(Acting):
    """Draws, chooses, changes and deletes boxes of the window shown.

    The arguments are those of ``Acting``.
    """

    def draw(self, on: bool | None = None) -> None:
        """Turn drawing by a drag on the canvas on or off; None toggles it."""
        wanted = self._state.drawing != "box" if on is None else on
        if wanted:
            self._store.update(drawing="box", picking=False, view="single")
        else:
            self._store.update(drawing="")

    def add(self, box: Box) -> None:
        """Add a box to the window shown, and choose it; drawing ends."""
        window = self._results().window(self._state.frame)
        inside = self._within(box)
        if window is None or inside is None:
            return
        places = places_of(self._state, self._results())
        if places:  # beside the others, at their time
            new = replace(self._state.boxes[places[0]], box=inside, is_share=False)
        else:
            new = TimedBox(float(key_frame(window)), "frame", inside, is_share=False)
        self._store.update(boxes=(*self._state.boxes, new), box=len(places), tube=None, drawing="")

    def choose(self, place: int | None) -> None:
        """Choose a box of the window shown by its place, or none."""
        self._store.update(box=place, tube=None)

    def step(self, by: int) -> None:
        """Choose the next or previous box of the window shown."""
        count = len(boxes_of(self._state, self._results()))
        if count:
            now = chosen_box(self._state, self._results())
            start = now if now is not None else (-1 if by > 0 else 0)
            self._store.update(box=(start + by) % count, tube=None)

    def change(self, place: int, box: Box) -> None:
        """Give a box of the window other edges, and choose it."""
        inside, places = self._within(box), places_of(self._state, self._results())
        if inside is None or not 0 <= place < len(places):
            return
        boxes = list(self._state.boxes)
        boxes[places[place]] = replace(boxes[places[place]], box=inside, is_share=False)
        self._store.update(gesture=f"box {place}", boxes=tuple(boxes), box=place, tube=None)

    def nudge(self, x: int, y: int, *, grow: bool) -> None:
        """Move the chosen box by stored pixels, or move its right and lower edges alone."""
        boxes, place = boxes_of(self._state, self._results()), self._chosen()
        if place is not None:
            self.change(place, nudged(boxes[place], x, y, frame_size(self._results()), grow=grow))

    def delete(self) -> None:
        """Delete the chosen box; the one before it is chosen next."""
        places, place = places_of(self._state, self._results()), self._chosen()
        if place is None:
            return
        gone = places[place]
        kept = tuple(box for at, box in enumerate(self._state.boxes) if at != gone)
        left = len(places) - 1
        self._store.update(boxes=kept, box=min(place, left - 1) if left else None)

    def copy_to_all(self) -> None:
        """Give every window of the clip the boxes of the window shown, in place of its own."""
        results, shown = self._results(), boxes_of(self._state, self._results())
        copies = tuple(
            TimedBox(float(key_frame(window)), "frame", box, is_share=False)
            for window in results.windows
            for box in shown
        )
        self._store.update(boxes=copies)
        words = tr("{n} boxes copied to {m} windows")
        self._report(Message("info", words.format(n=len(shown), m=len(results.windows))))

    def load(self, boxes: tuple[TimedBox, ...]) -> None:
        """Replace all boxes of the clip by those of a file."""
        self._store.update(boxes=boxes, box=None)
        model = self._results().model
        words = tr("{n} boxes read").format(n=len(boxes))
        if model is not None and not model.reads_boxes:
            words = tr("{n} boxes read; they are for models of detection, and this one is none")
            words = words.format(n=len(boxes))
        self._report(Message("info", words))

    def _chosen(self) -> int | None:
        return chosen_box(self._state, self._results())

    def _within(self, box: Box) -> Box | None:
        return within(box, frame_size(self._results()))


def key_frame(window: ClipWindow) -> int:
    """The middle frame that the model sees of a window, which its boxes belong to."""
    return window.frame_indices[len(window.frame_indices) // 2]
