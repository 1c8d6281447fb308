"""Commands for undo, history and the clipboard."""

from __future__ import annotations

from app.commands.base import BACK, CLASSIFIED, FORWARD, REDO, SHOWN, UNDO, VIDEO, Command, N

EDIT = (
    Command(
        "edit.undo",
        N("commands", "Undo view change"),
        "edit",
        ("Ctrl+Z",),
        lambda d: d.store.undo(),
        enabled_when=UNDO,
        icon="undo",
    ),
    Command(
        "edit.redo",
        N("commands", "Redo view change"),
        "edit",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        lambda d: d.store.redo(),
        enabled_when=REDO,
        icon="redo",
    ),
    Command(
        "edit.back",
        N("commands", "Back to the place before"),
        "edit",
        ("Ctrl+[",),
        lambda d: d.store.back(),
        enabled_when=BACK,
    ),
    Command(
        "edit.forward",
        N("commands", "Forward again"),
        "edit",
        ("Ctrl+]",),
        lambda d: d.store.forward(),
        enabled_when=FORWARD,
    ),
    Command(
        "edit.copy_image",
        N("commands", "Copy image"),
        "edit",
        ("Ctrl+C",),
        lambda d: d.copies.image(),
        scope="stage",
        enabled_when=VIDEO,
        icon="copy",
        tooltip=N(
            "commands", "Copy what is shown, with titles and colour bar where several maps are"
        ),
    ),
    Command(
        "edit.copy_values",
        N("commands", "Copy values"),
        "edit",
        (),
        lambda d: d.copies.values(),
        enabled_when=SHOWN,
        tooltip=N("commands", "Copy the map shown, a line for each token: t, y, x, value"),
    ),
    Command(
        "edit.copy_parameters",
        N("commands", "Copy parameters"),
        "edit",
        ("Ctrl+Alt+C",),
        lambda d: d.copies.parameters(),
        enabled_when=VIDEO,
    ),
    Command(
        "edit.copy_predictions",
        N("commands", "Copy predictions"),
        "edit",
        (),
        lambda d: d.copies.predictions(as_csv=False),
        enabled_when=CLASSIFIED,
    ),
    Command(
        "edit.copy_predictions_csv",
        N("commands", "Copy predictions as CSV"),
        "edit",
        (),
        lambda d: d.copies.predictions(as_csv=True),
        enabled_when=CLASSIFIED,
    ),
    Command(
        "edit.preferences",
        N("commands", "Preferences…"),
        "edit",
        ("Ctrl+,",),
        lambda d: d.help.preferences(),
        keywords=N("commands", "Settings, options, language, 中文, English, threads, memory"),
    ),
)
