"""Work of the inference worker that patches a window with the pass over another clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results.patches import PatchedClass, PatchOutcome
from mvit_core.errors import ClipError
from mvit_core.video import open_video

if TYPE_CHECKING:
    from app.results.patches import PatchAsked
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle
    from mvit_core.captured import WindowCapture
    from mvit_core.explaining import Target
    from mvit_core.explaining.what_if import Outcome
    from mvit_core.model.config import HeadActivation
    from mvit_core.pipeline import Explainer
    from mvit_core.system.cache import MemoryBudget
    from mvit_core.video import Video

STEPS = 3
"""The window as it is, the window of the other clip, and the patched pass."""

CACHE_BYTES = 32 << 20
"""Bytes of frames that the other clip keeps while it is open; one window is read of it."""


class PatchWorker:
    """Patches windows; lives on the inference worker.

    Args:
        models: holds the models on it.
        budget: limit that frames of the other clip count against.
    """

    def __init__(self, models: ModelWorker, budget: MemoryBudget) -> None:
        self._models, self._budget = models, budget

    def patch(self, asked: PatchAsked, task: TaskHandle) -> PatchOutcome:
        """Run the window with a part's output taken from the other clip, which has no changes.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: a clip cannot be read or run, or there is no such window, block or head.
        """
        from mvit_core.explaining.changes import UNCHANGED
        from mvit_core.explaining.what_if import what_if

        task.step(0, STEPS)
        request = asked.request
        explainer = self._models.lend(request, task)
        video = self._models.open(request.clip, file=request.clip_file)
        captured = explainer.capture(video, request.window, on_step=task.check, boxes=request.boxes)
        task.step(1, STEPS)
        plain = explainer.with_changes(UNCHANGED)
        with open_video(asked.clip, cache_bytes=CACHE_BYTES, budget=self._budget) as other:
            source = _captured(plain, other, asked, task)
            task.step(2, STEPS)
            outcome = what_if(
                explainer.subject(video, captured, request.box),
                patches=(asked.patch,),
                other=plain.subject(other, source),
                on_step=lambda *_: task.check(),
            )
        task.step(STEPS, STEPS)
        return _told(asked, captured, outcome, explainer.loaded.config.head_act)


def _captured(plain: Explainer, other: Video, asked: PatchAsked, task: TaskHandle) -> WindowCapture:
    """The window of the other clip, run with nothing changed."""
    windows = plain.windows(other)
    if not 0 <= asked.window < len(windows):
        raise ClipError(
            f"{asked.clip.name} has no window {asked.window + 1}; choose one from 1 to "
            f"{len(windows)}"
        )
    return plain.glance(other, windows[asked.window], task.check)


def _told(
    asked: PatchAsked, captured: WindowCapture, outcome: Outcome, kind: HeadActivation
) -> PatchOutcome:
    from mvit_core.attention.record import activated

    assert outcome.other is not None
    target = asked.target or _target(outcome)
    columns = [
        activated(each, kind)[0].tolist() for each in (outcome.before, outcome.after, outcome.other)
    ]
    rows = [
        PatchedClass(captured.name_of(index), *values)
        for index, values in enumerate(zip(*columns, strict=True))
    ]
    rows.sort(key=lambda row: -max(row.before, row.after, row.other))
    names = captured.name_of(target.index), captured.name_of(target.against)
    return PatchOutcome(asked, names, outcome.share(target), tuple(rows))


def _target(outcome: Outcome) -> Target:
    """The first class of the window less the first of the other clip, where they differ."""
    from mvit_core.explaining import Target

    assert outcome.other is not None
    own, other = int(outcome.before.argmax()), int(outcome.other.argmax())
    return Target(own, other if other != own else None)
