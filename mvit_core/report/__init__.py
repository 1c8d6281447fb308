"""Reports: one HTML file of a window, to be looked at anywhere without network and without us.

::

    ReportRequest -content_of-> frames, maps, numbers -page_of-> one file
    file -embedded_session-> the session that opens the same view in the window
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mvit_core.errors import ExportError
from mvit_core.pipeline import Explainer
from mvit_core.report.content import OnProgress, ReportContent, content_of, with_statistics
from mvit_core.report.page import page_of
from mvit_core.report.request import ATTENTION, MOST_HEIGHT, POSSIBLE, WHY, ReportRequest
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
    "ReportContent",
    "ReportRequest",
    "check_report_target",
    "content_of",
    "embedded_session",
    "make_report",
    "page_of",
    "with_statistics",
    "write_report",
]


def make_report(
    explainer: Explainer,
    video: Video,
    request: ReportRequest,
    session: Mapping[str, Any] | None = None,
    output: str = "report.html",
    on_progress: OnProgress | None = None,
) -> bytes:
    """The report of one window of a clip, as the bytes of an HTML file.

    Args:
        explainer: the model.
        video: the clip.
        request: what it holds, and what it shows first.
        session: the JSON object that opens the same view in the window; None for none.
        output: name of the file, which the report names in the command that repeats it.
        on_progress: called with (done, in all), many times; what it raises ends the work.

    Raises:
        ClipError: the clip has no such window.
        MvitError: the model or the video does not give what is asked for.
    """
    return page_of(content_of(explainer, video, request, output, on_progress), session)


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
        page: as ``make_report`` gave it.
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
