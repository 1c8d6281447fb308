"""Words about jobs: how far they are, how fast, and how long they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.text.phrases import clock_words, of_words, rate_words

if TYPE_CHECKING:
    from app.results import JobInfo


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("jobs", text)


def progress_words(job: JobInfo) -> str:
    """How far a job is, with rate and time left as far as they are known; empty for none."""
    if job.state == "stopping":
        return tr("stopping")
    if not job.total:
        return ""
    count = f"{job.done} %" if job.key == "open" else of_words(job.done, job.total)
    pace = pace_words(job)
    return f"{count} · {pace}" if pace else count


def pace_words(job: JobInfo) -> str:
    """Rate, for an export whose steps are frames, and time left."""
    words = []
    if job.key == "export" and job.per_second is not None:
        words.append(tr("{n} fps").format(n=rate_words(job.per_second)))
    if job.seconds_left is not None and job.seconds_left >= 2:
        words.append(tr("{time} left").format(time=clock_words(job.seconds_left)))
    return ", ".join(words)
