"""Boxes of the window shown, as the state places them in the clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvit_core.video.boxes import places_in_window

if TYPE_CHECKING:
    from app.results.results import Results
    from app.results.snapshot import Snapshot
    from app.results.video import VideoInfo
    from app.state.view_state import ViewState
    from mvit_core.video.boxes import Box, TimedBox
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True)
class ShownBox:
    """A box on the canvas."""

    box: Box
    words: str
    """Its number, and its most probable class once that is known."""


@dataclass(frozen=True)
class BoxScene:
    """Boxes of one kind on the canvas: those that a model predicts for, or tubes."""

    boxes: tuple[ShownBox, ...] = ()
    chosen: int | None = None
    drawing: bool = False
    """A drag draws a box."""
    whole_words: str = ""
    """Words for the whole frame."""
    dashed: bool = False
    """Outlines are dashed, as those of tubes are."""


class _Places:
    """Places of the window's boxes; found once while boxes, window and video are the same."""

    def __init__(self) -> None:
        self._asked: tuple[object, ...] = ()
        self._found: tuple[int, ...] = ()

    def of(
        self, boxes: tuple[TimedBox, ...], window: ClipWindow, video: VideoInfo
    ) -> tuple[int, ...]:
        asked = (boxes, window, video)
        same = len(self._asked) == 3 and all(
            one is other for one, other in zip(asked, self._asked, strict=True)
        )
        if not same:
            found = places_in_window(boxes, window.frame_indices, video.pts_seconds)
            self._asked, self._found = asked, found
        return self._found


_places = _Places()


def places_of(state: ViewState, results: Results) -> tuple[int, ...]:
    """Places, among all boxes of the clip, of those of the window shown."""
    video, window = results.video, results.window(state.frame)
    if not state.boxes or video is None or window is None:
        return ()
    return _places.of(state.boxes, window, video)


def boxes_of(state: ViewState, results: Results) -> tuple[Box, ...]:
    """The boxes of the window shown; () where there are none, or the model reads no boxes."""
    video, model = results.video, results.model
    if video is None or model is None or not model.reads_boxes:
        return ()
    return tuple(state.boxes[place].on_source(video.size) for place in places_of(state, results))


def chosen_box(state: ViewState, results: Results) -> int | None:
    """Place of the chosen box among those of the window; None where none is chosen."""
    boxes = boxes_of(state, results)
    return state.box if state.box is not None and 0 <= state.box < len(boxes) else None


def listed_box(snapshot: Snapshot) -> int | None:
    """The box whose classes are listed: the chosen one, or the first; None without boxes."""
    boxes = boxes_of(snapshot.state, snapshot.results)
    return (chosen_box(snapshot.state, snapshot.results) or 0) if boxes else None
