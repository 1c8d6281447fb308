"""Writes HTML reports on the export worker, which has a model of its own: the window goes on."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.state.session import Place, make_session, session_page
from app.workers.export import Exported
from mvit_core.errors import SessionError

if TYPE_CHECKING:
    from pathlib import Path

    from app.state.view_state import ViewState
    from app.workers.export import Exporter, ExportJob
    from app.workers.worker import TaskHandle
    from mvit_core.report import ReportRequest


@dataclass(frozen=True)
class ReportJob:
    """Everything that a report needs."""

    export: ExportJob
    """Clip, model and target; its request is what the page shows first."""
    request: ReportRequest
    """What the page holds."""
    state: ViewState
    """The view that the report opens again in the window."""
    with_paths: bool = True
    """Name clip and checkpoint with their folders; without, the report can be given away."""

    @property
    def target(self) -> Path:
        """File to be written."""
        return self.export.target


def save_report(exporter: Exporter, job: ReportJob, task: TaskHandle) -> Exported:
    """Write a report, whole or not at all; runs on the export worker.

    Raises:
        MvitError: the report cannot be made, or the target cannot be written.
    """
    with ExitStack() as opened:
        source = exporter.open(job.export, task, opened)
        # Imports torch, which is there by now.
        from mvit_core.report import (
            check_report_target,
            content_of,
            page_of,
            with_statistics,
            write_report,
        )

        check_report_target(job.target)
        explainer = with_statistics(source.explainer)
        content = content_of(explainer, source.video, job.request, job.target.name, task.step)
        task.check()
        page = page_of(content, _session(job))
        read = (job.export.clip, job.export.model.checkpoint)
        write_report(page, job.target, read)
    return Exported(job.target, content.notes)


def _session(job: ReportJob) -> dict[str, Any]:
    """The session of the view.

    Raises:
        SessionError: the clip or the model cannot be read any more.
    """
    folder = job.target.absolute().parent
    try:
        session = make_session(job.state, Place(), folder, with_paths=job.with_paths)
    except OSError as error:
        raise SessionError(f"{error.filename} cannot be read any more: {error.strerror}") from error
    return session_page(session)
