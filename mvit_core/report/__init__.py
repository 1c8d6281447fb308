"""Reports: one HTML file of a window, to be looked at anywhere without network and without us.

::

    ReportRequest -content_of-> frames, maps, numbers -page_of-> one file
    file -embedded_session-> the session that opens the same view in the window
"""

from dataclasses import dataclass
from pathlib import Path

from mvit_core.errors import ExportError
from mvit_core.export import Source
from mvit_core.pipeline import Explainer
from mvit_core.report.content import OnProgress, ReportContent, content_of, with_statistics
from mvit_core.report.page import page_of
from mvit_core.report.request import ATTENTION, MOST_HEIGHT, POSSIBLE, WHY, ReportRequest
from mvit_core.report.session import Reopening, report_session
from mvit_core.system.atomic_file import check_writable, whole_file
from mvit_core.system.ordinary_file import is_there
from mvit_core.system.report_session import LARGEST_REPORT, REPORT_ENDINGS, embedded_session
from mvit_core.video import Video

__all__ = [
    "ATTENTION",
    "LARGEST_REPORT",
    "MOST_HEIGHT",
    "POSSIBLE",
    "REPORT_ENDINGS",
    "WHY",
    "Reopening",
    "ReportContent",
    "ReportRequest",
    "SavedReport",
    "check_report_target",
    "content_of",
    "embedded_session",
    "page_of",
    "save_report",
    "with_statistics",
    "write_report",
]


@dataclass(frozen=True)
class SavedReport:
    """A report that was written."""

    content: ReportContent
    nbytes: int
    reopens: bool
    """It holds a session; False where clip or model were in no file."""


def save_report(
    explainer: Explainer,
    video: Video,
    request: ReportRequest,
    path: Path,
    reopening: Reopening | None = None,
    output: str = "",
    on_progress: OnProgress | None = None,
) -> SavedReport:
    """Make and write the report of one window, with the session that opens it again; returns both.

    Args:
        explainer: the model.
        video: the clip.
        request: what it holds, and what it shows first.
        path: the file.
        reopening: how its session names files; None with their folders.
        output: name by which it says what it is, if not its own.
        on_progress: called with (done, in all), many times; what it raises ends the work.

    Raises:
        ExportError: the target cannot be written.
        SessionError: the clip or the model cannot be read any more.
        ClipError: the clip has no such window.
        MvitError: the model or the video does not give what is asked for.
    """
    check_report_target(path)
    content = content_of(explainer, video, request, output or path.name, on_progress)
    reopening = reopening or Reopening(path.absolute().parent)
    session = report_session(explainer, video, request, content, reopening)
    read = (video.path, Source(explainer, video).model_path)
    nbytes = write_report(page_of(content, session), path, read)
    return SavedReport(content, nbytes, session is not None)


def check_report_target(path: Path) -> None:
    """See whether a report can be written, before any work is done for it.

    Raises:
        ExportError: its name does not end as a page's does, or no file can be written there.
    """
    if path.suffix.lower() not in REPORT_ENDINGS:
        raise ExportError(
            f"{path.name} ends in {path.suffix or 'nothing'}; a report ends in "
            f"{' or '.join(REPORT_ENDINGS)}"
        )
    check_writable(path)


def write_report(page: bytes, path: Path, read: tuple[Path, ...] = ()) -> int:
    """Write a report, whole or not at all; returns its bytes.

    Args:
        page: as ``page_of`` gave it.
        path: the file.
        read: files that it was made of, none of which may be overwritten.

    Raises:
        ExportError: the target cannot be written, is one of the files read, or the page is larger
            than a report that is read back.
    """
    check_report_target(path)
    for each in read:
        if is_there(path) and is_there(each) and path.samefile(each):
            raise ExportError(f"{path} was read for the report; give the report another name")
    if len(page) > LARGEST_REPORT:
        raise ExportError(
            f"the report has {len(page) >> 20} MiB; at most {LARGEST_REPORT >> 20} are read back, "
            "so take fewer lines for frames"
        )
    with whole_file(path) as partial:
        partial.write_bytes(page)
    return len(page)
