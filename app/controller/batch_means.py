"""Has means of heads over a batch result read: the one that is chosen, or else the one open."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import Message, TaskKey
from app.results.batch_means import BatchMeansInfo, BatchMeansRequest, is_of_batch

if TYPE_CHECKING:
    from app.controller.workbench import Workbench
    from app.workers.worker import TaskResult


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("effects", text)


class BatchMeans(Collaborator):
    """Puts the means over a batch result into the results; it comes before what needs them.

    Where they cannot be used, those of the clip stand for them and a message says why; the choice
    stays, and is looked at again with another model.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._info: BatchMeansInfo | None = None
        self._told: BatchMeansInfo | None = None

    @override
    def refresh(self) -> None:
        wanted = self._wanted()
        if wanted != (None if self._info is None else self._info.asked):
            self._ask(wanted)
        if self._bench.results.batch_means is not self._info:
            self._bench.results = replace(self._bench.results, batch_means=self._info)
        self._tell()

    @override
    def resume(self) -> None:
        if self._info is not None and self._info.problem:
            self._info = None  # perhaps the folder is there again

    def _wanted(self) -> BatchMeansRequest | None:
        state, results = self._bench.state, self._bench.results
        model, batch = results.model, results.batch
        folder = state.mean_batch or (None if batch is None else batch.facts.folder)
        if folder is None or model is None or not (model.has_weights and model.has_classes):
            return None
        spec = state.clip_spec or model.clip_spec
        return BatchMeansRequest(folder, model.source, model.files, spec)

    def _ask(self, wanted: BatchMeansRequest | None) -> None:
        files = self._bench.workers.files
        files.cancel(TaskKey.HEAD_MEANS)
        self._info = None if wanted is None else BatchMeansInfo(wanted)
        if wanted is not None:
            work = partial(self._bench.workers.means.read, wanted)
            files.submit(
                TaskKey.HEAD_MEANS,
                work,
                self._found,
                partial(self._failed, wanted),
                background=True,
            )

    def _found(self, info: BatchMeansInfo) -> None:
        if self._info is not None and self._info.asked == info.asked:
            self._info = info

    def _failed(self, wanted: BatchMeansRequest, result: TaskResult) -> None:
        self._found(BatchMeansInfo(wanted, problem=result.problem))
        self._bench.failed(result)

    def _tell(self) -> None:
        """Say once of means that are chosen why they are not used, or how they were made."""
        info, state = self._info, self._bench.state
        if info is None or info is self._told or info.is_coming or not is_of_batch(state):
            return
        self._told = info
        if info.problem:
            words = tr("Heads that are off give their mean over this clip: {why}")
            self._bench.notify(Message("warning", words.format(why=info.problem)))
        elif info.notes:
            self._bench.notify(Message("info", "; ".join(info.notes)))
