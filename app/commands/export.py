"""Writing files."""

from __future__ import annotations

from app.commands.base import BOTH, Command, N

EXPORT = (
    Command("export.export", N("commands", "Export…"), "export", ("Ctrl+E",),
            lambda d: d.window.export_dialog(), enabled_when=BOTH, icon="export",
            tooltip=N("commands", "Save what is shown as a picture or a video")),
)  # fmt: skip
