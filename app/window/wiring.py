"""Which signal of a panel means which intent: the one place where panels meet the controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.window.folders import show_in_folder

if TYPE_CHECKING:
    from app.controller.controller import Controller
    from app.window.panel_set import Panels


def connect(panels: Panels, controller: Controller) -> None:
    """Connect every panel's signals."""
    intents, player, timeline = controller.intents, controller.player, panels.timeline
    timeline.scrub_started.connect(player.hold)
    timeline.scrubbed.connect(intents.scrub)
    timeline.scrub_ended.connect(player.release)
    timeline.stepped.connect(intents.step)
    timeline.frame_entered.connect(lambda frame: intents.go_to(frame, jump=True))
    timeline.frame_chosen.connect(lambda frame: intents.go_to(frame, jump=True))
    timeline.mark_held.connect(controller.store.hold)
    timeline.mark_dragged.connect(intents.marks.drag)
    timeline.marker_named.connect(intents.marks.rename)
    timeline.series_chosen.connect(lambda kind: intents.set_field("series", kind))
    for export in (timeline.track.export, panels.display.range.export):
        export.reported.connect(controller.notify)
    panels.layers.block_chosen.connect(intents.choose_block)
    panels.heads.head_chosen.connect(intents.choose_head)
    panels.heads.grid.toggled.connect(intents.toggle_head)
    panels.display.changed.connect(intents.set_field)
    panels.display.query_chosen.connect(intents.choose_query)
    panels.display.pick_asked.connect(intents.picking)
    panels.display.lock_asked.connect(lambda _: intents.lock())
    panels.display.held.connect(controller.store.hold)
    panels.colourbar.changed.connect(intents.set_field)
    panels.predictions.changed.connect(intents.set_field)
    panels.predictions.pin_asked.connect(intents.pin_class)
    panels.canvas.zoomed.connect(panels.status.show_zoom)
    panels.status.cancel_asked.connect(controller.cancel)
    panels.log.cancel_asked.connect(controller.cancel)
    panels.messages.remedy_chosen.connect(controller.mend)
    panels.messages.folder_asked.connect(show_in_folder)
    grid = panels.stage.grid
    for view in (panels.canvas, grid):
        view.hovered.connect(panels.status.show_readout)
        view.picked.connect(lambda x, y, shift: intents.pick(x, y, attended_by=shift))
    grid.chosen.connect(intents.choose_cell)
    grid.opened.connect(intents.open_cell)
    compare = panels.stage.compare
    compare.hovered.connect(panels.status.show_readout)
    for pane in compare.panes.values():
        pane.chosen.connect(intents.panes.choose)
        pane.opened.connect(intents.panes.open)
        pane.closed.connect(intents.panes.close)
        pane.swapped.connect(intents.panes.swap)
        pane.subtracted.connect(intents.panes.subtract)
    panels.stage.measured.connect(controller.set_sizes)
    player.is_painted = lambda: panels.stage.is_painted
    controller.message.connect(panels.messages.show_message)
    controller.opened.connect(panels.messages.clear_errors)
