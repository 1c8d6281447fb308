"""Draws the preview of the export dialog: the frame at the playhead as the file would show it.

The inference worker draws it with the renderer of the export: that has run the window at the
playhead, so that a choice is seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.results import TaskKey
from app.workers.export import explainer_for

if TYPE_CHECKING:
    from app.results import MapRequest
    from app.workers.export import ExportJob
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle, TaskResult, Worker


@dataclass(frozen=True, eq=False)
class Preview:
    """The preview of an export at the playhead."""

    image: QImage | None
    """None where it cannot be drawn."""
    problem: str = ""
    """Reason why there is none."""


class Previews(QObject):
    """Requests the preview of the present choices; older ones are dropped.

    Args:
        worker: the inference worker.
        model_worker: holds the models on it.
        parent: the owner.
    """

    drawn = Signal(object)
    """A ``Preview``."""

    def __init__(self, worker: Worker, model_worker: ModelWorker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker, self._model_worker = worker, model_worker

    def ask(self, job: ExportJob, shown: MapRequest) -> None:
        """Request the preview of a job; ``shown`` is the request of the map at its frame."""
        self._worker.cancel(TaskKey.EXPORT_PREVIEW)
        work = partial(draw_preview, self._model_worker, shown, job)
        self._worker.submit(TaskKey.EXPORT_PREVIEW, work, self._drawn, self._failed)

    def stop(self) -> None:
        """Cancel the preview that is being drawn, as the dialog is closed."""
        self._worker.cancel(TaskKey.EXPORT_PREVIEW)

    def _drawn(self, image: QImage) -> None:
        self.drawn.emit(Preview(image))

    def _failed(self, result: TaskResult) -> None:
        self.drawn.emit(Preview(None, result.problem))


def draw_preview(
    model_worker: ModelWorker, shown: MapRequest, job: ExportJob, task: TaskHandle
) -> QImage:
    """Draw one frame as the file would show it; runs on the inference worker.

    Raises:
        MvitError: the frame or its maps cannot be made.
    """
    from mvit_core.export import draw_still

    lent = model_worker.lend(shown, task)
    explainer = explainer_for(lent, job)
    video = model_worker.open(job.clip, job.picture_fps, file=job.clip_file)
    try:
        with video.checked_by(task.check):
            picture = draw_still(explainer, video, job.request, task.check).picture
    finally:
        if explainer is not lent:
            explainer.close()  # it served this picture alone
    height, width = picture.shape[:2]
    image = QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.copy()
