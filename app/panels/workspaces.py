"""The one table of workspaces: what the user is doing, and which panels are shown for it, where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.state.language import N

if TYPE_CHECKING:
    from app.panels.spec import Area
    from app.state.view_state import ViewName, WorkspaceName

Width = Literal["wide", "narrow"]

WIDE_PX = 1180
"""Least width in pixels of a window that is wide."""


def width_of(px: int) -> Width:
    """Tell whether a window of a width in pixels is wide or narrow."""
    return "wide" if px >= WIDE_PX else "narrow"


@dataclass(frozen=True)
class Arrangement:
    """Panels that are shown, by name: where each stands at first, from top to bottom.

    All others are hidden; opened by key or menu they stand at the area of their own row.
    """

    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    tabs: tuple[str, ...] = ()
    """One behind another, below those at the right."""
    bottom: tuple[str, ...] = ("timeline",)
    left_px: int = 260
    """First width of the left side in pixels."""
    right_px: int = 296
    has_track: bool = True
    """Show the timeline whole; False leaves its transport alone, until it is made higher."""

    def shown(self) -> tuple[str, ...]:
        """All panels that are shown."""
        return (*self.left, *self.right, *self.tabs, *self.bottom)

    def area_of(self, name: str, home: Area) -> Area:
        """The area in which a panel stands.

        Args:
            name: of the panel.
            home: area of its own row, for one that is not named here; where nothing stands at the
                left, what belongs there goes to the tabs, so that the frame keeps its room.
        """
        areas: tuple[Area, ...] = ("left", "right", "tabs", "bottom")
        for area in areas:
            if name in getattr(self, area):
                return area
        return "tabs" if home == "left" and not self.left else home


@dataclass(frozen=True)
class Workspace:
    """A row of ``WORKSPACES``."""

    name: WorkspaceName
    title: str
    command: str
    """Title of the command that goes there."""
    tip: str
    wide: Arrangement
    """Panels of a window of at least ``WIDE_PX``."""
    narrow: Arrangement
    """Panels of a smaller window."""
    view: ViewName = "single"
    """View that it begins with."""
    has_views: bool = True
    """False where the centre shows no frame."""

    def arrangement(self, width: Width) -> Arrangement:
        """The panels of a width."""
        return self.wide if width == "wide" else self.narrow


NARROW_PX = 284
"""First width of the right side of a narrow window in pixels."""

WORKSPACES = (
    Workspace(
        "look",
        N("commands", "Look"),
        N("commands", "Look workspace"),
        N("commands", "Where the model attends: layers, heads, colours"),
        wide=Arrangement(
            right=("predictions",),
            tabs=("display", "model"),
            left=(
                "layers",
                "heads",
            ),
        ),
        narrow=Arrangement(tabs=("predictions", "layers", "heads", "display"), right_px=NARROW_PX),
    ),
    Workspace(
        "explain",
        N("commands", "Explain"),
        N("commands", "Explain workspace"),
        N("commands", "Why the model says a class"),
        wide=Arrangement(
            left=("effects",), right=("predictions",), tabs=("why", "display", "model")
        ),
        narrow=Arrangement(tabs=("why", "predictions", "effects", "display"), right_px=NARROW_PX),
    ),
    Workspace(
        "atlas",
        N("commands", "Atlas"),
        N("commands", "Atlas workspace"),
        N("commands", "All heads compared by numbers"),
        wide=Arrangement(tabs=("head", "display")),
        narrow=Arrangement(tabs=("head", "display"), right_px=NARROW_PX),
        has_views=False,
    ),
    Workspace(
        "clips",
        N("commands", "Clips"),
        N("commands", "Clips workspace"),
        N("commands", "A list of clips, one after another"),
        wide=Arrangement(left=("clips",), right=("predictions",), tabs=("why",), left_px=440),
        narrow=Arrangement(
            tabs=("predictions", "why"),
            bottom=("clips", "timeline"),
            right_px=NARROW_PX,
            has_track=False,
        ),
    ),
)
"""Workspaces in the order of their keys, Alt+1 and on."""

BY_NAME = {workspace.name: workspace for workspace in WORKSPACES}
