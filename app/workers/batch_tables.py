"""Reads lists of clips and batch results, on the worker that looks at files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.results.batch import BatchAnswer
from app.state.view_state import ModelSource
from app.workers.clip_lists import read_rows
from mvit_core.batch.result_files import holds_result
from mvit_core.errors import CheckpointReadError
from mvit_core.system.ordinary_file import is_file, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.results.batch import BatchRequest, MeansRequest
    from app.results.clips import ClipsInfo
    from app.workers.worker import TaskHandle
    from mvit_core.attribution import HeadStatistics
    from mvit_core.batch.result import ResultTables
    from mvit_core.batch.result_query import ResultFacts, ResultModel


class BatchReader:
    """Holds the tables of the batch result that is open; lives on the worker of files."""

    def __init__(self) -> None:
        self._tables: ResultTables | None = None

    def read(self, path: Path, task: TaskHandle) -> ClipsInfo | ResultFacts:
        """The rows of a list or a folder of clips, or what a batch result holds.

        Raises:
            Cancelled: the task was cancelled.
            ClipListError: it cannot be read, or holds no clips.
        """
        self.close()
        return self._opened(path, task).facts if holds_result(path) else read_rows(path, task)

    def look(self, request: BatchRequest, task: TaskHandle) -> BatchAnswer:
        """Look up some pages of rows, and where one stands.

        Raises:
            Cancelled: the task was cancelled.
            ClipListError: the tables cannot be read any more.
        """
        tables = self._opened(request.folder, task)
        found = tables.find(request.query)
        pages = {number: tables.page(number) for number in request.pages}
        place = None if request.row is None else tables.place_of(request.row)
        return BatchAnswer(request, found, pages, tables.histogram(), place)

    def means(self, request: MeansRequest, task: TaskHandle) -> tuple[HeadStatistics, ...]:
        """Mean numbers of all heads over the rows that are listed.

        Raises:
            Cancelled: the task was cancelled.
            ClipListError: the tables cannot be read any more.
        """
        tables = self._opened(request.folder, task)
        tables.find(request.query)
        return tables.head_means(request.checkpoint, request.queries)

    def close(self) -> None:
        """Let go of the tables."""
        tables, self._tables = self._tables, None
        if tables is not None:
            tables.close()

    def _opened(self, folder: Path, task: TaskHandle) -> ResultTables:
        task.check()
        tables = self._tables
        if tables is None or tables.facts.folder != folder:
            from mvit_core.batch.result import ResultTables

            self.close()
            self._tables = tables = ResultTables(folder, task.check)
        return tables


@dataclass(frozen=True)
class FoundCheckpoint:
    """The checkpoint of a batch, as far as it was found."""

    source: ModelSource | None = None
    """None where it was not."""
    other: Path | None = None
    """A file in its place whose content is another."""


def find_checkpoint(
    model: ResultModel, in_use: ModelSource | None, folders: tuple[Path, ...], task: TaskHandle
) -> FoundCheckpoint:
    """The checkpoint that a batch was run with, told by the SHA-256 of its content.

    Looks at the one in use, where it lay when the batch was run, and into some folders.

    Args:
        model: as the batch names it.
        in_use: what is loaded now.
        folders: that it may lie in.
        task: the task.

    Raises:
        Cancelled: the task was cancelled.
    """
    others: list[Path] = []
    for source in _sources(model, in_use, folders):
        task.check()
        if not is_file(source.checkpoint) or source.checkpoint in others:
            continue
        try:
            if model.sha256 and sha256_of(source.checkpoint, CheckpointReadError) == model.sha256:
                return FoundCheckpoint(source)
        except CheckpointReadError:
            continue
        if source is not in_use:
            others.append(source.checkpoint)
    return FoundCheckpoint(other=others[0] if others else None)


def _sources(
    model: ResultModel, in_use: ModelSource | None, folders: tuple[Path, ...]
) -> Iterator[ModelSource]:
    """Where it may be, the most likely first."""
    if in_use is not None and (in_use.weights, in_use.head) == (model.weights, model.head):
        yield in_use
    lay = model.checkpoint
    names = [name for name in (lay and lay.name, model.name) if name]
    paths = [lay] if lay is not None else []
    paths += [folder / name for folder in folders for name in dict.fromkeys(names)]
    for path in paths:
        source = ModelSource(path, preset=model.preset, weights=model.weights, head=model.head)
        config, labels = (
            each if each is None or is_file(each) else None for each in (model.config, model.labels)
        )
        yield replace(source, config=config, labels=labels, half=model.half)
