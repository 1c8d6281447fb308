"""Maps that were made, kept so that going back to them asks no lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.system.cache import Cache

if TYPE_CHECKING:
    from app.results import MapAnswer, MapWish
    from mvit_core.system.cache import MemoryBudget

SECONDS_TO_REMAKE = 0.01
"""A block's maps from a captured window; some 30 KiB, of an early block a megabyte."""


class Answers:
    """The answers of the inference lane by their wish.

    Args:
        budget: they are counted there.
    """

    def __init__(self, budget: MemoryBudget) -> None:
        self._cache: Cache[MapWish, MapAnswer] = Cache(
            budget, "maps", seconds_to_remake=SECONDS_TO_REMAKE
        )

    def __contains__(self, wish: MapWish) -> bool:
        return wish in self._cache

    def get(self, wish: MapWish) -> MapAnswer | None:
        """The answer to a wish, if it was made and is still kept."""
        return self._cache.get(wish)

    def keep(self, answer: MapAnswer) -> None:
        """Keep an answer; also a late one, which is only not shown."""
        self._cache.put(answer.wish, answer, answer.maps.values.nbytes)

    def forget(self) -> None:
        """Another model or video: what was made of the one before may not be the same."""
        self._cache.clear()
