"""The list of jobs: what the user can wait for, and how far it is."""

from __future__ import annotations

import logging
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from app.results import JobInfo, TaskKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.workers.worker import Progress, TaskResult

logger = logging.getLogger(__name__)

JOB_ORDER = (
    TaskKey.LOAD,
    TaskKey.EXPLAIN,
    TaskKey.MAPS,
    TaskKey.EXPORT,
    TaskKey.OPEN,
    TaskKey.RANGE,
    TaskKey.MULTIVIEW,
    TaskKey.SERIES,
)
"""Which job the user waits for most."""


LONG = frozenset((TaskKey.EXPORT, TaskKey.SERIES, TaskKey.MULTIVIEW))
"""Jobs that take long and leave nothing behind where the window closes on them."""


class Jobs:
    """One job per kind of task; a new one takes the place of the last of its kind.

    Args:
        clock: seconds, for telling how long is left.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._jobs: dict[TaskKey, JobInfo] = {}
        self._began: dict[TaskKey, float] = {}

    @property
    def all(self) -> tuple[JobInfo, ...]:
        """Every job, in the order of their first beginning."""
        return tuple(self._jobs.values())

    @property
    def running(self) -> tuple[TaskKey, ...]:
        """The keys of those that can be stopped."""
        return tuple(job.key for job in self._jobs.values() if job.state == "running")

    def begin(self, key: TaskKey, title: str) -> None:
        """A job was asked for."""
        self._began[key] = self._clock()
        logger.info("%s", title)
        self._jobs[key] = JobInfo(key, title)

    def stopping(self, key: TaskKey) -> None:
        """A job was asked to stop."""
        if key in self._jobs:
            self._jobs[key] = replace(self._jobs[key], state="stopping")

    def is_stopping(self, key: TaskKey) -> bool:
        """A job was asked to stop and has not ended yet."""
        return key in self._jobs and self._jobs[key].state == "stopping"

    def end(self, result: TaskResult) -> None:
        """A job ended, well or not."""
        job = self._jobs.get(result.key)
        if job is not None:
            self._jobs[result.key] = replace(job, state=result.outcome)
            spent = self._clock() - self._began[result.key]
            words = f": {result.problem}" if result.problem else ""
            logger.info("%s: %s after %.1f s%s", job.title, result.outcome, spent, words)

    def advance(self, progress: Progress) -> bool:
        """A job told how far it is; False where nobody waits for it any more."""
        job = self._jobs.get(progress.key)
        if job is None or job.state not in ("running", "stopping"):
            return False
        left = rate = None
        spent = self._clock() - self._began[progress.key]
        if progress.done and spent > 0:
            rate = progress.done / spent
            left = (progress.total - progress.done) / rate
        self._jobs[progress.key] = replace(
            job, done=progress.done, total=progress.total, per_second=rate, seconds_left=left
        )
        return True


def foremost(jobs: tuple[JobInfo, ...]) -> JobInfo | None:
    """The job that the user waits for most."""
    alive = {job.key: job for job in jobs if job.state in ("running", "stopping")}
    return next((alive[key] for key in JOB_ORDER if key in alive), None)
