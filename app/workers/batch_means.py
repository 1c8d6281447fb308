"""Reads means of heads over batch results, on the worker that looks at files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results.batch_means import BatchMeansInfo
from mvit_core.errors import CheckpointReadError, MvitError
from mvit_core.system.ordinary_file import sha256_of

if TYPE_CHECKING:
    from app.results.batch_means import BatchMeansRequest
    from app.workers.worker import TaskHandle
    from mvit_core.explaining.given_means import GivenMeans


class MeansReader:
    """Reads means, and gives them to the workers that run networks.

    Args:
        given: shared with these.
    """

    def __init__(self, given: GivenMeans) -> None:
        self._given = given
        self._digest: tuple[object, str] = (None, "")

    def read(self, asked: BatchMeansRequest, task: TaskHandle) -> BatchMeansInfo:
        """The means that are asked for, or why they cannot be used.

        Raises:
            Cancelled: the task was cancelled.
        """
        from mvit_core.batch.result_means import UsedModel, read_means

        try:
            digest = self._sha256(asked, task)
            model = UsedModel(digest, asked.model.weights, asked.model.half, asked.clip_spec)
            found = read_means(asked.folder, model, task.check)
        except MvitError as error:
            return BatchMeansInfo(asked, problem=str(error))
        self._given.give(found.source, found.blocks)
        return BatchMeansInfo(asked, found.source, found.notes)

    def _sha256(self, asked: BatchMeansRequest, task: TaskHandle) -> str:
        """Of the checkpoint; computed once for a file."""
        if self._digest[0] != asked.files:
            path = asked.model.checkpoint
            self._digest = asked.files, sha256_of(path, CheckpointReadError, task.check)
        return self._digest[1]
