"""Has the effects of heads found, the last block first, and says of which windows means are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import EffectsInfo, EffectsRequest, TaskKey
from app.results.batch_means import mean_over, waits_for_mean
from app.results.boxes import chosen_box
from app.workers.survey import PieceByPiece
from mvit_core.attribution import MapSpec
from mvit_core.explaining import UNCHANGED, HeadPlace, Target

if TYPE_CHECKING:
    from app.controller.survey import ClipSurvey
    from app.controller.workbench import Workbench
    from app.results import EffectsComing, MapRequest
    from app.workers.worker import TaskHandle, TaskResult
    from mvit_core.video.clip import ClipWindow

    Known = dict[HeadPlace, float]

MOST_WINDOWS = 16
"""Windows that a mean is of at most: more make it hardly better, and an export runs each anew."""

MOST_KEPT = 64
"""Windows and classes whose effects are kept."""


class MeanWindows(Collaborator):
    """Puts the windows that means of heads are of into the results.

    They are those that were run when a mean was first needed, and stay so, so that what was found
    can be found again; once the whole clip is run with all heads on, they are of all of it.

    Args:
        bench: shared by the controller's collaborators.
        survey: knows what was run.
    """

    def __init__(self, bench: Workbench, survey: ClipSurvey) -> None:
        self._bench, self._survey = bench, survey
        self._of: object = None
        self._is_settled = False
        self._waits_for_all = False
        self._run: tuple[object, tuple[ClipWindow, ...]] = (None, ())

    @property
    def run(self) -> tuple[ClipWindow, ...]:
        """Windows of the clip that were run with all heads on."""
        results = self._bench.results
        request = results.request
        if request is None:
            return ()
        key = self._survey.version, id(results.windows), request.spec, request.network
        if self._run[0] != key:
            plain = replace(request, changes=UNCHANGED)
            found = (w for w in results.windows if self._survey.was_run(replace(plain, window=w)))
            self._run = key, tuple(found)
        return self._run[1]

    def settle(self) -> None:
        """Something is found with these means: other windows no longer change them."""
        self._is_settled = True

    def improve(self) -> None:
        """Take the mean of all windows of the clip, once they are run; run those that are not."""
        self._waits_for_all = True
        if len(self.run) < len(self._bench.results.windows):
            self._survey.run_clip()
        self._bench.due.emit()

    @override
    def refresh(self) -> None:
        results, state = self._bench.results, self._bench.state
        window = results.window(state.frame)
        if results.video is None or results.model is None or window is None:
            return
        of = (results.video.file, results.model.source, results.model.files, state.clip_spec)
        if of != self._of:
            self.forget()
            self._of = of
            self._bench.results = results = replace(results, mean_of=())
        is_all = len(self.run) == len(results.windows)
        is_free = self._waits_for_all or not state.changes.heads_off
        may_follow = not self._is_settled or (is_all and is_free)
        if may_follow or not results.mean_of:
            self._waits_for_all = self._waits_for_all and not is_all
            windows = _spread(self.run) or (window,)
            if windows != results.mean_of:
                self._bench.results = replace(results, mean_of=windows)
        if state.changes.heads_off:
            self.settle()

    @override
    def forget(self) -> None:
        self._of, self._is_settled, self._waits_for_all = None, False, False


class EffectsScheduler(QObject, Collaborator):
    """Submits the heads whose effects are missing, and puts what is known into the results.

    Args:
        bench: shared by the controller's collaborators.
        survey: knows what the window says with all heads on.
    """

    _found = Signal(object, object, float)

    def __init__(self, bench: Workbench, survey: ClipSurvey) -> None:
        super().__init__(bench)
        self._bench, self._survey = bench, survey
        self.means = MeanWindows(bench, survey)
        """Says of which windows means are; it comes before what needs them."""
        self._worker, self._effects = bench.workers.infer, bench.workers.effects
        self._known: dict[EffectsRequest, Known] = {}
        self._asked: EffectsRequest | None = None
        self._wanted: EffectsRequest | None = None
        """Asked for by the user outside the workspace that has them made by itself."""
        self._barred: dict[EffectsRequest, tuple[EffectsComing, str]] = {}
        """Requests that were stopped or failed, and the reason."""
        self._made: tuple[object, object, EffectsRequest | None] = (None, None, None)
        """The last request, what it was made of, and the identities of that."""
        self._shown: tuple[object, EffectsInfo | None] = (None, None)
        # Emitted on the worker's thread, received on the window's.
        self._found.connect(self._record, Qt.ConnectionType.QueuedConnection)

    # -- asked by the user --------------------------------------------------------------------

    def fill(self) -> None:
        """Find the effects of all heads on the window shown, even after they were stopped."""
        request = self._request()
        if request is not None:
            self._barred.pop(request, None)
            self._wanted = request
            self._bench.due.emit()

    def improve(self) -> None:
        """Take means over the whole clip."""
        self.means.improve()

    # -- what is known ------------------------------------------------------------------------

    @override
    def refresh(self) -> None:
        request = self._request()
        if self._asked is not None and self._asked != request:
            self._worker.cancel(TaskKey.EFFECTS)  # nobody waits for these any more
            self._ended()
        if request is not None and self._may_begin(request):
            self._submit(request)
        before = None
        if request is not None and self._bench.state.changes and not request.request.boxes:
            before = self._survey.scores(request.request)
        info = None if request is None else self._info(request)
        results = self._bench.results
        if info is not results.effects or before is not results.before:
            self._bench.results = replace(results, effects=info, before=before)

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is TaskKey.EFFECTS and self._asked is not None:
            self._barred[self._asked] = "stopped", ""
            self._ended()

    @override
    def resume(self) -> None:
        self._barred.clear()

    @override
    def forget(self) -> None:
        self._worker.cancel(TaskKey.EFFECTS)
        self._ended()
        self._wanted = None
        self._known.clear()
        self._barred.clear()

    def _plain(self) -> MapRequest | None:
        """The window shown with nothing changed; a value that no choice of map changes."""
        results = self._bench.results
        request = results.request
        model = results.model
        if request is None or model is None or not (model.has_classes and model.has_weights):
            return None
        box = chosen_box(self._bench.state, results) or 0
        block = MapSpec(block=model.layers[-1].block)
        return replace(request, map=block, box=box, changes=UNCHANGED)

    def _request(self) -> EffectsRequest | None:
        """What the state asks for; None while no class is known. Made once: every frame asks."""
        state, results = self._bench.state, self._bench.results
        means = results.mean_of, results.batch_means, state.mean_batch
        made_of = (results.request, results.shown, *means, state.map, state.changes)
        key = (*map(id, made_of), state.box, self._survey.version)
        if self._made[0] != key:
            plain, by = self._plain(), state.changes.by
            known = state, results.batch_means
            target = None if plain is None else self._target(plain)
            found = None
            if plain is not None and target is not None and not waits_for_mean(*known):
                batch = mean_over(*known)
                of = results.mean_of if by == "mean" and batch is None else ()
                found = EffectsRequest(plain, target, by, of, batch)
            self._made = key, made_of, found
        return self._made[2]

    def _target(self, plain: MapRequest) -> Target | None:
        """The class that is explained, or the most probable one with all heads on."""
        spec, shown = self._bench.state.map, self._bench.results.shown
        if spec.target is not None:
            return Target(spec.target, spec.against)
        scores = self._survey.scores(plain)
        if scores is not None and scores.size and not plain.boxes:
            return Target(int(scores.argmax()))
        if shown is None:
            return None
        predictions = shown.result.predictions_of(plain.box, "")
        return Target(predictions[0].index) if predictions else None

    def _info(self, request: EffectsRequest) -> EffectsInfo:
        """What is known; the same object while nothing changed."""
        results, known = self._bench.results, self._known.get(request, {})
        coming, problem = self._barred.get(request, ("idle", ""))
        if len(known) == self._count:
            coming, problem = "ready", ""
        elif request not in self._barred and self._is_wanted(request):
            coming = "waiting"
        run, windows = (min(len(each), MOST_WINDOWS) for each in (self.means.run, results.windows))
        names = results.class_names
        own, other = request.target.index, request.target.against
        named = (
            names.get(own, f"class {own}"),
            "" if other is None else names.get(other, f"class {other}"),
        )
        key = request, len(known), coming, problem, run, windows, named
        if self._shown[0] != key:
            info = EffectsInfo(request, dict(known), named, coming, problem, run, windows)
            self._shown = key, info
        found = self._shown[1]
        assert found is not None
        return found

    # -- requests -----------------------------------------------------------------------------

    def _is_wanted(self, request: EffectsRequest) -> bool:
        return self._bench.state.workspace in ("explain", "atlas") or self._wanted == request

    def _may_begin(self, request: EffectsRequest) -> bool:
        """The window was run, nobody waits for another, and there are heads left."""
        results, state = self._bench.results, self._bench.state
        shown = results.shown
        if self._asked is not None or request in self._barred or not self._is_wanted(request):
            return False
        if shown is None or not shown.result.is_complete or shown.result.request != results.request:
            return False
        is_still = not (state.playing or state.scrubbing)
        return is_still and len(self._known.get(request, {})) < self._count

    def _submit(self, request: EffectsRequest) -> None:
        self._asked = request
        self.means.settle()
        known = self._known.setdefault(request, {})
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]
        window = request.request.window.index + 1
        words = self.tr("Effects of heads in window {n}").format(n=window)
        self._bench.jobs.begin(TaskKey.EFFECTS, words)
        missing: list[HeadPlace | None] = [p for p in self._places() if p not in known]
        if self._survey.scores(request.request) is None:
            missing.insert(0, None)

        def work(place: HeadPlace | None, task: TaskHandle) -> tuple[HeadPlace | None, float]:
            if place is None:  # what the window says with all heads on
                self._survey.tell(self._bench.workers.model_worker.survey(request.request, task))
                return None, 0.0
            return place, self._effects.effect(request, place, task)

        def tell(found: tuple[HeadPlace | None, float]) -> None:
            self._found.emit(request, *found)

        self._worker.submit(
            TaskKey.EFFECTS,
            PieceByPiece(missing, work, tell),
            lambda _: self._ended(),
            partial(self._failed, request),
            background=True,
            on_cancel=self._ended,
        )

    @property
    def _count(self) -> int:
        """The number of heads."""
        model = self._bench.results.model
        return 0 if model is None else sum(layer.heads for layer in model.layers)

    def _places(self) -> tuple[HeadPlace, ...]:
        """All heads, from the last block up."""
        model = self._bench.results.model
        layers = () if model is None else model.layers
        return tuple(
            HeadPlace(layer.block, head)
            for layer in reversed(layers)
            for head in range(layer.heads)
        )

    @Slot(object, object, float)
    def _record(self, request: EffectsRequest, place: HeadPlace | None, value: float) -> None:
        if place is not None and request in self._known:
            self._known[request][place] = value
            self._bench.due.emit()

    def _ended(self) -> None:
        self._asked = None
        self._effects.release()

    def _failed(self, request: EffectsRequest, result: TaskResult) -> None:
        self._barred[request] = "failed", result.problem
        self._ended()
        self._bench.failed(result)


def _spread(windows: tuple[ClipWindow, ...]) -> tuple[ClipWindow, ...]:
    """At most ``MOST_WINDOWS`` of some windows, spread over them."""
    count = len(windows)
    if count <= MOST_WINDOWS:
        return windows
    return tuple(windows[place * count // MOST_WINDOWS] for place in range(MOST_WINDOWS))
