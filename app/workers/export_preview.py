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

from mvit_core.video import open_video

if TYPE_CHECKING:
    from app.results import MapRequest
    from app.workers.export import ExportJob
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle, TaskResult, Worker

PREVIEW = "export.preview"
"""The key of the questions."""


@dataclass(frozen=True, eq=False)
class Preview:
    """What an export would show at the play head."""

    image: QImage | None
    """None where it cannot be drawn."""
    problem: str = ""
    """Why there is none."""


class Previews(QObject):
    """Asks for the preview of what is chosen; an older answer is dropped.

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
        self._worker.cancel(PREVIEW)
        self._worker.ask(PREVIEW, partial(draw_preview, self._model_worker, shown, job))

    def stop(self) -> None:
        """The dialog is closed; what is still drawn is not wanted."""
        self._worker.cancel(PREVIEW)

    def on_result(self, result: TaskResult) -> bool:
        """Tell what came; True for a result that was asked for here."""
        if result.key != PREVIEW:
            return False
        if self._worker.is_latest(result):
            if isinstance(result.payload, QImage):
                self.came.emit(Preview(result.payload))
            elif result.outcome == "failed":
                self.came.emit(Preview(None, result.problem))
        return True


def draw_preview(
    model_worker: ModelWorker, shown: MapRequest, job: ExportJob, task: TaskHandle
) -> QImage:
    """The picture of one frame, drawn as the file would show it; runs on the inference worker.

    Raises:
        MvitError: the frame or its maps cannot be had.
    """
    from mvit_core.export import draw_still

    explainer = model_worker.lend(shown, task)
    with open_video(job.clip, fps=job.picture_fps) as video, video.checked_by(task.check):
        picture = draw_still(explainer, video, job.request, task.check).picture
    height, width = picture.shape[:2]
    image = QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.copy()
