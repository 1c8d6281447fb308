"""Draws the preview of the export dialog: the frame at the playhead as the file would show it.

The inference worker draws it with the renderer of the export: that has run the window at the
playhead, so that a choice is seen at once. Of numbers it reads the beginning of the file.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.results import TaskKey
from app.workers.export import explainer_for, open_other

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.results import MapRequest
    from app.workers.export import ExportJob
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle, TaskResult, Worker
    from mvit_core.export import Source
    from mvit_core.export.estimate import Estimate


@dataclass(frozen=True, eq=False)
class Preview:
    """The preview of an export at the playhead."""

    image: QImage | None = None
    """None where it cannot be drawn, and for files of numbers."""
    rows: tuple[tuple[str, ...], ...] = ()
    """The beginning of a file of numbers, its heads first."""
    problem: str = ""
    """Reason why there is neither."""
    is_rough: bool = False
    """Drawn with the range of one window, while the others of the clip are run."""


class Previews(QObject):
    """Requests the preview of the present choices, and its cost; older requests are dropped.

    Args:
        worker: the inference worker.
        model_worker: holds the models on it.
        parent: the owner.
    """

    drawn = Signal(object)
    """A ``Preview``."""
    estimated = Signal(object)
    """An ``Estimate``, or None where there is none."""

    def __init__(self, worker: Worker, model_worker: ModelWorker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker, self._model_worker = worker, model_worker

    def ask(self, job: ExportJob, shown: MapRequest) -> None:
        """Request the preview of a job; ``shown`` is the request of the map at its frame."""
        self.stop()
        if not _looks_at_clip(job):
            self._draw(job, shown)
            return
        # The clip may take minutes: until then the colours of one window are seen.
        heat = replace(job.request.heat, range_policy="layer")
        rough = replace(job, request=replace(job.request, heat=heat))
        work = partial(draw_preview, self._model_worker, shown, rough)

        def drawn(preview: Preview) -> None:
            self.drawn.emit(replace(preview, is_rough=True))
            self._draw(job, shown)

        self._worker.submit(TaskKey.EXPORT_PREVIEW, work, drawn, self._failed)

    def stop(self) -> None:
        """Cancel what is being drawn or reckoned, as the dialog is closed."""
        self._worker.cancel(TaskKey.EXPORT_PREVIEW)
        self._worker.cancel(TaskKey.EXPORT_ESTIMATE)

    def _draw(self, job: ExportJob, shown: MapRequest) -> None:
        work = partial(draw_preview, self._model_worker, shown, job)

        def drawn(preview: Preview) -> None:
            self.drawn.emit(preview)
            self._estimate(job, shown)

        self._worker.submit(TaskKey.EXPORT_PREVIEW, work, drawn, self._failed)

    def _estimate(self, job: ExportJob, shown: MapRequest) -> None:
        work = partial(estimate_cost, self._model_worker, shown, job)

        def failed(_: TaskResult) -> None:
            self.estimated.emit(None)  # the preview has said what is wrong

        self._worker.submit(TaskKey.EXPORT_ESTIMATE, work, self.estimated.emit, failed)

    def _failed(self, result: TaskResult) -> None:
        self.drawn.emit(Preview(problem=result.problem))


def _looks_at_clip(job: ExportJob) -> bool:
    from mvit_core.export import EXPORTERS

    heat, exporter = job.request.heat, EXPORTERS.get(job.target.suffix.lower())
    draws = exporter is not None and exporter.holds != "numbers"
    return draws and heat.is_automatic and heat.range_policy == "clip"


def draw_preview(
    model_worker: ModelWorker, shown: MapRequest, job: ExportJob, task: TaskHandle
) -> Preview:
    """Draw one frame, or read what a file of numbers begins with; runs on the inference worker.

    Raises:
        MvitError: the frame or its maps cannot be made.
    """
    from mvit_core.export import EXPORTERS, draw_still

    exporter = EXPORTERS.get(job.target.suffix.lower())
    with lent_sources(model_worker, shown, job, task) as (own, *others):
        if exporter is not None and exporter.holds == "numbers":
            if exporter.sheet is None:
                return Preview()
            sheet = exporter.sheet(own.explainer, own.video, job.request, task.check)
            return Preview(rows=sheet.rows)
        still = draw_still(own.explainer, own.video, job.request, task.check, others)
    height, width = still.picture.shape[:2]
    data = still.picture.tobytes()
    image = QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return Preview(image.copy())


def estimate_cost(
    model_worker: ModelWorker, shown: MapRequest, job: ExportJob, task: TaskHandle
) -> Estimate | None:
    """How large a file will be and how long it takes; runs on the inference worker.

    Raises:
        MvitError: a part of it cannot be made.
    """
    from mvit_core.export import EXPORTERS
    from mvit_core.export.estimate import Estimate, estimate_film, estimate_still

    ending = job.target.suffix.lower()
    exporter = EXPORTERS.get(ending)
    if exporter is None:
        return None
    with lent_sources(model_worker, shown, job, task) as (own, *others):
        given = own.explainer, own.video, job.request
        if exporter.holds == "video":
            return estimate_film(*given, ending, task.check, others)
        if exporter.holds == "picture":
            return estimate_still(*given, task.check, others)
        if exporter.sheet is None:
            return None
        sheet = exporter.sheet(*given, task.check)
        return Estimate(sheet.nbytes, 0.0, len(own.explainer.windows(own.video)))


@contextmanager
def lent_sources(
    model_worker: ModelWorker, shown: MapRequest, job: ExportJob, task: TaskHandle
) -> Iterator[tuple[Source, ...]]:
    """Clips and models of a job, its own first, on the inference worker.

    What serves the job alone is closed in the end.
    """
    from mvit_core.export import Source

    lent = [model_worker.lend(shown, task)]
    used = [explainer_for(lent[0], job)]
    video = model_worker.open(job.clip, job.picture_fps, file=job.clip_file)
    with ExitStack() as opened:
        sources = [Source(used[0], video)]
        for place, wanted in enumerate(job.others, start=1):
            lent.append(model_worker.lend(wanted.request(shown), task))
            used.append(explainer_for(lent[place], job, place))
            sources.append(Source(used[place], open_other(wanted, video, opened)))
        try:
            with video.checked_by(task.check):
                yield tuple(sources)
        finally:
            for explainer, kept in zip(used, lent, strict=True):
                if explainer is not kept:
                    explainer.close()  # it served this picture alone
