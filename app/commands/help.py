"""Keys, tour and what this program is."""

from __future__ import annotations

from app.commands.base import Command, N

HELP = (
    Command("help.palette", N("commands", "Search commands…"), "help", ("Ctrl+K", "Ctrl+Shift+P"),
            lambda d: d.window.show_palette()),
    Command("help.shortcuts", N("commands", "Keyboard shortcuts…"), "help",
            ("Ctrl+/", "Ctrl+?"), lambda d: d.window.show_shortcuts(), stage_keys=("?",),
            tooltip=N("commands", "List, search and change all keys")),
    Command("help.about", N("commands", "About MViT Lens"), "help", (),
            lambda d: d.window.show_about()),
)  # fmt: skip
