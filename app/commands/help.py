"""Commands for help, keys, tour and about."""

from __future__ import annotations

from app.commands.base import Command, N

HELP = (
    Command("help.help", N("commands", "Guide"), "help", ("F1",), lambda d: d.help.guide()),
    Command(
        "help.tour", N("commands", "Take the tour"), "help", ("Shift+F1",), lambda d: d.help.tour()
    ),
    Command(
        "help.palette",
        N("commands", "Search commands…"),
        "help",
        ("Ctrl+K", "Ctrl+Shift+P"),
        lambda d: d.help.palette(),
    ),
    Command(
        "help.shortcuts",
        N("commands", "Keyboard shortcuts…"),
        "help",
        ("Ctrl+/", "Ctrl+?"),
        lambda d: d.help.shortcuts(),
        stage_keys=("?",),
        tooltip=N("commands", "List, search and change all keys"),
    ),
    Command("help.about", N("commands", "About MViT Lens"), "help", (), lambda d: d.help.about()),
)
