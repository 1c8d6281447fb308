"""The one table of commands: menus, toolbar, shortcuts, palette, sheet and tests read it.

Each menu has a module with its part of the table; ``base`` says what a command is.
"""

from app.commands.atlas import ATLAS
from app.commands.attention import ATTENTION
from app.commands.base import Command, CommandContext, N, Need, Scope
from app.commands.boxes import BOXES
from app.commands.edit import EDIT
from app.commands.export import EXPORT
from app.commands.file import FILE
from app.commands.help import HELP
from app.commands.layout import LAYOUT
from app.commands.playback import PLAYBACK
from app.commands.tokens import TOKENS
from app.commands.view import VIEW
from app.commands.why import WHY
from app.commands.workspaces import WORKSPACE_COMMANDS
from app.panels.workspaces import WORKSPACES

__all__ = [
    "BY_ID",
    "COMMANDS",
    "MENUS",
    "SEPARATED",
    "SUBMENUS",
    "TOOLBAR",
    "VIEW_ROW",
    "WORKSPACE_ROW",
    "Command",
    "CommandContext",
    "Need",
    "Scope",
]

MENUS = (
    ("file", N("commands", "&File")),
    ("edit", N("commands", "&Edit")),
    ("view", N("commands", "&View")),
    ("playback", N("commands", "&Playback")),
    ("attention", N("commands", "&Attention")),
    ("explain", N("commands", "Exp&lain")),
    ("export", N("commands", "E&xport")),
    ("help", N("commands", "&Help")),
)

MOST_ROWS = 15
"""Rows that a menu shows at its first level at most."""

SUBMENUS = {
    "recent": N("commands", "Open recent"),
    "streams": N("commands", "Video stream"),
    "clips": N("commands", "List of clips"),
    "model": N("commands", "Model"),
    "workspaces": N("commands", "Workspace"),
    "views": N("commands", "Go to view"),
    "frame": N("commands", "On the frame"),
    "loops": N("commands", "Loop"),
    "windows": N("commands", "Model windows"),
    "heads": N("commands", "One head alone"),
    "tokens": N("commands", "Tokens"),
    "atlas": N("commands", "Atlas of heads"),
    "boxes": N("commands", "Boxes"),
    "what_if": N("commands", "What if"),
    "means": N("commands", "Mean of heads"),
    "speed": N("commands", "Speed"),
    "steps": N("commands", "Longer steps"),
    "markers": N("commands", "Markers"),
    "panes": N("commands", "Panes to compare"),
    "colours": N("commands", "Colours"),
    "zoom": N("commands", "Zoom"),
    "timeline": N("commands", "Timeline"),
    "panels": N("commands", "Panels"),
}

COMMANDS = (
    *FILE,
    *EDIT,
    *WORKSPACE_COMMANDS,
    *VIEW,
    *LAYOUT,
    *PLAYBACK,
    *ATTENTION,
    *TOKENS,
    *WHY,
    *ATLAS,
    *BOXES,
    *EXPORT,
    *HELP,
)

BY_ID = {command.id: command for command in COMMANDS}

SEPARATED = frozenset(
    {
        "file.open_session",
        "file.close_clip",
        "file.quit",
        "edit.back",
        "edit.copy_image",
        "edit.preferences",
        "workspace.next",
        "view.show_single",
        "view.open_cell",
        "view.overlay",
        "view.next_colormap",
        "view.next_policy",
        "view.lock_range",
        "view.reset_display",
        "view.fit",
        "view.next_series",
        "view.full_screen",
        "view.next_pane",
        "view.reset_layout",
        "view.theme",
        "playback.slower",
        "playback.every_frame",
        "playback.previous",
        "playback.previous_sampled",
        "playback.centre_window",
        "playback.stride_whole",
        "playback.first",
        "playback.clear_loop",
        "playback.add_marker",
        "playback.next_marker",
        "attention.average",
        "attention.preprocessing",
        "attention.previous_layer",
        "attention.next_head",
        "attention.pick",
        "tokens.look_from",
        "tokens.strongest",
        "tokens.menu",
    }
)
"""Ids of commands that begin a new group of their menu or submenu."""

TOOLBAR = (
    "file.open_video",
    "file.load_model",
    "",
    "attention.run",
    "playback.run_then_play",
    "attention.cancel",
    ">",
    "views",
    "",
    "view.overlay",
    "view.token_grid",
    "attention.pick",
    "view.fit",
    "",
    "export.export",
)
"""Ids of the toolbar in order; an empty one is a separator, ``>`` a stretch, ``views`` the control
of views."""

VIEW_ROW = ("view.show_single", "view.show_heads", "view.show_layers", "view.show_compare")
"""Ids of the control of views, from left to right."""

WORKSPACE_ROW = tuple(f"workspace.{workspace.name}" for workspace in WORKSPACES)
"""Ids of the control of workspaces, from left to right."""
