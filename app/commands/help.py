"""Keys, tour and what this program is."""

from __future__ import annotations

from app.commands.base import Command, N

HELP = (
    Command("help.shortcuts", N("commands", "Keyboard shortcuts"), "help", ("Ctrl+/", "Ctrl+?"),
            lambda d: d.window.show_shortcuts()),
    Command("help.about", N("commands", "About MViT Lens"), "help", (),
            lambda d: d.window.show_about()),
)  # fmt: skip
