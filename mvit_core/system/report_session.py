"""The session inside of a report, read back as data: nothing of the page is run or looked at."""

from pathlib import Path
from typing import Any

from mvit_core.errors import SessionError
from mvit_core.printable import printable
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import read_bounded

__all__ = [
    "GENERATOR",
    "LARGEST_REPORT",
    "REPORT_ENDINGS",
    "SESSION_BEGINS",
    "SESSION_ENDS",
    "embedded_session",
]

REPORT_ENDINGS = (".html", ".htm")

GENERATOR = "MViT Lens report, form 1"
"""Names what wrote the page, and the form of it."""

LARGEST_REPORT = 64 << 20
"""Largest report that is read, in bytes: one of 64 frames at 1080 lines has a tenth of it."""

LARGEST_SESSION = 1 << 20
"""Largest session in a report, in bytes; one has a few thousand."""

SESSION_BEGINS = '<script type="application/json" id="mvitlens-session">'
SESSION_ENDS = "</script>"


def embedded_session(path: Path) -> Any:  # noqa: ANN401 - JSON
    """The session of a report, as the JSON value that stands in it.

    Raises:
        SessionError: the file is missing, too large, cut off, no report, or holds no session, more
            than one, or one that is no JSON.
    """
    content, name = read_bounded(path, LARGEST_REPORT, SessionError), printable(path.name, 100)
    begins, ends = SESSION_BEGINS.encode(), SESSION_ENDS.encode()
    if GENERATOR.encode() not in content[:4096]:
        raise SessionError(
            f"{name} is no report of MViT Lens; a page from elsewhere holds no session"
        )
    count = content.count(begins)
    if count > 1:
        raise SessionError(
            f"{name} holds {count} sessions, and a report has one: it was changed; make it anew"
        )
    if not content.rstrip().endswith(b"</html>"):
        raise SessionError(f"{name} is cut off; copy it again, or make it anew")
    if not count:
        raise SessionError(
            f"{name} was made without a session, so there is no view to open; open its clip"
        )
    first = content.index(begins) + len(begins)
    last = content.find(ends, first, first + LARGEST_SESSION + len(ends))
    if last < 0:
        raise SessionError(
            f"the session in {name} has more than {LARGEST_SESSION} bytes; make the report anew"
        )
    try:
        return load_json(content[first:last])
    except BadJson as error:
        raise SessionError(f"the session in {name} {error}") from error
