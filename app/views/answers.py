"""Maps that were made, kept so that going back to them asks no lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.facts import MapAnswer, MapWish

KEPT_BYTES = 64 << 20
"""A block's maps take some 30 KiB, on the query grid of an early block a megabyte."""


class Answers:
    """The answers of the inference lane by their wish, the longest unused dropped first."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._room = kept_bytes
        self._bytes = 0
        self._kept: dict[MapWish, MapAnswer] = {}

    def __contains__(self, wish: MapWish | None) -> bool:
        return wish in self._kept

    @property
    def nbytes(self) -> int:
        """What the kept maps take."""
        return self._bytes

    def get(self, wish: MapWish) -> MapAnswer | None:
        """The answer to a wish, if it was made and is still kept."""
        answer = self._kept.pop(wish, None)
        if answer is not None:
            self._kept[wish] = answer  # most recently used last
        return answer

    def keep(self, answer: MapAnswer) -> None:
        """Keep an answer; also a late one, which is only not shown."""
        old = self._kept.pop(answer.wish, None)
        self._bytes += answer.maps.values.nbytes - (old.maps.values.nbytes if old else 0)
        self._kept[answer.wish] = answer
        while self._bytes > self._room and len(self._kept) > 1:
            dropped = self._kept.pop(next(iter(self._kept)))
            self._bytes -= dropped.maps.values.nbytes

    def forget(self) -> None:
        """Another model or video: what was made of the one before may not be the same."""
        self._kept.clear()
        self._bytes = 0
