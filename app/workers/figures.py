"""Lays out and writes figures on the inference worker, which has run the window that they show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.results import TaskKey
from app.workers.export import Exported
from app.workers.export_preview import lent_sources

if TYPE_CHECKING:
    from pathlib import Path

    from app.results import MapRequest
    from app.workers.export import ExportJob
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle, TaskResult, Worker
    from mvit_core.figure import FigureRequest, FigureScene, Finding

PREVIEW_DPI = 220
"""Dots per inch of the preview: letters of 5 points can be read."""


@dataclass(frozen=True)
class FigureJob:
    """Everything that a figure needs."""

    export: ExportJob
    """Clip, model and target; its request is what the figure shows."""
    request: FigureRequest
    """Rows, columns and page."""
    dpi: int = 300
    """Dots per inch of a PNG."""

    @property
    def target(self) -> Path:
        """File to be written; its ending decides the kind of file."""
        return self.export.target


@dataclass(frozen=True, eq=False)
class FigurePreview:
    """A figure as it will be, and what it breaks of its rules."""

    image: QImage | None = None
    """None where it cannot be drawn."""
    size_mm: tuple[float, float] = (0.0, 0.0)
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    """Reason why there is no picture."""


class FigurePreviews(QObject):
    """Requests the preview of the present choices; older requests are dropped.

    Args:
        worker: the inference worker.
        model_worker: holds the models on it.
        parent: the owner.
    """

    drawn = Signal(object)
    """A ``FigurePreview``."""

    def __init__(self, worker: Worker, model_worker: ModelWorker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker, self._model_worker = worker, model_worker

    def ask(self, job: FigureJob, shown: MapRequest) -> None:
        """Request the preview of a job; ``shown`` is the request of the map on screen."""
        work = partial(draw_figure, self._model_worker, shown, job)
        self._worker.submit(TaskKey.FIGURE_PREVIEW, work, self.drawn.emit, self._failed)

    def stop(self) -> None:
        """Cancel what is being drawn, as the dialog is closed."""
        self._worker.cancel(TaskKey.FIGURE_PREVIEW)

    def _failed(self, result: TaskResult) -> None:
        self.drawn.emit(FigurePreview(problem=result.problem))


def draw_figure(
    model_worker: ModelWorker, shown: MapRequest, job: FigureJob, task: TaskHandle
) -> FigurePreview:
    """Lay out a figure and paint it; runs on the inference worker.

    Raises:
        MvitError: the figure cannot be made.
    """
    from mvit_core.figure import WRITERS, figure_picture, lint

    scene = _scene(model_worker, shown, job, task)
    picture = figure_picture(scene, PREVIEW_DPI)
    height, width = picture.shape[:2]
    data = picture.tobytes()
    image = QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888)
    writer = WRITERS.get(job.target.suffix.lower())
    dpi = job.dpi if writer is not None and writer.has_pixels else None
    findings = lint(scene, job.request.rules, dpi)
    return FigurePreview(image.copy(), (scene.width, scene.height), findings)


def save_figure(
    model_worker: ModelWorker, shown: MapRequest, job: FigureJob, task: TaskHandle
) -> Exported:
    """Write a figure, whole or not at all; runs on the inference worker.

    Raises:
        MvitError: the figure cannot be made, or the target cannot be written.
    """
    from mvit_core.figure import FigureFile, figure_origin, make_figure, write_figure

    wanted, name = FigureFile(job.request, job.dpi), job.target.name
    with lent_sources(model_worker, shown, job.export, task) as sources:
        own, *others = sources
        origin = figure_origin(sources, wanted, name, task.check)
        scene = make_figure(own.explainer, own.video, job.request, task.check, others)
    task.check()
    read = (job.export.clip, job.export.model.checkpoint)
    write_figure(scene, job.target, job.dpi, read, origin)
    return Exported(job.target, scene.notes)


def _scene(
    model_worker: ModelWorker, shown: MapRequest, job: FigureJob, task: TaskHandle
) -> FigureScene:
    from mvit_core.figure import make_figure

    with lent_sources(model_worker, shown, job.export, task) as (own, *others):
        return make_figure(own.explainer, own.video, job.request, task.check, others)
