"""Commands that write files."""

from __future__ import annotations

from app.commands.base import BOTH, Command, N, Need

REPEATABLE = Need(
    lambda s, w: BOTH(s, w) and w.has_exported,
    N("commands", "export something first"),
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
)
