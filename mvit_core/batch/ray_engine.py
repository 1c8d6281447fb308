"""The engine of a cluster: Ray Core actors that run shards, and the driver that hands them out.

Ray starts an actor that died anew, and gives it its task up to twice more (docs/adr/0015). A shard
that fails nevertheless is split: each of its clips is tried by itself, and the one that ends its
process every time gets a row with that sentence, as an unreadable one does.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from mvit_core.batch.ray_actor import At, ShardActor
from mvit_core.batch.ray_cluster import check_ray, connected, is_lost, places_on
from mvit_core.batch.work import Counts, culprit_words
from mvit_core.batch.worker import Failed, Finished, Ready
from mvit_core.errors import EngineError, MvitError
from mvit_core.system.atomic_file import remove_leftovers, remove_leftovers_in
from mvit_core.system.temporary_folder import remove_abandoned_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mvit_core.batch.ray_cluster import Places
    from mvit_core.batch.shards import Shard
    from mvit_core.batch.work import Work

__all__ = ["RayEngine", "check_ray"]

_IN_FLIGHT = 2
"""Shards of one actor: it never waits for the next."""

_RETRIES = 2
"""Times that Ray gives a task to an actor that was started anew."""

_ROUNDS = 3
"""Times that a shard may fail though none of its clips does by itself."""

_BESIDE = "beside"
"""Group of tasks of an actor that are done beside its work."""

_WAIT_SECONDS = 0.5
_ASK_SECONDS = 1.0
"""Between two questions of how far an actor is."""


@dataclass(frozen=True)
class _Task:
    """A shard, or a clip of one that is tried by itself."""

    shard: Shard
    clip: int | None = None


@dataclass(eq=False)
class _Hand:
    """An actor, and what it was asked; the references of Ray by which it answers."""

    actor: Any
    beginning: Any
    """None once it is ready."""
    tasks: dict[Any, _Task] = field(default_factory=dict)
    """In the order of its work."""
    question: Any = None
    asked: float = 0.0
    at: At | None = None
    """The last answer."""

    @property
    def tries_clip(self) -> bool:
        """It tries a clip, and has nothing else to do meanwhile."""
        return any(task.clip is not None for task in self.tasks.values())

    @property
    def counts(self) -> Counts:
        """Clips done of the shard that it runs."""
        running = [task.shard.number for task in self.tasks.values() if task.clip is None]
        if self.at is None or self.at.number not in running:
            return Counts(0, 0)
        return Counts(self.at.clips, self.at.errors)


class RayEngine:
    """Runs shards in actors of a cluster of Ray.

    Args:
        work: the batch; its address is that of the cluster, or None for one of this machine that
            is started for the run.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._hands: list[_Hand] = []
        self._waiting: deque[_Task] = deque()
        self._untried: dict[int, set[int]] = {}
        """Clips that are still to be tried, by the number of their shard."""
        self._culprits: dict[int, str] = {}
        self._rounds: Counter[int] = Counter()
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
            MvitError: a model cannot be loaded, a file cannot be written, or the cluster cannot
                be reached, or was lost.
        """
        remove_abandoned_folders()
        self._waiting.extend(map(_Task, shards))
        try:
            with connected(self._work):
                self._run(on_progress, is_stopped)
        finally:
            remove_leftovers()
            for table in self._work.folder.iterdir():
                remove_leftovers_in(table)
        return self._done

    def _run(self, on_progress: Callable[[Counts], None], is_stopped: Callable[[], bool]) -> None:
        import ray

        places = places_on(ray.nodes(), self._work)
        make = _maker(self._work, places)
        try:
            while self._waiting or any(hand.tasks for hand in self._hands):
                if is_stopped():
                    self._waiting.clear()
                tasks = len(self._waiting) + sum(len(hand.tasks) for hand in self._hands)
                while len(self._hands) < min(places.count, tasks):
                    actor = make()
                    self._hands.append(_Hand(actor, actor.begin.remote()))
                self._give_out()
                self._hear()
                on_progress(self._counts())
        finally:
            for hand in self._hands:
                ray.kill(hand.actor)
            self._hands.clear()

    def _counts(self) -> Counts:
        all_counts = [self._done, *(hand.counts for hand in self._hands)]
        return Counts(sum(c.clips for c in all_counts), sum(c.errors for c in all_counts))

    def _give_out(self) -> None:
        """One task to each that is ready; a second shard only while there are enough for all."""
        ready = [hand for hand in self._hands if hand.beginning is None]
        for in_flight in range(1, _IN_FLIGHT + 1):
            for hand in ready:
                if not self._waiting or len(hand.tasks) >= in_flight or hand.tries_clip:
                    continue
                alone = self._waiting[0].clip is not None
                enough = in_flight == 1 or len(self._waiting) >= len(ready)
                if not (alone and hand.tasks) and enough:
                    self._give(hand, self._waiting.popleft())
        for hand in ready:
            if hand.tasks and hand.question is None and monotonic() - hand.asked >= _ASK_SECONDS:
                beside = hand.actor.at.options(concurrency_group=_BESIDE)
                hand.question, hand.asked = beside.remote(), monotonic()

    def _give(self, hand: _Hand, task: _Task) -> None:
        shard = task.shard
        if task.clip is not None:
            clip = shard.clips[task.clip - shard.first]
            tried = hand.actor.try_clip.options(max_task_retries=1)
            hand.tasks[tried.remote(task.clip, clip)] = task
            return
        ids = range(shard.first, shard.first + len(shard.clips))
        culprits = {clip: words for clip, words in self._culprits.items() if clip in ids}
        hand.tasks[hand.actor.run.remote(shard, culprits)] = task

    def _hear(self) -> None:
        import ray

        owners = {ref: hand for hand in self._hands for ref in hand.tasks}
        owners |= {hand.beginning: hand for hand in self._hands if hand.beginning is not None}
        owners |= {hand.question: hand for hand in self._hands if hand.question is not None}
        ready, _ = ray.wait([*owners], num_returns=1, timeout=_WAIT_SECONDS)
        for ref in ready:
            try:
                self._take(owners[ref], ref, ray.get(ref))
            except ray.exceptions.RayError as error:
                self._miss(owners[ref], ref, error)

    def _take(self, hand: _Hand, ref: object, said: object) -> None:
        match said:
            case Failed(words):
                raise MvitError(words)
            case At():
                hand.question, hand.at = None, said
            case Ready() if ref is hand.beginning:
                hand.beginning = None
            case Ready():
                self._tried(hand.tasks.pop(ref))
            case Finished(done):
                del hand.tasks[ref]
                self._done = Counts(self._done.clips + done.clips, self._done.errors + done.errors)

    def _miss(self, hand: _Hand, ref: object, error: Exception) -> None:
        """Go on without a task that Ray has given up.

        Its actor died every time, or it raised what nobody foresaw.
        """
        if ref is hand.question:
            hand.question = None
            return
        if ref is hand.beginning:
            if is_lost():
                raise EngineError(
                    "the cluster of Ray ended; once it is there again, the same command goes on"
                )
            raise EngineError(
                f"actors of the cluster end while they load the model ({_how_it_ended(error)}); is "
                f'"mvit-lens[batch,ray]" installed on all machines in this version, and is there '
                f"enough memory? Give fewer with --workers"
            )
        was_running = ref is next(iter(hand.tasks))
        task = hand.tasks.pop(ref)
        if task.clip is not None:
            self._culprits[task.clip] = culprit_words(_how_it_ended(error))
            self._tried(task)
        elif was_running:
            self._split(task.shard, error)
        else:
            self._waiting.appendleft(task)  # its actor died of another
        if hand.beginning is None:
            hand.beginning = hand.actor.begin.remote()  # where that fails, no clip is to blame

    def _split(self, shard: Shard, error: Exception) -> None:
        """Have the clips of a shard tried one by one."""
        self._rounds[shard.number] += 1
        if self._rounds[shard.number] >= _ROUNDS:
            raise EngineError(
                f"shard {shard.number} ended its process again and again "
                f"({_how_it_ended(error)}), and none of its clips does by itself; is there enough "
                f"memory? Give fewer with --workers"
            )
        ids = range(shard.first, shard.first + len(shard.clips))
        self._untried[shard.number] = {clip for clip in ids if clip not in self._culprits}
        self._waiting.extendleft(
            _Task(shard, clip) for clip in sorted(self._untried[shard.number], reverse=True)
        )

    def _tried(self, task: _Task) -> None:
        untried = self._untried[task.shard.number]
        untried.discard(task.clip if task.clip is not None else -1)
        if not untried:
            self._waiting.appendleft(_Task(task.shard))


def _maker(work: Work, places: Places) -> Callable[[], Any]:
    import ray

    kind = ray.remote(
        num_cpus=places.cores,
        num_gpus=places.gpus,
        max_restarts=-1,
        max_task_retries=_RETRIES,
        concurrency_groups={_BESIDE: 1},
    )(ShardActor)
    return lambda: kind.remote(replace(work, clips=()), Path.cwd(), places.threads)


def _how_it_ended(error: Exception) -> str:
    from ray.exceptions import OutOfMemoryError, RayTaskError

    if isinstance(error, OutOfMemoryError):
        return "out of memory"
    if isinstance(error, RayTaskError):
        return type(error.cause).__name__
    return "it crashed or was killed"
