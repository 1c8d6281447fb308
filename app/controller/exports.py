"""Makes export jobs of the present view, and has them drawn and written."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.controller.workbench import Collaborator
from app.results import Message, TaskKey
from app.workers.capture_saving import save_capture
from app.workers.export import job_for, repeated
from app.workers.export_preview import Previews
from app.workers.figures import FigurePreviews, save_figure
from app.workers.plot_origins import origin_job, write_origins
from app.workers.reports import save_report

if TYPE_CHECKING:
    from pathlib import Path

    from app.controller.workbench import Workbench
    from app.results import PlotFile
    from app.workers.export import Exported, ExportJob
    from app.workers.figures import FigureJob
    from app.workers.plot_origins import OriginJob, ToldOrigins
    from app.workers.reports import ReportJob
    from app.workers.worker import TaskResult


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Controller", text)


class Exports(Collaborator):
    """Has exports written, and previewed for the dialog.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._last: ExportJob | None = None
        self._untold: tuple[OriginJob, ...] = ()
        given = bench.workers.infer, bench.workers.model_worker, bench
        self.previews, self.figures = Previews(*given), FigurePreviews(*given)

    def begin(self, job: ExportJob) -> None:
        """Write an export."""
        self._last = job
        self._bench.preferences.exported_to(job.target.parent)
        self._bench.results = replace(self._bench.results, has_exported=True)
        words = tr("Exporting {name}").format(name=job.target.name)
        self._bench.jobs.begin(TaskKey.EXPORT, words)
        workers = self._bench.workers
        work = partial(workers.exporter.run, job)
        workers.export.submit(TaskKey.EXPORT, work, self._saved, self._bench.failed)
        self._bench.due.emit()

    def save_capture(self, target: Path) -> None:
        """Write the windows that were run as a capture file."""
        results, workers = self._bench.results, self._bench.workers
        request = results.request
        if request is None:
            return
        pairs = zip(results.windows, results.window_states.states, strict=False)
        run = tuple(window for window, state in pairs if state == "run")
        work = partial(save_capture, workers.model_worker, request, run, target)
        words = tr("Saving {name}").format(name=target.name)
        self._bench.jobs.begin(TaskKey.SAVE_CAPTURE, words)
        workers.infer.submit(TaskKey.SAVE_CAPTURE, work, self._saved, self._bench.failed)
        self._bench.due.emit()

    def say_origin(self, file: PlotFile) -> None:
        """Have it written beside a plot or a table of the window where that comes from.

        All that is not told yet is asked for together: of a task that waits, the latest counts.
        """
        job = origin_job(file, self._bench.state, self._bench.results)
        if job is None:
            return
        self._untold = (*self._untold, job)
        workers = self._bench.workers
        work = partial(write_origins, workers.model_worker, self._untold)
        workers.infer.submit(TaskKey.ORIGINS, work, self._told, self._not_told)

    def _not_told(self, result: TaskResult) -> None:
        self._untold = ()  # they would fail with the next one too
        self._bench.failed(result)

    def _told(self, told: ToldOrigins) -> None:
        self._untold = tuple(job for job in self._untold if job not in told.jobs)
        for note in told.notes:
            self._bench.notify(Message("warning", note))

    def preview_figure(self, job: FigureJob) -> None:
        """Lay out a figure for its dialog; ``figures`` emits the picture."""
        if self._bench.results.request is not None:
            self.figures.ask(job, self._bench.results.request)

    def save_figure(self, job: FigureJob) -> None:
        """Write a figure of the window shown."""
        request, workers = self._bench.results.request, self._bench.workers
        if request is None:
            return
        self._bench.preferences.exported_to(job.target.parent)
        work = partial(save_figure, workers.model_worker, request, job)
        words = tr("Exporting {name}").format(name=job.target.name)
        self._bench.jobs.begin(TaskKey.FIGURE, words)
        workers.infer.submit(TaskKey.FIGURE, work, self._saved, self._bench.failed)
        self._bench.due.emit()

    def save_report(self, job: ReportJob) -> None:
        """Write an HTML report of the window shown."""
        workers = self._bench.workers
        self._bench.preferences.exported_to(job.target.parent)
        work = partial(save_report, workers.exporter, job)
        words = tr("Exporting {name}").format(name=job.target.name)
        self._bench.jobs.begin(TaskKey.REPORT, words)
        workers.export.submit(TaskKey.REPORT, work, self._saved, self._bench.failed)
        self._bench.due.emit()

    def repeat(self) -> None:
        """Export the present view with the choices of the last export."""
        last = self._last
        job = repeated(last, self._bench.state, self._bench.results) if last is not None else None
        if job is not None:
            self.begin(job)

    def job(self) -> ExportJob | None:
        """Make the job that exports the present view; None without video or model."""
        bench = self._bench
        return job_for(bench.state, bench.results, bench.preferences.export_folder)

    def preview(self, job: ExportJob) -> None:
        """Draw an export at the playhead; ``previews`` emits the picture."""
        if self._bench.results.request is not None:
            self.previews.ask(job, self._bench.results.request)

    def _saved(self, exported: Exported) -> None:
        words = tr("Saved {what}").format(what=exported.target)
        words = " · ".join((words, *exported.notes))
        self._bench.notify(Message("info", words, file=exported.target))
