"""Tubes that are painted on the clip, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results.boxes import BoxScene, ShownBox
from app.results.tubes import chosen_tube, is_seen, tubes_at
from app.state.language import N
from app.text.phrases import frame_number
from app.text.terms import term
from mvit_core.explaining import TUBE_KINDS

if TYPE_CHECKING:
    from app.results import Results
    from app.results.snapshot import Snapshot
    from app.state.view_state import TubeSpan
    from mvit_core.explaining import Changes, Tube, TubeWhat

SPANS: dict[TubeSpan, str] = {
    "window": N("tubes", "this window"),
    "loop": N("tubes", "the loop"),
    "clip": N("tubes", "the whole clip"),
}
"""What frames a tube spans."""

ONE: dict[TubeWhat, str] = {
    "mean": N("tubes", "1 tube erased"),
    "blur": N("tubes", "1 tube blurred"),
    "freeze": N("tubes", "1 tube frozen"),
    "keep": N("tubes", "1 tube kept alone"),
}
MANY: dict[TubeWhat, str] = {
    "mean": N("tubes", "{n} tubes erased"),
    "blur": N("tubes", "{n} tubes blurred"),
    "freeze": N("tubes", "{n} tubes frozen"),
    "keep": N("tubes", "{n} tubes kept alone"),
}


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("tubes", text)


def count_words(changes: Changes) -> tuple[str, ...]:
    """What was done to how many tubes, an entry for each kind that there is."""
    found = []
    for what in TUBE_KINDS:
        count = sum(tube.what == what for tube in changes.tubes)
        words = ONE[what] if count == 1 else MANY[what]
        if count:
            found.append(tr(words).format(n=count))
    return tuple(found)


def frames_words(tube: Tube) -> str:
    """The frames that a tube spans."""
    words = tr("frames {a}–{b}")
    return words.format(a=frame_number(tube.first), b=frame_number(tube.last))


def row_words(place: int, tube: Tube, results: Results) -> str:
    """A tube in the list of what is changed."""
    kind = term(TUBE_KINDS[tube.what].title)
    words = f"{place + 1} · {kind} · {frames_words(tube)}"
    return words if is_seen(tube, results) else f"{words} · {tr('beside what the model sees')}"


def tube_scene(snapshot: Snapshot) -> BoxScene | None:
    """The tubes to be drawn on the canvas; None where there are none, and none is painted."""
    state = snapshot.state
    places, is_drawing = tubes_at(state), state.drawing == "tube"
    if snapshot.results.video is None or not (places or is_drawing):
        return None
    tubes, chosen = state.changes.tubes, chosen_tube(state)
    shown = tuple(
        ShownBox(tubes[p].box, f"{p + 1} · {term(TUBE_KINDS[tubes[p].what].title)}") for p in places
    )
    at = places.index(chosen) if chosen in places else None
    return BoxScene(shown, at, is_drawing, dashed=True)


def tube_badge(snapshot: Snapshot) -> str:
    """How to go on with painting or with the chosen tube; empty where there is nothing to do."""
    state = snapshot.state
    if state.drawing == "tube":
        words = tr("Drag a tube to {what}, over {span}; Enter paints one in the middle. Esc ends")
        kind = term(TUBE_KINDS[state.tube_what].title).lower()
        return words.format(what=kind, span=tr(SPANS[state.tube_span]))
    if state.view != "single" or (chosen := chosen_tube(state)) is None:
        return ""
    words = tr("Tube {n}: arrows move it, with Shift they resize it, Delete removes it. Esc ends")
    return words.format(n=chosen + 1)
