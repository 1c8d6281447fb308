"""Commands that go from workspace to workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import Command, N
from app.panels.workspaces import BY_NAME, WORKSPACES

if TYPE_CHECKING:
    from app.commands.base import CommandContext
    from app.panels.workspaces import Workspace


def _go(number: int, workspace: Workspace) -> Command:
    """The command of a workspace; the menu row shows them side by side."""
    return Command(
        f"workspace.{workspace.name}",
        workspace.command,
        "view",
        (f"Alt+{number}",),
        lambda d: d.intents.workspaces.go_to(workspace.name, workspace.view),
        checked_when=lambda s, _: s.workspace == workspace.name,
        tooltip=workspace.tip,
        short=workspace.title,
        repeats=False,
        submenu="workspaces",
    )


def _go_on(context: CommandContext) -> None:
    """Go to the next workspace, after the last one to the first."""
    place = WORKSPACES.index(BY_NAME[context.store.state.workspace]) + 1
    following = WORKSPACES[place % len(WORKSPACES)]
    context.intents.workspaces.go_to(following.name, following.view)


WORKSPACE_COMMANDS = (
    *(_go(number, workspace) for number, workspace in enumerate(WORKSPACES, start=1)),
    Command(
        "workspace.next",
        N("commands", "Next workspace"),
        "view",
        ("Ctrl+Tab",),
        _go_on,
        repeats=False,
        submenu="workspaces",
    ),
)
