"""Connects the signals of parts of the window that are in no dock to intents.

A panel connects its own signals (``Panel.connect_to``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.window.folders import show_in_folder
from mvit_core.explaining.changes import HeadPlace

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.controller import Controller
    from app.intents.boxes import BoxIntents
    from app.intents.tubes import TubeIntents
    from app.panels.messages import Messages
    from app.panels.status import StatusLine
    from app.views.atlas import AtlasPage
    from app.views.stage import Stage
    from mvit_core.errors import Remedy


CHOICES = {
    "config": "model.config",
    "preset": "model.preset",
    "weights": "model.weights",
    "labels": "model.labels",
    "checkpoint": "file.load_model",
}
"""Commands by the remedy that asks for something to be chosen."""


def connect_messages(
    messages: Messages, controller: Controller, run: Callable[[str], None]
) -> None:
    """Show the controller's messages, drop those out of date, and connect their buttons.

    Args:
        messages: on the window.
        controller: sends them.
        run: runs the command of an id.
    """

    def mend(remedy: Remedy) -> None:
        if remedy in CHOICES:
            run(CHOICES[remedy])
        else:
            controller.mend(remedy)

    controller.message.connect(messages.show_message)
    controller.opened.connect(messages.clear_named)
    controller.succeeded.connect(messages.clear_about)
    messages.remedy_chosen.connect(mend)
    messages.choice_made.connect(lambda name: controller.load_with(weights=name, head=None))
    messages.command_asked.connect(run)
    messages.folder_asked.connect(show_in_folder)


def connect_stage(stage: Stage, status: StatusLine, controller: Controller) -> None:
    """Connect the pointer on the stage with intents and the status line."""
    intents = controller.intents
    status.cancel_asked.connect(controller.cancel)
    stage.colourbar.changed.connect(intents.set_field)
    stage.canvas.zoomed.connect(status.show_zoom)
    grid, compare = stage.grid, stage.compare
    for view in (stage.canvas, grid):
        view.hovered.connect(status.show_readout)
        view.picked.connect(lambda x, y, shift: intents.pick(x, y, attended_by=shift))
    canvas = stage.canvas
    drawn: dict[str, BoxIntents | TubeIntents] = {"box": intents.boxes, "tube": intents.tubes}
    canvas.box_drawn.connect(lambda kind, box: drawn[kind].add(box))
    canvas.box_chosen.connect(lambda kind, place: drawn[kind].choose(place))
    canvas.box_changed.connect(lambda kind, place, box: drawn[kind].change(place, box))
    canvas.box_nudged.connect(lambda kind, x, y, grow: drawn[kind].nudge(x, y, grow=grow))
    grid.chosen.connect(intents.choose_cell)
    grid.opened.connect(intents.open_cell)
    compare.hovered.connect(status.show_readout)
    for pane in compare.panes.values():
        pane.chosen.connect(intents.panes.choose)
        pane.opened.connect(intents.panes.open)
        pane.closed.connect(intents.panes.close)
        pane.swapped.connect(intents.panes.swap)
        pane.subtracted.connect(intents.panes.subtract)
    stage.measured.connect(controller.set_sizes)
    controller.player.is_painted = lambda: stage.is_painted


def connect_atlas(page: AtlasPage, controller: Controller, run: Callable[[str], None]) -> None:
    """Connect the page that compares heads with intents, and show what it reports."""
    intents = controller.intents.atlas
    page.empty.asked.connect(lambda: run("attention.run"))
    page.compared.connect(lambda name, value: intents.compare(**{name: value}))
    page.opened.connect(intents.show_on_frame)
    page.scatter.chosen.connect(intents.choose)
    page.scatter.toggled.connect(intents.toggle)
    page.scatter.caught.connect(intents.choose_many)
    page.matrix.frame_asked.connect(intents.go_to_frame)
    page.table.picked.connect(intents.choose_many)
    page.table.sort_asked.connect(intents.sort)
    page.table.heads.toggled.connect(
        lambda block, head: controller.intents.heads_off.toggle(HeadPlace(block, head))
    )
    for plot in (page.scatter, page.matrix):
        plot.export.reported.connect(controller.notify)
        plot.export.wrote.connect(controller.exports.say_origin)
