"""Chooses the map that is shown, and has the paint worker colour it.

Coloured maps are cached by their key, and those of a window's other times are made ahead, so that
stepping never waits for colours.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import HeatKey, HeatPicture, ShownMap, TaskKey, heatmap_of
from app.workers.paint import paint_heat, paint_strip
from mvit_core.attribution import head_within
from mvit_core.system.cache import Cache

if TYPE_CHECKING:
    from app.controller.maps import MapScheduler
    from app.controller.ranges import ColourRanges
    from app.controller.workbench import Workbench
    from app.results import MapResult, StripPicture

OLD_MS = 300
"""Milliseconds after which heat of another map than the requested one is faded."""

REST_MS = 40
"""Milliseconds of pause after which heat is painted ahead."""

HEATS_BYTES = 96 << 20
"""Bytes of coloured maps, some thirty; a window has about eight token times."""

SECONDS_TO_REMAKE = 0.03
"""Seconds to colour a map again."""


class HeatScheduler(Collaborator):
    """Chooses the map that is shown, and requests its heat and the strip of heads.

    Args:
        bench: shared by the controller's collaborators.
        maps: has the latest map.
        ranges: has the range of a map.
    """

    def __init__(self, bench: Workbench, maps: MapScheduler, ranges: ColourRanges) -> None:
        self._bench, self._maps, self._ranges = bench, maps, ranges
        self._worker = bench.workers.paint
        self._asked_heat: HeatKey | None = None
        self._asked_strip: tuple[int, HeatKey] | None = None
        self._strip_of: tuple[MapResult, HeatKey] | None = None
        """Result and key that the strip was last requested for; compared at every frame."""
        self._heats: Cache[HeatKey, HeatPicture] = Cache(
            bench.budget, "heats", seconds_to_remake=SECONDS_TO_REMAKE, most_bytes=HEATS_BYTES
        )
        self._numbers = count(1)
        self._rest = QTimer(bench)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._look_ahead)
        self._ageing = QTimer(bench)
        self._ageing.setSingleShot(True)
        self._ageing.setInterval(OLD_MS)
        self._ageing.timeout.connect(self._grow_old)

    @property
    def kept(self) -> int:
        """Number of coloured maps in the cache."""
        return len(self._heats)

    @override
    def refresh(self) -> None:
        self._choose_shown()
        self._watch_age()
        shown, picture = self._bench.results.shown, self._bench.results.picture
        if shown is None or picture is None:
            return
        key = self._key(shown, shown.heatmap.token_time(picture.index))
        self._request_heat(shown, picture.index, key)
        heat = self._bench.results.heat
        if heat is not None and heat.key == key:  # nobody waits for the canvas any more
            self._request_strip(shown, picture.index, key)

    @override
    def forget(self) -> None:
        self._asked_heat = self._asked_strip = self._strip_of = None
        self._heats.clear()

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is None:
            self._rest.stop()
            self._ageing.stop()

    def _choose_shown(self) -> None:
        result, results = self._maps.result, self._bench.results
        if result is not None and results.video is not None:
            shown = self._resolve(result)
            if shown is not results.shown:
                self._bench.results = replace(results, shown=shown)
        elif results.shown is not None:
            self._bench.results = replace(results, shown=None, heat=None, strip=None)

    def _watch_age(self) -> None:
        """Fade the heat once it has been another map's for some time; a new one is never faded."""
        results = self._bench.results
        if not results.is_stale:
            self._ageing.stop()
            heat, shown = results.heat, results.shown
            is_painted = heat is None or shown is None or heat.window == shown.result.request.window
            if results.is_heat_old and is_painted:  # until then the old one is on screen
                self._bench.results = replace(results, is_heat_old=False)
        elif not results.is_heat_old and not self._ageing.isActive():
            self._ageing.start()

    def _grow_old(self) -> None:
        self._bench.results = replace(self._bench.results, is_heat_old=True)
        self._bench.due.emit()

    def _resolve(self, result: MapResult) -> ShownMap:
        """Make the shown map of state and result, or return the one before where it is the same."""
        state, shown = self._bench.state, self._bench.results.shown
        # The map may be that of the block before, until the new one is there.
        head = head_within(state.map.head, result.maps.heads)
        info = self._ranges.info(result, head)
        if shown is not None and shown.result is result and shown.head == head:
            return shown if shown.range == info else replace(shown, range=info)
        return ShownMap(result, head, heatmap_of(result, head), info, next(self._numbers))

    def _request_heat(self, shown: ShownMap, frame: int, key: HeatKey) -> None:
        """Show the heat of the frame shown where it is cached, otherwise request it."""
        known = self._heats.get(key)
        if known is not None:
            self._bench.results = replace(self._bench.results, heat=known)
            self._rest.start()
        elif key != self._asked_heat:
            self._asked_heat = key
            self._paint(TaskKey.HEAT, shown, frame, key)

    def _request_strip(self, shown: ShownMap, frame: int, key: HeatKey) -> None:
        """Request the pictures of all heads, unless the same ones are requested already."""
        if (shown.result, key) == self._strip_of:
            return
        self._strip_of = (shown.result, key)
        # The strip has no frame that opacity or a spotlight could be seen on.
        key = replace(key, map_number=0, style=key.style.without_frame)
        # It does not depend on the head that the canvas shows, only on its range.
        wanted = (id(shown.result), key)
        if wanted != self._asked_strip:
            self._asked_strip = wanted
            work = partial(paint_strip, shown.result, frame, key)
            self._worker.submit(TaskKey.STRIP, work, self._show_strip, self._bench.failed)

    def _show_strip(self, strip: StripPicture) -> None:
        self._bench.results = replace(self._bench.results, strip=strip)

    def _paint(self, task: TaskKey, shown: ShownMap, frame: int, key: HeatKey) -> None:
        work, keep = partial(paint_heat, shown.heatmap, frame, key, shown), self._keep
        self._worker.submit(task, work, keep, self._bench.failed, on_late=keep)

    def _keep(self, heat: HeatPicture) -> None:
        """Cache a picture, even a late one, which is only not shown."""
        self._heats.put(heat.key, heat, heat.image.sizeInBytes())

    def _key(self, shown: ShownMap, token_time: int) -> HeatKey:
        method = shown.result.maps.method
        style = self._bench.state.heat.style_of(method, shown.range.range)
        return HeatKey(shown.number, token_time, replace(style, opacity=1.0))

    def _look_ahead(self) -> None:
        shown, heat = self._bench.results.shown, self._bench.results.heat
        if shown is None or heat is None or self._bench.state.scrubbing:
            return
        times = shown.heatmap.shape[0]
        for time in ((heat.key.token_time + step) % times for step in range(1, times)):
            frames = shown.heatmap.token_frames(time)
            key = self._key(shown, time)
            if frames and key not in self._heats:
                self._paint(TaskKey.AHEAD, shown, frames[0], key)
                return
