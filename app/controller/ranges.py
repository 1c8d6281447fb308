"""The numbers at the ends of the colours, also where they come from more than the map shown.

Values of other windows and layers are asked for one piece at a time, whenever the inference lane
has nothing to do for the user; until all are there the colour bar says how many are.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.results import HistogramFacts, RangeFacts, RangePiece
from app.workers.paint import look_of
from app.workers.worker import Progress
from mvit_core.attribution import METHODS
from mvit_core.render import ValueRange

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.jobs import Jobs
    from app.results import LayerFacts, MapAnswer, MapWish, World
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.worker import Answer, Lane, Ticket
    from mvit_core.attribution import HeadChoice, Query
    from mvit_core.attribution.maps import FloatArray
    from mvit_core.render import HeatSettings, RangePolicy
    from mvit_core.video.clip import ClipWindow

KEPT_BYTES = 64 << 20
"""Values of past ranges are kept up to here; a window of one layer has about 50 kB."""

HISTOGRAM_BINS = 64


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("ranging", text)


class Ranging:
    """Finds the range of a map, and has the values collected that it needs.

    Args:
        lane: the inference lane.
        values: gives the values of one layer in one window; runs on the lane.
        store: what the user asks for.
        world: gives what is known now.
        jobs: where the collecting is shown.
    """

    def __init__(
        self,
        lane: Lane,
        values: Callable[[MapWish, Ticket], RangePiece | None],
        store: Store,
        world: Callable[[], World],
        jobs: Jobs,
    ) -> None:
        self._lane, self._values, self._store = lane, values, store
        self._world, self._jobs = world, jobs
        self._pieces: dict[MapWish, FloatArray] = {}
        self._failed: set[MapWish] = set()
        self._asked: MapWish | None = None
        """Until its answer is here: the lane may be done with it before."""
        self._stopped: object = None
        self._version = 0
        """Of what is kept: facts of another one are out of date."""
        self._found: tuple[object, RangeFacts] | None = None

    def facts(self, answer: MapAnswer, head: HeadChoice) -> RangeFacts:
        """The range of one map of an answer under the present state; kept while nothing changes."""
        look, windows = look_of(self._store.state), self._world().windows
        if answer.wish not in self._pieces:
            self._keep(answer.wish, answer.maps.values)
        asked = (
            answer,
            head,
            look.range_policy,
            look.manual_range,
            look.locked_range,
            look.tails_percent,
            self._version,
            id(windows),
        )
        if self._found is None or self._found[0] != asked:
            wanted = _pieces_of(answer, look.range_policy, windows)
            pieces = [self._pieces[wish] for wish in wanted if wish in self._pieces]
            known = (len(pieces), len(wanted)) if wanted else None
            self._found = (asked, _facts(look, answer, head, pieces, known))
        return self._found[1]

    def want(self) -> None:
        """Ask for the next piece that is missing, if nobody waits for the lane."""
        world, state, shown = self._world(), self._store.state, self._world().shown
        if (
            shown is None
            or shown.range.is_complete
            or shown.answer.wish != world.wish
            or state.scrubbing
            or state.playing
            or self._stopped == _purpose(state)
            or self._asked is not None
            or any(self._lane.is_pending(key) for key in ("explain", "load"))
        ):
            return
        look = look_of(state)
        if not look.is_automatic:
            return
        wanted = _pieces_of(shown.answer, look.range_policy, world.windows)
        missing = [w for w in wanted if w not in self._pieces and w not in self._failed]
        if not missing:
            self.stop()  # what failed is not looked for at every refresh
            return
        self._asked = missing[0]
        words = tr("Range: window {n}") if look.range_policy == "clip" else tr("Range: block {b}")
        title = words.format(n=self._asked.window.index + 1, b=self._asked.block)
        self._jobs.begin("range", title)
        generation = self._lane.ask("range", partial(self._values, self._asked))
        done = len(wanted) - len(missing)
        self._jobs.advance(Progress("range", generation, done, len(wanted)))

    def take(self, answer: Answer) -> None:
        """Keep the values that came; one that failed is not asked for again."""
        if answer.key != "range":
            return
        wish, self._asked = self._asked, None
        if isinstance(answer.payload, RangePiece):
            self._keep(answer.payload.wish, answer.payload.values)
        elif answer.outcome == "failed" and wish is not None:
            self._failed.add(wish)

    def stop(self) -> None:
        """The user wants no more of this; what is there stays."""
        self._stopped = _purpose(self._store.state)

    def resume(self) -> None:
        """Collect again, also what failed."""
        self._stopped = None
        self._failed.clear()

    def forget(self) -> None:
        """Another video or model: no value of before means anything."""
        self.resume()
        self._pieces.clear()
        self._found = None

    def _keep(self, wish: MapWish, values: FloatArray) -> None:
        self._version += 1
        self._pieces[wish] = values
        if sum(each.nbytes for each in self._pieces.values()) > KEPT_BYTES:
            self._drop_unwanted()

    def _drop_unwanted(self) -> None:
        """Forget what other ranges needed; what this one needs stays, however much it is."""
        world = self._world()
        if world.shown is not None:
            policy = self._store.state.range_policy
            wanted = set(_pieces_of(world.shown.answer, policy, world.windows))
            self._pieces = {w: values for w, values in self._pieces.items() if w in wanted}


def _purpose(state: ViewState) -> object:
    """What pieces are collected for; another purpose is worth another try."""
    return state.range_policy, state.block, state.method, state.query, state.clip_spec


def _pieces_of(
    answer: MapAnswer, policy: RangePolicy, windows: tuple[ClipWindow, ...]
) -> list[MapWish]:
    """The maps that a policy looks at; none where the answer's own layer is enough."""
    wish = answer.wish
    if policy == "clip" and wish.window in windows:
        return [replace(wish, window=window) for window in windows]
    if policy != "model":
        return []
    here = answer.layer
    return [
        replace(wish, block=each.block, query=_same_place(wish, here, each))
        for each in answer.layers
    ]


def _same_place(wish: MapWish, here: LayerFacts, there: LayerFacts) -> Query:
    """As ``mvit_core.pipeline.same_place``, from what the window knows of the layers."""
    if isinstance(wish.query, str):
        return wish.query
    of_keys = METHODS[wish.method].grid == "q"
    start, end = (each.k_geometry if of_keys else each.q_geometry for each in (here, there))
    if start is None or end is None:
        return wish.query
    return end.nearest_token(start.centre(wish.query), there.k_shape if of_keys else there.q_shape)


def _facts(
    look: HeatSettings,
    answer: MapAnswer,
    head: HeadChoice,
    pieces: list[FloatArray],
    known: tuple[int, int] | None,
) -> RangeFacts:
    saliency = answer.maps.pick(head)
    pool = np.concatenate([values.ravel() for values in pieces]) if pieces else None
    values = saliency.values if look.range_policy == "map" else answer.maps.values
    return RangeFacts(
        range=look.ends(answer.maps, saliency, pool),
        policy=look.range_policy if look.range_policy != "manual" or look.manual_range else "layer",
        locked=look.locked_range is not None,
        tails_percent=look.tails_percent,
        known=known,
        automatic=replace(look, locked_range=None, manual_range=None).ends(
            answer.maps, saliency, pool
        ),
        histogram=histogram(values if pool is None else pool),
    )


def histogram(values: FloatArray) -> HistogramFacts:
    """How often values occur, on an axis that does not depend on the range in use.

    Attention has long tails: the axis ends half as far again beyond the bulk, and its last bin
    holds everything above.
    """
    low, most, high = (float(v) for v in np.percentile(values, (0, 99.5, 100)))
    top = min(high, most + (most - low) / 2)
    if top - low <= 1e-12 * max(abs(top), 1e-30):
        low, top = 0.0, high * 2 if high > 0 else 1.0
    counts, _ = np.histogram(np.minimum(values, top), bins=HISTOGRAM_BINS, range=(low, top))
    return HistogramFacts(tuple(int(count) for count in counts), ValueRange(low, top))
