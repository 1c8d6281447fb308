"""Commands that write files."""

from __future__ import annotations

from dataclasses import replace

from app.commands.base import BOTH, SHOWN, Command, N, Need

REPEATABLE = Need(
    lambda s, w: BOTH(s, w) and w.has_exported,
    N("commands", "export something first"),
)

UNCHANGED = Need(
    lambda s, _: not s.changes,
    N("commands", "switch all heads on and remove the tubes first: a capture is of the plain clip"),
)
NO_FILE_YET = Need(
    lambda _, w: w.capture is None,
    N("commands", "it is a capture file already: open its clip"),
    UNCHANGED,
)

EXPORT = (
    Command(
        "export.export",
        N("commands", "Export…"),
        "export",
        ("Ctrl+E",),
        lambda d: d.dialogs.export(),
        enabled_when=BOTH,
        icon="export",
        tooltip=N("commands", "Save what is shown as a film, a picture or numbers"),
    ),
    Command(
        "export.figure",
        N("commands", "Figure…"),
        "export",
        (),
        lambda d: d.dialogs.figure(),
        enabled_when=BOTH,
        repeats=False,
        tooltip=N("commands", "Lay maps over frames out on a page in millimetres, for a paper"),
        keywords=N("commands", "Paper, journal, SVG, PDF, print, publication"),
    ),
    Command(
        "export.report",
        N("commands", "Report…"),
        "export",
        (),
        lambda d: d.dialogs.report(),
        enabled_when=BOTH,
        repeats=False,
        tooltip=N("commands", "Save this window as one HTML page, to be looked at in any browser"),
        keywords=N("commands", "HTML, web page, browser, share, give away, offline"),
    ),
    Command(
        "export.repeat",
        N("commands", "Export again"),
        "export",
        ("Ctrl+Shift+E",),
        lambda d: d.control.exports.repeat(),
        enabled_when=REPEATABLE,
        repeats=False,
        tooltip=N(
            "commands", "Save what is shown now in the form of the last export, under another name"
        ),
    ),
    Command(
        "export.capture",
        N("commands", "Save capture…"),
        "export",
        (),
        lambda d: d.dialogs.save_capture(),
        enabled_when=replace(SHOWN, further=NO_FILE_YET),
        repeats=False,
        tooltip=N("commands", "Save the windows run so far, to be shown without model and clip"),
        keywords=N("commands", "Capture file, attention, keep, mvitcap"),
    ),
)
