"""Commands for zoom, panels and layout: the second part of the View menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import BOTH, VIDEO, Command, N, Need
from app.panels.table import PANELS

if TYPE_CHECKING:
    from app.panels.spec import PanelSpec

SINGLE = Need(
    lambda s, _: s.view == "single", N("commands", "only the single map has an actual size")
)


def _dock(panel: PanelSpec) -> Command:
    """The command that shows or hides a panel."""
    return Command(
        f"view.{panel.name}",
        panel.command,
        panel.menu,
        (panel.key,) if panel.key else (),
        lambda d: d.window.toggle_dock(panel.name),
        repeats=False,
        submenu="panels" if panel.menu == "view" else "",
    )


LAYOUT = (
    Command(
        "view.fit",
        N("commands", "Fit to window"),
        "view",
        ("F",),
        lambda d: d.window.zoom("fit"),
        "stage",
        icon="fit",
        submenu="zoom",
    ),
    Command(
        "view.actual",
        N("commands", "Actual size"),
        "view",
        ("Shift+F",),
        lambda d: d.window.zoom("actual"),
        "stage",
        SINGLE,
        submenu="zoom",
    ),
    Command(
        "view.zoom_in",
        N("commands", "Zoom in"),
        "view",
        ("+", "="),
        lambda d: d.window.zoom("in"),
        "stage",
        submenu="zoom",
    ),
    Command(
        "view.zoom_out",
        N("commands", "Zoom out"),
        "view",
        ("-",),
        lambda d: d.window.zoom("out"),
        "stage",
        submenu="zoom",
    ),
    Command(
        "view.timeline_in",
        N("commands", "Zoom the timeline in"),
        "view",
        ("Ctrl++", "Ctrl+="),
        lambda d: d.window.zoom_timeline("in"),
        enabled_when=VIDEO,
        submenu="timeline",
    ),
    Command(
        "view.timeline_out",
        N("commands", "Zoom the timeline out"),
        "view",
        ("Ctrl+-",),
        lambda d: d.window.zoom_timeline("out"),
        enabled_when=VIDEO,
        submenu="timeline",
    ),
    Command(
        "view.timeline_all",
        N("commands", "Whole video on the timeline"),
        "view",
        ("Ctrl+Shift+A",),
        lambda d: d.window.zoom_timeline("all"),
        enabled_when=VIDEO,
        submenu="timeline",
    ),
    Command(
        "view.next_series",
        N("commands", "Next series of the timeline"),
        "view",
        (),
        lambda d: d.intents.next_series(),
        enabled_when=BOTH,
        tooltip=N("commands", "Probability, entropy, mass on patches, or none"),
        submenu="timeline",
    ),
    Command(
        "view.hide_panels",
        N("commands", "All panels away, or back"),
        "view",
        ("Z",),
        lambda d: d.window.toggle_panels(),
        "stage",
        repeats=False,
        keywords=N("commands", "Hide all panels, show all panels, larger frame"),
        submenu="panels",
    ),
    Command(
        "view.full_screen",
        N("commands", "Full screen"),
        "view",
        ("F11",),
        lambda d: d.window.full_screen(),
        repeats=False,
    ),
    *(_dock(spec) for spec in PANELS),
    Command(
        "view.next_pane",
        N("commands", "Next pane"),
        "view",
        ("F6",),
        lambda d: d.window.next_pane(1),
        submenu="panels",
    ),
    Command(
        "view.previous_pane",
        N("commands", "Previous pane"),
        "view",
        ("Shift+F6",),
        lambda d: d.window.next_pane(-1),
        submenu="panels",
    ),
    Command(
        "view.reset_layout",
        N("commands", "Reset layout"),
        "view",
        ("Ctrl+Shift+0",),
        lambda d: d.window.reset_layout(),
        submenu="panels",
    ),
    Command(
        "view.theme",
        N("commands", "Light or dark"),
        "view",
        ("Ctrl+Shift+L",),
        lambda d: d.window.switch_theme(),
        icon="theme",
        repeats=False,
        keywords=N("commands", "Theme, dark mode, light mode"),
    ),
    Command(
        "view.leave",
        N("commands", "Leave mode, return to the frame"),
        "view",
        ("Esc",),
        lambda d: d.window.leave(),
        repeats=False,
        submenu="views",
    ),
)
