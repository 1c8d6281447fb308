"""The cache of maps, so that going back to one needs no worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.system.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import MapRequest, MapResult
    from mvit_core.system.cache import MemoryBudget

SECONDS_TO_REMAKE = 0.01
"""Seconds to make a block's maps from a captured window; some 30 KiB, of an early block 1 MiB."""


class MapCache:
    """Maps that the inference worker made, by their request.

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

        self.version = 0
        """Changes whenever a map comes, or all go."""

    def __contains__(self, request: MapRequest) -> bool:
        return request in self._cache

    def get(self, request: MapRequest) -> MapResult | None:
        """The result of a request; None where it is not cached."""
        return self._cache.get(request)

    def keep(self, result: MapResult) -> None:
        """Cache a result, even a late one, which is only not shown."""
        if self._record is not None:
            self._record(result)
        self.version += 1
        self._cache.put(result.request, result, result.maps.values.nbytes)

    def forget(self) -> None:
        """Drop all maps, as another model or video may make others of the same requests."""
        self.version += 1
        self._cache.clear()
