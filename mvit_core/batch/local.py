"""The engine of one machine: processes that run shards, and the driver that watches over them.

A process that dies is replaced and its shards are given out again. A clip that ended its process
again and again is not tried any more: it gets a row with that sentence, as an unreadable one does.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from mvit_core.batch.work import Counts, culprit_words
from mvit_core.batch.worker import AtClip, Failed, Finished, Job, Ready, serve
from mvit_core.errors import MvitError
from mvit_core.system.atomic_file import remove_leftovers
from mvit_core.system.cores import core_count
from mvit_core.system.signals import deaf_to_ctrl_c

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from mvit_core.batch.shards import Shard
    from mvit_core.batch.unit import MakeRunner
    from mvit_core.batch.work import Work
    from mvit_core.clips import ListedClip

__all__ = ["LocalEngine", "shared_out"]

_IN_FLIGHT = 2
"""Shards of one process: it never waits for the next."""

_DEATHS = 2
"""Deaths of its process, one after the other, after which a clip is given up."""

_KILLED = 3
"""The same where somebody ended the process: it need not be the clip's fault."""

_STARTS = 3
"""Processes in a row that end before they are ready."""

_WAIT_SECONDS = 0.5
_PATIENCE_SECONDS = 10.0


def shared_out(work: Work) -> tuple[int, int]:
    """Processes, and threads of each: all cores in all, and one process where there is a GPU.

    Raises:
        CheckpointError: there is no such device here.
    """
    workers, cores = work.workers, core_count()
    if workers is None:
        from mvit_core.system.devices import pick_device  # imports torch

        workers = cores if pick_device(work.device).type == "cpu" else 1
    return workers, work.threads or max(cores // workers, 1)


@dataclass(eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Any
    jobs: deque[Shard] = field(default_factory=deque)
    clip: int | None = None
    """The clip that it runs; None before the first and after the last of a shard."""
    has_begun: bool = False
    """It runs a shard."""
    errors: int = 0
    is_ready: bool = False

    @property
    def clips(self) -> int:
        """Clips done of the shard that it runs."""
        if not self.jobs or not self.has_begun:
            return 0
        shard = self.jobs[0]
        return len(shard.clips) if self.clip is None else self.clip - shard.first


class LocalEngine:
    """Runs shards in processes of this machine.

    Args:
        folder: of the batch.
        clips: all of its list; they go to the processes by value, too.
        spec: what is asked of every clip; it goes to the processes by value.
        make: makes the runner of a process; known by name in a module.
        workers: processes.
        threads: of each.
    """

    def __init__(
        self,
        folder: Path,
        clips: tuple[ListedClip, ...],
        spec: object,
        make: MakeRunner,
        workers: int,
        threads: int,
    ) -> None:
        self._arguments = (folder, clips, spec, threads, make)
        self._context = multiprocessing.get_context("spawn")
        self._size = workers
        self._workers: list[_Worker] = []
        self._waiting: deque[Shard] = deque()
        self._culprits: dict[int, str] = {}
        self._deaths: Counter[int] = Counter()
        self._failed_starts = 0
        self._done = Counts(0, 0)

    def run(
        self,
        shards: Iterable[Shard],
        on_progress: Callable[[Counts], None] = lambda _: None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Counts:
        """Run shards to their end, or those in flight where the run is stopped.

        Args:
            shards: to be done.
            on_progress: called again and again with the clips done.
            is_stopped: asked again and again; no shard is given out after it says so.

        Raises:
            MvitError: a model cannot be loaded, or a file cannot be written.
        """
        self._waiting.extend(shards)
        try:
            while self._waiting or any(worker.jobs for worker in self._workers):
                if is_stopped():
                    self._waiting.clear()
                else:
                    self._start_workers()
                self._give_out()
                pipes = {worker.pipe: worker for worker in self._workers}
                for pipe in wait([*pipes], timeout=_WAIT_SECONDS):
                    self._hear(pipes[pipe])
                on_progress(self._counts())
        except BaseException:
            for worker in self._workers:
                worker.process.terminate()
            raise
        finally:
            self._end()
        return self._done

    def _counts(self) -> Counts:
        clips = sum(worker.clips for worker in self._workers)
        errors = sum(worker.errors for worker in self._workers)
        return Counts(self._done.clips + clips, self._done.errors + errors)

    def _start_workers(self) -> None:
        shards = len(self._waiting) + sum(len(worker.jobs) for worker in self._workers)
        while len(self._workers) < min(self._size, shards):
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=serve, args=(theirs, *self._arguments), daemon=True
            )
            with deaf_to_ctrl_c():
                process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours))

    def _give_out(self) -> None:
        """One shard to each; a second only while there are enough for all."""
        for in_flight in range(1, _IN_FLIGHT + 1):
            for worker in self._workers:
                enough = in_flight == 1 or len(self._waiting) >= len(self._workers)
                if self._waiting and enough and len(worker.jobs) < in_flight:
                    self._give(worker, self._waiting.popleft())

    def _give(self, worker: _Worker, shard: Shard) -> None:
        worker.jobs.append(shard)
        ids = range(shard.first, shard.first + len(shard.clips))
        culprits = tuple((i, words) for i, words in self._culprits.items() if i in ids)
        with suppress(OSError):  # it has died, which is heard next
            worker.pipe.send(Job(shard.number, shard.first, len(shard.clips), culprits))

    def _hear(self, worker: _Worker) -> None:
        try:
            while worker.pipe.poll():
                self._take(worker, worker.pipe.recv())
        except (EOFError, OSError):
            self._bury(worker)

    def _take(self, worker: _Worker, said: object) -> None:
        match said:
            case Failed(words):
                raise MvitError(words)
            case Ready():
                worker.is_ready, self._failed_starts = True, 0
            case AtClip(clip_id, errors):
                self._passed(worker)
                worker.clip, worker.errors, worker.has_begun = clip_id, errors, True
            case Finished(done):
                self._passed(worker)
                worker.jobs.popleft()
                worker.clip, worker.errors, worker.has_begun = None, 0, False
                self._done = Counts(self._done.clips + done.clips, self._done.errors + done.errors)

    def _passed(self, worker: _Worker) -> None:
        """The clip of a worker did not end its process."""
        if worker.clip is not None:
            del self._deaths[worker.clip]

    def _bury(self, worker: _Worker) -> None:
        """Take back the shards of a worker that died, and find out why."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        self._waiting.extendleft(reversed(worker.jobs))
        ended = _how_it_ended(worker.process.exitcode)
        if worker.clip is not None:
            self._deaths[worker.clip] += 1
            if self._deaths[worker.clip] >= _most_deaths(worker.process.exitcode):
                self._culprits[worker.clip] = culprit_words(ended)
        elif not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS:
                raise MvitError(
                    f"processes of the batch end while they load the model ({ended}); is there "
                    f"enough memory for {self._size} of them? Give fewer with --workers"
                )

    def _end(self) -> None:
        """Have all processes end, and remove what those that died have left."""
        for worker in self._workers:
            worker.pipe.close()  # a process ends when nobody can ask any more
        for worker in self._workers:
            worker.process.join(_PATIENCE_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()
        remove_leftovers()


def _how_it_ended(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return signal.Signals(-exit_code).name
    return f"exit code {exit_code}"


def _most_deaths(exit_code: int | None) -> int:
    somebody = [-getattr(signal, name, 0) for name in ("SIGKILL", "SIGTERM")]
    return _KILLED if exit_code in somebody else _DEATHS
