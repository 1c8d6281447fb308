"""Finds colour ranges, including those over more values than the map shown.

Values of other windows and layers are requested one piece at a time, whenever the inference worker
has nothing to do for the user; until all are known the colour bar says how many are.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import HistogramInfo, RangeInfo, TaskKey
from app.state.view_state import settings_for
from app.workers.worker import Progress
from mvit_core.attribution import FEATURES
from mvit_core.explaining.methods import is_signed
from mvit_core.pool import Piece, pieces_of
from mvit_core.render import ValueRange

if TYPE_CHECKING:
    from app.controller.workbench import Workbench
    from app.results import MapRequest, MapResult, RangePiece
    from app.state.view_state import ViewState
    from app.workers.worker import TaskResult
    from mvit_core.attribution import HeadChoice
    from mvit_core.attribution.maps import FloatArray
    from mvit_core.render import HeatSettings, RangePolicy
    from mvit_core.video.clip import ClipWindow

KEPT_BYTES = 64 << 20
"""Bytes of values of past ranges that are kept; a window of one layer has about 50 kB."""

HISTOGRAM_BINS = 64

MOST_FOUND = 32
"""Ranges that are kept: of the maps between which a person goes back and forth."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("ranges", text)


class ColourRanges(Collaborator):
    """Finds the range of a map, and requests the values that its policy needs.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench, self._jobs = bench, bench.jobs
        self._worker = bench.workers.infer
        self._values = bench.workers.model_worker.values
        self._pieces: dict[MapRequest, FloatArray] = {}
        self._failed: set[MapRequest] = set()
        self._is_waiting = False
        """True until the result arrives here; the worker may be done with it before."""
        self._stopped: object = None
        self._version = 0
        """Increased with each change of ``_pieces``: ranges found before are out of date."""
        self._found: dict[object, RangeInfo] = {}
        """Ranges of the maps seen lately, the latest last."""

    def info(self, result: MapResult, head: HeadChoice) -> RangeInfo:
        """The range of one map of a result under the present state; cached until that changes."""
        heat, windows = self._heat(result), self._bench.results.windows
        if result.request not in self._pieces:
            self._keep(result.request, result.maps.values)
        looks_further = heat.range_policy in ("clip", "model")
        asked = (
            result,
            head,
            heat.range_policy,
            heat.manual_range,
            heat.locked_range,
            heat.tails_percent,
            (self._version, id(windows)) if looks_further else None,
        )
        if asked not in self._found:
            wanted = _pieces_of(result, heat.range_policy, windows)
            pieces = [self._pieces[request] for request in wanted if request in self._pieces]
            known = (len(pieces), len(wanted)) if wanted else None
            self._found[asked] = _info(heat, result, head, pieces, known)
            while len(self._found) > MOST_FOUND:
                del self._found[next(iter(self._found))]
        return self._found[asked]

    def _heat(self, result: MapResult) -> HeatSettings:
        return settings_for(result.maps.method, self._bench.state.heat)

    @override
    def refresh(self) -> None:
        """Request the next missing piece, unless the user waits for the inference worker."""
        results, state = self._bench.results, self._bench.state
        shown = results.shown
        if (
            shown is None
            or shown.range.is_complete
            or shown.result.request != results.request
            or state.scrubbing
            or state.playing
            or self._stopped == _purpose(state)
            or self._is_waiting
            or any(self._worker.is_pending(key) for key in (TaskKey.EXPLAIN, TaskKey.LOAD))
        ):
            return
        heat = self._heat(shown.result)
        if not heat.is_automatic:
            return
        wanted = _pieces_of(shown.result, heat.range_policy, results.windows)
        missing = [w for w in wanted if w not in self._pieces and w not in self._failed]
        if not missing:
            self._stopped = _purpose(state)  # pieces that failed are not requested at every refresh
            return
        self._is_waiting = True
        self._request(missing[0], heat.range_policy, len(wanted) - len(missing), len(wanted))

    def _request(self, request: MapRequest, policy: RangePolicy, done: int, total: int) -> None:
        words = tr("Range: window {n}") if policy == "clip" else tr("Range: block {b}")
        title = words.format(n=request.window.index + 1, b=request.block)
        self._jobs.begin(TaskKey.RANGE, title)
        generation = self._worker.submit(
            TaskKey.RANGE,
            partial(self._values, request),
            self._on_result,
            partial(self._fail, request),
            on_cancel=self._is_free,
        )
        self._jobs.advance(Progress(TaskKey.RANGE, generation, done, total))

    def _on_result(self, piece: RangePiece) -> None:
        self._is_free()
        self._keep(piece.request, piece.values)

    def _fail(self, request: MapRequest, result: TaskResult) -> None:
        """Bar a piece that failed from being requested again."""
        self._is_free()
        self._failed.add(request)
        self._bench.failed(result)

    def _is_free(self) -> None:
        self._is_waiting = False

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        """Collect no more values for the present range; those known stay."""
        if key is TaskKey.RANGE:
            self._stopped = _purpose(self._bench.state)

    @override
    def resume(self) -> None:
        self._stopped = None
        self._failed.clear()

    @override
    def forget(self) -> None:
        self.resume()
        self._pieces.clear()
        self._found.clear()

    def _keep(self, request: MapRequest, values: FloatArray) -> None:
        self._version += 1
        self._pieces[request] = values
        if sum(each.nbytes for each in self._pieces.values()) > KEPT_BYTES:
            self._drop_unwanted()

    def _drop_unwanted(self) -> None:
        """Drop values that only other ranges need, where all together are too many."""
        results = self._bench.results
        if results.shown is not None:
            policy = self._heat(results.shown.result).range_policy
            wanted = set(_pieces_of(results.shown.result, policy, results.windows))
            self._pieces = {w: values for w, values in self._pieces.items() if w in wanted}


def _purpose(state: ViewState) -> object:
    """Key of what pieces are collected for; a stop or failure holds for this purpose alone."""
    return (
        state.heat.range_policy,
        state.map.block,
        state.map.method,
        state.map.query,
        state.changes,
        state.clip_spec,
    )


def _pieces_of(
    result: MapResult, policy: RangePolicy, windows: tuple[ClipWindow, ...]
) -> list[MapRequest]:
    """Requests of all maps that a policy looks at; empty where the result's own layer is enough."""
    request = result.request
    known = windows if request.window in windows else ()  # those of other preprocessing
    chosen = Piece(request.window, request.map)
    return [
        replace(
            request,
            window=piece.window,
            map=piece.spec,
            boxes=request.boxes if piece.window == request.window else (),
        )
        for piece in pieces_of(policy, chosen, known, result.layers)
    ]


def _info(
    heat: HeatSettings,
    result: MapResult,
    head: HeadChoice,
    pieces: list[FloatArray],
    known: tuple[int, int] | None,
) -> RangeInfo:
    saliency = result.maps.pick(head)
    pool = np.concatenate([values.ravel() for values in pieces]) if pieces else None
    values = saliency.values if heat.range_policy == "map" else result.maps.values
    unset = replace(heat, locked_range=None, manual_range=None)
    ends = heat.ends(result.maps, saliency, pool)
    return RangeInfo(
        range=ends,
        policy=heat.range_policy if heat.range_policy != "manual" or heat.manual_range else "layer",
        locked=heat.locked_range is not None,
        tails_percent=heat.tails_percent,
        known=known,
        automatic=ends if unset == heat else unset.ends(result.maps, saliency, pool),
        histogram=histogram(values if pool is None else pool),
        is_fixed=result.maps.method in FEATURES and heat.is_automatic,
        is_around_zero=result.evidence is not None
        and is_signed(result.maps.method)
        and heat.is_automatic,
    )


def histogram(values: FloatArray) -> HistogramInfo:
    """Count values in bins, on an axis that does not depend on the range in use.

    Attention has long tails: the axis ends half as far again beyond the bulk, and its last bin
    holds everything above.
    """
    low, most, high = (float(v) for v in np.percentile(values, (0, 99.5, 100)))
    top = min(high, most + (most - low) / 2)
    if top - low <= 1e-12 * max(abs(top), 1e-30):
        low, top = 0.0, high * 2 if high > 0 else 1.0
    counts, _ = np.histogram(np.minimum(values, top), bins=HISTOGRAM_BINS, range=(low, top))
    return HistogramInfo(tuple(int(count) for count in counts), ValueRange(low, top))
