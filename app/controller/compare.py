"""The panes of the compare view: their frames, maps, colours and difference.

A pane is asked for like any other map, by a wish that names its model and its clip: the inference
lane loads what it needs beside the model in use. Panes of another clip follow by time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.controller.cells import Cells, CellsAsk, heatmap_of
from app.controller.differences import Differences, Term
from app.controller.scale import difference_scale, scale_of
from app.results import DIFFERENCE_PLACE, CellsKey, MapAnswer, MapWish, PaneFacts
from app.results.readout import row_sum_of
from app.results.tokens import mark_on
from app.state.view_state import PINS
from app.text.phrases import head_words, map_words, short_unit_names
from app.workers.paint import look_of
from mvit_core.errors import ClipError
from mvit_core.video.clip import clip_windows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.controller.map_cache import Answers
    from app.results import CellsPicture, FramePicture, Scale, TokenMark, VideoFacts, World
    from app.state.store import Store
    from app.state.view_state import Pane
    from app.workers.pane_frames import PaneFrame
    from app.workers.pool import Lanes
    from app.workers.worker import Answer
    from mvit_core.attribution import HeadChoice
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import HeatSettings
    from mvit_core.video.clip import ClipSpec, ClipWindow

PANE_NAMES = ("A", "B", "C")


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("comparing", text)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What one pane has to show."""

    video: VideoFacts | None
    picture: FramePicture | None
    answer: MapAnswer | None
    head: HeadChoice
    remark: str = ""


class Comparing:
    """What the compare view shows, and what is asked of the lanes for it.

    Args:
        lanes: who is asked.
        store: what the user asks for.
        world: gives what is known now.
        answers: the maps that were made.
    """

    def __init__(
        self, lanes: Lanes, store: Store, world: Callable[[], World], answers: Answers
    ) -> None:
        self._lanes, self._store, self._world, self._answers = lanes, store, world, answers
        self._frames = lanes.pane_frames
        self._cells = Cells(lanes.paint, lanes.budget, "panes")
        self._differences = Differences(lanes.paint)
        self._others: dict[Path, PaneFrame] = {}
        self._asked_frames: object = None
        self._windows: dict[tuple[Path, ClipSpec], tuple[ClipWindow, ...]] = {}
        self._asked: MapWish | None = None
        self._barred: dict[MapWish, str] = {}
        self._pane_px = (640, 360)
        self._facts: tuple[PaneFacts, ...] = ()

    def show_size(self, pane_px: tuple[int, int]) -> bool:
        """Take the size that heat is painted at, in device pixels; True where it is new."""
        changed = pane_px != self._pane_px
        self._pane_px = pane_px
        return changed

    def refresh(self) -> tuple[PaneFacts, ...]:
        """Ask for what is missing; what the panes show now, none where the view is another."""
        state, world = self._store.state, self._world()
        if state.view != "compare" or world.picture is None or world.video is None:
            self._facts = ()
            return ()
        pins = state.panes[:PINS]
        self._want_frames(pins)
        seen = [self._selection(), *(self._pinned(pane) for pane in pins)]
        asks: list[CellsAsk] = []
        facts = [self._fact(place, each, asks) for place, each in enumerate(seen)]
        if state.difference is not None and max(state.difference) < len(seen):
            facts.append(self._difference(state.difference, seen))
        self._cells.want(asks)
        self._facts = tuple(facts)
        return self._facts

    def take(self, answer: Answer) -> None:
        """Take what a lane answered to a question of ours."""
        self._cells.take(answer)
        self._differences.take(answer)
        if answer.key == "pane.frames" and answer.outcome == "done":
            assert isinstance(answer.payload, tuple)
            self._others = {frame.path: frame for frame in answer.payload}
        elif answer.key == "pane.map" and self._asked is not None:
            if answer.outcome == "failed":
                self._barred[self._asked] = answer.problem
            self._asked = None

    def resume(self) -> None:
        """Ask again for what failed."""
        self._barred.clear()

    def forget(self) -> None:
        """Another video or model: what was asked for may mean something else."""
        self._asked = self._asked_frames = None
        self._barred.clear()
        self._cells.forget()
        self._differences.forget()

    # -- frames and maps ----------------------------------------------------------------------

    def _seconds(self) -> float:
        video = self._world().video
        assert video is not None
        return float(video.pts_seconds[self._store.state.frame])

    def _want_frames(self, pins: tuple[Pane, ...]) -> None:
        """Ask for the frames of other clips at the playhead's time."""
        video = self._world().video
        assert video is not None
        paths = tuple(dict.fromkeys(pane.clip for pane in pins if pane.clip != video.path))
        wanted = (paths, self._seconds())
        if paths and wanted != self._asked_frames:
            self._asked_frames = wanted
            self._lanes.decode.ask("pane.frames", partial(self._frames.at, *wanted))

    def _selection(self) -> _Seen:
        world = self._world()
        shown = world.shown
        if shown is None:
            return _Seen(world.video, world.picture, None, self._store.state.head, world.problem)
        return _Seen(world.video, world.picture, shown.answer, shown.head)

    def _pinned(self, pane: Pane) -> _Seen:
        video, picture, problem = self._frame_of(pane)
        if video is None or picture is None:
            return _Seen(
                None,
                None,
                None,
                pane.head,
                problem or tr("Opening {name}").format(name=pane.clip.name),
            )
        frame = video.frame_at(self._seconds()) if picture.path != pane.clip else picture.index
        wish, problem = self._wish(pane, video, frame)
        answer = None if wish is None else self._answers.get(wish)
        if wish is not None and answer is None:
            problem = self._barred.get(wish, "")
            if not problem:
                self._want_map(wish)
                problem = tr("Window {n} is being run").format(n=wish.window.index + 1)
        return _Seen(video, picture, answer, pane.head, problem)

    def _frame_of(self, pane: Pane) -> tuple[VideoFacts | None, FramePicture | None, str]:
        world = self._world()
        assert world.video is not None
        if pane.clip == world.video.path:
            return world.video, world.picture, ""
        other = self._others.get(pane.clip)
        return (None, None, "") if other is None else (other.video, other.picture, other.problem)

    def _wish(self, pane: Pane, video: VideoFacts, frame: int) -> tuple[MapWish | None, str]:
        key = (video.path, pane.clip_spec)
        if key not in self._windows:
            try:
                self._windows[key] = clip_windows(video.frame_count, video.fps, pane.clip_spec)
            except ClipError as error:
                return None, str(error)
        window = next((w for w in self._windows[key] if w.start <= frame < w.stop), None)
        if window is None:
            return None, tr("No window of the model lies here")
        wish = MapWish(
            pane.model, pane.clip, pane.clip_spec, window, pane.block, pane.method, pane.query
        )
        return wish, ""

    def _want_map(self, wish: MapWish) -> None:
        """Ask for the map of a pane, once the user's own is there."""
        world = self._world()
        waits = world.wish is not None and world.wish not in self._answers and not world.problem
        if self._asked is None and not waits and not self._store.state.scrubbing:
            self._asked = wish
            work = partial(self._lanes.model_host.explain, wish)
            self._lanes.infer.ask("pane.map", work, background=True)

    # -- what is shown ------------------------------------------------------------------------

    def _fact(self, place: int, seen: _Seen, asks: list[CellsAsk]) -> PaneFacts:
        name = PANE_NAMES[place - 1] if place else tr("Now")
        blank = PaneFacts(
            place, name, self._title(place, seen), seen.video, seen.picture, remark=seen.remark
        )
        if seen.answer is None or seen.picture is None:
            return blank
        heatmap = heatmap_of(seen.answer, seen.head)
        time = heatmap.token_time(seen.picture.index)
        size = self._heat_px(seen)
        key = CellsKey(seen.answer, (seen.head,), time, self._look(place), size)
        asks.append(CellsAsk(key, seen.picture.index))
        made = self._cells.get(key)
        old = next((each for each in self._facts if each.place == place), None)
        return replace(
            blank,
            heatmap=heatmap,
            grid=heatmap,
            row_sum=row_sum_of(seen.answer.wish.method, seen.head, heatmap),
            mark=mark_on(seen.answer, heatmap, seen.picture.index),
            heat=made.images[0] if made else (old.heat if old is not None else None),
            scale=self._scale(made) if made else (old.scale if old is not None else None),
        )

    def _scale(self, made: CellsPicture) -> Scale:
        """Of what is painted, in the units and at the opacity that the user asks for."""
        state = self._store.state
        look = replace(made.key.look, opacity=state.opacity, units=state.units)
        keys = [made.key.answer.maps.key_count]
        return scale_of(look, made.ranges[0], keys, short_unit_names())

    def _difference(self, places: tuple[int, int], seen: list[_Seen]) -> PaneFacts:
        names = [PANE_NAMES[place - 1] if place else tr("Now") for place in places]
        first, second = (seen[place] for place in places)
        blank = PaneFacts(
            DIFFERENCE_PLACE,
            f"{names[0]} − {names[1]}",
            tr("signed difference"),
            first.video,
            first.picture,
            remark=tr("Both maps are needed"),
        )
        if (
            first.answer is None
            or second.answer is None
            or first.picture is None
            or second.picture is None
        ):
            return blank
        terms = (
            Term(first.answer, first.head, first.picture.index),
            Term(second.answer, second.head, second.picture.index),
        )
        picture = self._differences.get(
            terms, self._heat_px(first), smooth=self._store.state.smooth
        )
        if picture is None:
            return replace(blank, remark="")
        scale = difference_scale(picture.range, picture.unit)
        return replace(
            blank,
            remark="",
            heat=picture.image,
            scale=scale,
            grid=_one_grid(terms),
            mark=_one_mark(terms),
        )

    def _heat_px(self, seen: _Seen) -> tuple[int, int]:
        """The frame's shape within the room of a pane."""
        assert seen.video is not None
        width, height = seen.video.display_size
        scale = min(self._pane_px[0] / width, self._pane_px[1] / height)
        return max(round(width * scale), 1), max(round(height * scale), 1)

    def _look(self, place: int) -> HeatSettings:
        look = replace(look_of(self._store.state), opacity=1.0, units="probability")
        shown = self._world().shown
        if place == 0 and shown is not None:
            look = replace(look, locked_range=shown.range.range)  # as on the canvas
        return look

    def _title(self, place: int, seen: _Seen) -> str:
        """Block, head and map; the clip and the model where they are not those in use."""
        world, state = self._world(), self._store.state
        pane = state.panes[place - 1] if place else None
        block = pane.block if pane else (world.wish.block if world.wish else 0)
        method, query = (pane.method, pane.query) if pane else (state.method, state.query)
        heads = seen.answer.maps.heads if seen.answer else 0
        parts = [tr("Block {b}").format(b=block)]
        if heads:
            parts.append(head_words(seen.head, heads))
        parts.append(map_words(method, query))
        if pane and world.video and pane.clip != world.video.path:
            parts.append(pane.clip.name)
        if pane and world.model and pane.model != world.model.source:
            parts.append(pane.model.checkpoint.name)
        return " · ".join(parts)


def _one_mark(terms: tuple[Term, Term]) -> TokenMark | None:
    """The ring of both sides of a difference, where they are of the same token at one place."""
    one, other = (mark_on(t.answer, heatmap_of(t.answer, t.head), t.frame_index) for t in terms)
    return one if one == other else None


def _one_grid(terms: tuple[Term, Term]) -> Heatmap | None:
    """The tokens of both sides of a difference, where they lie at the same places."""
    one, other = (heatmap_of(term.answer, term.head) for term in terms)
    places = [(m.shape[1:], m.x_px, m.y_px, m.box_px, m.frame_size) for m in (one, other)]
    return one if places[0] == places[1] else None
