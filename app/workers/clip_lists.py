"""Reads lists and folders of clips, on the worker that looks at files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results.clips import ClipsInfo
from mvit_core.clips import read_clips

if TYPE_CHECKING:
    from pathlib import Path

    from app.workers.worker import TaskHandle


def read_rows(path: Path, task: TaskHandle) -> ClipsInfo:
    """The rows of a list or a folder of clips, all of them found.

    Raises:
        ClipListError: it cannot be read, or holds no clips.
    """
    task.check()
    read = read_clips(path, task.check)
    texts = tuple(
        " ".join((clip.name, *clip.labels, *clip.cells)).casefold() for clip in read.clips
    )
    return ClipsInfo(path, read.clips, read.columns, texts, range(len(read.clips)))
