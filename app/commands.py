"""The one table of commands: menus, toolbar, shortcuts, the shortcut sheet and tests read it.

Single keys belong to the *stage* (canvas and timeline), so that lists, sliders and buttons keep
their arrows and Space. Commands with Ctrl belong to the *window*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.facts import World
    from app.intents import Intents
    from app.state import Store, ViewState

Scope = Literal["window", "stage"]


class Windowing(Protocol):
    """What commands ask of the window itself."""

    def open_video_dialog(self) -> None:
        """Let the user choose a video."""

    def load_model_dialog(self) -> None:
        """Let the user choose a checkpoint."""

    def open_sample(self, index: int = 0) -> None:
        """Open a shipped clip with the shipped model."""

    def export_dialog(self) -> None:
        """Let the user export what is shown."""

    def preprocessing_dialog(self) -> None:
        """Let the user say how the model is fed."""

    def ask_frame(self) -> None:
        """Let the user type a frame."""

    def leave(self) -> None:
        """Esc: leave picking, then full screen; give the keys to the stage."""

    def full_screen(self) -> None:
        """Fill the screen with the stage, or no longer."""

    def toggle_dock(self, name: str) -> None:
        """Show or hide a dock."""

    def next_pane(self, by: int) -> None:
        """Move the focus to another pane."""

    def reset_layout(self) -> None:
        """Put all docks where they were at first."""

    def switch_theme(self) -> None:
        """Light becomes dark, dark becomes light."""

    def show_shortcuts(self) -> None:
        """List all keys."""

    def show_about(self) -> None:
        """Say what this program is."""

    def close_window(self) -> None:
        """Quit."""

    def zoom(self, how: str) -> None:
        """Zoom the canvas: fit, actual, in or out."""


class Control(Protocol):
    """What commands ask of the controller."""

    def close_clip(self) -> None:
        """Close the video."""

    def run_again(self) -> None:
        """Run the model on the window shown."""

    def cancel(self, key: str = "") -> None:
        """Stop a job, or the one the user waits for most."""

    def copy_image(self) -> None:
        """Put frame and heat on the clipboard."""

    def copy_parameters(self) -> None:
        """Put what is shown on the clipboard, as JSON."""


@dataclass(frozen=True)
class Desk:
    """Everything a command may use."""

    intents: Intents
    store: Store
    control: Control
    window: Windowing


def _always(_: ViewState, __: World) -> bool:
    return True


def _video(_: ViewState, world: World) -> bool:
    return world.video is not None


def _model(_: ViewState, world: World) -> bool:
    return world.model is not None


def _both(_: ViewState, world: World) -> bool:
    return world.video is not None and world.model is not None


def _shown(_: ViewState, world: World) -> bool:
    return world.shown is not None


@dataclass(frozen=True)
class Command:
    """One thing the user can do."""

    id: str
    title: str
    menu: str
    keys: tuple[str, ...]
    """The first is shown; further ones are for other keyboards."""
    run: Callable[[Desk], None]
    scope: Scope = "window"
    enabled_when: Callable[[ViewState, World], bool] = _always
    checked_when: Callable[[ViewState, World], bool] | None = None
    """Whether a switch is on; None for what is no switch."""
    tooltip: str = ""
    icon: str = ""
    repeats: bool = True
    """Goes on while the key is held."""
    held: bool = False
    """Lasts while its key is held; it has no meaning as a click."""
    hidden: bool = False
    """Not in the menu, only in the shortcut sheet: one of a long row of the same kind."""


def _N(_context: str, text: str) -> str:  # noqa: N802 - as Qt names its marker
    """Mark a text for translation; ``lupdate -tr-function-alias QT_TRANSLATE_NOOP+=_N``."""
    return text


MENUS = (
    ("file", _N("commands", "&File")),
    ("edit", _N("commands", "&Edit")),
    ("view", _N("commands", "&View")),
    ("playback", _N("commands", "&Playback")),
    ("attention", _N("commands", "&Attention")),
    ("export", _N("commands", "E&xport")),
    ("help", _N("commands", "&Help")),
)

FILE = (
    Command("file.open_video", _N("commands", "Open video…"), "file", ("Ctrl+O",),
            lambda d: d.window.open_video_dialog(), icon="video",
            tooltip=_N("commands", "Open a video")),
    Command("file.load_model", _N("commands", "Load model…"), "file", ("Ctrl+Shift+O",),
            lambda d: d.window.load_model_dialog(), icon="model",
            tooltip=_N("commands", "Load a trained checkpoint")),
    Command("file.open_sample", _N("commands", "Open sample"), "file", ("Ctrl+T",),
            lambda d: d.window.open_sample(), enabled_when=lambda _, w: bool(w.samples.clips),
            tooltip=_N("commands", "Open the first sample clip with the demo model")),
    Command("file.close_clip", _N("commands", "Close video"), "file", ("Ctrl+W",),
            lambda d: d.control.close_clip(), enabled_when=_video),
    Command("file.quit", _N("commands", "Quit"), "file", ("Ctrl+Q",),
            lambda d: d.window.close_window()),
)  # fmt: skip

EDIT = (
    Command("edit.undo", _N("commands", "Undo view change"), "edit", ("Ctrl+Z",),
            lambda d: d.store.undo(), enabled_when=lambda _, w: w.can_undo, icon="undo"),
    Command("edit.redo", _N("commands", "Redo view change"), "edit", ("Ctrl+Shift+Z", "Ctrl+Y"),
            lambda d: d.store.redo(), enabled_when=lambda _, w: w.can_redo, icon="redo"),
    Command("edit.back", _N("commands", "Back to the place before"), "edit", ("Ctrl+[",),
            lambda d: d.store.back(), enabled_when=lambda _, w: w.can_go_back),
    Command("edit.forward", _N("commands", "Forward again"), "edit", ("Ctrl+]",),
            lambda d: d.store.forward(), enabled_when=lambda _, w: w.can_go_forward),
    Command("edit.copy_image", _N("commands", "Copy image"), "edit", ("Ctrl+C",),
            lambda d: d.control.copy_image(), scope="stage", enabled_when=_video, icon="copy"),
    Command("edit.copy_parameters", _N("commands", "Copy parameters"), "edit", ("Ctrl+Alt+C",),
            lambda d: d.control.copy_parameters(), enabled_when=_video),
)  # fmt: skip

VIEW = (
    Command("view.overlay", _N("commands", "Heat overlay"), "view", ("T",),
            lambda d: d.intents.toggle("overlay"), "stage", icon="overlay",
            checked_when=lambda s, _: s.overlay, repeats=False),
    Command("view.blink", _N("commands", "Hide the heat while held"), "view", ("B",),
            lambda _: None, "stage", held=True, enabled_when=_shown),
    Command("view.token_grid", _N("commands", "Token grid"), "view", ("D",),
            lambda d: d.intents.toggle("token_grid"), "stage", icon="grid",
            checked_when=lambda s, _: s.token_grid, repeats=False),
    Command("view.smooth", _N("commands", "Smooth between tokens"), "view", ("S",),
            lambda d: d.intents.toggle("smooth"), "stage",
            checked_when=lambda s, _: s.smooth, repeats=False),
    Command("view.more_opaque", _N("commands", "More opaque"), "view", ("Ctrl+Up",),
            lambda d: d.intents.opacity(1), "stage"),
    Command("view.less_opaque", _N("commands", "Less opaque"), "view", ("Ctrl+Down",),
            lambda d: d.intents.opacity(-1), "stage"),
    Command("view.next_colormap", _N("commands", "Next colour map"), "view", ("C",),
            lambda d: d.intents.colormap(1), "stage"),
    Command("view.previous_colormap", _N("commands", "Previous colour map"), "view", ("Shift+C",),
            lambda d: d.intents.colormap(-1), "stage"),
    Command("view.lock_range", _N("commands", "Lock colour range"), "view", ("Y",),
            lambda d: d.intents.lock(), "stage", enabled_when=_shown,
            checked_when=lambda s, _: s.locked_range is not None, repeats=False),
    Command("view.auto_range", _N("commands", "Fit colour range once"), "view", ("U",),
            lambda d: d.intents.auto_range(), "stage", enabled_when=_shown),
    Command("view.reset_display", _N("commands", "Reset display settings"), "view", ("Ctrl+0",),
            lambda d: d.intents.reset_display()),
    Command("view.fit", _N("commands", "Fit to window"), "view", ("F",),
            lambda d: d.window.zoom("fit"), "stage", icon="fit"),
    Command("view.actual", _N("commands", "Actual size"), "view", ("Shift+F",),
            lambda d: d.window.zoom("actual"), "stage"),
    Command("view.zoom_in", _N("commands", "Zoom in"), "view", ("+", "="),
            lambda d: d.window.zoom("in"), "stage"),
    Command("view.zoom_out", _N("commands", "Zoom out"), "view", ("-",),
            lambda d: d.window.zoom("out"), "stage"),
    Command("view.full_screen", _N("commands", "Full screen"), "view", ("F11",),
            lambda d: d.window.full_screen(), repeats=False),
    Command("view.layers", _N("commands", "Layers panel"), "view", ("F2",),
            lambda d: d.window.toggle_dock("layers"), repeats=False),
    Command("view.display", _N("commands", "Display panel"), "view", ("F3",),
            lambda d: d.window.toggle_dock("display"), repeats=False),
    Command("view.predictions", _N("commands", "Predictions panel"), "view", ("F4",),
            lambda d: d.window.toggle_dock("predictions"), repeats=False),
    Command("view.heads", _N("commands", "Heads panel"), "view", ("F5",),
            lambda d: d.window.toggle_dock("heads"), repeats=False),
    Command("view.model", _N("commands", "Model panel"), "view", ("F8",),
            lambda d: d.window.toggle_dock("model"), repeats=False),
    Command("view.timeline", _N("commands", "Timeline"), "view", ("F7",),
            lambda d: d.window.toggle_dock("timeline"), repeats=False),
    Command("view.next_pane", _N("commands", "Next pane"), "view", ("F6",),
            lambda d: d.window.next_pane(1)),
    Command("view.previous_pane", _N("commands", "Previous pane"), "view", ("Shift+F6",),
            lambda d: d.window.next_pane(-1)),
    Command("view.reset_layout", _N("commands", "Reset layout"), "view", ("Ctrl+Shift+0",),
            lambda d: d.window.reset_layout()),
    Command("view.theme", _N("commands", "Light or dark"), "view", ("Ctrl+Shift+L",),
            lambda d: d.window.switch_theme(), icon="theme", repeats=False),
    Command("view.leave", _N("commands", "Leave mode, return to the frame"), "view", ("Esc",),
            lambda d: d.window.leave(), repeats=False),
)  # fmt: skip

PLAYBACK = (
    Command("playback.play", _N("commands", "Play or pause"), "playback", ("Space",),
            lambda d: d.intents.play(), "stage", _video, icon="play", repeats=False),
    Command("playback.pause", _N("commands", "Pause"), "playback", ("K",),
            lambda d: d.intents.pause(), "stage", _video),
    Command("playback.shuttle_back", _N("commands", "Shuttle backwards"), "playback", ("J",),
            lambda d: d.intents.shuttle(-1), "stage", _video, repeats=False),
    Command("playback.shuttle", _N("commands", "Shuttle forwards"), "playback", ("L",),
            lambda d: d.intents.shuttle(1), "stage", _video, repeats=False),
    Command("playback.slower", _N("commands", "Slower"), "playback", ("[",),
            lambda d: d.intents.faster(-1), "stage", _video),
    Command("playback.faster", _N("commands", "Faster"), "playback", ("]",),
            lambda d: d.intents.faster(1), "stage", _video),
    Command("playback.normal_speed", _N("commands", "Normal speed"), "playback", ("Backspace",),
            lambda d: d.intents.normal_speed(), "stage", _video),
    Command("playback.previous", _N("commands", "One frame back"), "playback", ("Left", ","),
            lambda d: d.intents.step(-1), "stage", _video),
    Command("playback.next", _N("commands", "One frame on"), "playback", ("Right", "."),
            lambda d: d.intents.step(1), "stage", _video),
    Command("playback.previous_ten", _N("commands", "Ten frames back"), "playback",
            ("Shift+Left",), lambda d: d.intents.step(-10), "stage", _video),
    Command("playback.next_ten", _N("commands", "Ten frames on"), "playback", ("Shift+Right",),
            lambda d: d.intents.step(10), "stage", _video),
    Command("playback.second_back", _N("commands", "One second back"), "playback",
            ("Ctrl+Left",), lambda d: d.intents.seconds(-1), "stage", _video),
    Command("playback.second_on", _N("commands", "One second on"), "playback", ("Ctrl+Right",),
            lambda d: d.intents.seconds(1), "stage", _video),
    Command("playback.previous_sampled", _N("commands", "Previous sampled frame"), "playback",
            ("Alt+Left",), lambda d: d.intents.sampled(-1), "stage", _both,
            tooltip=_N("commands", "The previous frame that the model sees")),
    Command("playback.next_sampled", _N("commands", "Next sampled frame"), "playback",
            ("Alt+Right",), lambda d: d.intents.sampled(1), "stage", _both,
            tooltip=_N("commands", "The next frame that the model sees")),
    Command("playback.previous_window", _N("commands", "Previous model window"), "playback",
            ("PgUp",), lambda d: d.intents.window(-1), "stage", _both),
    Command("playback.next_window", _N("commands", "Next model window"), "playback", ("PgDown",),
            lambda d: d.intents.window(1), "stage", _both),
    Command("playback.first", _N("commands", "First frame"), "playback", ("Home",),
            lambda d: d.intents.first(), "stage", _video),
    Command("playback.last", _N("commands", "Last frame"), "playback", ("End",),
            lambda d: d.intents.last(), "stage", _video),
    Command("playback.go_to", _N("commands", "Go to frame…"), "playback", ("G",),
            lambda d: d.window.ask_frame(), "stage", _video, repeats=False),
)  # fmt: skip


def _solo(number: int) -> Command:
    """Keys 1 to 9 and 0 stand for heads 0 to 9: the key says the place, the head its index."""
    head = number - 1

    def run(desk: Desk) -> None:
        desk.intents.choose_head(head)

    return Command(
        f"attention.head_{head}", _N("commands", "Head {n} alone"), "attention",
        (str(number % 10),), run, "stage", _model, hidden=True,
    )  # fmt: skip


ATTENTION = (
    Command("attention.run", _N("commands", "Run this window"), "attention", ("Ctrl+R",),
            lambda d: d.control.run_again(), enabled_when=_both, icon="run",
            tooltip=_N("commands", "Run the model on the window shown")),
    Command("attention.cancel", _N("commands", "Cancel"), "attention", ("Ctrl+.",),
            lambda d: d.control.cancel(), enabled_when=lambda _, w: w.is_busy, icon="cancel",
            tooltip=_N("commands", "Stop what is being done")),
    Command("attention.preprocessing", _N("commands", "Preprocessing…"), "attention",
            ("Ctrl+P",), lambda d: d.window.preprocessing_dialog(), enabled_when=_model,
            tooltip=_N("commands", "Change how the model is fed")),
    Command("attention.previous_layer", _N("commands", "Previous layer"), "attention", ("Up",),
            lambda d: d.intents.layer(-1), "stage", _model),
    Command("attention.next_layer", _N("commands", "Next layer"), "attention", ("Down",),
            lambda d: d.intents.layer(1), "stage", _model),
    Command("attention.previous_stage", _N("commands", "Previous stage"), "attention",
            ("Shift+Up",), lambda d: d.intents.stage(-1), "stage", _model),
    Command("attention.next_stage", _N("commands", "Next stage"), "attention", ("Shift+Down",),
            lambda d: d.intents.stage(1), "stage", _model),
    Command("attention.next_head", _N("commands", "Next head"), "attention", ("H",),
            lambda d: d.intents.head(1), "stage", _model),
    Command("attention.previous_head", _N("commands", "Previous head"), "attention",
            ("Shift+H",), lambda d: d.intents.head(-1), "stage", _model),
    Command("attention.mean_or_max", _N("commands", "Mean of heads, again for maximum"),
            "attention", ("A",), lambda d: d.intents.mean_or_max(), "stage", _model),
    *(_solo(number) for number in range(1, 11)),
    Command("attention.pick", _N("commands", "Pick a query token"), "attention", ("Q",),
            lambda d: d.intents.picking(), "stage", _shown, icon="target", repeats=False,
            checked_when=lambda s, _: s.picking,
            tooltip=_N("commands", "Click a token to see where it looks; with Shift, who looks "
                                   "at it")),
    Command("attention.readout", _N("commands", "Query of the readout"), "attention", ("Shift+Q",),
            lambda d: d.intents.choose_query("readout"), "stage", _model),
)  # fmt: skip

EXPORT = (
    Command("export.export", _N("commands", "Export…"), "export", ("Ctrl+E",),
            lambda d: d.window.export_dialog(), enabled_when=_both, icon="export",
            tooltip=_N("commands", "Save what is shown as a picture or a video")),
)  # fmt: skip

HELP = (
    Command("help.shortcuts", _N("commands", "Keyboard shortcuts"), "help", ("Ctrl+/", "Ctrl+?"),
            lambda d: d.window.show_shortcuts()),
    Command("help.about", _N("commands", "About MViT Lens"), "help", (),
            lambda d: d.window.show_about()),
)  # fmt: skip

COMMANDS = (*FILE, *EDIT, *VIEW, *PLAYBACK, *ATTENTION, *EXPORT, *HELP)

BY_ID = {command.id: command for command in COMMANDS}

SEPARATED = frozenset(
    {
        "file.close_clip", "file.quit", "edit.back", "edit.copy_image", "view.next_colormap",
        "view.lock_range", "view.fit", "view.full_screen", "view.next_pane", "view.theme",
        "playback.previous", "playback.previous_sampled", "playback.first",
        "attention.previous_layer", "attention.next_head", "attention.pick",
    }
)  # fmt: skip
"""Commands that begin a new group of their menu."""

TOOLBAR = (
    "file.open_video", "file.load_model", "", "attention.run", "attention.cancel", ">",
    "view.overlay", "view.token_grid", "attention.pick", "view.fit", "", "export.export",
)  # fmt: skip
"""Ids in order; an empty one is a line, and ``>`` takes the room that is left."""
