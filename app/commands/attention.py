"""Commands for running the model, layers, heads and queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import BOTH, BUSY, MODEL, SHOWN, WITH_CLASSES, Command, N, Need, with_weights
from mvit_core.attribution import METHODS

if TYPE_CHECKING:
    from app.commands.base import CommandContext


CLASS_TOKEN = Need(
    lambda s, w: (
        w.model is not None
        and w.model.has_class_token
        and not (
            s.map.method in METHODS
            and METHODS[s.map.method].picks_query
            and (layer := w.layer(s.map.block)) is not None
            and layer.dead_class
        )
    ),
    N("commands", "the model has no class token, or its prediction does not read this layer's"),
)


def _solo(number: int) -> Command:
    """The command for one head: keys 1 to 9 and 0 choose heads 0 to 9."""
    head = number - 1

    def run(context: CommandContext) -> None:
        context.intents.choose_head(head)

    return Command(
        f"attention.head_{head}",
        N("commands", "Head {n} alone"),
        "attention",
        (str(number % 10),),
        run,
        "stage",
        MODEL,
        submenu="heads",
    )


ATTENTION = (
    Command(
        "attention.run",
        N("commands", "Run this window"),
        "attention",
        ("Ctrl+R",),
        lambda d: d.control.run_again(),
        enabled_when=BOTH,
        icon="run",
        short=N("commands", "Run"),
        tooltip=N("commands", "Run the model on the window shown"),
    ),
    Command(
        "attention.cancel",
        N("commands", "Cancel"),
        "attention",
        ("Ctrl+.",),
        lambda d: d.control.cancel(),
        enabled_when=BUSY,
        icon="cancel",
        tooltip=N("commands", "Stop what is being done"),
    ),
    Command(
        "attention.series",
        N("commands", "Run the whole clip"),
        "attention",
        (),
        lambda d: d.control.compute_series(),
        enabled_when=BOTH,
        tooltip=N("commands", "Run every window in the background, for the series of the timeline"),
    ),
    Command(
        "attention.average",
        N("commands", "Average over the whole video"),
        "explain",
        (),
        lambda d: d.control.compute_average(),
        enabled_when=with_weights(WITH_CLASSES),
        tooltip=N(
            "commands",
            "One prediction: the mean over windows, or over clips and crops as papers test",
        ),
    ),
    Command(
        "attention.previous_layer",
        N("commands", "Previous layer"),
        "attention",
        ("Up",),
        lambda d: d.intents.layer(-1),
        "stage",
        MODEL,
    ),
    Command(
        "attention.next_layer",
        N("commands", "Next layer"),
        "attention",
        ("Down",),
        lambda d: d.intents.layer(1),
        "stage",
        MODEL,
    ),
    Command(
        "attention.previous_stage",
        N("commands", "Previous stage"),
        "attention",
        ("Shift+Up",),
        lambda d: d.intents.stage(-1),
        "stage",
        MODEL,
    ),
    Command(
        "attention.next_stage",
        N("commands", "Next stage"),
        "attention",
        ("Shift+Down",),
        lambda d: d.intents.stage(1),
        "stage",
        MODEL,
    ),
    Command(
        "attention.next_head",
        N("commands", "Next head"),
        "attention",
        ("H",),
        lambda d: d.intents.head(1),
        "stage",
        MODEL,
    ),
    Command(
        "attention.previous_head",
        N("commands", "Previous head"),
        "attention",
        ("Shift+H",),
        lambda d: d.intents.head(-1),
        "stage",
        MODEL,
    ),
    Command(
        "attention.mean_or_max",
        N("commands", "Mean of heads, again for maximum"),
        "attention",
        ("A",),
        lambda d: d.intents.mean_or_max(),
        "stage",
        MODEL,
    ),
    *(_solo(number) for number in range(1, 11)),
    Command(
        "attention.pick",
        N("commands", "Pick a query token"),
        "attention",
        ("Q",),
        lambda d: d.intents.picking(),
        "stage",
        SHOWN,
        icon="target",
        repeats=False,
        checked_when=lambda s, _: s.picking,
        tooltip=N("commands", "Click a token to see where it looks; with Shift, who looks at it"),
    ),
    Command(
        "attention.class_token",
        N("commands", "Query of the class token"),
        "attention",
        (),
        lambda d: d.intents.choose_query("class"),
        "stage",
        CLASS_TOKEN,
        submenu="tokens",
    ),
    Command(
        "attention.readout",
        N("commands", "Query of the readout"),
        "attention",
        ("Shift+Q",),
        lambda d: d.intents.choose_query("readout"),
        "stage",
        MODEL,
        submenu="tokens",
    ),
)
