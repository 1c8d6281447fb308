"""The list of jobs: work that the user can wait for, with progress."""

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
    TaskKey.CAPTURE,
    TaskKey.EXPLAIN,
    TaskKey.MAPS,
    TaskKey.EVIDENCE,
    TaskKey.PATCH,
    TaskKey.EXPORT,
    TaskKey.FIGURE,
    TaskKey.REPORT,
    TaskKey.SAVE_CAPTURE,
    TaskKey.OPEN,
    TaskKey.ATLAS,
    TaskKey.HEAD_CARD,
    TaskKey.PLAY_AHEAD,
    TaskKey.SANITY,
    TaskKey.WHEN,
    TaskKey.EFFECTS,
    TaskKey.FAITHFULNESS,
    TaskKey.RANGE,
    TaskKey.MULTIVIEW,
    TaskKey.SERIES,
)
"""Keys of jobs; the one that the user waits for most comes first."""


AHEAD = frozenset((TaskKey.NEIGHBOURS, TaskKey.PREFETCH))
"""Tasks that work ahead: several end with every frame, and none changes what is known."""

LONG = frozenset(
    (TaskKey.EXPORT, TaskKey.REPORT, TaskKey.SAVE_CAPTURE, TaskKey.SERIES, TaskKey.MULTIVIEW)
)
"""Jobs that take long and leave nothing behind where the window closes on them."""


class Jobs:
    """One job per task key; a new one replaces the last of its key.

    Args:
        clock: returns seconds, from which the time left is estimated.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._jobs: dict[TaskKey, JobInfo] = {}
        self._began: dict[TaskKey, float] = {}

    @property
    def all(self) -> tuple[JobInfo, ...]:
        """All jobs, in the order of their first beginning."""
        return tuple(self._jobs.values())

    @property
    def running(self) -> tuple[TaskKey, ...]:
        """Keys of the jobs that can be stopped."""
        return tuple(job.key for job in self._jobs.values() if job.state == "running")

    def begin(self, key: TaskKey, title: str) -> None:
        """Add a job."""
        self._began[key] = self._clock()
        logger.info("%s", title)
        self._jobs[key] = JobInfo(key, title)

    def forget_ended(self) -> None:
        """Drop the jobs that have ended."""
        self._jobs = {k: j for k, j in self._jobs.items() if j.state in ("running", "stopping")}

    def stopping(self, key: TaskKey) -> None:
        """Mark a job as stopping."""
        if key in self._jobs:
            self._jobs[key] = replace(self._jobs[key], state="stopping")

    def is_stopping(self, key: TaskKey) -> bool:
        """True where a job was asked to stop and has not ended yet."""
        return key in self._jobs and self._jobs[key].state == "stopping"

    def end(self, result: TaskResult) -> None:
        """Mark a job as done, failed or cancelled."""
        job = self._jobs.get(result.key)
        if job is not None:
            self._jobs[result.key] = replace(job, state=result.outcome)
            spent = self._clock() - self._began[result.key]
            words = f": {result.problem}" if result.problem else ""
            logger.info("%s: %s after %.1f s%s", job.title, result.outcome, spent, words)

    def advance(self, progress: Progress) -> bool:
        """Update the progress of a job; False where it has ended."""
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
