"""Tubes painted on the clip, as far as they lie on the frame shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.state.view_state import TUBE_SPANS

if TYPE_CHECKING:
    from app.results.results import Results
    from app.state.view_state import TubeSpan, ViewState
    from mvit_core.explaining import Tube


def tubes_at(state: ViewState) -> tuple[int, ...]:
    """Places, among all tubes, of those that span the frame shown."""
    tubes = enumerate(state.changes.tubes)
    return tuple(place for place, tube in tubes if state.frame in tube.frames)


def chosen_tube(state: ViewState) -> int | None:
    """Place of the chosen tube among all; None where none is chosen."""
    place = state.tube
    return place if place is not None and 0 <= place < len(state.changes.tubes) else None


def span_frames(span: TubeSpan, state: ViewState, results: Results) -> tuple[int, int] | None:
    """First and last frame of a span; None without a video."""
    if results.video is None:
        return None
    count = results.video.frame_count
    window = results.window(state.frame)
    if span == "window" and window is not None:
        return window.start, min(window.stop, count) - 1
    return state.loop.points(count) if span == "loop" else (0, count - 1)


def span_of(tube: Tube, state: ViewState, results: Results) -> TubeSpan | None:
    """The span that a tube has; None where its frames are others."""
    frames = tube.first, tube.last
    spans = (s for s in TUBE_SPANS if s != "loop" or state.loop.has_points)
    return next((s for s in spans if span_frames(s, state, results) == frames), None)


def is_seen(tube: Tube, results: Results) -> bool:
    """False where a tube lies beside all that the model saw of the window shown."""
    shown = results.shown
    if shown is None:
        return True
    left, top, right, bottom = shown.heatmap.box_px
    box = tube.box
    beside = box.right <= left or right <= box.left or box.bottom <= top or bottom <= box.top
    return not beside and any(index in tube.frames for index in shown.result.frame_indices)
