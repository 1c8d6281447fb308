"""Commands for the atlas of heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import Command, N, Need

if TYPE_CHECKING:
    from app.commands.base import CommandContext

COMPARED = Need(
    lambda _, w: w.atlas is not None,
    N("commands", "go to the atlas, with a window that was run, first"),
)


def _clip(context: CommandContext) -> None:
    is_clip = context.store.state.atlas.scope == "clip"
    context.intents.atlas.compare(scope="window" if is_clip else "clip")


def _readout(context: CommandContext) -> None:
    is_readout = context.store.state.atlas.queries == "readout"
    context.intents.atlas.compare(queries="all" if is_readout else "readout")


ATLAS = (
    Command(
        "atlas.show",
        N("commands", "Show the head on the frame"),
        "explain",
        (),
        lambda d: d.intents.atlas.show_on_frame(),
        enabled_when=COMPARED,
        tooltip=N("commands", "Go to Look with the chosen head; Enter in the atlas does the same"),
        submenu="atlas",
    ),
    Command(
        "atlas.clip",
        N("commands", "Heads over the clip"),
        "explain",
        (),
        _clip,
        enabled_when=COMPARED,
        checked_when=lambda s, _: s.atlas.scope == "clip",
        tooltip=N("commands", "Numbers of heads: the mean over the windows that were run"),
        submenu="atlas",
    ),
    Command(
        "atlas.readout",
        N("commands", "Heads of the readout"),
        "explain",
        (),
        _readout,
        enabled_when=COMPARED,
        checked_when=lambda s, _: s.atlas.queries == "readout",
        tooltip=N("commands", "Numbers of heads: of the tokens that the prediction is read from"),
        submenu="atlas",
    ),
)
