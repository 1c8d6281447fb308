"""The strip of proxies: made on a worker of its own, looked up at once on the window's thread.

A strip is made in pieces of a moment each, so that pictures are there long before all are.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.results import FramePicture, ProxyImage, ProxyInfo, TaskKey
from mvit_core.system.cache import Cache, MemoryBudget
from mvit_core.video import ProxyReader, plan_proxies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.workers.worker import TaskHandle, Worker
    from mvit_core.video import OpenedVideo

PIECE_SECONDS = 0.12
"""Seconds of work after which the worker hands over the proxies made so far."""

SECONDS_TO_REMAKE = 0.005
"""Seconds to make one proxy; per byte the dearest entry of all caches."""

SHARE_OF_BUDGET = 8
"""The strip gets at most this fraction (one over it) of all caches."""


@dataclass(frozen=True, eq=False)
class ProxyPiece:
    """Some proxies of a video."""

    of: OpenedVideo
    proxies: tuple[tuple[int, bytes], ...]
    """(frame index, JPEG) of each."""
    total: int
    """Number of proxies of the whole strip."""
    is_last: bool


class ProxyMaker:
    """Makes proxies from a second container of the open video; lives on the proxy worker."""

    def __init__(self) -> None:
        self._opened: OpenedVideo | None = None
        self._reader: ProxyReader | None = None
        self._proxies: Iterator[tuple[int, bytes]] = iter(())
        self._total = 0
        self._task: TaskHandle | None = None

    def piece(self, opened_video: OpenedVideo, task: TaskHandle) -> ProxyPiece:
        """Make the next proxies of a video, or the first ones where it is another video."""
        self._task = task
        try:
            if opened_video is not self._opened:
                self._begin(opened_video)
            made = []
            until = perf_counter() + PIECE_SECONDS
            for proxy in self._proxies:
                made.append(proxy)
                if perf_counter() > until:
                    return ProxyPiece(opened_video, tuple(made), self._total, is_last=False)
        except BaseException:
            self.close()
            raise
        self.close()
        return ProxyPiece(opened_video, tuple(made), self._total, is_last=True)

    def close(self) -> None:
        """Close the container."""
        self._opened, self._proxies = None, iter(())
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def release(self, _task: TaskHandle) -> None:
        """Close the container, as a task."""
        self.close()

    def _begin(self, opened_video: OpenedVideo) -> None:
        self.close()
        reader, plan = ProxyReader(opened_video), plan_proxies(opened_video)
        self._opened, self._reader, self._total = opened_video, reader, plan.total
        self._proxies = (proxy for run in plan.runs() for proxy in reader.proxies(run, self._check))

    def _check(self) -> None:
        if self._task is not None:
            self._task.check()


class Strip(QObject):
    """All proxies of the open video, on the window's thread.

    Args:
        worker: the proxy worker.
        maker: makes proxies on it.
        budget: limit that the strip counts against.
        parent: the owner.
    """

    grown = Signal(object)
    """Emitted with a ``ProxyInfo`` when there are more proxies."""
    failed = Signal(object)
    """Emitted with the ``TaskResult`` when proxies cannot be made."""

    def __init__(
        self, worker: Worker, maker: ProxyMaker, budget: MemoryBudget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._worker, self._maker = worker, maker
        self._cache: Cache[int, bytes] = Cache(
            budget,
            "proxies",
            seconds_to_remake=SECONDS_TO_REMAKE,
            most_bytes=budget.limit_bytes // SHARE_OF_BUDGET,
        )
        self._frames: list[int] = []  # ascending
        self._path: Path | None = None
        self._opened: OpenedVideo | None = None
        self._last: ProxyImage | None = None

    def begin(self, path: Path, opened_video: OpenedVideo) -> None:
        """Begin the strip of another video."""
        self.end()
        self._path, self._opened = path, opened_video
        self._ask()

    @property
    def is_on(self) -> bool:
        """It belongs to a video."""
        return self._opened is not None

    def end(self) -> None:
        """Drop the strip, as the video is closed."""
        self._worker.cancel(TaskKey.PROXIES)
        self._cache.clear()
        self._frames.clear()
        self._path = self._opened = self._last = None
        self._worker.submit(TaskKey.PROXIES, self._maker.release)

    def add(self, piece: ProxyPiece) -> ProxyInfo | None:
        """Keep a piece and request the next; None for a piece of another video."""
        if piece.of is not self._opened:
            return None
        for frame, jpeg in piece.proxies:
            if frame not in self._cache:
                insort(self._frames, frame)
            self._cache.put(frame, jpeg, len(jpeg))
        if not piece.is_last:
            self._ask()
        return ProxyInfo(self, len(self._frames), piece.total)

    def nearest(self, frame: int) -> int | None:
        """Index of the nearest frame that has a proxy; None without any."""
        place = bisect_left(self._frames, frame)
        around = self._frames[max(place - 1, 0) : place + 1]
        return min(around, key=lambda other: abs(other - frame), default=None)

    def image(self, frame: int) -> ProxyImage | None:
        """The proxy of the nearest frame that has one; None without any."""
        while (index := self.nearest(frame)) is not None:
            if self._last is not None and self._last.index == index:
                return self._last
            jpeg = self._cache.get(index)
            if jpeg is not None:
                self._last = ProxyImage(index, QImage.fromData(jpeg))
                return self._last
            self._frames.remove(index)  # evicted for something dearer
        return None

    def picture(self, frame: int) -> FramePicture | None:
        """The proxy of the nearest frame as a stand-in on the canvas; None without any."""
        found = self.image(frame)
        if found is None or self._path is None:
            return None
        return FramePicture(self._path, found.index, found.image, None, is_preview=True)

    def _ask(self) -> None:
        if self._path is not None and self._opened is not None:
            work = partial(self._maker.piece, self._opened)
            self._worker.submit(TaskKey.PROXIES, work, self._on_result, self.failed.emit)

    def _on_result(self, piece: ProxyPiece) -> None:
        info = self.add(piece)
        if info is not None:
            self.grown.emit(info)
