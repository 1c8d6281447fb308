"""Has windows patched with other clips, and keeps what came of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import Message, TaskKey
from app.results.boxes import chosen_box
from app.results.patches import PatchAsked
from app.state.window_patch import MOST_PATCHES, WindowPatch
from app.text.patches import outcome_words, place_words
from mvit_core.attribution import MapSpec
from mvit_core.explaining import Target

if TYPE_CHECKING:
    from pathlib import Path

    from app.controller.workbench import Workbench
    from app.results import MapRequest
    from app.results.patches import PatchOutcome
    from app.workers.worker import TaskResult
    from mvit_core.explaining.patches import Patch


class Patches(QObject, Collaborator):
    """Submits patches, and puts those of the window shown into the results.

    Which there are is in the view, so that sessions keep them and undo takes them back; what came
    of them is remembered here. A patch is of one window with its changes: of another window, or
    with heads switched or tubes painted since, it is not shown, and comes back with them. Another
    clip or model forgets all. Patches of a session are made where the list is in sight.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench, self._worker = bench, bench.workers.infer
        self._known: tuple[PatchOutcome, ...] = ()
        self._tried: tuple[PatchAsked, ...] = ()  # of the view, in this process
        self._running: PatchAsked | None = None
        self._made: tuple[object, MapRequest | None] = (None, None)

    def begin(self, patch: Patch, clip: Path, window: int) -> None:
        """Patch the window shown with another clip.

        Args:
            patch: the part whose output is replaced.
            clip: the other clip, a file.
            window: of the other clip, from 0.
        """
        request, state = self._request(), self._bench.state
        if request is None:
            return
        classes = state.map.target, state.map.against
        of = request.window.index
        wanted = WindowPatch(patch, clip, window, of, state.changes, *classes)
        self._submit(wanted, _asked(wanted, request))

    def remove(self, place: int) -> None:
        """Remove a patch by its place among those shown."""
        shown = [wanted for wanted, outcome in self._rows() if outcome is not None]
        if 0 <= place < len(shown):
            left = tuple(each for each in self._bench.state.patches if each is not shown[place])
            self._bench.store.update(patches=left)

    @override
    def refresh(self) -> None:
        rows, results = self._rows(), self._bench.results
        shown = tuple(outcome for _, outcome in rows if outcome is not None)
        if shown != results.patches:
            self._bench.results = replace(results, patches=shown)
        self._make_missing([wanted for wanted, outcome in rows if outcome is None])

    @override
    def forget(self) -> None:
        self._worker.cancel(TaskKey.PATCH)
        self._known, self._tried, self._running = (), (), None

    def _rows(self) -> list[tuple[WindowPatch, PatchOutcome | None]]:
        """Patches of the window shown with its changes, and what is known of them."""
        request, state = self._request(), self._bench.state
        if request is None:
            return []
        known = {each.asked: each for each in self._known}
        return [
            (each, known.get(_asked(each, request)))
            for each in state.patches
            if (each.of, each.changes) == (request.window.index, state.changes)
        ]

    def _make_missing(self, missing: list[WindowPatch]) -> None:
        """Make the next patch of the view that was not tried yet, where the list is in sight."""
        state, request = self._bench.state, self._request()
        is_moving = state.playing or state.scrubbing
        if request is None or self._running or is_moving or state.workspace != "explain":
            return
        for wanted in missing:
            asked = _asked(wanted, request)
            if asked not in self._tried:
                self._submit(wanted, asked)
                return

    def _submit(self, wanted: WindowPatch, asked: PatchAsked) -> None:
        self._running, self._tried = asked, (*self._tried, asked)[-MOST_PATCHES:]
        words = self.tr("Patching {place} from {name}")
        title = words.format(place=place_words(asked.patch), name=asked.clip.name)
        self._bench.jobs.begin(TaskKey.PATCH, title)
        work, keep = partial(self._bench.workers.patching.patch, asked), partial(self._keep, wanted)
        self._worker.submit(
            TaskKey.PATCH, work, keep, self._failed, on_cancel=self._cancelled, on_late=keep
        )
        self._bench.due.emit()

    def _request(self) -> MapRequest | None:
        """The window shown with its changes, a value that no choice of map changes."""
        results = self._bench.results
        request = results.request
        if request is None or results.model is None or not results.model.has_classes:
            return None
        box = chosen_box(self._bench.state, results) or 0
        if self._made[0] != (id(request), box):
            block = MapSpec(block=results.model.layers[-1].block)
            self._made = (id(request), box), replace(request, map=block, box=box)
        return self._made[1]

    def _keep(self, wanted: WindowPatch, outcome: PatchOutcome) -> None:
        if self._running == outcome.asked:  # else a newer one runs
            self._running = None
        same = [each for each in self._known if each.asked != outcome.asked]
        self._known = (*same, outcome)[-MOST_PATCHES:]
        state = self._bench.state
        if outcome.asked.request.clip != state.clip:
            return
        if wanted not in state.patches:
            self._bench.store.update(patches=(*state.patches, wanted)[-MOST_PATCHES:])
        if state.workspace != "explain":  # the list is not in sight
            self._bench.notify(Message("info", outcome_words(outcome), dock="effects"))

    def _failed(self, result: TaskResult) -> None:
        self._running = None
        self._bench.failed(result)

    def _cancelled(self) -> None:
        self._running = None


def _asked(wanted: WindowPatch, request: MapRequest) -> PatchAsked:
    target = None if wanted.target is None else Target(wanted.target, wanted.against)
    return PatchAsked(wanted.patch, wanted.clip, wanted.window, request, target)
