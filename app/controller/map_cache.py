"""Maps that were made, kept so that going back to them asks no worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.system.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import MapRequest, MapResult
    from mvit_core.system.cache import MemoryBudget

SECONDS_TO_REMAKE = 0.01
"""A block's maps from a captured window; some 30 KiB, of an early block a megabyte."""


class MapCache:
    """The maps that the inference worker made, by their request.

    Args:
        budget: they are counted there.
        record: hears of each map, for what it tells of the whole clip.
    """

    def __init__(
        self, budget: MemoryBudget, record: Callable[[MapResult], None] | None = None
    ) -> None:
        self._record = record
        self._cache: Cache[MapRequest, MapResult] = Cache(
            budget, "maps", seconds_to_remake=SECONDS_TO_REMAKE
        )

    def __contains__(self, request: MapRequest) -> bool:
        return request in self._cache

    def get(self, request: MapRequest) -> MapResult | None:
        """The result to a request, if it was made and is still kept."""
        return self._cache.get(request)

    def keep(self, result: MapResult) -> None:
        """Keep a result; also a late one, which is only not shown."""
        if self._record is not None:
            self._record(result)
        self._cache.put(result.request, result, result.maps.values.nbytes)

    def forget(self) -> None:
        """Another model or video: what was made of the one before may not be the same."""
        self._cache.clear()
