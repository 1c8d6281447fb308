"""Everything behind the views: what was made, what is missing, and who is asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.facts import MapAnswer
from app.views.answers import Answers
from app.views.grids import Grids

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.facts import MapWish, World
    from app.inference import ModelHost
    from app.jobs import Jobs
    from app.state import Store
    from app.workers import Answer, Lane


class ViewDesk:
    """Keeps maps by their wish, and asks for those of the grids and the panes.

    Args:
        infer: the inference lane.
        host: lives on that lane.
        paint: the paint lane.
        store: what the user asks for.
        world: gives what is known now.
        jobs: told how far work is that the user waits for.
    """

    def __init__(
        self,
        infer: Lane,
        host: ModelHost,
        paint: Lane,
        store: Store,
        world: Callable[[], World],
        jobs: Jobs,
    ) -> None:
        self.answers = Answers()
        self.grids = Grids(infer, host, paint, store, world, self.answers, jobs)

    def known(self, wish: MapWish) -> MapAnswer | None:
        """The answer to a wish, where it needs no lane."""
        return self.answers.get(wish)

    def take(self, answer: Answer) -> None:
        """Hear of every answer: maps are kept, also late ones, which are only not shown."""
        if isinstance(answer.payload, MapAnswer):
            self.answers.keep(answer.payload)
        self.grids.take(answer)

    def stop(self, key: str) -> None:
        """The user stopped a job of ours."""
        if key == "maps":
            self.grids.stop()

    def resume(self) -> None:
        """Ask again for what failed or was stopped."""
        self.grids.resume()

    def forget(self) -> None:
        """Another video or model."""
        self.answers.forget()
        self.grids.forget()
