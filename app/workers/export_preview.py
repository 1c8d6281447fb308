"""What the export dialog shows before anything is written: the frame at the play head.

The inference worker draws it, with the renderer of the export: the window at the play head has been
run there, so that a choice is seen at once.
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
    """What an export would show at the play head."""

    image: QImage | None
    """None where it cannot be drawn."""
    problem: str = ""
    """Why there is none."""


class Previews(QObject):
    """Asks for the preview of what is chosen; an older one is dropped.

    Args:
        worker: of the model.
        model_worker: lives there.
        parent: the owner.
    """

    came = Signal(object)
    """A ``Preview``."""

    def __init__(self, worker: Worker, model_worker: ModelWorker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker, self._model_worker = worker, model_worker

    def ask(self, job: ExportJob, shown: MapRequest) -> None:
        """Draw what a job would show; ``shown`` is the map at its frame."""
        self._worker.cancel(TaskKey.EXPORT_PREVIEW)
        work = partial(draw_preview, self._model_worker, shown, job)
        self._worker.submit(TaskKey.EXPORT_PREVIEW, work, self._drawn, self._failed)

    def stop(self) -> None:
        """The dialog is closed; what is still drawn is not wanted."""
        self._worker.cancel(TaskKey.EXPORT_PREVIEW)

    def _drawn(self, image: QImage) -> None:
        self.came.emit(Preview(image))

    def _failed(self, result: TaskResult) -> None:
        self.came.emit(Preview(None, result.problem))


def draw_preview(
    model_worker: ModelWorker, shown: MapRequest, job: ExportJob, task: TaskHandle
) -> QImage:
    """The picture of one frame, drawn as the file would show it; runs on the inference worker.

    Raises:
        MvitError: the frame or its maps cannot be had.
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
            explainer.close()  # nobody asks it for another picture
    height, width = picture.shape[:2]
    image = QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.copy()
