"""Intents for loop points and markers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

from app.results import Message
from app.state.view_state import Loop, Marker
from app.text.phrases import frame_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import Results
    from app.state.store import Store

LoopPoint = Literal["first", "last"]


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("marking", text)


class Marking:
    """Intents for the loop and the markers.

    Args:
        leap: shows a frame as a new place of the history.
        store: holds the state.
        results: returns the results now.
        notify: shows a message.
    """

    def __init__(
        self,
        leap: Callable[[int], None],
        store: Store,
        results: Callable[[], Results],
        notify: Callable[[Message], None],
    ) -> None:
        self._leap, self._store = leap, store
        self._results, self._report = results, notify

    # -- the loop ---------------------------------------------------------------------------

    def set_point(self, point: LoopPoint, frame: int | None = None) -> None:
        """Set an end of the loop to a frame (default: the one shown); the other end gives way.

        The part between the points is looped from then on.
        """
        state, count = self._store.state, self._count()
        if not count:
            return
        frame = state.frame if frame is None else min(max(frame, 0), count - 1)
        first, last = state.loop.first, state.loop.last
        if point == "first":
            first, last = frame, None if last is not None and last < frame else last
        else:
            first, last = None if first is not None and first > frame else first, frame
        self._store.update(
            gesture=f"loop {point}",
            loop=replace(state.loop, first=first, last=last, mode="range"),
        )

    def next_mode(self) -> None:
        """Loop the whole video, then the part between the points, then nothing."""
        loop = self._store.state.loop
        if loop.mode == "off":
            self._store.update(loop=replace(loop, mode="all"))
        elif loop.mode == "all" and loop.has_points:
            self._store.update(loop=replace(loop, mode="range"))
        else:
            if loop.mode == "all":
                words = tr("No loop. To loop a part, set where it begins (I) and ends (O) first")
                self._report(Message("info", words))
            self._store.update(loop=replace(loop, mode="off"))

    def clear_loop(self) -> None:
        """Remove both points and stop looping."""
        self._store.update(loop=Loop())

    # -- markers ----------------------------------------------------------------------------

    def add(self) -> None:
        """Mark the frame shown."""
        state = self._store.state
        if not self._count() or self._at(state.frame) is not None:
            return
        taken = {marker.name for marker in state.markers}
        number = next(n for n in range(1, len(taken) + 2) if _name(n) not in taken)
        self._keep((*state.markers, Marker(state.frame, _name(number))))

    def remove(self) -> None:
        """Remove the marker of the frame shown."""
        here = self._at(self._store.state.frame)
        if here is None:
            words = tr("Frame {n} has no marker; N and Shift+N lead to those that there are")
            self._report(Message("info", words.format(n=frame_number(self._store.state.frame))))
        else:
            self._keep(tuple(m for m in self._store.state.markers if m != here))

    def rename(self, frame: int, name: str) -> None:
        """Rename the marker of a frame."""
        markers = self._store.state.markers
        self._keep(tuple(replace(m, name=name) if m.frame == frame else m for m in markers))

    def move(self, frame: int, to: int) -> None:
        """Move a marker to another frame, unless that has one."""
        marker, count = self._at(frame), self._count()
        to = min(max(to, 0), max(count - 1, 0))
        if marker is None or self._at(to) is not None:
            return
        others = tuple(m for m in self._store.state.markers if m != marker)
        self._keep((*others, replace(marker, frame=to)), gesture=f"marker {marker.name}")

    def go(self, by: int) -> None:
        """Go to the next or previous marker."""
        state = self._store.state
        frames = [marker.frame for marker in state.markers]
        ahead = [f for f in frames if f > state.frame]
        behind = [f for f in frames if f < state.frame]
        found = ahead[:1] if by > 0 else behind[-1:]
        if found:
            self._leap(found[0])
        else:
            words = tr("No marker after this frame") if by > 0 else tr("No marker before it")
            self._report(Message("info", words if frames else tr("No markers yet; M sets one")))

    def drag(self, what: str, frame: int, to: int) -> None:
        """Move an end of the loop, or the marker of a frame, as the pointer drags it."""
        loop = self._store.state.loop
        if what == "marker":
            self.move(frame, to)
        elif what == "first":
            self.set_point("first", to if loop.last is None else min(to, loop.last))
        else:
            self.set_point("last", to if loop.first is None else max(to, loop.first))

    def _at(self, frame: int) -> Marker | None:
        return next((m for m in self._store.state.markers if m.frame == frame), None)

    def _keep(self, markers: tuple[Marker, ...], gesture: str = "") -> None:
        ordered = tuple(sorted(markers, key=lambda marker: marker.frame))
        self._store.update(gesture=gesture, markers=ordered)

    def _count(self) -> int:
        video = self._results().video
        return video.frame_count if video is not None else 0


def _name(number: int) -> str:
    return tr("Marker {n}").format(n=number)
