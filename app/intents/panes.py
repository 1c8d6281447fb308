"""Intents for views and panes: go to one, pin, close, swap, subtract."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.intents.acting import Acting
from app.results import DIFFERENCE_PLACE, PANE_NAMES, Message
from app.results.batch_means import shown_name
from app.state.view_state import PINS, Pane, views_of
from mvit_core.attribution import PCA

if TYPE_CHECKING:
    from app.state.store import Store, Values
    from app.state.view_state import ViewName


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("panes", text)


class PaneIntents(Acting):
    """Intents for the panes of the compare view.

    The arguments are those of ``Acting``.
    """

    def pin(self) -> None:
        """Pin the map shown as a pane."""
        pane, state = self._here(), self._store.state
        if pane is None:
            return
        if len(state.panes) >= PINS:
            self._say(tr("{n} panes are pinned already; close one with Shift+P").format(n=PINS))
            return
        if pane in state.panes:
            self._say(
                tr("Pinned already, as {name}").format(name=PANE_NAMES[state.panes.index(pane)])
            )
            return
        self._store.update(panes=(*state.panes, pane))
        words = tr("Pinned as {name}").format(name=PANE_NAMES[len(state.panes)])
        if state.view != "compare":
            words += tr("; Compare shows it beside the next")
        self._say(words)

    def choose(self, place: int) -> None:
        """Select the pane that commands act on."""
        self._store.update(pane=place)

    def close(self, place: int | None = None) -> None:
        """Close a pane; without a place the selected one, or the last pinned."""
        state = self._store.state
        if place is None:
            place = state.pane or len(state.panes)
        if place == DIFFERENCE_PLACE:
            self._store.update(difference=None, pane=0)
        elif 1 <= place <= len(state.panes):
            panes = tuple(p for i, p in enumerate(state.panes, 1) if i != place)
            self._store.update(panes=panes, pane=0, difference=_without(state.difference, place))

    def swap(self, place: int | None = None) -> None:
        """Swap a pane with the next one; the last one with the selection."""
        state = self._store.state
        place = state.pane if place is None else place
        count = len(state.panes)
        if not count or place > count:
            return
        other = (place + 1) % (count + 1)
        if 0 in (place, other):
            self._swap_selection(place or other)
            return
        panes = list(state.panes)
        panes[place - 1], panes[other - 1] = panes[other - 1], panes[place - 1]
        self._store.update(panes=tuple(panes), pane=other)

    def subtract(self, place: int | None = None) -> None:
        """Show the selection minus a pane; with a second pane, both panes; again, no difference."""
        state = self._store.state
        place = (state.pane or 1) if place is None else place
        if not 1 <= place <= len(state.panes):
            self._say(tr("Pin a map with P first: a difference needs two"))
            return
        maps = {0: state.map, **{at: pane.map for at, pane in enumerate(state.panes, 1)}}
        if any(maps[at].method == PCA for at in (0, place)):
            self._say(tr("Colours of components are no numbers that could be subtracted"))
            return
        now = state.difference
        wanted: tuple[int, int] | None = (0, place)
        if now is not None and place in now:
            wanted = None
        elif now is not None:
            wanted = (now[1], place)
        self._store.update(difference=wanted)

    def open(self, place: int) -> None:
        """Show a pane alone; Esc leads back."""
        state = self._store.state
        changes: Values = {"view": "single", "view_before": "compare"}
        if 1 <= place <= len(state.panes):
            pane = state.panes[place - 1]
            if not self._is_at_hand(pane):
                return
            changes["map"] = pane.map
        self._store.update(**changes)

    # -- helpers ----------------------------------------------------------------------------

    def _here(self) -> Pane | None:
        """The map shown as a pane; None while there is none."""
        results, state = self._results(), self._store.state
        request = results.request
        if request is None:
            return None
        shown = replace(request.map, head=state.map.head)
        place = request.clip, request.model, request.spec
        return Pane(*place, shown, state.stream, request.changes)

    def _swap_selection(self, place: int) -> None:
        state, here = self._store.state, self._here()
        pane = state.panes[place - 1]
        if here is None or not self._is_at_hand(pane):
            return
        panes = tuple(here if i == place else p for i, p in enumerate(state.panes, 1))
        changes, of = replace(pane.changes, mean_of=(), batch=None), pane.changes.batch
        read = self._results().batch_means
        is_read = read is not None and of is not None and read.source == of
        folder = read.asked.folder if read is not None and is_read else None
        self._store.update(panes=panes, map=pane.map, changes=changes, mean_batch=folder)
        if of is not None and not is_read:
            words = tr("The batch result {name} is not open: heads give their mean over the clip")
            self._say(words.format(name=shown_name(of.name)))

    def _is_at_hand(self, pane: Pane) -> bool:
        """True where a pane has the clip and model in use; shows a message otherwise."""
        request, stream = self._results().request, self._store.state.stream
        if request is not None and (request.clip, stream, request.model, request.spec) == (
            pane.clip,
            pane.stream,
            pane.model,
            pane.clip_spec,
        ):
            return True
        self._say(
            tr("This pane shows {clip} with {model}; open both to make it the map in use").format(
                clip=pane.clip.name, model=pane.model.checkpoint.name
            )
        )
        return False

    def _say(self, words: str) -> None:
        self._report(Message("info", words))


class ViewIntents:
    """Intents for going from view to view.

    Args:
        store: holds the state.
        panes: shows a pane alone.
    """

    def __init__(self, store: Store, panes: PaneIntents) -> None:
        self._store, self._panes = store, panes

    def show(self, view: ViewName) -> None:
        """Show one map, all heads, all layers, or panes to compare."""
        self._store.update(view=view, view_before="single")

    def next(self, by: int) -> None:
        """Show the view ``by`` steps after this one."""
        state = self._store.state
        views = views_of(state.map.method)
        self.show(views[(views.index(state.view) + by) % len(views)])

    def open(self) -> None:
        """Show the selected cell or pane alone; Esc leads back."""
        state = self._store.state
        if state.view == "compare":
            self._panes.open(state.pane)
        elif state.view != "single":
            self._store.update(view="single", view_before=state.view)

    def leave(self) -> bool:
        """Go back, by Esc, to the view before or the single map; False in the first single map."""
        state = self._store.state
        if state.view == state.view_before == "single":
            return False
        back = state.view_before if state.view == "single" else "single"
        self._store.update(view=back, view_before="single")
        return True


def _without(difference: tuple[int, int] | None, place: int) -> tuple[int, int] | None:
    """The difference after a pane was closed: later places move up by one."""
    if difference is None or place in difference:
        return None
    first, second = (each - (each > place) for each in difference)
    return first, second
