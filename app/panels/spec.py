"""The base class of panels, the form of a row in ``PANELS``, and the context of their signals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from typing_extensions import override

from app.widgets.kept_keys import KeepsKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QAbstractButton, QWidget

    from app.controller.player import Player
    from app.intents.intents import Intents
    from app.results import Message, PlotFile
    from app.results.snapshot import Snapshot
    from app.state.store import Store

Area = Literal["left", "right", "tabs", "bottom"]
"""First place of a dock. ``tabs`` are below those at the right, one behind another; ``bottom``
reaches from side to side."""


class Rows(Protocol):
    """The list of clips, or the batch result, that is open."""

    def open_row(self, row: int) -> None:
        """Open the clip of a row, by its place in the list or its number in the batch result."""

    def show_lines(self, first: int, last: int) -> None:
        """Have rows of a batch result looked up, by their places among those listed."""


@dataclass(frozen=True)
class PanelContext:
    """Everything that the signals of a panel may be connected to."""

    intents: Intents
    """Intents, which change the state."""
    store: Store
    player: Player
    cancel: Callable[[str], None]
    """Stops the job of a key."""
    run: Callable[[str], None]
    """Runs the command of an id, if it is enabled."""
    load_with: Callable[..., None]
    """Loads the model with other fields of its ``ModelSource``, by name."""
    rows: Rows
    """Opens rows of a list of clips."""
    drop_patch: Callable[[int], None]
    """Removes a patch of the window shown, by its place."""
    notify: Callable[[Message], None]
    """Shows a message."""
    wrote: Callable[[PlotFile], None]
    """Has it told beside a plot that was written where it comes from."""
    focus_stage: Callable[[], None]
    """Gives the focus to the stage."""
    logged: SignalInstance
    """Emits each line of the log."""
    show_remark: Callable[[str, str], None]
    """Shows a short text with a tooltip at the right of the dock's title line."""


def _goes_on(old: Snapshot, new: Snapshot) -> bool:
    """Frames are played or scrubbed, and nothing else was asked for."""
    before, now = old.state, new.state
    if not (now.playing or now.scrubbing):
        return False
    return before is now or replace(before, frame=now.frame) == now


class Panel(KeepsKeys):
    """The content of a dock: emits the user's requests, and shows what differs in a snapshot.

    It knows no other panel, and remembers nothing that ``ViewState`` says.
    """

    remarked = Signal(str, str)
    """Emitted with a short text for the title line, and its tooltip."""
    may_lag = True
    """It may show a frame a moment after the canvas does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._later = QTimer(self, interval=0, singleShot=True)
        self._later.timeout.connect(self._catch_up)
        self._latest: Snapshot | None = None
        self._seen: Snapshot | None = None
        """The snapshot shown; None while everything is to be shown."""

    def follow(self, old: Snapshot | None, new: Snapshot) -> None:
        """Show a snapshot, at once or as soon as the panel is seen; ``old`` as in show_snapshot.

        While frames follow each other, most panels wait until the canvas is painted, and what the
        user does comes in between.
        """
        self._latest = new
        if old is None:
            self._seen = None
        if not self.isVisible():
            return
        if self.may_lag and old is not None and _goes_on(old, new):
            self._later.start()
        else:
            self._later.stop()
            self._catch_up()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._catch_up()
        super().showEvent(event)

    def _catch_up(self) -> None:
        if self._latest is not None and self._latest is not self._seen:
            before, self._seen = self._seen, self._latest
            self.show_snapshot(before, self._latest)

    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        """Show the differences of two snapshots; None as ``old`` shows everything."""
        raise NotImplementedError

    def connect_to(self, context: PanelContext) -> None:
        """Connect the panel's signals; a panel without signals need not override it."""

    @property
    def first_stop(self) -> QWidget | None:
        """The widget that gets the focus when the user goes to the panel; None skips it."""
        return None

    @property
    def command_buttons(self) -> Mapping[str, QAbstractButton]:
        """Buttons by the id of the command that each stands for; their tooltips show its keys."""
        return {}


@dataclass(frozen=True)
class PanelSpec:
    """A row of ``PANELS``."""

    name: str
    """Name; the dock is ``dock.NAME``, the command ``view.NAME``."""
    title: str
    command: str
    """Title of the command in View menu and palette."""
    key: str
    """Key that shows and hides it; empty for none."""
    area: Area
    """Where it stands in a workspace that does not show it by itself (``WORKSPACES``)."""
    make: Callable[[], Panel]
    height: int = 330
    """First height in pixels, as a share where a side holds several panels."""
    scrolls: bool = False
    """Give it a scroll bar in a window that is too low for it."""
    menu: str = "view"
    """Menu of its command: View > Panels, or the first level of another."""
    tab: str = ""
    """Title of its tab, where the title is too long for one among four."""
    fixed: bool = False
    """It has no title line, cannot be moved, and stays on a full screen."""
    guide: str = ""
    """Entry of the guide behind the question mark of its title line; empty for none."""
    least: tuple[int, int] | None = None
    """Least (width, height) of its dock in pixels."""
