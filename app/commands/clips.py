"""Commands for a list of clips."""

from __future__ import annotations

from app.commands.base import Command, N, Need
from mvit_core.batch.result_files import has_reader

LISTED = Need(lambda s, _: s.clips is not None, N("commands", "open a list of clips first"))
READER = Need(
    lambda _, __: has_reader(),
    N("commands", 'install what reads it first: pip install "mvit-lens[batch]"'),
)
BATCH = Need(lambda _, w: w.batch is not None, N("commands", "open a batch result first"))

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
        "file.open_batch",
        N("commands", "Open batch result…"),
        "file",
        (),
        lambda d: d.dialogs.open_batch(),
        enabled_when=READER,
        tooltip=N("commands", "Open the folder that a batch was written to, as a table of rows"),
        keywords="parquet duckdb table",
        submenu="clips",
    ),
    Command(
        "file.batch_root",
        N("commands", "Clips of the batch lie in…"),
        "file",
        (),
        lambda d: d.dialogs.choose_batch_root(),
        enabled_when=BATCH,
        tooltip=N("commands", "Choose the folder that paths of the batch result count from now"),
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
