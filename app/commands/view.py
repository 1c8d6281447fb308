"""Display, zoom, panels and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import SHOWN, VIDEO, Command, N, Need

if TYPE_CHECKING:
    from app.state import ViewName

NOT_SINGLE = Need(
    lambda s, w: w.video is not None and s.view != "single",
    N("commands", "a single map is shown already"),
)


def _view(name: ViewName, title: str, tooltip: str) -> Command:
    """One of the views; the toolbar shows them side by side."""
    return Command(
        f"view.show_{name}", title, "view", (), lambda d: d.intents.show_view(name), "stage", VIDEO,
        checked_when=lambda s, _: s.view == name, tooltip=tooltip, repeats=False,
    )  # fmt: skip


VIEW = (
    _view("single", N("commands", "Single"), N("commands", "One map, as large as it goes")),
    _view("heads", N("commands", "Heads"), N("commands", "All heads of the block")),
    _view("layers", N("commands", "Layers"), N("commands", "All blocks and all their heads")),
    Command("view.next_view", N("commands", "Next view"), "view", ("V",),
            lambda d: d.intents.next_view(1), "stage", VIDEO, repeats=False),
    Command("view.previous_view", N("commands", "Previous view"), "view", ("Shift+V",),
            lambda d: d.intents.next_view(-1), "stage", VIDEO, repeats=False),
    Command("view.open_cell", N("commands", "Show what is chosen alone"), "view",
            ("Return", "Enter"), lambda d: d.intents.open_view(), "stage", NOT_SINGLE,
            repeats=False),
    Command("view.overlay", N("commands", "Heat overlay"), "view", ("T",),
            lambda d: d.intents.toggle("overlay"), "stage", icon="overlay",
            checked_when=lambda s, _: s.overlay, repeats=False),
    Command("view.blink", N("commands", "Hide the heat while held"), "view", ("B",),
            lambda _: None, "stage", held=True, enabled_when=SHOWN),
    Command("view.token_grid", N("commands", "Token grid"), "view", ("D",),
            lambda d: d.intents.toggle("token_grid"), "stage", icon="grid",
            checked_when=lambda s, _: s.token_grid, repeats=False),
    Command("view.coverage", N("commands", "Outline what the model saw"), "view", (),
            lambda d: d.intents.toggle("coverage"), "stage",
            checked_when=lambda s, _: s.coverage),
    Command("view.smooth", N("commands", "Smooth between tokens"), "view", ("S",),
            lambda d: d.intents.toggle("smooth"), "stage",
            checked_when=lambda s, _: s.smooth, repeats=False),
    Command("view.more_opaque", N("commands", "More opaque"), "view", ("Ctrl+Up",),
            lambda d: d.intents.opacity(1), "stage"),
    Command("view.less_opaque", N("commands", "Less opaque"), "view", ("Ctrl+Down",),
            lambda d: d.intents.opacity(-1), "stage"),
    Command("view.next_colormap", N("commands", "Next colour map"), "view", ("C",),
            lambda d: d.intents.colormap(1), "stage"),
    Command("view.previous_colormap", N("commands", "Previous colour map"), "view", ("Shift+C",),
            lambda d: d.intents.colormap(-1), "stage"),
    Command("view.spotlight", N("commands", "Spotlight instead of colours"), "view", (),
            lambda d: d.intents.cycle("mode"), "stage",
            checked_when=lambda s, _: s.mode == "spotlight"),
    Command("view.next_policy", N("commands", "Next colour range policy"), "view", (),
            lambda d: d.intents.cycle("range_policy"), "stage"),
    Command("view.uniform_units", N("commands", "Colour bar in multiples of uniform"), "view", (),
            lambda d: d.intents.cycle("units"), "stage",
            checked_when=lambda s, _: s.units == "uniform"),
    Command("view.lock_range", N("commands", "Lock colour range"), "view", ("Y",),
            lambda d: d.intents.lock(), "stage", enabled_when=SHOWN,
            checked_when=lambda s, _: s.locked_range is not None, repeats=False),
    Command("view.auto_range", N("commands", "Fit colour range once"), "view", ("U",),
            lambda d: d.intents.auto_range(), "stage", enabled_when=SHOWN),
    Command("view.reset_display", N("commands", "Reset display settings"), "view", ("Ctrl+0",),
            lambda d: d.intents.reset_display()),
    Command("view.fit", N("commands", "Fit to window"), "view", ("F",),
            lambda d: d.window.zoom("fit"), "stage", icon="fit"),
    Command("view.actual", N("commands", "Actual size"), "view", ("Shift+F",),
            lambda d: d.window.zoom("actual"), "stage"),
    Command("view.zoom_in", N("commands", "Zoom in"), "view", ("+", "="),
            lambda d: d.window.zoom("in"), "stage"),
    Command("view.zoom_out", N("commands", "Zoom out"), "view", ("-",),
            lambda d: d.window.zoom("out"), "stage"),
    Command("view.timeline_in", N("commands", "Zoom the timeline in"), "view", ("Ctrl++", "Ctrl+="),
            lambda d: d.window.zoom_timeline("in"), enabled_when=VIDEO),
    Command("view.timeline_out", N("commands", "Zoom the timeline out"), "view", ("Ctrl+-",),
            lambda d: d.window.zoom_timeline("out"), enabled_when=VIDEO),
    Command("view.timeline_all", N("commands", "Whole video on the timeline"), "view",
            ("Ctrl+Shift+A",), lambda d: d.window.zoom_timeline("all"), enabled_when=VIDEO),
    Command("view.full_screen", N("commands", "Full screen"), "view", ("F11",),
            lambda d: d.window.full_screen(), repeats=False),
    Command("view.layers", N("commands", "Layers panel"), "view", ("F2",),
            lambda d: d.window.toggle_dock("layers"), repeats=False),
    Command("view.display", N("commands", "Display panel"), "view", ("F3",),
            lambda d: d.window.toggle_dock("display"), repeats=False),
    Command("view.predictions", N("commands", "Predictions panel"), "view", ("F4",),
            lambda d: d.window.toggle_dock("predictions"), repeats=False),
    Command("view.heads", N("commands", "Heads panel"), "view", ("F5",),
            lambda d: d.window.toggle_dock("heads"), repeats=False),
    Command("view.model", N("commands", "Model panel"), "view", ("F8",),
            lambda d: d.window.toggle_dock("model"), repeats=False),
    Command("view.timeline", N("commands", "Timeline"), "view", ("F7",),
            lambda d: d.window.toggle_dock("timeline"), repeats=False),
    Command("view.log", N("commands", "Activity and log"), "view", ("F9",),
            lambda d: d.window.toggle_dock("log"), repeats=False),
    Command("view.next_pane", N("commands", "Next pane"), "view", ("F6",),
            lambda d: d.window.next_pane(1)),
    Command("view.previous_pane", N("commands", "Previous pane"), "view", ("Shift+F6",),
            lambda d: d.window.next_pane(-1)),
    Command("view.reset_layout", N("commands", "Reset layout"), "view", ("Ctrl+Shift+0",),
            lambda d: d.window.reset_layout()),
    Command("view.theme", N("commands", "Light or dark"), "view", ("Ctrl+Shift+L",),
            lambda d: d.window.switch_theme(), icon="theme", repeats=False),
    Command("view.leave", N("commands", "Leave mode, return to the frame"), "view", ("Esc",),
            lambda d: d.window.leave(), repeats=False),
)  # fmt: skip
