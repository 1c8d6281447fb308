"""Everything behind the views: what was made, what is missing, and who is asked for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.controller.compare import Comparing
from app.controller.grid import Grids
from app.controller.map_cache import Answers
from app.results import MapAnswer
from app.views.view_picture import grid_sheet, panes_sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.jobs import Jobs
    from app.results import MapWish, World
    from app.state.store import Store
    from app.views.stage import Stage
    from app.workers.pool import Lanes
    from app.workers.view_picture import Sheet
    from app.workers.worker import Answer


class ViewDesk:
    """Keeps maps by their wish, and asks for those of the grids and the panes.

    Args:
        lanes: who is asked.
        store: what the user asks for.
        world: gives what is known now.
        jobs: told how far work is that the user waits for.
    """

    def __init__(
        self,
        lanes: Lanes,
        store: Store,
        world: Callable[[], World],
        jobs: Jobs,
    ) -> None:
        self.answers = Answers(lanes.budget)
        self.grids = Grids(lanes, store, world, self.answers, jobs)
        self.comparing = Comparing(lanes, store, world, self.answers)

    def refresh(self, world: World) -> World:
        """The world with what the views show now; what is missing is asked for."""
        return replace(
            world,
            grid=self.grids.refresh(),
            minis=self.grids.minis(),
            panes=self.comparing.refresh(),
        )

    def sheet(self, stage: Stage, world: World) -> Sheet | None:
        """What the view shows as one picture; None in the single view, and where no map is."""
        if world.panes:
            return panes_sheet(stage, world)
        return None if world.grid is None else grid_sheet(stage, world, self.grids.look)

    def known(self, wish: MapWish) -> MapAnswer | None:
        """The answer to a wish, where it needs no lane."""
        return self.answers.get(wish)

    def take(self, answer: Answer) -> None:
        """Hear of every answer: maps are kept, also late ones, which are only not shown."""
        if isinstance(answer.payload, MapAnswer):
            self.answers.keep(answer.payload)
        self.grids.take(answer)
        self.comparing.take(answer)

    def stop(self, key: str) -> None:
        """The user stopped a job of ours."""
        if key == "maps":
            self.grids.stop()

    def resume(self) -> None:
        """Ask again for what failed or was stopped."""
        self.grids.resume()
        self.comparing.resume()

    def forget(self) -> None:
        """Another video or model."""
        self.answers.forget()
        self.grids.forget()
        self.comparing.forget()
