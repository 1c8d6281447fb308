"""Intents for the atlas: choose heads, change what is compared, show a head on the frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from mvit_core.attribution import ATTENDS_TO, METHODS, head_indices, head_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.intents.workspaces import WorkspaceIntents
    from app.results import Results
    from app.results.atlas import Place
    from app.state.atlas_choices import HeadField
    from app.state.store import Store
    from mvit_core.attribution import HeadChoice


class Choosing(Protocol):
    """The intents that choose layers and heads."""

    @property
    def workspaces(self) -> WorkspaceIntents:
        """Intents for going from workspace to workspace."""

    def choose_block(self, block: int, head: HeadChoice | None = None) -> None:
        """Show a layer."""

    def choose_method(self, method: str) -> None:
        """Show another kind of map."""

    def go_to(self, frame: int, *, jump: bool = False) -> None:
        """Show a frame."""


class AtlasIntents:
    """Intents for the workspace that compares heads.

    Args:
        intents: choose layers and heads.
        store: holds the state.
        results: returns the results now.
    """

    def __init__(self, intents: Choosing, store: Store, results: Callable[[], Results]) -> None:
        self._intents, self._store, self._results = intents, store, results

    # Any: the names and types are those of the fields of AtlasChoices.
    def compare(self, **choices: object) -> None:
        """Compare other numbers, of other windows or queries."""
        self._store.update(atlas=replace(self._store.state.atlas, **choices))  # type: ignore[arg-type]

    def sort(self, column: HeadField) -> None:
        """Sort the table by a column; again, the other way round."""
        now = self._store.state.atlas
        falling = not now.is_falling if now.sorted_by == column else column not in ("head", "stage")
        self.compare(sorted_by=column, is_falling=falling)

    def choose(self, block: int, head: int) -> None:
        """Choose one head alone."""
        self._intents.choose_block(block, head)

    def toggle(self, block: int, head: int) -> None:
        """Add a head to the averaged ones of its block, or remove it."""
        layer, now = self._results().layer(self._store.state.map.block), self._store.state.map.head
        if layer is None:
            return
        chosen = head_indices(now) if layer.block == block else ()
        kept = tuple(each for each in chosen if each != head)
        self._intents.choose_block(block, head_of(kept if head in chosen else (*kept, head)))

    def choose_many(self, places: tuple[Place, ...], near: int = -1) -> None:
        """Average several heads of one block.

        Args:
            places: heads of any blocks.
            near: the block that is meant; where no head is of it, the one chosen, else that with
                the most heads.
        """
        if not places:
            return
        by_block: dict[int, tuple[int, ...]] = {}
        for block, head in places:
            by_block[block] = (*by_block.get(block, ()), head)
        layer = self._results().layer(self._store.state.map.block)
        most = max(by_block, key=lambda block: len(by_block[block]))
        meant = (near, -1 if layer is None else layer.block, most)
        here = next(block for block in meant if block in by_block)
        self._intents.choose_block(here, head_of(by_block[here]))

    def show_on_frame(self) -> None:
        """Go to Look, where the chosen head is shown on the frame."""
        self._intents.workspaces.go_to("look", "single")
        if self._store.state.map.method not in METHODS:
            self._intents.choose_method(ATTENDS_TO)
        self._store.update(view="single", view_before="single")

    def go_to_frame(self, frame: int) -> None:
        """Show a frame, as a place to come back from."""
        self._intents.go_to(frame, jump=True)
