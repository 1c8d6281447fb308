"""What the controller and its collaborators share, and what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controller.jobs import Jobs
from app.controller.known_files import KnownFiles
from app.results import Message, Results, ViewSizes
from app.state.preferences import budget_bytes
from app.workers.pool import WorkerPool
from mvit_core.system.cache import MemoryBudget

if TYPE_CHECKING:
    from app.results import TaskKey
    from app.state.preferences import PreferenceStore
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.worker import TaskResult


class Collaborator:
    """A part of the controller: it asks the workers for some of the results, and lays them out.

    The controller calls the same four methods of all parts; by default they do nothing.
    """

    def refresh(self) -> None:
        """Ask for what is missing, and put what is there into the results; may be repeated."""

    def forget(self) -> None:
        """Drop what was made of a video or a model that is not the one in use any more."""

    def resume(self) -> None:
        """Ask again for what failed or was stopped."""

    def stop(self, key: TaskKey | None = None) -> None:
        """Want no more of a job that the user stopped; of None, of anything: the window closes."""


class Workbench(QObject):
    """The results so far, who works on them, and how the user is told.

    Args:
        store: what the user asks for.
        preferences: what the user has set once for all.
        results: what is known at first.
        parent: the owner.
    """

    message = Signal(object)
    """A ``Message`` to be put up."""
    due = Signal()
    """Something changed that no worker told: it is time to refresh."""

    def __init__(
        self, store: Store, preferences: PreferenceStore, results: Results, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.store, self.preferences = store, preferences
        self.results = results
        """All that is known now; each collaborator replaces its own part."""
        self.sizes = ViewSizes()
        self.budget = MemoryBudget(budget_bytes(preferences.values))
        self.workers = WorkerPool(self.budget, self)
        self.jobs = Jobs()
        self.files = KnownFiles()

    @property
    def state(self) -> ViewState:
        """What the user asks for now."""
        return self.store.state

    def notify(self, message: Message) -> None:
        """Put up a message."""
        self.message.emit(message)

    def failed(self, result: TaskResult) -> None:
        """Tell the user in words why a task failed."""
        words, trace = result.problem, result.trace
        self.notify(Message("error", words, trace, remedies=result.remedies))
