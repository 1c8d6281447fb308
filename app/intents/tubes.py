"""Intents for tubes, which are painted on what the model sees of a clip."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app.intents.acting import Acting
from app.intents.edges import frame_size, nudged, within
from app.results import Message
from app.results.tubes import chosen_tube, span_frames, tubes_at
from app.state.view_state import MOST_TUBES
from mvit_core.explaining import Tube

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.state.view_state import TubeSpan
    from mvit_core.explaining import TubeWhat
    from mvit_core.video.boxes import Box


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("tubes", text)


class TubeIntents(Acting):
    """Paints, chooses, changes and removes tubes; each change is a step of undo.

    The canvas counts the tubes of the frame shown, the list all of them.

    The arguments are those of ``Acting``.
    """

    # -- on the canvas ------------------------------------------------------------------------

    def paint(self, on: bool | None = None) -> None:
        """Turn painting by a drag on the canvas on or off; None toggles it."""
        wanted = self._state.drawing != "tube" if on is None else on
        if wanted and len(self._tubes) >= MOST_TUBES:
            words = tr("There are {n} tubes, the most that are painted at once; remove one first")
            self._report(Message("info", words.format(n=MOST_TUBES)))
        elif wanted:
            self._store.update(drawing="tube", picking=False, tube=None, view="single")
        else:
            self._store.update(drawing="")

    def add(self, box: Box) -> None:
        """Paint a tube in a box over the span that is set, and choose it; painting ends."""
        state, inside = self._state, self._within(box)
        frames = span_frames(state.tube_span, state, self._results())
        if inside is not None and frames is not None:
            tube = Tube(state.tube_what, inside, *frames)
            self._put((*self._tubes, tube), tube=len(self._tubes), drawing="")

    def choose(self, place: int | None) -> None:
        """Choose a tube of the frame shown by its place there, or none."""
        there = tubes_at(self._state)
        self.pick(None if place is None or not 0 <= place < len(there) else there[place])

    def change(self, place: int, box: Box) -> None:
        """Give a tube of the frame shown other edges, and choose it."""
        there, inside = tubes_at(self._state), self._within(box)
        if inside is not None and 0 <= place < len(there):
            self._replace(there[place], replace(self._tubes[there[place]], box=inside))

    def nudge(self, x: int, y: int, *, grow: bool) -> None:
        """Move the chosen tube by stored pixels, or move its right and lower edges alone."""
        place = chosen_tube(self._state)
        if place is not None:
            tube = self._tubes[place]
            box = nudged(tube.box, x, y, frame_size(self._results()), grow=grow)
            self._replace(place, replace(tube, box=box))

    # -- in the list --------------------------------------------------------------------------

    def pick(self, place: int | None) -> None:
        """Choose a tube by its place among all, or none; one of other frames is gone to."""
        if place is not None and place >= len(self._tubes):
            return
        frame = self._state.frame
        if place is not None and frame not in self._tubes[place].frames:
            frame = self._tubes[place].first
        if frame == self._state.frame:
            self._store.update(tube=place)
        else:
            self._store.update(tube=place, frame=frame, playing=False, jump=True)

    def remove(self, place: int) -> None:
        """Remove a tube by its place among all; none is chosen afterwards."""
        if 0 <= place < len(self._tubes):
            self._put([tube for at, tube in enumerate(self._tubes) if at != place], tube=None)

    def delete(self) -> None:
        """Remove the chosen tube."""
        place = chosen_tube(self._state)
        if place is not None:
            self.remove(place)

    def all_off(self) -> None:
        """Remove all tubes."""
        self._put((), tube=None)

    def choose_what(self, what: TubeWhat) -> None:
        """Choose what becomes of the chosen tube, and of those that are painted next."""
        place, tubes = chosen_tube(self._state), list(self._tubes)
        if place is not None:
            tubes[place] = replace(tubes[place], what=what)
        self._put(tubes, tube_what=what)

    def choose_span(self, span: TubeSpan) -> None:
        """Choose the frames of the chosen tube, and of those that are painted next."""
        frames = span_frames(span, self._state, self._results())
        if span == "loop" and not self._state.loop.has_points:
            self._report(Message("info", tr("There is no loop: set one with I and O first")))
            return
        place, tubes = chosen_tube(self._state), list(self._tubes)
        if place is not None and frames is not None:
            tubes[place] = replace(tubes[place], first=frames[0], last=frames[1])
        self._put(tubes, tube_span=span)

    def choose_frames(self, first: int, last: int) -> None:
        """Give the chosen tube other frames."""
        place, video = chosen_tube(self._state), self._results().video
        if place is not None and video is not None and 0 <= first <= last < video.frame_count:
            self._replace(place, replace(self._tubes[place], first=first, last=last))

    @property
    def _tubes(self) -> tuple[Tube, ...]:
        return self._state.changes.tubes

    def _within(self, box: Box) -> Box | None:
        """The part of a box that lies on the frame; where there is none, that is said."""
        inside = within(box, frame_size(self._results()))
        if inside is None:
            words = tr("Nothing was painted: the tube lies beside the frame, or within a pixel")
            self._report(Message("info", words))
        return inside

    def _replace(self, place: int, tube: Tube) -> None:
        tubes = list(self._tubes)
        tubes[place] = tube
        self._put(tubes, gesture=f"tube {place}", tube=place)

    # Any: the names and types are those of the fields of ViewState.
    def _put(self, tubes: Sequence[Tube], *, gesture: str = "", **others: Any) -> None:  # noqa: ANN401
        changes = replace(self._state.changes, tubes=tuple(tubes))
        self._store.update(gesture=gesture, changes=changes, **others)
