"""One HTML file of a report: everything within it, nothing fetched, nothing from outside run.

The page's own script and style are allowed by their digests and pictures by being data; whatever
else a page could ask for is forbidden by its policy. Texts from outside are escaped here, and the
script writes them as text alone.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from mvit_core.printable import printable
from mvit_core.report.content import ReportContent
from mvit_core.report.frames import ReportFrame
from mvit_core.system.assets import asset
from mvit_core.system.report_session import GENERATOR, SESSION_BEGINS, SESSION_ENDS

__all__ = ["SCRIPTS", "embedded_json", "page_of"]

SCRIPTS = (
    "numbers.js",
    "data.js",
    "paint.js",
    "outlines.js",
    "state.js",
    "viewer.js",
    "controls.js",
    "tables.js",
    "curves.js",
    "sheet.js",
    "main.js",
)
"""Parts of the page's script below ``resources/report``, in the order they are put together."""

STYLES = ("theme.css", "page.css", "print.css")

_REMARK = re.compile(r"//.*|/\*.*\*/")
"""A line that is a remark from its beginning to its end."""

_GAP = re.compile(r"\{\{(\w+)\}\}")


def page_of(content: ReportContent, session: Mapping[str, Any] | None = None) -> bytes:
    """The file, UTF-8.

    Args:
        content: what it shows.
        session: the JSON object that opens the same view in the window; None for none.
    """
    script, style = _together(SCRIPTS), _together(STYLES)
    script = f'(() => {{\n"use strict";\n{script}}})();\n'
    gaps = {
        "policy": _policy(script, style),
        "generator": GENERATOR,
        "title": escape(content.title),
        "subtitle": escape(content.subtitle),
        "notes": _list_of(content.notes),
        "frames": "\n".join(map(_frame, content.frames)),
        "facts": _facts(content.facts.rows),
        "methods": escape(content.facts.methods),
        "command": escape(printable(content.facts.command, 4000)),
        "style": style,
        "script": script,
        "document": embedded_json(content.document),
        "provenance": embedded_json(content.facts.document),
        "session": _session(session),
    }
    page = _text("page.html")
    # One pass: a name that looks like a gap is not filled.
    made = _GAP.sub(lambda found: gaps[found[1]], page)
    return made.encode("utf-8", errors="backslashreplace")


def embedded_json(value: object) -> str:
    """JSON that stands inside of a script element: no sign of it ends the element or a line."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(script: str, style: str) -> str:
    """What the page may do: run this script, use this style, show pictures that are data."""
    return (
        f"default-src 'none'; img-src data:; script-src {_digest(script)}; "
        f"style-src {_digest(style)}; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return asset("report", name).read_text(encoding="utf-8")


def _together(names: Sequence[str]) -> str:
    """Parts one after the other, without what only their readers need: a page is to be small."""
    lines = (line.strip() for name in names for line in _text(name).splitlines())
    return "\n".join(line for line in lines if line and not _REMARK.fullmatch(line)) + "\n"


def _list_of(notes: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(printable(note))}</li>" for note in notes)
    return f'<ul class="notes" aria-label="Notes">{items}</ul>' if notes else ""


def _frame(frame: ReportFrame) -> str:
    """A frame as a picture, which the script draws from and a reader without it sees."""
    data, (width, height) = b64encode(frame.webp).decode(), frame.size
    words = f"Frame {frame.index} of the clip, at {frame.seconds:.3f} seconds"
    return (
        f'<button type="button" class="thumb" data-frame="{frame.index}" tabindex="-1">'
        f'<img alt="{words}" width="{width}" height="{height}" '
        f'src="data:image/webp;base64,{data}"><span>{frame.index}</span></button>'
    )


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    return "\n".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(printable(value))}</dd></div>"
        for name, value in rows
    )


def _session(session: Mapping[str, Any] | None) -> str:
    """The block that the window reads back; empty where there is none."""
    if session is None:
        return ""
    return f"{SESSION_BEGINS}{embedded_json(session)}{SESSION_ENDS}"
