"""Commands for a list of clips."""

from __future__ import annotations

from app.commands.base import Command, N, Need

LISTED = Need(lambda s, _: s.clips is not None, N("commands", "open a list of clips first"))

CLIP_COMMANDS = (
    Command(
        "file.open_list",
        N("commands", "Open list of clips…"),
        "file",
        (),
        lambda d: d.dialogs.open_list(),
        tooltip=N("commands", "Open a list of clips, with their labels, to step through"),
        keywords="csv txt json data set",
        submenu="clips",
    ),
    Command(
        "file.open_clip_folder",
        N("commands", "Open folder of clips…"),
        "file",
        (),
        lambda d: d.dialogs.open_clip_folder(),
        tooltip=N("commands", "List all videos below a folder"),
        keywords="data set directory",
        submenu="clips",
    ),
    Command(
        "file.next_clip",
        N("commands", "Next clip of the list"),
        "file",
        ("Ctrl+PgDown",),
        lambda d: d.control.clips.step(1),
        enabled_when=LISTED,
        submenu="clips",
    ),
    Command(
        "file.previous_clip",
        N("commands", "Previous clip of the list"),
        "file",
        ("Ctrl+PgUp",),
        lambda d: d.control.clips.step(-1),
        enabled_when=LISTED,
        submenu="clips",
    ),
    Command(
        "file.close_list",
        N("commands", "Close list"),
        "file",
        (),
        lambda d: d.intents.clips.close(),
        enabled_when=LISTED,
        submenu="clips",
    ),
)
