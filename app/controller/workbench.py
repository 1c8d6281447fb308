"""The workbench that the controller and its collaborators share, and their protocol."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.controller.jobs import Jobs
from app.controller.known_files import KnownFiles
from app.results import Message, Results, TaskKey, ViewSizes
from app.state.preferences import budget_bytes
from app.workers.pool import WorkerPool
from mvit_core.system.cache import MemoryBudget

if TYPE_CHECKING:
    from app.state.preferences import Preferences, PreferenceStore
    from app.state.store import Store
    from app.state.view_state import ViewState
    from app.workers.worker import TaskResult

logger = logging.getLogger(__name__)


STEPWISE = frozenset((TaskKey.RANGE, TaskKey.SERIES, TaskKey.PLAY_AHEAD))
"""Tasks of one window after another: that one succeeds says nothing of one that failed."""


class Collaborator:
    """A part of the controller that has some of the results made.

    The controller calls the same four methods of all collaborators; by default they do nothing.
    """

    def refresh(self) -> None:
        """Put what is made into the results, and submit tasks for the rest; may be repeated."""

    def forget(self) -> None:
        """Drop what was made of the video or model before."""

    def resume(self) -> None:
        """Request again what failed or was stopped."""

    def stop(self, key: TaskKey | None = None) -> None:
        """Stop a job that the user cancelled; None stops everything, as the window closes."""


class Workbench(QObject):
    """The state, the results so far, the workers and the jobs, shared by all collaborators.

    Args:
        store: holds the state.
        preferences: holds the user's preferences.
        results: the first results.
        parent: the owner.
    """

    message = Signal(object)
    """Emitted with a ``Message`` to be shown."""
    due = Signal()
    """Emitted when something changed outside of tasks, so that the controller refreshes."""

    def __init__(
        self, store: Store, preferences: PreferenceStore, results: Results, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.store, self.preferences = store, preferences
        self.results = results
        """The results now; each collaborator replaces its own part."""
        self.sizes = ViewSizes()
        self.budget = MemoryBudget(budget_bytes(preferences.values))
        self.workers = WorkerPool(self.budget, self)
        self.jobs = Jobs()
        self.files = KnownFiles()
        self.workers.model_worker.cores = preferences.values.threads
        preferences.changed.connect(self._preferred)

    @property
    def state(self) -> ViewState:
        """The state now."""
        return self.store.state

    @Slot(object, object)
    def _preferred(self, old: Preferences, new: Preferences) -> None:
        """Give memory, cores and colours as the user prefers them now."""
        if old.cache_gigabytes != new.cache_gigabytes:
            self.budget.resize(budget_bytes(new))
        self.workers.model_worker.cores = new.threads
        if old.colormap != new.colormap:
            self.store.update(colormap=new.colormap)

    def notify(self, message: Message) -> None:
        """Show a message, and keep it in the log."""
        logger.info("%s", message.text)
        self.message.emit(message)

    def failed(self, result: TaskResult) -> None:
        """Show a message about a task that failed."""
        self.notify(
            Message(
                "error",
                result.problem,
                result.trace,
                remedies=result.remedies,
                choices=result.choices,
                about=None if result.key in STEPWISE else result.key,
            )
        )
