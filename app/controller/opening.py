"""Updates the state, and the windows of the clip, after a clip or a model was opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import Message
from app.state.view_state import Loop
from app.text.terms import term
from mvit_core.attribution import LAYER_MAPS, MapSpec
from mvit_core.errors import ClipError
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.explaining.painting import tubes_within
from mvit_core.video.clip import clip_windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import ModelInfo, Results, VideoInfo
    from app.state.store import Store
    from app.state.view_state import Marker, ViewState
    from mvit_core.attribution import Query
    from mvit_core.video.clip import ClipSpec, ClipWindow, Tiling


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("opening", text)


def tiled(results: Results, spec: ClipSpec | None, tiling: Tiling) -> Results:
    """Replace the windows of the results by those of their video and model.

    Of a capture file whose model or clip is not there these are the windows that it holds.
    Without a video or a model there are none; a video that cannot be tiled sets ``problem``.

    Args:
        results: the results now.
        spec: the user's sampling and preprocessing; None for the checkpoint's own.
        tiling: how windows lie over the video.
    """
    video, model, capture = results.video, results.model, results.capture
    if video is None or model is None:
        return replace(results, windows=(), problem="")
    is_all = not model.has_weights or video.held is not None
    if capture is not None and capture.is_of_model and is_all:
        return replace(results, windows=capture.windows, problem="")
    windows: tuple[ClipWindow, ...] = ()
    problem = ""
    try:
        windows = clip_windows(video.frame_count, video.fps, spec or model.clip_spec, tiling)
    except ClipError as error:
        problem = str(error)
    return replace(results, windows=windows, problem=problem)


def tiled_by(state: ViewState) -> tuple[object, ...]:
    """What the windows of a video and a model depend on."""
    return (state.clip_spec, state.tiling, state.picture_fps)


def begin_clip(
    store: Store, video: VideoInfo, stream: int | None, notify: Callable[[Message], None]
) -> None:
    """Show a clip from its beginning; loop and markers stay where it is opened anew.

    All in one change of the state: in between, a frame of the old clip would be shown of the new.

    Args:
        store: takes the clip.
        video: the clip.
        stream: that was asked for; None for the film.
        notify: hears of what could not be kept.
    """
    drawn, old = store.state, store.state.map
    query: Query = "readout" if isinstance(old.query, tuple) else old.query
    method = _method_for(old.method, query)
    if (drawn.clip, drawn.stream) != (video.path, stream):
        drawn = replace(drawn, loop=Loop(), markers=(), boxes=(), box=None, patches=())
        changes, tiling = replace(drawn.changes, tubes=()), replace(drawn.tiling, centre=None)
        drawn = replace(drawn, changes=changes, tiling=tiling)
    loop, markers = _within(drawn.loop, drawn.markers, video.frame_count)
    tubes = tubes_within(drawn.changes.tubes, video.size, video.frame_count)
    lost = len(store.state.changes.tubes) - len(tubes)
    store.update(
        clip=video.path,
        stream=stream,
        frame=0,
        playing=False,
        scrubbing=False,
        picking=False,
        drawing="",
        loop=loop,
        markers=markers,
        **{name: getattr(drawn, name) for name in ("boxes", "box", "patches", "tiling")},
        changes=replace(drawn.changes, tubes=tubes),
        tube=None,
        removed=None,
        left=tuple(each for each in store.state.left if not isinstance(each.query, tuple)),
        query=query,
        method=method,
    )
    store.forget()
    _tell_lost(notify, lost, old.method, method)


def _tell_lost(notify: Callable[[Message], None], tubes: int, method: str, instead: str) -> None:
    """Say how many tubes are gone with the clip before, and where another method is shown."""
    if tubes:
        words = tr("Tubes painted on the clip before are gone: {n}")
        notify(Message("info", words.format(n=tubes)))
    if instead != method:
        words = tr("{map} needs a picked token, and another clip has none: back to {default}")
        titles = (term(LAYER_MAPS[each].title) for each in (method, instead))
        names = dict(zip(("map", "default"), titles, strict=True))
        notify(Message("info", words.format(**names)))


def _method_for(method: str, query: Query) -> str:
    """The method, or the first of all where it has no map without a picked token."""
    if method in EVIDENCE:
        return method
    row = LAYER_MAPS.get(method)
    picked_only = row is not None and row.grid == "q" and row.needs_query and query == "readout"
    return MapSpec().method if picked_only or row is None else method


def _within(
    loop: Loop, markers: tuple[Marker, ...], frame_count: int
) -> tuple[Loop, tuple[Marker, ...]]:
    """Loop and markers as far as they lie in a video of so many frames."""
    inside = all(point is None or 0 <= point < frame_count for point in (loop.first, loop.last))
    kept = tuple(marker for marker in markers if marker.frame < frame_count)
    return loop if inside else Loop(), kept


def begin_model(
    store: Store,
    model: ModelInfo,
    before: ModelInfo | None,
    notify: Callable[[Message], None],
    *,
    is_same: bool = False,
) -> None:
    """Show the map that a model begins with; the view stays where it is the same network.

    Args:
        store: takes the model.
        model: that was loaded.
        before: that was in use; None where there was none.
        notify: hears of what could not be kept.
        is_same: it brings the weights of the one before, which a capture file gave.
    """
    if is_same or (before is not None and before.is_same_network(model)):
        store.update(model=model.source)  # on another device, or with less memory
        return
    state = store.state
    dropped = before is not None and (
        state.map.method != MapSpec().method or bool(state.pinned_classes) or bool(state.clip_spec)
    )
    off = before is not None and bool(state.changes.heads_off)
    store.update(
        model=model.source,
        clip_spec=None,
        map=MapSpec(),
        changes=state.changes.without(()),
        patches=(),
        left=(),
        picking=False,
        drawing="",
        removed=None,
        listed_head="",
        locked_range=None,
        pinned_classes=(),
    )
    store.forget()
    if off:
        notify(Message("info", tr("All heads are on: those that were off are of another model")))
    if dropped:
        words = tr("Map, pinned classes and preprocessing begin anew with another model")
        notify(Message("info", words))
