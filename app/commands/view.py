"""Display, zoom, panels and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import BOTH, SHOWN, VIDEO, Command, N, Need

if TYPE_CHECKING:
    from app.state import ViewName

NOT_SINGLE = Need(
    lambda s, w: w.video is not None and s.view != "single",
    N("commands", "a single map is shown already"),
)
SINGLE = Need(
    lambda s, _: s.view == "single", N("commands", "only the single map has an actual size")
)
PINNED = Need(lambda s, _: bool(s.panes), N("commands", "pin a map with P first"))


def _view(name: ViewName, title: str, tooltip: str) -> Command:
    """One of the views; the toolbar shows them side by side."""
    return Command(
        f"view.show_{name}", title, "view", (), lambda d: d.intents.views.show(name), "stage",
        VIDEO, checked_when=lambda s, _: s.view == name, tooltip=tooltip, repeats=False,
    )  # fmt: skip


def _dock(name: str, title: str, key: str) -> Command:
    """One of the panels around the stage, to be shown or hidden."""
    return Command(
        f"view.{name}", title, "view", (key,), lambda d: d.window.toggle_dock(name),
        repeats=False, submenu="panels",
    )  # fmt: skip


VIEW = (
    _view("single", N("commands", "Single"), N("commands", "One map, as large as it goes")),
    _view("heads", N("commands", "Heads"), N("commands", "All heads of the block")),
    _view("layers", N("commands", "Layers"), N("commands", "All blocks and all their heads")),
    _view("compare", N("commands", "Compare"), N("commands", "What is shown beside pinned maps")),
    Command("view.next_view", N("commands", "Next view"), "view", ("V",),
            lambda d: d.intents.views.next(1), "stage", VIDEO, repeats=False),
    Command("view.previous_view", N("commands", "Previous view"), "view", ("Shift+V",),
            lambda d: d.intents.views.next(-1), "stage", VIDEO, repeats=False),
    Command("view.open_cell", N("commands", "Show what is chosen alone"), "view",
            ("Return", "Enter"), lambda d: d.intents.views.open(), "stage", NOT_SINGLE,
            repeats=False),
    Command("view.pin", N("commands", "Pin to compare"), "view", ("P",),
            lambda d: d.intents.panes.pin(), "stage", SHOWN, repeats=False,
            tooltip=N("commands", "Keep what is shown as a pane of the compare view"),
            submenu="panes"),
    Command("view.close_pane", N("commands", "Close pane"), "view", ("Shift+P",),
            lambda d: d.intents.panes.close(), "stage", PINNED, repeats=False,
            submenu="panes"),
    Command("view.swap_panes", N("commands", "Swap with the next pane"), "view", ("X",),
            lambda d: d.intents.panes.swap(), "stage", PINNED, repeats=False,
            submenu="panes"),
    Command("view.difference", N("commands", "Signed difference with the pane"), "view",
            ("Shift+X",), lambda d: d.intents.panes.subtract(), "stage", PINNED, repeats=False,
            checked_when=lambda s, _: s.difference is not None,
            submenu="panes"),
    Command("view.overlay", N("commands", "Heat overlay"), "view", ("T",),
            lambda d: d.intents.toggle("overlay"), "stage", icon="overlay",
            checked_when=lambda s, _: s.overlay, repeats=False),
    Command("view.blink", N("commands", "Hide the heat while held"), "view", ("B",),
            lambda _: None, "stage", held=True, enabled_when=SHOWN),
    Command("view.token_grid", N("commands", "Token grid"), "view", ("D",),
            lambda d: d.intents.toggle("token_grid"), "stage", icon="grid",
            checked_when=lambda s, _: s.token_grid, repeats=False,
            tooltip=N("commands", "Lines between tokens, where these are large enough on "
                                  "screen")),
    Command("view.coverage", N("commands", "Dim what the model did not see"), "view", (),
            lambda d: d.intents.toggle("coverage"), "stage",
            checked_when=lambda s, _: s.coverage),
    Command("view.smooth", N("commands", "Smooth between tokens"), "view", ("S",),
            lambda d: d.intents.toggle("smooth"), "stage",
            checked_when=lambda s, _: s.smooth, repeats=False),
    Command("view.more_opaque", N("commands", "More opaque"), "view", ("Ctrl+Up",),
            lambda d: d.intents.opacity(1), "stage",
            submenu="colours"),
    Command("view.less_opaque", N("commands", "Less opaque"), "view", ("Ctrl+Down",),
            lambda d: d.intents.opacity(-1), "stage",
            submenu="colours"),
    Command("view.next_colormap", N("commands", "Next colour map"), "view", ("C",),
            lambda d: d.intents.colormap(1), "stage",
            submenu="colours"),
    Command("view.previous_colormap", N("commands", "Previous colour map"), "view", ("Shift+C",),
            lambda d: d.intents.colormap(-1), "stage",
            submenu="colours"),
    Command("view.spotlight", N("commands", "Spotlight instead of colours"), "view", (),
            lambda d: d.intents.cycle("mode"), "stage",
            checked_when=lambda s, _: s.mode == "spotlight",
            submenu="colours"),
    Command("view.next_policy", N("commands", "Next colour range policy"), "view", (),
            lambda d: d.intents.cycle("range_policy"), "stage",
            submenu="colours"),
    Command("view.uniform_units", N("commands", "Colour bar in multiples of uniform"), "view", (),
            lambda d: d.intents.cycle("units"), "stage",
            checked_when=lambda s, _: s.units == "uniform",
            submenu="colours"),
    Command("view.lock_range", N("commands", "Lock colour range"), "view", ("Y",),
            lambda d: d.intents.lock(), "stage", enabled_when=SHOWN,
            checked_when=lambda s, _: s.locked_range is not None, repeats=False,
            submenu="colours"),
    Command("view.auto_range", N("commands", "Fit colour range once"), "view", ("U",),
            lambda d: d.intents.auto_range(), "stage", enabled_when=SHOWN,
            submenu="colours"),
    Command("view.reset_display", N("commands", "Reset display settings"), "view", ("Ctrl+0",),
            lambda d: d.intents.reset_display(),
            submenu="colours"),
    Command("view.fit", N("commands", "Fit to window"), "view", ("F",),
            lambda d: d.window.zoom("fit"), "stage", icon="fit",
            submenu="zoom"),
    Command("view.actual", N("commands", "Actual size"), "view", ("Shift+F",),
            lambda d: d.window.zoom("actual"), "stage", SINGLE,
            submenu="zoom"),
    Command("view.zoom_in", N("commands", "Zoom in"), "view", ("+", "="),
            lambda d: d.window.zoom("in"), "stage",
            submenu="zoom"),
    Command("view.zoom_out", N("commands", "Zoom out"), "view", ("-",),
            lambda d: d.window.zoom("out"), "stage",
            submenu="zoom"),
    Command("view.timeline_in", N("commands", "Zoom the timeline in"), "view", ("Ctrl++", "Ctrl+="),
            lambda d: d.window.zoom_timeline("in"), enabled_when=VIDEO,
            submenu="timeline"),
    Command("view.timeline_out", N("commands", "Zoom the timeline out"), "view", ("Ctrl+-",),
            lambda d: d.window.zoom_timeline("out"), enabled_when=VIDEO,
            submenu="timeline"),
    Command("view.timeline_all", N("commands", "Whole video on the timeline"), "view",
            ("Ctrl+Shift+A",), lambda d: d.window.zoom_timeline("all"), enabled_when=VIDEO,
            submenu="timeline"),
    Command("view.next_series", N("commands", "Next series of the timeline"), "view", (),
            lambda d: d.intents.next_series(), enabled_when=BOTH,
            tooltip=N("commands", "Probability, entropy, mass on patches, or none"),
            submenu="timeline"),
    Command("view.full_screen", N("commands", "Full screen"), "view", ("F11",),
            lambda d: d.window.full_screen(), repeats=False),
    _dock("layers", N("commands", "Layers panel"), "F2"),
    _dock("display", N("commands", "Display panel"), "F3"),
    _dock("predictions", N("commands", "Predictions panel"), "F4"),
    _dock("heads", N("commands", "Heads panel"), "F5"),
    _dock("model", N("commands", "Model panel"), "F8"),
    _dock("timeline", N("commands", "Timeline"), "F7"),
    _dock("log", N("commands", "Activity and log"), "F9"),
    Command("view.next_pane", N("commands", "Next pane"), "view", ("F6",),
            lambda d: d.window.next_pane(1),
            submenu="panels"),
    Command("view.previous_pane", N("commands", "Previous pane"), "view", ("Shift+F6",),
            lambda d: d.window.next_pane(-1),
            submenu="panels"),
    Command("view.reset_layout", N("commands", "Reset layout"), "view", ("Ctrl+Shift+0",),
            lambda d: d.window.reset_layout(),
            submenu="panels"),
    Command("view.theme", N("commands", "Light or dark"), "view", ("Ctrl+Shift+L",),
            lambda d: d.window.switch_theme(), icon="theme", repeats=False,
            keywords=N("commands", "Theme, dark mode, light mode")),
    Command("view.leave", N("commands", "Leave mode, return to the frame"), "view", ("Esc",),
            lambda d: d.window.leave(), repeats=False),
)  # fmt: skip
