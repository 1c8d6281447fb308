"""One number of bytes over all caches: who holds what, and what goes when it runs short.

All caches share one ``MemoryBudget``. When a new entry needs room, the one that is cheapest to
make again and was not asked for the longest goes first, from whichever cache holds it.
"""

import os
import sys
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_BYTES = 2 * 2**30
"""Bytes of the default budget at most, however much memory there is."""

_UNKNOWN_MEMORY_BYTES = 4 * 2**30
"""Assumed where the system does not tell how much memory it has."""


def default_budget_bytes() -> int:
    """A quarter of the machine's memory, at most 2 GiB."""
    return min(MOST_BYTES, memory_bytes() // 4)


def memory_bytes() -> int:
    """Memory of this machine, in bytes."""
    if sys.platform == "win32":
        return _windows_memory_bytes()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return _UNKNOWN_MEMORY_BYTES


def _windows_memory_bytes() -> int:
    import ctypes

    kilobytes = ctypes.c_ulonglong(0)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the name exists on Windows alone
    known = kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
    return kilobytes.value * 1024 if known else _UNKNOWN_MEMORY_BYTES


@dataclass(frozen=True)
class Usage:
    """Entries and bytes of one cache."""

    name: str
    count: int
    used_bytes: int


@dataclass
class _Entry:
    value: object
    nbytes: int
    worth: float
    """The level of the budget when this was last asked for, plus its price per byte."""


class MemoryBudget:
    """Bytes shared by all caches; every method may be called from any thread.

    Worth follows GreedyDual-Size (Cao and Irani, 1997): the level rises to the worth of what was
    let go last, so that what is dear stays longer, but not for ever.

    Args:
        limit_bytes: what all caches together never exceed.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._used = 0
        self._level = 0.0
        self._caches: list[_Books] = []  # those that hold something
        self._lock = Lock()

    @property
    def limit_bytes(self) -> int:
        """Limit in bytes over all caches together."""
        return self._limit

    @property
    def used_bytes(self) -> int:
        """Bytes that all caches hold together."""
        return self._used

    @property
    def usage(self) -> tuple[Usage, ...]:
        """Usage of each cache that is not empty."""
        with self._lock:
            return tuple(Usage(s.name, len(s.entries), s.used) for s in self._caches)

    def resize(self, limit_bytes: int) -> None:
        """Take another limit; a smaller one lets things go at once."""
        with self._lock:
            self._limit = limit_bytes
            self._make_room(0)

    def _make_room(self, nbytes: int) -> None:
        while self._used + nbytes > self._limit:
            poorest = min(self._caches, key=lambda cache: cache.oldest.worth)
            self._level = max(self._level, poorest.oldest.worth)
            self._take_off(poorest, next(iter(poorest.entries)))

    def _take_off(self, books: "_Books", key: Hashable) -> None:
        entry = books.entries.pop(key)
        books.used -= entry.nbytes
        self._used -= entry.nbytes
        if not books.entries:
            self._caches.remove(books)


@dataclass(eq=False)
class _Books:
    """Bookkeeping of one cache; entries are ordered by when they were last asked for."""

    name: str
    seconds_to_remake: float
    most_bytes: int | None
    entries: OrderedDict[Hashable, _Entry]
    used: int = 0

    @property
    def oldest(self) -> _Entry:
        return next(iter(self.entries.values()))


class Cache(Generic[K, V]):
    """One cache under a budget.

    Args:
        budget: counts its bytes together with those of all others.
        name: what it holds, for people.
        seconds_to_remake: what it costs to make one entry again, roughly.
        most_bytes: what this cache alone never exceeds; None leaves that to the budget.
    """

    def __init__(
        self,
        budget: MemoryBudget,
        name: str,
        *,
        seconds_to_remake: float,
        most_bytes: int | None = None,
    ) -> None:
        self._budget = budget
        self._books = _Books(name, seconds_to_remake, most_bytes, OrderedDict())

    def __contains__(self, key: K) -> bool:
        return key in self._books.entries

    def __len__(self) -> int:
        return len(self._books.entries)

    @property
    def used_bytes(self) -> int:
        """Bytes of everything on this cache."""
        return self._books.used

    @property
    def room_bytes(self) -> int:
        """Limit of this cache in bytes."""
        most = self._books.most_bytes
        return self._budget.limit_bytes if most is None else min(most, self._budget.limit_bytes)

    def get(self, key: K) -> V | None:
        """The entry, now the youngest of its cache, or None."""
        with self._budget._lock:
            entry = self._books.entries.get(key)
            if entry is None:
                return None
            self._books.entries.move_to_end(key)
            entry.worth = self._worth(entry.nbytes)
            return cast("V", entry.value)

    def peek(self, key: K) -> V | None:
        """The entry, no younger than before, or None."""
        entry = self._books.entries.get(key)
        return None if entry is None else cast("V", entry.value)

    def put(self, key: K, value: V, nbytes: int) -> None:
        """Hold an entry in place of one of the same key; what fits nowhere is not held."""
        self.put_together([(key, value, nbytes)])

    def put_together(self, entries: Sequence[tuple[K, V, int]]) -> None:
        """Hold several, none of which goes to make room for another; all of them or none.

        Args:
            entries: key, value and bytes of each, in place of those of the same keys.
        """
        books, budget = self._books, self._budget
        together = sum(nbytes for _, _, nbytes in entries)
        with budget._lock:
            for key, _, _ in entries:
                if key in books.entries:
                    budget._take_off(books, key)
            if together > self.room_bytes:
                return
            while books.entries and books.used + together > self.room_bytes:
                budget._take_off(books, next(iter(books.entries)))
            budget._make_room(together)
            if entries and not books.entries:
                budget._caches.append(books)
            for key, value, nbytes in entries:
                books.entries[key] = _Entry(value, nbytes, self._worth(nbytes))
            books.used += together
            budget._used += together

    def drop_oldest(self) -> None:
        """Let the entry go that was not asked for the longest."""
        with self._budget._lock:
            if self._books.entries:
                self._budget._take_off(self._books, next(iter(self._books.entries)))

    def clear(self) -> None:
        """Let everything go."""
        with self._budget._lock:
            for key in [*self._books.entries]:
                self._budget._take_off(self._books, key)

    def _worth(self, nbytes: int) -> float:
        return self._budget._level + self._books.seconds_to_remake / max(nbytes, 1)
