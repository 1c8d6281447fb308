"""The maps of all layers: asked for one after another in the background, coloured where seen.

The inference lane makes one block's maps at a time, so whatever the user asks for next waits for
one block at most. Blocks in sight come first, then the neighbours of the block that is shown:
going to the next layer then finds its maps there.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.controller.cells import Cells, CellsAsk, heatmap_of
from app.controller.scale import scale_of
from app.results import CellsKey, CellsPicture, GridFacts, GridRow
from app.results.tokens import carried
from app.workers.paint import look_of
from app.workers.worker import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.controller.jobs import Jobs
    from app.controller.map_cache import Answers
    from app.results import LayerFacts, MapAnswer, MapWish, Scale, World
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.pool import Lanes
    from app.workers.worker import Answer
    from mvit_core.render import HeatSettings

MINI_PX = (60, 34)
"""Pictures in the tree of layers are no larger than this."""

ALL_TIMES = -1


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("grids", text)


class Grids:
    """What the grids and the tree of layers show, and what is asked of the lanes for it.

    Args:
        lanes: who is asked.
        store: what the user asks for.
        world: gives what is known now.
        answers: the maps that were made.
        jobs: told how far the maps of all layers are.
    """

    def __init__(
        self,
        lanes: Lanes,
        store: Store,
        world: Callable[[], World],
        answers: Answers,
        jobs: Jobs,
    ) -> None:
        self._lane, self._host = lanes.infer, lanes.model_host
        self._store, self._world = store, world
        self._answers, self._jobs = answers, jobs
        self._cells, self._minis = (
            Cells(lanes.paint, lanes.budget, "cells"),
            Cells(lanes.paint, lanes.budget, "minis", background=True),
        )
        self._asked: MapWish | None = None
        self._skipped: set[MapWish] = set()
        self._last: dict[int, GridRow] = {}
        self._facts: GridFacts | None = None
        self._cell_px = (160, 90)
        self._in_sight: frozenset[int] = frozenset()
        self._asked_for: object = None
        self._cell_look = self._look()
        self._asks: dict[MapAnswer, CellsAsk] = {}
        self._mini_pictures: tuple[CellsPicture, ...] = ()
        self._wished: tuple[object, dict[int, MapWish]] | None = None

    @property
    def look(self) -> HeatSettings:
        """How the cells are drawn, at full opacity."""
        return self._cell_look

    def show_cells(self, cell_px: tuple[int, int], in_sight: frozenset[int]) -> bool:
        """Take the size of a cell on screen and the blocks in sight; True where they are new."""
        changed = (cell_px, in_sight) != (self._cell_px, self._in_sight)
        self._cell_px, self._in_sight = cell_px, in_sight
        return changed

    def refresh(self) -> GridFacts | None:
        """Ask for what is missing; what the grid shows now, None where no grid is shown."""
        wishes = self._wishes()
        self._fetch(wishes)
        view = self._store.state.view
        if view not in ("heads", "layers") or self._world().picture is None:
            self._facts = None
            return None
        asked_for = (self._world().picture, self._look(), self._cell_px)
        if asked_for != self._asked_for:
            self._asked_for, self._cell_look = asked_for, asked_for[1]
            self._asks.clear()
        here = self._world().layer(self._store.state.block)
        if view == "heads":
            wishes = {block: w for block, w in wishes.items() if here and block == here.block}
        rows = tuple(self._row(layer, wish) for layer, wish in self._layers(wishes))
        self._facts = self._same_or_new(GridFacts(view, rows, *self._scale(rows)))
        return self._facts

    def minis(self) -> tuple[CellsPicture, ...]:
        """A small picture of each block whose maps are there: mean over heads and times."""
        picture = self._world().picture
        if picture is None:
            return ()
        if self._store.state.scrubbing:
            return self._mini_pictures  # nobody reads them while the pointer drags
        look = replace(self._look(), range_policy="map", locked_range=None, smooth=True)
        size = self._mini_px()
        found, asks = [], []
        for wish in self._wishes().values():
            answer = self._answers.get(wish)
            if answer is not None:
                key = CellsKey(answer, ("mean",), ALL_TIMES, look, size)
                asks.append(CellsAsk(key, picture.index))
                made = self._minis.get(key)
                if made is not None:
                    found.append(made)
        self._minis.want(asks)
        self._mini_pictures = tuple(found)
        return self._mini_pictures

    def _mini_px(self) -> tuple[int, int]:
        video = self._world().video
        if video is None:
            return MINI_PX
        width, height = video.display_size
        scale = min(MINI_PX[0] / width, MINI_PX[1] / height)
        return max(round(width * scale), 1), max(round(height * scale), 1)

    def take(self, answer: Answer) -> None:
        """Take what a lane answered to a question of ours."""
        self._cells.take(answer)
        self._minis.take(answer)
        if answer.key == "maps" and self._asked is not None and self._lane.is_latest(answer):
            # What was stopped is skipped since then, unless it has been asked for again.
            if answer.outcome != "cancelled" and self._asked not in self._answers:
                self._skipped.add(self._asked)
            self._asked = None

    def stop(self) -> None:
        """Ask for no more maps of what is shown now: the user does not want to wait for them."""
        self._skipped |= set(self._wishes().values())
        self._lane.cancel("maps")

    def resume(self) -> None:
        """Ask again for what failed or was stopped."""
        self._skipped.clear()

    def forget(self) -> None:
        """Another video or model: nothing of before means anything."""
        self._asked = None
        self._skipped.clear()
        self._last.clear()
        self._asks.clear()
        self._mini_pictures, self._wished = (), None
        self._cells.forget()
        self._minis.forget()

    # -- wishes -------------------------------------------------------------------------------

    def _wishes(self) -> dict[int, MapWish]:
        """The wish for each block that belongs to what is asked for now."""
        world = self._world()
        wish = world.wish
        if wish is None:
            return {}
        asked = (wish, world.layers)
        if self._wished is None or self._wished[0] != asked:
            here = world.layer(wish.block)
            assert here is not None
            wishes = {
                layer.block: replace(
                    wish, block=layer.block, query=carried(wish.query, wish.method, here, layer)
                )
                for layer in world.layers
            }
            self._wished = (asked, wishes)
        return self._wished[1]

    def _fetch(self, wishes: dict[int, MapWish]) -> None:
        """Ask for the maps of one more block."""
        world, state = self._world(), self._store.state
        here = self._answers.get(world.wish) if world.wish is not None else None
        # Where the user stopped a run, no other one is begun behind his back.
        needed = state.view == "layers" and here is not None and here.is_complete
        missing = [w for w in wishes.values() if w not in self._answers and w not in self._skipped]
        if needed:
            self._tell(len(wishes) - len(missing), len(wishes))
        if (
            not missing
            or self._asked is not None
            or state.scrubbing
            or here is None  # the user waits for that one
            or (state.playing and not needed)
        ):
            return
        order = self._order(missing, world.wish.block if world.wish else 0)
        self._asked = next(iter(order))
        work = self._host.explain if needed else self._host.recall
        self._lane.ask("maps", partial(work, self._asked), background=True)

    def _order(self, missing: list[MapWish], block: int) -> Iterable[MapWish]:
        def far(wish: MapWish) -> tuple[bool, int]:
            return wish.block not in self._in_sight, abs(wish.block - block)

        return sorted(missing, key=far)

    def _tell(self, done: int, total: int) -> None:
        if done < total:
            if "maps" not in self._jobs.running:
                self._jobs.begin("maps", tr("Maps of all layers"))
            self._jobs.advance(Progress("maps", 0, done, total))

    # -- rows ---------------------------------------------------------------------------------

    def _layers(self, wishes: dict[int, MapWish]) -> Iterable[tuple[LayerFacts, MapWish]]:
        for layer in self._world().layers:
            if layer.block in wishes:
                yield layer, wishes[layer.block]

    def _row(self, layer: LayerFacts, wish: MapWish) -> GridRow:
        last = self._last.get(layer.block)
        answer = self._answers.get(wish) or (last.answer if last is not None else None)
        picture = None if answer is None else self._picture(answer, layer)
        if picture is None and last is not None and last.answer is not None:
            picture = last.picture
        if picture is not None and len(picture.images) != layer.heads:
            picture = None
        row = GridRow(layer, answer, picture)
        if last is not None and (last.layer, last.answer, last.picture) == (layer, answer, picture):
            row = last
        self._last[layer.block] = row
        return row

    def _picture(self, answer: MapAnswer, layer: LayerFacts) -> CellsPicture | None:
        if self._store.state.view == "layers" and layer.block not in self._in_sight:
            return None
        return self._cells.get(self._ask(answer).key)

    def _ask(self, answer: MapAnswer) -> CellsAsk:
        """All heads of a block at the time of the frame shown."""
        frame = self._world().picture
        assert frame is not None
        if answer not in self._asks:
            time = heatmap_of(answer, 0).token_time(frame.index)
            heads = tuple(range(answer.maps.heads))
            key = CellsKey(answer, heads, time, self._cell_look, self._cell_px)
            self._asks[answer] = CellsAsk(key, frame.index)
        return self._asks[answer]

    def _same_or_new(self, facts: GridFacts) -> GridFacts:
        self._want_cells(facts)
        old = self._facts
        if (
            old is not None
            and (old.view, old.scale, old.policy) == (facts.view, facts.scale, facts.policy)
            and len(old.rows) == len(facts.rows)
            and all(a is b for a, b in zip(old.rows, facts.rows, strict=True))
        ):
            return old
        return facts

    def _want_cells(self, facts: GridFacts) -> None:
        seen = self._in_sight if facts.view == "layers" else {r.layer.block for r in facts.rows}
        self._cells.want(
            [
                self._ask(row.answer)
                for row in facts.rows
                if row.answer is not None and row.layer.block in seen
            ]
        )

    def _look(self) -> HeatSettings:
        """How all cells are coloured; a range that reaches beyond a layer is that of the canvas."""
        state, shown = self._store.state, self._world().shown
        look = replace(look_of(state), opacity=1.0, units="probability")
        beyond = look.range_policy == "model" or (
            look.range_policy == "clip" and state.view == "heads"
        )
        if beyond and look.is_automatic and shown is not None:
            look = replace(look, locked_range=shown.range.range)
        return look

    def _scale(self, rows: tuple[GridRow, ...]) -> tuple[Scale | None, str]:
        """Of what is painted, in the units and at the opacity that the user asks for."""
        state = self._store.state
        policy = policy_words(state, many_layers=len(rows) > 1)
        made = [row.picture for row in rows if row.picture is not None]
        if not made:
            return None, policy
        ranges = {ends for picture in made for ends in picture.ranges}
        look = replace(made[0].key.look, opacity=state.opacity, units=state.units)
        keys = [picture.key.answer.maps.key_count for picture in made]
        return scale_of(look, next(iter(ranges)) if len(ranges) == 1 else None, keys), policy


def policy_words(state: ViewState, *, many_layers: bool) -> str:
    """How cells of a grid get their range."""
    if state.locked_range is not None:
        return tr("locked range")
    if state.range_policy == "manual" and state.manual_range is not None:
        return tr("manual range")
    if state.range_policy == "map":
        return tr("each map on its own range")
    if state.range_policy == "model":
        return tr("one range for all layers")
    return tr("each layer on its own range") if many_layers else tr("one range for all heads")
