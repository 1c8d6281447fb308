"""Intents for the list of clips: open it, search it, show its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.intents.workspaces import WorkspaceIntents
    from app.state.store import Store


class ClipIntents:
    """Intents for the list of clips.

    Args:
        store: holds the state.
        workspaces: goes to that of the clips.
    """

    def __init__(self, store: Store, workspaces: WorkspaceIntents) -> None:
        self._store, self._workspaces = store, workspaces

    def open(self, path: Path) -> None:
        """Open a list or a folder of clips, and go to its workspace."""
        self._store.update(clips=path, clip_row=None, clip_search="", clip_columns=())
        self._workspaces.go_to("clips", "single")

    def close(self) -> None:
        """Close the list."""
        self._store.update(clips=None, clip_row=None, clip_search="", clip_columns=())

    def search(self, text: str) -> None:
        """List the rows with these words."""
        self._store.update(clip_search=text)

    def show_column(self, head: str, on: bool) -> None:
        """Show or hide a further column of the list, by its head."""
        others = tuple(each for each in self._store.state.clip_columns if each != head)
        self._store.update(clip_columns=(*others, head) if on else others)
