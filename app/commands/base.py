"""What a command is, what it may use, and what it needs.

Single keys belong to the *stage* (canvas and timeline), so that lists, sliders and buttons keep
their arrows and Space. Commands with Ctrl belong to the *window*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from app.state.language import N as N
from app.state.view_state import Loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.intents.intents import Intents
    from app.results import Results
    from app.state.store import Store
    from app.state.view_state import ViewState

Scope = Literal["window", "stage"]


class Windowing(Protocol):
    """What commands ask of the window itself."""

    def open_sample(self, index: int = 0) -> None:
        """Open a shipped clip with the shipped model."""

    def ask_frame(self) -> None:
        """Let the user type a frame."""

    def rename_marker(self) -> None:
        """Let the user name the marker of the frame shown."""

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

    def close_window(self) -> None:
        """Quit."""

    def close_clip(self) -> None:
        """Close the video, once nothing of it would be lost."""

    def zoom(self, how: str) -> None:
        """Zoom the canvas: fit, actual, in or out."""

    def zoom_timeline(self, how: str) -> None:
        """Zoom the timeline: in, out or all."""


class Asking(Protocol):
    """What commands let the user choose in a dialog."""

    def open_video(self) -> None:
        """Let the user choose a video."""

    def open_folder(self) -> None:
        """Let the user choose a folder of pictures."""

    def ask_picture_fps(self) -> None:
        """Let the user say how fast pictures follow each other."""

    def load_model(self) -> None:
        """Let the user choose a checkpoint."""

    def export(self) -> None:
        """Let the user export what is shown."""

    def preprocessing(self) -> None:
        """Let the user say how the model is fed."""


class Copying(Protocol):
    """What commands put on the clipboard."""

    def image(self) -> None:
        """Put what is shown on the clipboard."""

    def parameters(self) -> None:
        """Put what is shown on the clipboard, as JSON."""

    def predictions(self, *, as_csv: bool) -> None:
        """Put the classes that are listed on the clipboard."""


class Control(Protocol):
    """What commands ask of the controller."""

    def choose_stream(self, place: int) -> None:
        """Open another video stream of the file that is open."""

    def run_again(self) -> None:
        """Run the model on the window shown."""

    def cancel(self, key: str = "") -> None:
        """Stop a job, or the one the user waits for most."""

    def repeat_export(self) -> None:
        """Write what is shown now as it was written the last time."""

    def compute_series(self) -> None:
        """Run the model on every window that the header series lacks."""

    def compute_average(self) -> None:
        """Run the model on every view that the prediction of the whole video lacks."""


class Filing(Protocol):
    """What commands ask of sessions."""

    def open_dialog(self) -> None:
        """Let the user choose a session."""

    def save(self) -> bool:
        """Save the session where it was saved before."""

    def save_as(self) -> bool:
        """Save the session where the user says."""


class Reopening(Protocol):
    """What commands ask of the recent files."""

    def open(self, index: int) -> None:
        """Open a file of the list, from 0."""

    def clear(self) -> None:
        """Forget the list."""


class Helping(Protocol):
    """What commands ask about the window itself."""

    def palette(self) -> None:
        """Find a command by its name."""

    def shortcuts(self) -> None:
        """List all keys, and let the user give others."""

    def preferences(self) -> None:
        """Let the user set things once for all."""

    def help(self) -> None:
        """Say in a page how to work with this program."""

    def tour(self) -> None:
        """Point at the parts of the window, one after another."""

    def about(self) -> None:
        """Say what this program is."""


@dataclass(frozen=True)
class CommandContext:
    """Everything a command may use."""

    intents: Intents
    store: Store
    control: Control
    window: Windowing
    dialogs: Asking
    copies: Copying
    sessions: Filing
    recent: Reopening
    help: Helping


@dataclass(frozen=True)
class Need:
    """What must be there before a command makes sense."""

    holds: Callable[[ViewState, Results], bool]
    reason: str
    """Why the command is off; the palette and the menu's tooltip say it."""

    def __call__(self, state: ViewState, results: Results) -> bool:
        """Whether the command is possible now."""
        return self.holds(state, results)


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
SAMPLES = Need(lambda _, w: bool(w.samples.clips), N("commands", "there are no sample clips"))
BUSY = Need(lambda _, w: w.is_busy, N("commands", "nothing is being done"))
RECENT = Need(lambda _, w: bool(w.recent), N("commands", "no file was opened yet"))
UNDO = Need(lambda _, w: w.can_undo, N("commands", "no change to take back"))
REDO = Need(lambda _, w: w.can_redo, N("commands", "nothing was taken back"))
BACK = Need(lambda _, w: w.can_go_back, N("commands", "no place before this one"))
FORWARD = Need(lambda _, w: w.can_go_forward, N("commands", "no place after this one"))


@dataclass(frozen=True)
class Command:
    """One thing the user can do."""

    id: str
    title: str
    menu: str
    keys: tuple[str, ...]
    """The first is shown; further ones are for other keyboards."""
    run: Callable[[CommandContext], object]
    scope: Scope = "window"
    enabled_when: Need = ALWAYS
    checked_when: Callable[[ViewState, Results], bool] | None = None
    """Whether a switch is on; None for what is no switch."""
    tooltip: str = ""
    short: str = ""
    """Its name on the toolbar, where the title is too long for a small window."""
    keywords: str = ""
    """Other words that the palette finds it by."""
    icon: str = ""
    repeats: bool = True
    """Goes on while the key is held."""
    held: bool = False
    """Lasts while its key is held; it has no meaning as a click."""
    submenu: str = ""
    """A name in ``SUBMENUS``: it is one of a row of the same kind."""
    stage_keys: tuple[str, ...] = ()
    """Single keys of a window-wide command; they work on the stage."""
