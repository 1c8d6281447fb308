"""The worker pool: one worker for each thing that only one thread may touch."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import cv2

from app.results import TaskKey
from app.workers.atlas import AtlasWorker
from app.workers.batch_means import MeansReader
from app.workers.batch_tables import BatchReader
from app.workers.decode import Decoder
from app.workers.effects import EffectsWorker
from app.workers.evidence import EvidenceWorker
from app.workers.export import Exporter
from app.workers.inference import ModelWorker
from app.workers.known_videos import KnownVideos
from app.workers.pane_frames import PaneFrames
from app.workers.patching import PatchWorker
from app.workers.proxies import ProxyMaker
from app.workers.worker import Worker
from mvit_core.explaining.given_means import GivenMeans

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from app.workers.worker import Progress, TaskResult
    from mvit_core.system.cache import MemoryBudget


CLOSE_SECONDS = 3.0
"""Seconds that the window waits for all workers together when it closes."""

_left_behind: list[Worker] = []
"""Workers that did not end; they last as long as the process."""

DECODE_TASKS = (
    TaskKey.OPEN,
    TaskKey.FRAME,
    TaskKey.NEIGHBOURS,
    TaskKey.PREFETCH,
    TaskKey.PANE_FRAMES,
    TaskKey.THUMBNAIL,
)
INFERENCE_TASKS = (
    TaskKey.LOAD,
    TaskKey.CAPTURE,
    TaskKey.EXPLAIN,
    TaskKey.MAPS,
    TaskKey.PANE_MAP,
    TaskKey.EVIDENCE,
    TaskKey.FAITHFULNESS,
    TaskKey.SANITY,
    TaskKey.REMOVED,
    TaskKey.WHEN,
    TaskKey.ATLAS,
    TaskKey.HEAD_CARD,
    TaskKey.EFFECTS,
    TaskKey.PATCH,
    TaskKey.RANGE,
    TaskKey.PLAY_AHEAD,
    TaskKey.SERIES,
    TaskKey.MULTIVIEW,
    TaskKey.SAVE_CAPTURE,
    TaskKey.FIGURE,
    TaskKey.ORIGINS,
    TaskKey.FIGURE_PREVIEW,
    TaskKey.EXPORT_PREVIEW,
    TaskKey.EXPORT_ESTIMATE,
)
PAINT_TASKS = (
    TaskKey.HEAT,
    TaskKey.AHEAD,
    TaskKey.STRIP,
    TaskKey.CELLS,
    TaskKey.MINIS,
    TaskKey.PANES,
    TaskKey.DIFFERENCE,
    TaskKey.COPY,
)


FILE_TASKS = (
    TaskKey.FILES,
    TaskKey.SESSION,
    TaskKey.CLIPS,
    TaskKey.ROWS,
    TaskKey.BATCH_MEANS,
    TaskKey.HEAD_MEANS,
    TaskKey.CHECKPOINT,
)


class WorkerPool:
    """Creates the worker threads, and maps task keys to them.

    Args:
        budget: limit that frames, windows and proxies count against.
        parent: the owner of the threads.
    """

    def __init__(self, budget: MemoryBudget, parent: QObject) -> None:
        self.budget = budget
        # Pictures are painted in bands too small to share: waking helpers took ten times as long.
        cv2.setNumThreads(1)
        known, given = KnownVideos(), GivenMeans()
        self.decoder, self.pane_frames = Decoder(budget, known), PaneFrames()
        self.proxy_maker, self.model_worker = ProxyMaker(), ModelWorker(budget, known, given)
        self.explain = EvidenceWorker(self.model_worker)
        self.atlas = AtlasWorker(self.model_worker)
        self.effects = EffectsWorker(self.model_worker)
        self.patching = PatchWorker(self.model_worker, budget)
        self.exporter, self.batch = Exporter(given), BatchReader()
        self.means = MeansReader(given)
        self.decode = Worker("decode", DECODE_TASKS, on_close=self._close_videos, parent=parent)
        self.proxies = Worker(
            "proxies", (TaskKey.PROXIES,), on_close=self.proxy_maker.close, parent=parent
        )
        self.infer = Worker(
            "inference", INFERENCE_TASKS, on_close=self.model_worker.close, parent=parent
        )
        self.paint = Worker("paint", PAINT_TASKS, parent=parent)
        self.export = Worker(
            "export", (TaskKey.EXPORT, TaskKey.REPORT), on_close=self.exporter.close, parent=parent
        )
        self.files = Worker("files", FILE_TASKS, on_close=self.batch.close, parent=parent)
        self.workers = (
            self.decode,
            self.proxies,
            self.infer,
            self.paint,
            self.export,
            self.files,
        )
        self._by_key = {key: worker for worker in self.workers for key in worker.keys}

    def start(
        self, on_finished: Callable[[TaskResult], None], on_progress: Callable[[Progress], None]
    ) -> None:
        """Start all threads and connect slots.

        ``on_finished`` is called after the callbacks of each task, ``on_progress`` at each step.
        """
        for worker in self.workers:
            worker.listen(on_finished, on_progress)
            worker.start()

    def of(self, key: TaskKey) -> Worker:
        """The worker that runs tasks of a key.

        Raises:
            KeyError: no worker has this key.
        """
        return self._by_key[key]

    def close(self) -> tuple[Worker, ...]:
        """Stop all of them, and wait ``CLOSE_SECONDS`` at most; those that have not ended by then.

        Work that hangs in a library or a drive hears of nothing: the process must end without it.
        """
        for worker in self.workers:
            worker.ask_to_end()
        until = monotonic() + CLOSE_SECONDS
        hung = tuple(w for w in self.workers if not w.has_ended(max(until - monotonic(), 0.0)))
        for worker in hung:
            worker.setParent(None)  # Qt ends the process where a thread that runs is deleted
        _left_behind.extend(hung)
        return hung

    def _close_videos(self) -> None:
        """Close all videos; runs on the decode worker when it ends."""
        self.decoder.close()
        self.pane_frames.close()
