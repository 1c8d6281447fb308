"""What a panel is, what its row in ``PANELS`` says, and what its signals may be connected to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QAbstractButton

    from app.controller.player import Player
    from app.intents.intents import Intents
    from app.results import Message
    from app.results.snapshot import Snapshot
    from app.state.store import Store

Area = Literal["left", "right", "tabs", "bottom"]
"""Where a dock is at first. ``tabs`` are below those at the right, one behind another; ``bottom``
has no title line, cannot be moved, and stays on a full screen."""


@dataclass(frozen=True)
class PanelContext:
    """What the signals of a panel may be connected to."""

    intents: Intents
    """Changes of what is asked for."""
    store: Store
    player: Player
    cancel: Callable[[str], None]
    """Stops the job of a key."""
    run: Callable[[str], None]
    """Runs the command of an id, if it is enabled."""
    notify: Callable[[Message], None]
    """Puts up a message."""
    focus_stage: Callable[[], None]
    """Gives the keys to the stage."""
    logged: SignalInstance
    """Emits each line of the log."""
    show_remark: Callable[[str, str], None]
    """Puts a short text, and its tooltip, at the right of the dock's title line."""


class Panel(QWidget):
    """The content of a dock: it emits what the user asks for, and shows what differs.

    It knows no other panel, and remembers nothing that ``ViewState`` says.
    """

    remarked = Signal(str, str)
    """A short text for the title line, and its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        """Show what differs between two moments; None as the first shows everything."""
        raise NotImplementedError

    def connect_to(self, context: PanelContext) -> None:
        """Connect the panel's signals to what they ask for; nothing where it has none."""

    @property
    def first_stop(self) -> QWidget | None:
        """What takes the keys when the user goes from pane to pane; None is passed over."""
        return None

    @property
    def keyed(self) -> tuple[QWidget, ...]:
        """The widgets in it on which the single keys of the stage work too."""
        return ()

    @property
    def command_buttons(self) -> Mapping[str, QAbstractButton]:
        """Buttons by the id of the command that each stands for: they say its keys."""
        return {}


@dataclass(frozen=True)
class PanelSpec:
    """One row of ``PANELS``."""

    name: str
    """Its dock is ``dock.NAME``, its command ``view.NAME``."""
    title: str
    command: str
    """What the View menu and the palette call it."""
    key: str
    """Shows and hides it; empty for none."""
    area: Area
    make: Callable[[], Panel]
    height: int = 330
    """Pixels at first, shared out where a side holds several."""
    scrolls: bool = False
    """In a window too low for it, it gets a scroll bar instead of making the window larger."""
    hidden: bool = False
    """Not shown at first."""
    least: tuple[int, int] | None = None
    """Pixels, across and down, that its dock never goes below."""
