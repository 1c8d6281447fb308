"""Intents that switch heads off and on: one, one alone in its block, all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

from app.intents.acting import Acting
from app.results import Message
from mvit_core.explaining import HeadPlace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mvit_core.explaining.changes import StandIn


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("effects", text)


class HeadsOffIntents(Acting):
    """Intents for heads that are off; each is a step of undo.

    The arguments are those of ``Acting``.
    """

    def toggle(self, place: HeadPlace) -> None:
        """Switch a head off, or on again."""
        if place.head < self._heads().get(place.block, 0):
            off = self._state.changes.heads_off
            self._switch([p for p in off if p != place] if place in off else [*off, place])

    def alone(self, place: HeadPlace) -> None:
        """Switch off all other heads of a block; where they are off already, switch all on."""
        count = self._heads().get(place.block, 0)
        if place.head >= count:
            return
        off = set(self._state.changes.heads_off)
        block = {HeadPlace(place.block, head) for head in range(count)}
        others = block - {place}
        elsewhere = off - block
        self._switch(elsewhere if off & block == others else elsewhere | others)

    def all_on(self) -> None:
        """Switch all heads on."""
        self._switch(())

    def toggle_chosen(self) -> None:
        """Switch the head that is chosen off, or on again."""
        state, layer = self._state, self._results().layer(self._state.map.block)
        if layer is None:
            return
        if isinstance(state.map.head, int):
            self.toggle(HeadPlace(layer.block, state.map.head))
        else:
            words = tr("Choose one head first: a digit, or a row of Head effects")
            self._report(Message("info", words))

    def choose_by(self, by: StandIn | Literal["batch"]) -> None:
        """Choose what heads give that are off: their mean over the clip or a batch, or zero.

        ``batch`` is the batch result that was chosen, or else the one that is open; where there is
        none it changes nothing.
        """
        changes = self._state.changes
        if by == "zero":  # a batch result that was chosen can be chosen again
            self._store.update(changes=replace(changes, by="zero"))
        elif by == "mean":
            self._store.update(changes=replace(changes, by="mean"), mean_batch=None)
        elif (found := self._results().batch_means) is not None:
            self.choose_batch(found.asked.folder)

    def choose_batch(self, folder: Path) -> None:
        """Have heads that are off give their mean over a batch result."""
        changes = replace(self._state.changes, by="mean")
        self._store.update(changes=changes, mean_batch=folder)

    def _switch(self, off: Iterable[HeadPlace]) -> None:
        changes = self._state.changes
        self._store.update(changes=changes.without(off))

    def _heads(self) -> dict[int, int]:
        """Number of heads of each block."""
        return {layer.block: layer.heads for layer in self._results().layers}
