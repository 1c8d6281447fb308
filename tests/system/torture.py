"""A shim that makes the k-th call of the system fail once, as disks do."""

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CALLS = ("open", "write", "fsync", "replace", "rename", "ftruncate", "chmod", "fchmod", "link")
"""Of the module ``os``; files that are opened by ``open`` or ``Path.open`` are counted too."""


class Shim:
    """Counts calls and fails one of them.

    Args:
        fails_at: which call fails, from 1; 0 for none.
        below: only calls about files of this folder count, so that imports never fail.
    """

    def __init__(self, fails_at: int, below: Path) -> None:
        self.count, self._fails_at, self._below = 0, fails_at, str(below)
        self.is_on = True

    def tick(self) -> None:
        """One call."""
        if not self.is_on:
            return
        self.count += 1
        if self.count == self._fails_at:
            raise OSError(errno.EIO, "Input/output error")

    def is_about(self, name: Any) -> bool:
        """Is a path one of those that count?"""
        try:
            return os.fspath(name).startswith(self._below)
        except TypeError:
            return isinstance(name, int)


class _Writing(io.FileIO):
    shim: Shim

    def write(self, data: Any) -> int:
        self.shim.tick()
        return super().write(data)


def _counted(shim: Shim, real: Any) -> Any:
    """A function of ``os`` that counts."""

    def call(first: Any, *rest: Any, **words: Any) -> Any:
        if shim.is_about(first):
            shim.tick()
        return real(first, *rest, **words)

    return call


def _opened(shim: Shim, real: Any) -> Any:
    """``open``, whose files count what is written to them."""

    def call(file: Any, mode: str = "r", *rest: Any, **words: Any) -> Any:
        if isinstance(file, int) or not shim.is_about(file):
            return real(file, mode, *rest, **words)
        shim.tick()
        if not set(mode) & set("wax+"):
            return real(file, mode, *rest, **words)
        raw = _Writing(os.fspath(file), mode.replace("b", "").replace("t", ""))
        raw.shim = shim
        if "b" in mode:
            return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        texts = {k: v for k, v in words.items() if k in ("encoding", "newline", "errors")}
        return io.TextIOWrapper(io.BufferedWriter(raw), **texts)

    return call


@contextmanager
def shimmed(fails_at: int, below: Path) -> Iterator[Shim]:
    """The shim, until the block ends."""
    shim = Shim(fails_at, below)
    places = [(os, name, _counted) for name in CALLS]
    places += [(builtins, "open", _opened), (io, "open", _opened)]
    kept = [(place, name, getattr(place, name)) for place, name, _ in places]
    for (place, name, wrap), (_, _, real) in zip(places, kept, strict=True):
        setattr(place, name, wrap(shim, real))
    try:
        yield shim
    finally:
        shim.is_on = False
        for place, name, real in reversed(kept):
            setattr(place, name, real)


def every_failure(
    work: Callable[[], None], below: Path, reset: Callable[[], object], most: int = 1000
) -> Iterator[tuple[int, BaseException | None]]:
    """Do the work with the first call failing, then the second, and so on to the last.

    Args:
        work: what is done each time.
        below: the folder whose files count.
        reset: brings the folder back to where the work began.
        most: of the calls; beyond that the first and last ones fail, and some between.

    Yields:
        the number of the call that failed, and what came of it.
    """
    with shimmed(0, below) as shim:
        work()
    for number in _chosen(shim.count, most):
        reset()
        failure: BaseException | None = None
        with shimmed(number, below):
            try:
                work()
            except BaseException as error:
                failure = error
        yield number, failure


def _chosen(count: int, most: int) -> list[int]:
    """Numbers from 1 to ``count``, at most so many; those at both ends are all there."""
    if count <= most:
        return list(range(1, count + 1))
    third = most // 3
    between = range(third + 1, count - third, max(1, (count - 2 * third) // third))
    return sorted({*range(1, third + 1), *between, *range(count - third + 1, count + 1)})
