"""Command, the context that it acts on, and the needs that enable it.

Single keys belong to the *stage* (canvas and timeline), so that lists, sliders and buttons keep
their arrows and Space. Commands with Ctrl belong to the *window*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from app.state.language import N as N
from app.state.view_state import Loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.commands.asking import Asking
    from app.intents.intents import Intents
    from app.results import Results
    from app.state.store import Store
    from app.state.view_state import ViewState

Scope = Literal["window", "stage"]


class Windowing(Protocol):
    """The window, as commands use it."""

    def open_sample(self, index: int = 0) -> None:
        """Open a shipped clip with the shipped model."""

    def ask_frame(self) -> None:
        """Focus the field for a frame number."""

    def rename_marker(self) -> None:
        """Open the field for the name of the frame's marker."""

    def leave(self) -> None:
        """Leave (Esc) picking, then full screen; focus the stage."""

    def full_screen(self) -> None:
        """Turn full screen on or off."""

    def toggle_dock(self, name: str) -> None:
        """Show or hide a dock."""

    def next_pane(self, by: int) -> None:
        """Move the focus to another pane."""

    def toggle_panels(self) -> None:
        """Hide all docks, or show them as they were."""

    def reset_layout(self) -> None:
        """Move all docks to their first places in this workspace."""

    def switch_theme(self) -> None:
        """Switch between light and dark."""

    def close_window(self) -> None:
        """Quit."""

    def close_clip(self) -> None:
        """Close the video, once nothing of it would be lost."""

    def zoom(self, how: str) -> None:
        """Zoom the canvas: fit, actual, in or out."""

    def zoom_timeline(self, how: str) -> None:
        """Zoom the timeline: in, out or all."""


class Pointing(Protocol):
    """The token under the pointer, as commands use it."""

    def look(self, how: Literal["from", "at", "similar"]) -> None:
        """Show where the token looks that was pointed at, who looks at it, or which are alike."""

    def strongest_token(self) -> None:
        """Go to the strongest token, and point at it."""

    def open_menu(self) -> None:
        """Open the context menu at the pointer."""


class Copying(Protocol):
    """The clipboard, as commands use it."""

    def image(self) -> None:
        """Copy the picture of the view."""

    def values(self) -> None:
        """Copy the values of the map, a line for each token."""

    def parameters(self) -> None:
        """Copy the parameters of the picture, as JSON."""

    def predictions(self, *, as_csv: bool) -> None:
        """Copy the classes listed, as lines or as CSV."""


class Checking(Protocol):
    """Checks of evidence, as commands use them."""

    def faithfulness(self) -> None:
        """Measure whether removing what the map shows removes the class."""

    def sanity(self) -> None:
        """Make the map again with weights drawn anew."""

    def when(self) -> None:
        """Find what each sampled frame adds to the logit."""


class Finding(Protocol):
    """Effects of heads, as commands use them."""

    def fill(self) -> None:
        """Find the effects of all heads on the window shown."""

    def improve(self) -> None:
        """Take means of heads over the whole clip."""


class Exporting(Protocol):
    """Exports, as commands use them."""

    def repeat(self) -> None:
        """Export the present view with the choices of the last export."""


class Listing(Protocol):
    """The list of clips, as commands use it."""

    def step(self, by: int) -> None:
        """Open the next clip of the list, or one before."""


class Control(Protocol):
    """The controller, as commands use it."""

    @property
    def results(self) -> Results:
        """All that is known now."""

    @property
    def exports(self) -> Exporting:
        """What writes files."""

    @property
    def clips(self) -> Listing:
        """The list of clips."""

    def choose_stream(self, place: int) -> None:
        """Open another video stream of the file that is open."""

    # Any: the names and types are those of the fields of ModelSource.
    def load_with(self, **choices: Any) -> None:  # noqa: ANN401
        """Load the model that failed last, or the one in use, with other choices."""

    def dismiss_failure(self) -> None:
        """Forget the load that failed."""

    def run_again(self) -> None:
        """Run the model on the window shown."""

    def cancel(self, key: str = "") -> None:
        """Stop a job; without a key, the one that the user waits for most."""

    @property
    def checks(self) -> Checking:
        """What is found out beside a map of evidence, when the user asks for it."""

    @property
    def effects(self) -> Finding:
        """What finds the effects of heads."""

    def run_then_play(self) -> None:
        """Run the windows ahead, and play once it cannot overtake them."""

    def compute_series(self) -> None:
        """Run the model on every window that the series lacks."""

    def compute_average(self) -> None:
        """Run the model on every view that the prediction of the whole video lacks."""


class Filing(Protocol):
    """Sessions, as commands use them."""

    def open_dialog(self) -> None:
        """Ask for a session and open it."""

    def save(self) -> bool:
        """Save the session to its file; False where the user cancels."""

    def save_as(self) -> bool:
        """Ask for a file and save the session; False where the user cancels."""


class Reopening(Protocol):
    """The list of recent files, as commands use it."""

    def open(self, index: int) -> None:
        """Open a file of the list, from 0."""

    def clear(self) -> None:
        """Empty the list."""


class Helping(Protocol):
    """Help, preferences and command palette, as commands use them."""

    def palette(self) -> None:
        """Open the command palette."""

    def shortcuts(self) -> None:
        """Open the dialog of all keys."""

    def preferences(self) -> None:
        """Open the preferences."""

    def guide(self, entry: str = "") -> None:
        """Open the guide, at an entry if one is named."""

    def tour(self) -> None:
        """Start the tour of the window's parts."""

    def about(self) -> None:
        """Open the about dialog."""


@dataclass(frozen=True)
class CommandContext:
    """Objects that commands act on."""

    intents: Intents
    store: Store
    control: Control
    window: Windowing
    dialogs: Asking
    copies: Copying
    sessions: Filing
    recent: Reopening
    help: Helping
    pointing: Pointing


@dataclass(frozen=True)
class Need:
    """A condition of a command, with the reason why the command is off without it."""

    holds: Callable[[ViewState, Results], bool]
    reason: str
    """Reason why the command is off, shown in palette and tooltip."""
    further: Need | None = None
    """A condition that must hold too, with a reason of its own."""

    def __call__(self, state: ViewState, results: Results) -> bool:
        """True where the condition holds."""
        return not self.lacking(state, results)

    def lacking(self, state: ViewState, results: Results) -> str:
        """The reason why the command is off; empty where it is on."""
        if not self.holds(state, results):
            return self.reason
        return "" if self.further is None else self.further.lacking(state, results)


ALWAYS = Need(lambda _, __: True, "")
VIDEO = Need(lambda _, w: w.video is not None, N("commands", "open a video first"))
FOLDER = Need(
    lambda _, w: w.video is not None and w.video.is_folder,
    N("commands", "open a folder of pictures first"),
)
MODEL = Need(lambda _, w: w.model is not None, N("commands", "load a model first"))
BOTH = Need(
    lambda _, w: w.video is not None and w.model is not None,
    N("commands", "open a video and load a model first"),
)
EITHER = Need(
    lambda _, w: w.video is not None or w.model is not None,
    N("commands", "open a video or load a model first"),
)
LOOPED = Need(
    lambda s, w: w.video is not None and s.loop != Loop(), N("commands", "there is no loop")
)
MARKED = Need(
    lambda s, _: any(marker.frame == s.frame for marker in s.markers),
    N("commands", "this frame has no marker"),
)
SHOWN = Need(lambda _, w: w.shown is not None, N("commands", "run a window first"))
CLASSIFIED = Need(
    lambda _, w: w.shown is not None and w.model is not None and w.model.has_classes,
    N("commands", "run a window of a model with classes first"),
)
WITH_CLASSES = Need(
    lambda _, w: w.video is not None and w.model is not None and w.model.has_classes,
    N("commands", "open a video and load a model with classes first"),
)
WEIGHTS = Need(
    lambda _, w: w.model is None or w.model.has_weights,
    N("commands", "needs the model's weights: load its checkpoint"),
)


def with_weights(need: Need) -> Need:
    """A condition, and a model that can be run: that of a capture file has no weights."""
    return replace(need, further=WEIGHTS)


SAMPLES = Need(lambda _, w: bool(w.samples.clips), N("commands", "there are no sample clips"))
BUSY = Need(lambda _, w: w.is_busy, N("commands", "nothing is being done"))
RECENT = Need(lambda _, w: bool(w.recent), N("commands", "no file was opened yet"))
UNDO = Need(lambda _, w: w.can_undo, N("commands", "no change to take back"))
REDO = Need(lambda _, w: w.can_redo, N("commands", "nothing was taken back"))
BACK = Need(lambda _, w: w.can_go_back, N("commands", "no place before this one"))
FORWARD = Need(lambda _, w: w.can_go_forward, N("commands", "no place after this one"))


@dataclass(frozen=True)
class Command:
    """A command: a row of the table that menus, toolbar, keys and palette are made of."""

    id: str
    title: str
    menu: str
    keys: tuple[str, ...]
    """Keys; the first is shown, further ones are for other keyboards."""
    run: Callable[[CommandContext], object]
    scope: Scope = "window"
    enabled_when: Need = ALWAYS
    checked_when: Callable[[ViewState, Results], bool] | None = None
    """Returns True where the command is checked; None for commands that are no switch."""
    tooltip: str = ""
    short: str = ""
    """Name on the toolbar, where the title is too long for a small window."""
    keywords: str = ""
    """Other words that the palette finds it by."""
    icon: str = ""
    repeats: bool = True
    """Run it repeatedly while the key is held."""
    held: bool = False
    """The command lasts while its key is held, and cannot be clicked."""
    submenu: str = ""
    """A name in ``SUBMENUS``; empty for a command of the menu itself."""
    stage_keys: tuple[str, ...] = ()
    """Single keys of a window-wide command; they work on the stage."""
