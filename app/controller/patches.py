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
from app.text.patches import outcome_words, place_words
from mvit_core.attribution import MapSpec
from mvit_core.explaining import Target

if TYPE_CHECKING:
    from pathlib import Path

    from app.controller.workbench import Workbench
    from app.results import MapRequest
    from app.results.patches import PatchOutcome
    from mvit_core.explaining.patches import Patch

MOST_KEPT = 64
"""Patches whose outcome is kept."""


class Patches(QObject, Collaborator):
    """Submits patches, and puts those of the window shown into the results.

    A patch is of one window with its changes: of another window, or with heads switched or tubes
    painted since, it is not shown, and comes back with them. Another clip or model forgets all.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench, self._worker = bench, bench.workers.infer
        self._known: tuple[PatchOutcome, ...] = ()
        self._made: tuple[object, MapRequest | None] = (None, None)

    def begin(self, patch: Patch, clip: Path, window: int) -> None:
        """Patch the window shown with another clip.

        Args:
            patch: the part whose output is replaced.
            clip: the other clip, a file.
            window: of the other clip, from 0.
        """
        request, spec = self._request(), self._bench.state.map
        if request is None:
            return
        target = None if spec.target is None else Target(spec.target, spec.against)
        asked = PatchAsked(patch, clip, window, request, target)
        words = self.tr("Patching {place} from {name}")
        title = words.format(place=place_words(patch), name=clip.name)
        self._bench.jobs.begin(TaskKey.PATCH, title)
        work = partial(self._bench.workers.patching.patch, asked)
        self._worker.submit(TaskKey.PATCH, work, self._keep, self._bench.failed, on_late=self._keep)
        self._bench.due.emit()

    def remove(self, place: int) -> None:
        """Remove a patch by its place among those shown."""
        shown = self._bench.results.patches
        if 0 <= place < len(shown):
            self._known = tuple(each for each in self._known if each is not shown[place])
            self._bench.due.emit()

    @override
    def refresh(self) -> None:
        request, results = self._request(), self._bench.results
        shown = tuple(each for each in self._known if each.asked.request == request)
        if shown != results.patches:
            self._bench.results = replace(results, patches=shown)

    @override
    def forget(self) -> None:
        self._worker.cancel(TaskKey.PATCH)
        self._known = ()

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

    def _keep(self, outcome: PatchOutcome) -> None:
        same = [each for each in self._known if each.asked != outcome.asked]
        self._known = (*same, outcome)[-MOST_KEPT:]
        if self._bench.state.workspace != "explain":  # the list is not in sight
            self._bench.notify(Message("info", outcome_words(outcome), dock="effects"))
