"""Which map is asked for, which one is being made, and why one does not come."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import MapWish

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.jobs import Jobs
    from app.results import MapAnswer, World
    from app.state.preferences import PreferenceStore
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.pool import Lanes
    from mvit_core.video.clip import ClipSpec, ClipWindow


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("map_desk", text)


def wish_of(state: ViewState, world: World) -> MapWish | None:
    """The map that belongs to what is asked for; None while there cannot be one."""
    layer, window = world.layer(state.block), world.window(state.frame)
    if world.video is None or world.model is None or layer is None or window is None:
        return None
    spec = state.clip_spec or world.model.clip_spec
    return MapWish(
        world.model.source, world.video.path, spec, window, layer.block, state.method, state.query
    )


class MapDesk:
    """Asks the inference lane for the map of the canvas, once for each wish.

    Args:
        lanes: who is asked.
        store: what the user asks for.
        jobs: told what runs.
        preferences: whether a window is run without being asked for.
        known: the answer to a wish, where it needs no lane.
    """

    def __init__(
        self,
        lanes: Lanes,
        store: Store,
        jobs: Jobs,
        preferences: PreferenceStore,
        known: Callable[[MapWish], MapAnswer | None],
    ) -> None:
        self._infer, self._host = lanes.infer, lanes.model_host
        self._store, self._jobs, self._preferences = store, jobs, preferences
        self._known = known
        self._answer: MapAnswer | None = None
        self._asked: MapWish | None = None
        self._running: MapWish | None = None
        self._barred: dict[MapWish, str] = {}
        """Wishes that failed or were cancelled, and why."""
        self._stopped: set[tuple[ClipSpec, ClipWindow]] = set()
        """Windows whose run was cancelled: of them only what was kept until then is asked for."""
        self._asked_runs: set[tuple[ClipSpec, ClipWindow]] = set()
        """Windows that the user asked for, where none runs by itself."""

    @property
    def answer(self) -> MapAnswer | None:
        """The latest map, which may be of an earlier wish."""
        return self._answer

    def want(self, world: World) -> World:
        """The world with the wish of now; a map that is missing is asked for."""
        wish = wish_of(self._store.state, world)
        if wish is None:
            return replace(world, wish=None, problem=world.problem if world.video else "")
        known = self._usable(self._known(wish))
        problem = "" if known else self._barred.get(wish, "") or self._unasked(wish)
        self._answer = known or self._answer
        may_run = known is not None or not (problem or self._store.state.scrubbing)
        if wish != self._asked and may_run:
            self._ask(wish)
        return replace(world, wish=wish, problem=problem)

    def take(self, answer: MapAnswer | None) -> None:
        """Take a map that was made; None where a run was cancelled before it came to the layer."""
        # The wish may have gone back to the map that is shown while this one was made.
        if answer is None:
            self.cancelled()
        elif answer.wish == self._asked:
            self._answer = answer

    def failed(self, problem: str) -> bool:
        """The latest run failed and is not begun again by itself; False where nobody waits."""
        if self._asked is None or self._asked != self._running:
            return False
        self._barred[self._asked] = problem
        return True

    def cancelled(self) -> None:
        """The latest run was cancelled: the user has just said that it is not wanted."""
        if self._asked is None or self._asked != self._running:
            return
        if (place := (self._asked.spec, self._asked.window)) not in self._stopped:
            self._stopped.add(place)  # perhaps the run had come past this layer
        else:
            self._barred[self._asked] = tr("Cancelled; run the window again with Ctrl+R")
        self._asked = None

    def again(self, wish: MapWish | None) -> None:
        """Run the window of a wish, also after it failed or was cancelled."""
        self._barred.clear()
        self._stopped.clear()
        if self._jobs.is_stopping("explain"):
            self._asked = None  # what still runs ends as cancelled; a new run is asked for
        if wish is not None:
            self._asked_runs.add((wish.spec, wish.window))

    def forget(self) -> None:
        """Another video or model: no map of before means anything."""
        self._answer = self._asked = None
        self._barred.clear()
        self._stopped.clear()
        self._asked_runs.clear()

    def _ask(self, wish: MapWish) -> None:
        before, self._asked = self._asked, wish
        shown = self._usable(self._answer)
        if shown is not None and shown.wish == wish:
            self._infer.cancel("explain")
            return
        if before is not None and (
            before.spec != wish.spec
            or (before.window != wish.window and not self._store.state.playing)
        ):
            self._infer.cancel("explain")  # nobody waits for that window any more
        self._running = wish
        is_stopped = (wish.spec, wish.window) in self._stopped
        if not is_stopped:
            self._jobs.begin("explain", tr("Running window {n}").format(n=wish.window.index + 1))
        self._infer.cancel("range")  # asked for again when nobody waits
        work = self._host.recall if is_stopped else self._host.explain
        self._infer.ask("explain", partial(work, wish))

    def _usable(self, answer: MapAnswer | None) -> MapAnswer | None:
        """Without what a cancelled run left behind, once the window is to be run again."""
        if answer is None or answer.is_complete:
            return answer
        return answer if (answer.wish.spec, answer.wish.window) in self._stopped else None

    def _unasked(self, wish: MapWish) -> str:
        """Why a window is not run by itself, where the user prefers to ask for it."""
        if self._preferences.values.auto_run or (wish.spec, wish.window) in self._asked_runs:
            return ""
        return tr("Not run yet: press Ctrl+R")
