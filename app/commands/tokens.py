"""Commands for the token under the pointer, and the rows of the context menu."""

from __future__ import annotations

from app.commands.base import SHOWN, VIDEO, Command, N, Need
from mvit_core.attribution import METHODS

OF_HEADS = Need(
    lambda s, w: SHOWN(s, w) and s.map.method in METHODS,
    N("commands", "run a window first; this map is not of one head"),
)

TOKENS = (
    Command(
        "tokens.look_from",
        N("commands", "Look from here"),
        "attention",
        (),
        lambda d: d.pointing.look("from"),
        enabled_when=SHOWN,
        submenu="tokens",
        tooltip=N("commands", "Where the token under the pointer looks"),
    ),
    Command(
        "tokens.look_at",
        N("commands", "Look at here"),
        "attention",
        (),
        lambda d: d.pointing.look("at"),
        enabled_when=SHOWN,
        submenu="tokens",
        tooltip=N("commands", "Who looks at the token under the pointer"),
    ),
    Command(
        "tokens.similar",
        N("commands", "Similar tokens"),
        "attention",
        (),
        lambda d: d.pointing.look("similar"),
        enabled_when=SHOWN,
        submenu="tokens",
        tooltip=N("commands", "Which tokens hold the same as the one under the pointer"),
    ),
    Command(
        "tokens.strongest",
        N("commands", "Go to the strongest token"),
        "attention",
        ("Shift+G",),
        lambda d: d.pointing.strongest_token(),
        "stage",
        SHOWN,
        submenu="tokens",
        tooltip=N("commands", "Go to the frame of the largest value, and point at it"),
    ),
    Command(
        "tokens.strongest_frame",
        N("commands", "Go to the strongest frame"),
        "attention",
        (),
        lambda d: d.intents.tokens.strongest_frame(),
        enabled_when=SHOWN,
        submenu="tokens",
        tooltip=N("commands", "Go to where most of the map lies in time"),
    ),
    Command(
        "tokens.strongest_head",
        N("commands", "Go to the strongest head"),
        "attention",
        (),
        lambda d: d.intents.tokens.strongest_head(),
        enabled_when=OF_HEADS,
        submenu="tokens",
        tooltip=N("commands", "Show the head of this block with the largest value, alone"),
    ),
    Command(
        "tokens.menu",
        N("commands", "Menu of the token"),
        "attention",
        ("Shift+F10",),
        lambda d: d.pointing.open_menu(),
        "stage",
        VIDEO,
        submenu="tokens",
        repeats=False,
        tooltip=N("commands", "What can be done at the pointer, as a right click"),
    ),
    Command(
        "attention.pick_before",
        N("commands", "Pick in the block before"),
        "attention",
        (),
        lambda d: d.intents.tokens.pick_before(),
        enabled_when=SHOWN,
        submenu="tokens",
        tooltip=N("commands", "Go to the last block in which a token can be picked, and pick"),
    ),
)

CONTEXT_MENU = (
    "tokens.look_from",
    "tokens.look_at",
    "tokens.similar",
    "",
    "explain.why",
    "",
    "tokens.strongest",
    "tokens.strongest_frame",
    "tokens.strongest_head",
    "",
    "view.pin",
    "",
    "edit.copy_image",
    "edit.copy_values",
    "",
    "export.export",
    "",
    "boxes.draw",
    "playback.add_marker",
)
"""Ids of the context menu of frame, panes and cells in order; an empty one is a separator."""
