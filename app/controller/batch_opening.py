"""Opens a row of a batch result: its clip, window, block and head, and the model that ran it.

The frame is gone to once the clip is there, block and head once the model is: another clip begins
at its place of last time, another model with its last block.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from app.results import Message, TaskKey, Way
from app.text.batch import missing_checkpoint_words, moved_words
from app.workers.batch_tables import find_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.controller.workbench import Workbench
    from app.results.batch import BatchInfo
    from app.state.view_state import ModelSource
    from app.workers.batch_tables import FoundCheckpoint
    from app.workers.worker import TaskResult
    from mvit_core.batch.result_query import HeadNumber, ResultModel, ResultRow


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("batch", text)


class OpenVideo(Protocol):
    """Opens a video; calls back where it cannot be opened."""

    def __call__(
        self,
        path: Path,
        stream: int | None = None,
        on_failed: Callable[[TaskResult], object] | None = None,
        *,
        keep_model: bool = False,
    ) -> None:
        """Open a video, by its path."""


@dataclass(frozen=True)
class RowWays:
    """What a row is opened by, the same as for everything else that opens."""

    open_video: OpenVideo
    load_model: Callable[[ModelSource], object]
    """The model before stays until this one is loaded."""
    choose_block: Callable[[int, int], object]
    """Shows a block and one of its heads."""


@dataclass(frozen=True)
class _Goal:
    """Where the view is on its way to."""

    path: Path
    frame: int | None
    """None once it was gone to, and where there is none."""
    number: HeadNumber


class RowOpener(QObject):
    """Opens rows of a batch result by the ordinary ways.

    Args:
        bench: shared by the controller's collaborators.
        ways: what rows are opened by.
    """

    _came = Signal()

    def __init__(self, bench: Workbench, ways: RowWays) -> None:
        super().__init__(bench)
        self._bench, self._ways = bench, ways
        self._goal: _Goal | None = None
        self._found: dict[str, ModelSource] = {}
        self._missing: set[str] = set()
        self._sought = ""
        self._coming: ModelSource | None = None
        # Later: whoever else returns to a place when a clip or a model comes does so before.
        self._came.connect(self._arrive, Qt.ConnectionType.QueuedConnection)

    def forget(self) -> None:
        """Another batch result is open, or none."""
        self._goal, self._sought = None, ""
        self._found.clear()
        self._missing.clear()

    def open(
        self, info: BatchInfo, row: ResultRow, on_failed: Callable[[int, str], object]
    ) -> None:
        """Open the clip of a row, and its model where it is found.

        Args:
            info: the batch result.
            row: of it.
            on_failed: called with its number and the reason where its clip cannot be opened.
        """
        bench, facts = self._bench, info.facts
        path = (bench.state.batch_root or facts.root) / row.path
        self._goal = _Goal(path, row.frame, facts.nearest(bench.state.batch.number))
        bench.store.update(clip_row=row.row)
        model = next((each for each in facts.models if each.name == row.checkpoint), None)
        if model is not None:
            self._ask_for(model, info)
        video = bench.results.video
        if video is None or video.path != path or bench.workers.decode.is_pending(TaskKey.OPEN):
            failed = partial(self._failed, row.row, on_failed)
            self._ways.open_video(path, on_failed=failed, keep_model=True)
        self._came.emit()

    def model_shown(self, info: BatchInfo) -> str:
        """Name of the batch's model that is in use, or of its first."""
        state, models = self._bench.state, info.facts.models
        in_use = next((n for n, source in self._found.items() if source == state.model), None)
        return in_use or (models[0].name if models else "")

    def arrive_soon(self) -> None:
        """Something came; look whether the view can go on to where it is on its way to."""
        if self._goal is not None:
            self._came.emit()

    # -- the model ----------------------------------------------------------------------------

    def _ask_for(self, model: ResultModel, info: BatchInfo) -> None:
        """Have the checkpoint of a row found, unless it is in use or was looked for in vain."""
        bench, known = self._bench, self._found.get(model.name)
        if model.name == self._sought or model.name in self._missing:
            return
        if known is not None:
            self._load(known)
            return
        facts = info.facts
        folders = (facts.folder, facts.folder.parent, facts.root)
        work = partial(find_checkpoint, model, bench.state.model, folders)
        found = partial(self._model_found, model)
        self._sought = model.name
        bench.workers.files.submit(TaskKey.CHECKPOINT, work, found, self._not_sought)

    def _not_sought(self, result: TaskResult) -> None:
        self._sought = ""
        self._bench.failed(result)

    def _model_found(self, model: ResultModel, found: FoundCheckpoint) -> None:
        self._sought = ""
        if found.source is None:
            self._missing.add(model.name)
            words = missing_checkpoint_words(model, found.other)
            way = Way(tr("Load model…"), "file.load_model")
            self._bench.notify(Message("warning", words, ways=(way,)))
            return
        self._found[model.name] = found.source
        self._load(found.source)

    def _load(self, source: ModelSource) -> None:
        """Load a model that is neither in use nor on its way."""
        bench = self._bench
        is_coming = source == self._coming and TaskKey.LOAD in bench.jobs.running
        if source != bench.state.model and not is_coming:
            self._coming = source
            self._ways.load_model(source)

    # -- arriving -----------------------------------------------------------------------------

    @Slot()
    def _arrive(self) -> None:
        """Go to the frame, and to block and head, as far as clip and model are there."""
        bench, goal = self._bench, self._goal
        video, coming = bench.results.video, bench.jobs.running
        if goal is None or video is None or TaskKey.OPEN in coming:
            return
        if video.path != goal.path or bench.state.clip != goal.path:
            self._goal = None  # another clip was opened meanwhile
            return
        if goal.frame is not None:
            self._goal = replace(goal, frame=None)
            bench.store.update(frame=min(max(goal.frame, 0), video.frame_count - 1))
        if self._sought or TaskKey.LOAD in coming:
            return
        self._goal = None
        if goal.number.block is not None:
            self._ways.choose_block(goal.number.block, goal.number.head)

    def _failed(
        self, row: int, on_failed: Callable[[int, str], object], result: TaskResult
    ) -> None:
        self._goal = None
        on_failed(row, result.problem)
        way = Way(tr("Choose folder…"), "file.batch_root")
        words = moved_words(result.problem)
        self._bench.notify(Message("error", words, result.trace, ways=(way,), about=TaskKey.OPEN))
