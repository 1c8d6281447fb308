"""From the result of a run to colours: which map is shown, and its pictures from the paint worker.

Coloured maps are kept by their key, and those of a window's other times are made ahead, so that
stepping never waits for colours.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.results import HeatKey, HeatPicture, ShownMap
from app.workers.paint import paint_heat, paint_strip
from mvit_core.attribution import head_within
from mvit_core.heatmap import project
from mvit_core.system.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.ranges import ColourRanges
    from app.results import MapResult, Results
    from app.state.store import Store
    from app.workers.worker import Worker
    from mvit_core.system.cache import MemoryBudget

REST_MS = 40
"""Work ahead of the user waits for so long a pause."""

HEATS_BYTES = 96 << 20
"""Of coloured maps, some thirty: a window has about eight token times."""

SECONDS_TO_REMAKE = 0.03
"""One coloured map."""


class HeatScheduler(QObject):
    """Asks the paint worker for what the canvas and the heads need.

    Args:
        worker: the paint worker.
        store: what the user asks for.
        results: gives what is known now.
        ranging: knows the numbers at the ends of the colours.
        budget: coloured maps are counted there.
        parent: the owner.
    """

    def __init__(
        self,
        worker: Worker,
        store: Store,
        results: Callable[[], Results],
        ranges: ColourRanges,
        budget: MemoryBudget,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._ranges = ranges
        self._worker, self._store, self._results = worker, store, results
        self._asked_heat: HeatKey | None = None
        self._asked_strip: tuple[int, HeatKey] | None = None
        self._heats: Cache[HeatKey, HeatPicture] = Cache(
            budget, "heats", seconds_to_remake=SECONDS_TO_REMAKE, most_bytes=HEATS_BYTES
        )
        self._numbers = count(1)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._look_ahead)

    @property
    def kept(self) -> int:
        """How many coloured maps are there to be shown at once."""
        return len(self._heats)

    def resolve(self, result: MapResult) -> ShownMap:
        """The map that state and answer make; the one before if it is still the same."""
        state, shown = self._store.state, self._results().shown
        # The map may be that of the block before, until the new one is there.
        head = head_within(state.map.head, result.maps.heads)
        info = self._ranges.info(result, head)
        if shown is not None and shown.result is result and shown.head == head:
            return shown if shown.range == info else replace(shown, range=info)
        heatmap = project(result.maps.pick(head), result.pixel_map, result.frame_indices)
        return ShownMap(result, head, heatmap, info, next(self._numbers))

    def heat(self) -> HeatPicture | None:
        """The heat of the frame shown; None where it is not there yet, and then it is asked for."""
        shown, picture = self._results().shown, self._results().picture
        if shown is None or picture is None:
            return None
        key = self._key(shown, shown.heatmap.token_time(picture.index))
        known = self._heats.get(key)
        if known is not None:
            self._rest.start()
        elif key != self._asked_heat:
            self._asked_heat = key
            self._worker.ask("heat", partial(paint_heat, shown.heatmap, picture.index, key, shown))
        return known

    def request_strip(self) -> None:
        """Ask for the pictures of all heads, if they are others than those asked for."""
        shown, picture = self._results().shown, self._results().picture
        if shown is None or picture is None:
            return
        key = self._key(shown, shown.heatmap.token_time(picture.index))
        # The strip has no frame that a spotlight could darken.
        key = replace(key, map_number=0, style=replace(key.style, mode="tint"))
        # It does not depend on the head that the canvas shows, only on its range.
        wanted = (id(shown.result), key)
        if wanted != self._asked_strip:
            self._asked_strip = wanted
            self._worker.ask("strip", partial(paint_strip, shown.result, picture.index, key))

    def keep(self, heat: HeatPicture) -> None:
        """Keep a picture; also a late one, which is only not shown."""
        self._heats.put(heat.key, heat, heat.image.sizeInBytes())

    def forget(self) -> None:
        """Another video or model: no picture of before means anything."""
        self._asked_heat = self._asked_strip = None
        self._heats.clear()

    def stop(self) -> None:
        """Ask for nothing more."""
        self._rest.stop()

    def _key(self, shown: ShownMap, token_time: int) -> HeatKey:
        style = self._store.state.heat.with_range(shown.range.range)
        return HeatKey(shown.number, token_time, replace(style, opacity=1.0))

    @Slot()
    def _look_ahead(self) -> None:
        shown, heat = self._results().shown, self._results().heat
        if shown is None or heat is None or self._store.state.scrubbing:
            return
        times = shown.heatmap.shape[0]
        for time in ((heat.key.token_time + step) % times for step in range(1, times)):
            frames = shown.heatmap.token_frames(time)
            key = self._key(shown, time)
            if frames and key not in self._heats:
                self._worker.ask("ahead", partial(paint_heat, shown.heatmap, frames[0], key, shown))
                return
