"""The maps of all layers: requested one block after another in the background, coloured where seen.

The inference worker makes one block's maps at a time, so the user's next request waits for one
block at most. Blocks in sight come first, then the neighbours of the block shown, so that going to
the next layer finds its maps made.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.cells import Cells, CellsAsk
from app.controller.scale import scale_of
from app.controller.workbench import Collaborator
from app.results import CellsKey, CellsPicture, GridInfo, GridRow, TaskKey, heatmap_of
from app.workers.worker import Progress
from mvit_core.attribution import FEATURES, PCA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.controller.map_cache import MapCache
    from app.controller.workbench import Workbench
    from app.results import LayerInfo, MapRequest, MapResult, Results, Scale
    from app.state.view_state import ViewState
    from app.workers.worker import TaskResult
    from mvit_core.render import HeatSettings

MINI_PX = (60, 34)
"""Largest (width, height) of pictures in the tree of layers."""

ALL_TIMES = -1


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("grid_maps", text)


class GridMaps(Collaborator):
    """Makes the grids and the pictures in the tree of layers, and requests what they lack.

    Args:
        bench: shared by the controller's collaborators.
        map_cache: maps made so far.
    """

    def __init__(self, bench: Workbench, map_cache: MapCache) -> None:
        self._bench, self._map_cache, self._jobs = bench, map_cache, bench.jobs
        self._worker, self._model_worker = bench.workers.infer, bench.workers.model_worker
        self._cells = Cells(bench, TaskKey.CELLS)
        self._minis = Cells(bench, TaskKey.MINIS, background=True)
        self._asked: MapRequest | None = None
        self._skipped: set[MapRequest] = set()
        self._last: dict[int, GridRow] = {}
        self._info: GridInfo | None = None
        self._asked_for: object = None
        self._cell_heat = self._heat_settings()
        self._asks: dict[MapResult, CellsAsk] = {}
        self._mini_pictures: tuple[CellsPicture, ...] = ()
        self._minis_asked_for: object = None
        self._requested: tuple[object, dict[int, MapRequest], MapRequest] | None = None

    @override
    def refresh(self) -> None:
        grid = self._grid()
        self._bench.results = replace(self._bench.results, grid=grid, minis=self._small_pictures())

    def _grid(self) -> GridInfo | None:
        """Make the grid of the present state and request what it lacks; None in other views."""
        requests = self._requests()
        self._fetch(requests)
        view = self._bench.state.view
        if view not in ("heads", "layers") or self._results.picture is None:
            self._info = None
            return None
        asked_for = (self._results.picture, self._heat_settings(), self._bench.sizes.cell_px)
        if asked_for != self._asked_for:
            self._asked_for, self._cell_heat = asked_for, asked_for[1]
            self._asks.clear()
        here = self._results.layer(self._bench.state.map.block)
        if view == "heads":
            requests = {block: w for block, w in requests.items() if here and block == here.block}
        rows = tuple(self._row(layer, request) for layer, request in self._layers(requests))
        self._info = self._same_or_new(GridInfo(view, rows, *self._scale(rows), self._cell_heat))
        return self._info

    def _small_pictures(self) -> tuple[CellsPicture, ...]:
        """A small picture, mean over heads and times, of each block whose maps are made."""
        picture = self._results.picture
        if picture is None:
            return ()
        if self._bench.state.scrubbing:
            return self._mini_pictures  # nobody reads them while the pointer drags
        heat = replace(self._heat_settings(), range_policy="map", locked_range=None, smooth=True)
        size, requests = self._mini_px(), self._requests()
        versions = self._map_cache.version, self._minis.version
        asked_for = (id(requests), picture.index, heat, size, versions)
        if asked_for == self._minis_asked_for:
            return self._mini_pictures
        self._minis_asked_for = asked_for
        found, asks = [], []
        for request in requests.values():
            result = self._map_cache.get(request)
            if result is not None:
                key = CellsKey(result, ("mean",), ALL_TIMES, heat, size)
                asks.append(CellsAsk(key, picture.index))
                made = self._minis.get(key)
                if made is not None:
                    found.append(made)
        self._minis.request(asks)
        self._mini_pictures = tuple(found)
        return self._mini_pictures

    def _mini_px(self) -> tuple[int, int]:
        video = self._results.video
        if video is None:
            return MINI_PX
        width, height = video.display_size
        scale = min(MINI_PX[0] / width, MINI_PX[1] / height)
        return max(round(width * scale), 1), max(round(height * scale), 1)

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        """Request no more maps of the present state, as the user stopped the job."""
        if key is TaskKey.MAPS:
            self._skipped |= set(self._requests().values())

    @override
    def resume(self) -> None:
        self._skipped.clear()

    @override
    def forget(self) -> None:
        self._asked = None
        self._skipped.clear()
        self._last.clear()
        self._asks.clear()
        self._mini_pictures, self._requested, self._minis_asked_for = (), None, None
        self._cells.forget()
        self._minis.forget()

    @property
    def _results(self) -> Results:
        return self._bench.results

    # -- requests -------------------------------------------------------------------------------

    def _requests(self) -> dict[int, MapRequest]:
        """The request of each block for the present state, by its number."""
        results = self._results
        request = results.request
        if request is None or request.is_of_evidence:
            return {}  # evidence is of no one layer
        made = self._requested
        if made is not None and made[0] == results.layers:
            # Where no token is picked in it, the layer shown says nothing of the others.
            is_shared = isinstance(request.map.query, str) or request is made[2]
            if is_shared and made[1].get(request.block) == request:
                return made[1]
        here = results.layer(request.block)
        assert here is not None
        requests = {layer.block: request.on_layer(here, layer) for layer in results.layers}
        self._requested = (results.layers, requests, request)
        return requests

    def _fetch(self, requests: dict[int, MapRequest]) -> None:
        """Request the maps of one more block."""
        results, state = self._results, self._bench.state
        request = results.request
        here = self._map_cache.get(request) if request is not None else None
        # Where the user stopped a run, no other one is begun without being asked for.
        needed = state.view == "layers" and here is not None and here.is_complete
        if not needed and request is not None and request.map.method in FEATURES:
            return  # each block is a pass of its own
        if not needed and (here is None or state.scrubbing or state.playing):
            return  # the user waits for something else
        missing = [
            w for w in requests.values() if w not in self._map_cache and w not in self._skipped
        ]
        if needed:
            self._report(len(requests) - len(missing), len(requests))
        if not missing or self._asked is not None or state.scrubbing:
            return
        order = self._order(missing, results.request.block if results.request else 0)
        self._asked = asked = next(iter(order))
        work = self._model_worker.explain if needed else self._model_worker.recall
        self._worker.submit(
            TaskKey.MAPS,
            partial(work, asked),
            partial(self._on_result, asked),
            partial(self._fail, asked),
            background=True,
            on_cancel=self._is_free,
            on_late=self._keep,
        )

    def _on_result(self, asked: MapRequest, result: MapResult | None) -> None:
        self._keep(result)
        if asked not in self._map_cache:
            self._skipped.add(asked)
        self._is_free()

    def _fail(self, asked: MapRequest, result: TaskResult) -> None:
        self._skipped.add(asked)
        self._is_free()
        self._bench.failed(result)

    def _is_free(self) -> None:
        """Allow the next block to be requested; blocks that were stopped are skipped."""
        self._asked = None

    def _keep(self, result: MapResult | None) -> None:
        if result is not None:
            self._map_cache.keep(result)

    def _order(self, missing: list[MapRequest], block: int) -> Iterable[MapRequest]:
        def far(request: MapRequest) -> tuple[bool, int]:
            return request.block not in self._bench.sizes.in_sight, abs(request.block - block)

        return sorted(missing, key=far)

    def _report(self, done: int, total: int) -> None:
        if done < total:
            if TaskKey.MAPS not in self._jobs.running:
                self._jobs.begin(TaskKey.MAPS, tr("Maps of all layers"))
            self._jobs.advance(Progress(TaskKey.MAPS, 0, done, total))

    # -- rows ---------------------------------------------------------------------------------

    def _layers(self, requests: dict[int, MapRequest]) -> Iterable[tuple[LayerInfo, MapRequest]]:
        for layer in self._results.layers:
            if layer.block in requests:
                yield layer, requests[layer.block]

    def _row(self, layer: LayerInfo, request: MapRequest) -> GridRow:
        last = self._last.get(layer.block)
        result = self._map_cache.get(request) or (last.result if last is not None else None)
        picture = None if result is None else self._picture(result, layer)
        if picture is None and last is not None and last.result is not None:
            picture = last.picture
        if request.map.method in FEATURES:
            layer = replace(layer, heads=1)  # they are of the block
        if picture is not None and len(picture.images) != layer.heads:
            picture = None
        row = GridRow(layer, result, picture)
        if last is not None and (last.layer, last.result, last.picture) == (layer, result, picture):
            row = last
        self._last[layer.block] = row
        return row

    def _picture(self, result: MapResult, layer: LayerInfo) -> CellsPicture | None:
        if self._bench.state.view == "layers" and layer.block not in self._bench.sizes.in_sight:
            return None
        return self._cells.get(self._ask(result).key)

    def _ask(self, result: MapResult) -> CellsAsk:
        """Request of all heads of a block at the time of the frame shown."""
        frame = self._results.picture
        assert frame is not None
        if result not in self._asks:
            time = heatmap_of(result, 0).token_time(frame.index)
            heads = tuple(range(result.maps.heads))
            key = CellsKey(result, heads, time, self._cell_heat, self._bench.sizes.cell_px)
            self._asks[result] = CellsAsk(key, frame.index)
        return self._asks[result]

    def _same_or_new(self, info: GridInfo) -> GridInfo:
        self._request_cells(info)
        old = self._info
        if (
            old is not None
            and (old.view, old.scale, old.policy) == (info.view, info.scale, info.policy)
            and old.heat == info.heat
            and len(old.rows) == len(info.rows)
            and all(a is b for a, b in zip(old.rows, info.rows, strict=True))
        ):
            return old
        return info

    def _request_cells(self, info: GridInfo) -> None:
        seen = (
            self._bench.sizes.in_sight
            if info.view == "layers"
            else {r.layer.block for r in info.rows}
        )
        self._cells.request(
            [
                self._ask(row.result)
                for row in info.rows
                if row.result is not None and row.layer.block in seen
            ]
        )

    def _heat_settings(self) -> HeatSettings:
        """Settings of all cells; a range over more than a layer is that of the canvas."""
        state, shown = self._bench.state, self._results.shown
        heat = replace(state.heat, opacity=1.0, units="probability")
        beyond = heat.range_policy == "model" or (
            heat.range_policy == "clip" and state.view == "heads"
        )
        if beyond and heat.is_automatic and shown is not None:
            heat = replace(heat, locked_range=shown.range.range)
        return heat

    def _scale(self, rows: tuple[GridRow, ...]) -> tuple[Scale | None, str]:
        """(scale, policy in words) of painted cells, in the user's units and opacity."""
        state = self._bench.state
        policy = policy_words(state, many_layers=len(rows) > 1)
        made = [row.picture for row in rows if row.picture is not None]
        if not made:
            return None, policy
        ranges = {ends for picture in made for ends in picture.ranges}
        heat = replace(made[0].key.heat, opacity=state.heat.opacity, units=state.heat.units)
        keys = [picture.key.result.maps.key_count for picture in made]
        ends = next(iter(ranges)) if len(ranges) == 1 else None
        return scale_of(heat, ends, keys, method=made[0].key.result.maps.method), policy


def policy_words(state: ViewState, *, many_layers: bool) -> str:
    """The range policy of a grid's cells in words."""
    if state.map.method in FEATURES and state.heat.is_automatic:
        if state.map.method == PCA:
            return tr("components of each block")
        return tr("the same range for every map")
    if state.heat.locked_range is not None:
        return tr("locked range")
    if state.heat.range_policy == "manual" and state.heat.manual_range is not None:
        return tr("manual range")
    if state.heat.range_policy == "map":
        return tr("each map on its own range")
    if state.heat.range_policy == "model":
        return tr("one range for all layers")
    return tr("each layer on its own range") if many_layers else tr("one range for all heads")
