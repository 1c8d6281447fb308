"""Intents for the list of clips: open it, search it, show its columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mvit_core.batch.result_query import ResultQuery

if TYPE_CHECKING:
    from pathlib import Path

    from app.intents.workspaces import WorkspaceIntents
    from app.state.store import Store
    from mvit_core.batch.result_query import ResultField


FALLING: frozenset[ResultField] = frozenset(("probability", "number"))
"""Fields whose largest values come first, until they are asked for the other way round."""

CLOSED: dict[str, Any] = {
    "clip_row": None,
    "clip_search": "",
    "clip_columns": (),
    "batch": ResultQuery(),
    "batch_root": None,
}
"""What is asked of a list that was just opened."""


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
        self._store.update(clips=path, **CLOSED)
        self._workspaces.go_to("clips", "single")

    def close(self) -> None:
        """Close the list."""
        self._store.update(clips=None, **CLOSED)

    def search(self, text: str) -> None:
        """List the rows with these words."""
        self._store.update(clip_search=text)

    # Any: the names and types are those of the fields of ResultQuery.
    def ask_batch(self, **choices: object) -> None:
        """List other rows of a batch result; the range is of the statistic, and goes with it."""
        if "number" in choices:
            choices = {"least": None, "most": None, **choices}
        self._store.update(batch=replace(self._store.state.batch, **choices))  # type: ignore[arg-type]

    def sort_batch(self, field: ResultField) -> None:
        """Sort rows of a batch result by a field; again, the other way round."""
        now = self._store.state.batch
        is_falling = not now.is_falling if now.sorted_by == field else field in FALLING
        self.ask_batch(sorted_by=field, is_falling=is_falling)

    def move_batch(self, root: Path) -> None:
        """Look for the clips of a batch result in another folder."""
        self._store.update(batch_root=root)

    def show_column(self, head: str, on: bool) -> None:
        """Show or hide a further column of the list, by its head."""
        others = tuple(each for each in self._store.state.clip_columns if each != head)
        self._store.update(clip_columns=(*others, head) if on else others)
