"""Commands that write files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import BOTH, Command, N, Need

if TYPE_CHECKING:
    from app.results import Results
    from app.state.view_state import ViewState


def _can_export(state: ViewState, results: Results) -> bool:
    return BOTH(state, results) and state.view != "compare"


EXPORTABLE = Need(
    _can_export,
    N(
        "commands",
        "open a video and load a model first; panes side by side are not exported, copy "
        "them with Ctrl+C or show one alone with Enter",
    ),
)
REPEATABLE = Need(
    lambda s, w: _can_export(s, w) and w.has_exported,
    N("commands", "export something first; panes side by side are not exported"),
)

EXPORT = (
    Command(
        "export.export",
        N("commands", "Export…"),
        "export",
        ("Ctrl+E",),
        lambda d: d.dialogs.export(),
        enabled_when=EXPORTABLE,
        icon="export",
        tooltip=N("commands", "Save what is shown as a picture or a video"),
    ),
    Command(
        "export.repeat",
        N("commands", "Export again"),
        "export",
        ("Ctrl+Shift+E",),
        lambda d: d.control.repeat_export(),
        enabled_when=REPEATABLE,
        repeats=False,
        tooltip=N(
            "commands", "Save what is shown now in the form of the last export, under another name"
        ),
    ),
)
