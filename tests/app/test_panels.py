"""The table of panels: what every row must say, and what is made of it."""

from dataclasses import fields

import pytest

from app.commands import BY_ID
from app.panels.spec import Panel, PanelContext
from app.panels.table import PANELS
from app.panels.workspaces import WORKSPACES

LOOK = WORKSPACES[0].wide.shown()


def test_names_and_keys_are_given_once():
    names = [panel.name for panel in PANELS]
    keys = [panel.key for panel in PANELS if panel.key]
    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("spec", PANELS, ids=lambda spec: spec.name)
def test_a_row_is_a_dock_and_a_command(boot, barcode_clip, spec):
    window = boot(clip=barcode_clip)  # the empty page has no timeline
    dock = window.docks.by_name[spec.name]
    assert dock.windowTitle() == spec.title
    assert dock.isHidden() == (spec.name not in LOOK)
    assert isinstance(window.docks.panels[spec.name], spec.make)
    assert getattr(window.panels, spec.name) is window.docks.panels[spec.name]
    assert BY_ID[f"view.{spec.name}"].title == spec.command
    was = dock.visibleRegion().isEmpty()
    window.actions_table.run(f"view.{spec.name}")
    assert dock.isHidden() != was


@pytest.mark.parametrize("spec", PANELS, ids=lambda spec: spec.name)
def test_a_panel_takes_the_first_snapshot_and_the_same_one_again(lens, spec):
    snapshot = lens.controller._snapshot
    panel = spec.make()
    panel.show_snapshot(None, snapshot)
    panel.show_snapshot(snapshot, snapshot)
    panel.deleteLater()


def test_the_first_layout_comes_back(boot, barcode_clip):
    window = boot(clip=barcode_clip)
    for spec in PANELS:
        window.docks.by_name[spec.name].setVisible(spec.name not in LOOK)
    window.reset_layout()
    for spec in PANELS:
        assert window.docks.by_name[spec.name].isHidden() == (spec.name not in LOOK)


def test_a_panel_that_shows_nothing_is_refused(qapp):
    panel = Panel()
    with pytest.raises(NotImplementedError):
        panel.show_snapshot(None, None)
    assert panel.connect_to(PanelContext(*[None for _ in fields(PanelContext)])) is None
    assert panel.first_stop is None
    panel.deleteLater()
