"""The lanes: one for each thing that only one thread may touch, and what lives on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.workers.decode import Decoder
from app.workers.export import ExportHost
from app.workers.inference import ModelHost
from app.workers.pane_frames import PaneFrames
from app.workers.proxies import ProxyHost
from app.workers.worker import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from app.workers.worker import Answer, Progress
    from mvit_core.system.cache import MemoryBudget


class Lanes:
    """Who is asked for what.

    Args:
        budget: what is made is counted there.
        parent: the owner of the threads.
    """

    def __init__(self, budget: MemoryBudget, parent: QObject) -> None:
        self.budget = budget
        self.decoder, self.pane_frames = Decoder(budget), PaneFrames()
        self.proxy_host, self.model_host = ProxyHost(), ModelHost(budget)
        self.exporter = ExportHost()
        self.decode = Lane("decode", on_close=self._close_videos, parent=parent)
        self.proxies = Lane("proxies", on_close=self.proxy_host.close, parent=parent)
        self.infer = Lane("inference", on_close=self.model_host.close, parent=parent)
        self.paint = Lane("paint", parent=parent)
        self.export = Lane("export", on_close=self.exporter.close, parent=parent)
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
        self, on_answer: Callable[[Answer], None], on_progress: Callable[[Progress], None]
    ) -> None:
        """Let all of them work, and answer to two slots."""
        for lane in self._all:
            lane.listen(on_answer, on_progress)
            lane.start()

    def of(self, key: str) -> Lane:
        """The lane that is asked questions of a key."""
        return self._by_key.get(key, self.paint)

    def close(self) -> None:
        """Stop all of them and wait."""
        for lane in self._all:
            lane.close()

    def _close_videos(self) -> None:
        """Runs on the decode lane when it ends."""
        self.decoder.close()
        self.pane_frames.close()
