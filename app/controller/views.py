"""Everything behind the views: what was made, what is missing, and who is asked for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.controller.compare import ComparePanes
from app.controller.grid import GridMaps
from app.controller.map_cache import MapCache
from app.results import MapResult
from app.views.view_picture import grid_picture, panes_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.jobs import Jobs
    from app.results import MapRequest, Results
    from app.state.store import Store
    from app.views.stage import Stage
    from app.workers.pool import WorkerPool
    from app.workers.view_picture import ViewPicture
    from app.workers.worker import TaskResult


class ViewMaps:
    """Keeps maps by their request, and asks for those of the grids and the panes.

    Args:
        workers: who is asked.
        store: what the user asks for.
        results: gives what is known now.
        jobs: told how far work is that the user waits for.
    """

    def __init__(
        self,
        workers: WorkerPool,
        store: Store,
        results: Callable[[], Results],
        jobs: Jobs,
    ) -> None:
        self.map_cache = MapCache(workers.budget)
        self.grid_maps = GridMaps(workers, store, results, self.map_cache, jobs)
        self.compare_panes = ComparePanes(workers, store, results, self.map_cache)

    def refresh(self, results: Results) -> Results:
        """The results with what the views show now; what is missing is asked for."""
        return replace(
            results,
            grid=self.grid_maps.refresh(),
            minis=self.grid_maps.minis(),
            panes=self.compare_panes.refresh(),
        )

    def view_picture(self, stage: Stage, results: Results) -> ViewPicture | None:
        """What the view shows as one picture; None in the single view, and where no map is."""
        if results.panes:
            return panes_picture(stage, results)
        return None if results.grid is None else grid_picture(stage, results, self.grid_maps.look)

    def known(self, request: MapRequest) -> MapResult | None:
        """The result to a request, where it needs no worker."""
        return self.map_cache.get(request)

    def on_result(self, result: TaskResult) -> None:
        """Hear of every answer: maps are kept, also late ones, which are only not shown."""
        if isinstance(result.payload, MapResult):
            self.map_cache.keep(result.payload)
        self.grid_maps.on_result(result)
        self.compare_panes.on_result(result)

    def stop(self, key: str) -> None:
        """The user stopped a job of ours."""
        if key == "maps":
            self.grid_maps.stop()

    def resume(self) -> None:
        """Ask again for what failed or was stopped."""
        self.grid_maps.resume()
        self.compare_panes.resume()

    def forget(self) -> None:
        """Another video or model."""
        self.map_cache.forget()
        self.grid_maps.forget()
        self.compare_panes.forget()
