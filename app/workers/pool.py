"""The workers: one for each thing that only one thread may touch, and what lives on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.workers.decode import Decoder
from app.workers.export import Exporter
from app.workers.inference import ModelWorker
from app.workers.pane_frames import PaneFrames
from app.workers.proxies import ProxyMaker
from app.workers.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from app.workers.worker import Progress, TaskResult
    from mvit_core.system.cache import MemoryBudget


class WorkerPool:
    """Who is asked for what.

    Args:
        budget: what is made is counted there.
        parent: the owner of the threads.
    """

    def __init__(self, budget: MemoryBudget, parent: QObject) -> None:
        self.budget = budget
        self.decoder, self.pane_frames = Decoder(budget), PaneFrames()
        self.proxy_maker, self.model_worker = ProxyMaker(), ModelWorker(budget)
        self.exporter = Exporter()
        self.decode = Worker("decode", on_close=self._close_videos, parent=parent)
        self.proxies = Worker("proxies", on_close=self.proxy_maker.close, parent=parent)
        self.infer = Worker("inference", on_close=self.model_worker.close, parent=parent)
        self.paint = Worker("paint", parent=parent)
        self.export = Worker("export", on_close=self.exporter.close, parent=parent)
        self._all = (self.decode, self.proxies, self.infer, self.paint, self.export)
        self._by_key = {
            "pane.frames": self.decode,
            "pane.map": self.infer,
            "open": self.decode,
            "frame": self.decode,
            "prefetch": self.decode,
            "thumbnail": self.decode,
            "proxies": self.proxies,
            "load": self.infer,
            "explain": self.infer,
            "range": self.infer,
            "maps": self.infer,
            "series": self.infer,
            "multiview": self.infer,
            "export.preview": self.infer,
            "export": self.export,
        }

    def start(
        self, on_result: Callable[[TaskResult], None], on_progress: Callable[[Progress], None]
    ) -> None:
        """Let all of them work, and answer to two slots."""
        for worker in self._all:
            worker.listen(on_result, on_progress)
            worker.start()

    def of(self, key: str) -> Worker:
        """The worker that is asked questions of a key."""
        return self._by_key.get(key, self.paint)

    def close(self) -> None:
        """Stop all of them and wait."""
        for worker in self._all:
            worker.close()

    def _close_videos(self) -> None:
        """Runs on the decode worker when it ends."""
        self.decoder.close()
        self.pane_frames.close()
