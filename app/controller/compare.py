"""The panes of the compare view: their frames, maps, colours and difference.

The map of a pane is requested like any other, with its model and its clip: the inference worker
loads what it needs beside the model in use. Panes of another clip follow the playhead by time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.cells import Cells, CellsAsk
from app.controller.differences import Differences, Term
from app.controller.scale import difference_scale, scale_of
from app.controller.workbench import Collaborator
from app.results import (
    DIFFERENCE_PLACE,
    PANE_NAMES,
    CellsKey,
    MapRequest,
    MapResult,
    PaneInfo,
    TaskKey,
    heatmap_of,
)
from app.results.readout import row_sum_of
from app.results.tokens import mark_on
from app.state.view_state import PINS
from app.text.effects import changed_words
from app.text.phrases import head_words, map_words, short_unit_names
from app.text.why import why_title
from mvit_core.attribution import METHODS
from mvit_core.errors import ClipError
from mvit_core.video.clip import clip_windows

if TYPE_CHECKING:
    from app.controller.map_cache import MapCache
    from app.controller.workbench import Workbench
    from app.results import CellsPicture, FramePicture, Results, Scale, TokenMark, VideoInfo
    from app.state.view_state import ModelSource, Pane
    from app.workers.pane_frames import ClipKey, PaneFrame
    from app.workers.worker import TaskResult
    from mvit_core.attribution import HeadChoice
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import HeatSettings
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video.clip import ClipSpec, ClipWindow, Tiling


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("compare", text)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Frame and map of one pane, as far as they are made."""

    video: VideoInfo | None
    picture: FramePicture | None
    result: MapResult | None
    head: HeadChoice
    remark: str = ""


class ComparePanes(Collaborator):
    """Makes the panes of the compare view, and requests what they lack.

    Args:
        bench: shared by the controller's collaborators.
        map_cache: maps made so far.
    """

    def __init__(self, bench: Workbench, map_cache: MapCache) -> None:
        self._bench, self._map_cache = bench, map_cache
        self._workers, self._frames = bench.workers, bench.workers.pane_frames
        self._cells = Cells(bench, TaskKey.PANES)
        self._differences = Differences(bench)
        self._others: dict[ClipKey, PaneFrame] = {}
        self._asked_frames: object = None
        self._windows: dict[
            tuple[FileIdentity | None, ClipSpec, Tiling], tuple[ClipWindow, ...]
        ] = {}
        self._asked: MapRequest | None = None
        self._barred: dict[MapRequest, str] = {}
        self._info: tuple[PaneInfo, ...] = ()

    @override
    def refresh(self) -> None:
        self._info = self._panes()
        self._bench.results = replace(self._bench.results, panes=self._info)

    def _panes(self) -> tuple[PaneInfo, ...]:
        """Make the panes of the present state and request what they lack; empty in other views."""
        state, results = self._bench.state, self._results
        if state.view != "compare" or results.picture is None or results.video is None:
            return ()
        pins = state.panes[:PINS]
        self._request_frames(pins)
        seen = [self._selection(), *(self._pinned(pane) for pane in pins)]
        asks: list[CellsAsk] = []
        info = [self._info_of(place, each, asks) for place, each in enumerate(seen)]
        if state.difference is not None and max(state.difference) < len(seen):
            info.append(self._difference(state.difference, seen))
        self._cells.request(asks)
        return tuple(info)

    @override
    def resume(self) -> None:
        self._barred.clear()

    @override
    def forget(self) -> None:
        self._asked = self._asked_frames = None
        self._barred.clear()
        self._cells.forget()
        self._differences.forget()

    @property
    def _results(self) -> Results:
        return self._bench.results

    # -- frames and maps ----------------------------------------------------------------------

    def _seconds(self) -> float:
        video = self._results.video
        assert video is not None
        return float(video.pts_seconds[self._bench.state.frame])

    def _request_frames(self, pins: tuple[Pane, ...]) -> None:
        """Request the frames of other clips at the playhead's time."""
        clips = tuple(dict.fromkeys(_clip_of(pane) for pane in pins if not self._is_open(pane)))
        wanted = (clips, self._seconds())
        if clips and wanted != self._asked_frames:
            self._asked_frames = wanted
            work, show = partial(self._frames.at, *wanted), self._show_frames
            self._workers.decode.submit(
                TaskKey.PANE_FRAMES, work, show, self._bench.failed, on_late=show
            )

    def _show_frames(self, frames: tuple[PaneFrame, ...]) -> None:
        self._others = {(frame.path, frame.stream): frame for frame in frames}

    def _selection(self) -> _Seen:
        results = self._results
        shown = results.shown
        if shown is None:
            return _Seen(
                results.video, results.picture, None, self._bench.state.map.head, results.problem
            )
        return _Seen(results.video, results.picture, shown.result, shown.head)

    def _pinned(self, pane: Pane) -> _Seen:
        video, picture, problem = self._frame_of(pane)
        if video is None or picture is None:
            return _Seen(
                None,
                None,
                None,
                pane.map.head,
                problem or tr("Opening {name}").format(name=pane.clip.name),
            )
        frame = video.frame_at(self._seconds()) if picture.path != pane.clip else picture.index
        request, problem = self._request(pane, video, frame)
        result = None if request is None else self._map_cache.get(request)
        if request is not None and (result is None or result.is_quick):
            problem = self._barred.get(request, "")
            if not problem:
                self._request_map(request)
                problem = tr("Window {n} is being run").format(n=request.window.index + 1)
        return _Seen(video, picture, result, pane.map.head, problem)

    def _frame_of(self, pane: Pane) -> tuple[VideoInfo | None, FramePicture | None, str]:
        results = self._results
        assert results.video is not None
        if self._is_open(pane):
            return results.video, results.picture, ""
        other = self._others.get(_clip_of(pane))
        return (None, None, "") if other is None else (other.video, other.picture, other.problem)

    def _request(self, pane: Pane, video: VideoInfo, frame: int) -> tuple[MapRequest | None, str]:
        tiling = self._bench.state.tiling
        key = (video.file, pane.clip_spec, tiling)
        if key not in self._windows:
            try:
                self._windows[key] = clip_windows(
                    video.frame_count, video.fps, pane.clip_spec, tiling
                )
            except ClipError as error:
                return None, str(error)
        window = next((w for w in self._windows[key] if w.start <= frame < w.stop), None)
        if window is None:
            return None, tr("No window of the model lies here")
        wanted = replace(pane.map, head="mean")  # all heads are made together
        files = self._model_files(pane.model)
        return (
            MapRequest(
                pane.model,
                pane.clip,
                pane.clip_spec,
                window,
                wanted,
                video.file,
                files,
                changes=pane.changes,
            ),
            "",
        )

    def _model_files(self, model: ModelSource) -> tuple[FileIdentity, ...]:
        """Files that a pane's model is read from; those of the model in use were read already."""
        used = self._results.model
        if used is not None and used.source == model:
            return used.files
        return self._bench.files.of_model(model)

    def _is_open(self, pane: Pane) -> bool:
        """A pane shows the very clip that is open."""
        video, state = self._results.video, self._bench.state
        return video is not None and (pane.clip, pane.stream) == (video.path, state.stream)

    def _request_map(self, request: MapRequest) -> None:
        """Request the map of a pane, once the map of the canvas is made."""
        results = self._results
        waits = (
            results.request is not None
            and results.request not in self._map_cache
            and not results.problem
        )
        if self._asked is None and not waits and not self._bench.state.scrubbing:
            self._asked = request
            workers = self._workers
            is_of_evidence = request.is_of_evidence
            work = workers.explain.make if is_of_evidence else workers.model_worker.explain
            workers.infer.submit(
                TaskKey.PANE_MAP,
                partial(work, request),
                self._on_map,
                partial(self._on_map_failed, request),
                background=True,
                on_cancel=self._is_free,
                on_late=self._map_cache.keep,
            )

    def _on_map(self, result: MapResult) -> None:
        self._map_cache.keep(result)
        self._is_free()

    def _on_map_failed(self, request: MapRequest, result: TaskResult) -> None:
        self._barred[request] = result.problem
        self._is_free()
        self._bench.failed(result)

    def _is_free(self) -> None:
        self._asked = None

    # -- what is shown ------------------------------------------------------------------------

    def _info_of(self, place: int, seen: _Seen, asks: list[CellsAsk]) -> PaneInfo:
        name = PANE_NAMES[place - 1] if place else tr("Now")
        blank = PaneInfo(
            place, name, self._title(place, seen), seen.video, seen.picture, remark=seen.remark
        )
        if seen.result is None or seen.picture is None:
            return blank
        heatmap = heatmap_of(seen.result, seen.head)
        time = heatmap.token_time(seen.picture.index)
        size = self._heat_px(seen)
        key = CellsKey(seen.result, (seen.head,), time, self._heat_settings(place), size)
        asks.append(CellsAsk(key, seen.picture.index))
        made = self._cells.get(key)
        old = next((each for each in self._info if each.place == place), None)
        return replace(
            blank,
            heatmap=heatmap,
            predictions=seen.result.predictions if seen.result.is_complete else (),
            grid=heatmap,
            row_sum=row_sum_of(seen.result.request.map.method, seen.head, heatmap),
            mark=mark_on(seen.result, heatmap, seen.picture.index),
            tubes=seen.result.request.changes.boxes_at(seen.picture.index),
            is_heat_old=place == 0 and self._results.is_heat_old,
            is_heat_damaged=seen.result.is_damaged,
            heat=made.images[0] if made else (old.heat if old is not None else None),
            scale=self._scale(made) if made else (old.scale if old is not None else None),
        )

    def _scale(self, made: CellsPicture) -> Scale:
        """Scale of painted cells, in the user's units and opacity."""
        state = self._bench.state
        heat = replace(made.key.heat, opacity=state.heat.opacity, units=state.heat.units)
        keys = [made.key.result.maps.key_count]
        method = made.key.result.maps.method
        return scale_of(heat, made.ranges[0], keys, short_unit_names(), method)

    def _difference(self, places: tuple[int, int], seen: list[_Seen]) -> PaneInfo:
        names = [PANE_NAMES[place - 1] if place else tr("Now") for place in places]
        first, second = (seen[place] for place in places)
        blank = PaneInfo(
            DIFFERENCE_PLACE,
            f"{names[0]} − {names[1]}",
            tr("signed difference"),
            first.video,
            first.picture,
            remark=tr("Both maps are needed"),
        )
        if (
            first.result is None
            or second.result is None
            or first.picture is None
            or second.picture is None
        ):
            return blank
        terms = (
            Term(first.result, first.head, first.picture.index),
            Term(second.result, second.head, second.picture.index),
        )
        heat = self._bench.state.heat
        picture = self._differences.get(terms, self._heat_px(first), heat)
        if picture is None:
            return replace(blank, remark="")
        scale = difference_scale(heat, picture.range, picture.unit)
        return replace(
            blank,
            remark="",
            heat=picture.image,
            is_heat_old=0 in places and self._results.is_heat_old,
            is_heat_damaged=first.result.is_damaged or second.result.is_damaged,
            scale=scale,
            grid=_one_grid(terms),
            mark=_one_mark(terms),
        )

    def _heat_px(self, seen: _Seen) -> tuple[int, int]:
        """(width, height) of the frame's shape within a pane, in device pixels."""
        assert seen.video is not None
        width, height = seen.video.display_size
        scale = min(self._bench.sizes.pane_px[0] / width, self._bench.sizes.pane_px[1] / height)
        return max(round(width * scale), 1), max(round(height * scale), 1)

    def _heat_settings(self, place: int) -> HeatSettings:
        heat = replace(self._bench.state.heat, opacity=1.0, units="probability")
        shown = self._results.shown
        if place == 0 and shown is not None:
            heat = replace(heat, locked_range=shown.range.range)  # as on the canvas
        return heat

    def _title(self, place: int, seen: _Seen) -> str:
        """Block, head and map in words; clip and model where they are not those in use."""
        results, state = self._results, self._bench.state
        pane = state.panes[place - 1] if place else None
        block = pane.map.block if pane else (results.request.block if results.request else 0)
        shown = pane.map if pane else state.map
        if seen.result is not None and seen.result.evidence is not None:
            parts = [why_title(seen.result)]
        else:
            heads = seen.result.maps.heads if seen.result else 0
            is_of_heads = heads and shown.method in METHODS
            head = (head_words(seen.head, heads),) if is_of_heads else ()
            words = map_words(shown.method, shown.query)
            parts = [tr("Block {b}").format(b=block), *head, words]
        if pane and results.video and not self._is_open(pane):
            parts.append(pane.clip.name)
        if pane and results.model and pane.model != results.model.source:
            parts.append(pane.model.checkpoint.name)
        changes = pane.changes if pane else state.changes
        return " · ".join(filter(None, (*parts, changed_words(changes))))


def _clip_of(pane: Pane) -> ClipKey:
    return pane.clip, pane.stream


def _one_mark(terms: tuple[Term, Term]) -> TokenMark | None:
    """The ring of a difference, where both sides have the same token at the same place."""
    one, other = (mark_on(t.result, heatmap_of(t.result, t.head), t.frame_index) for t in terms)
    return one if one == other else None


def _one_grid(terms: tuple[Term, Term]) -> Heatmap | None:
    """The map whose token grid is drawn on a difference, where both sides have the same grid."""
    one, other = (heatmap_of(term.result, term.head) for term in terms)
    places = [(m.shape[1:], m.x_px, m.y_px, m.box_px, m.frame_size) for m in (one, other)]
    return one if places[0] == places[1] else None
