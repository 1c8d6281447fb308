"""Work of the inference worker that says why: evidence for a class, and how far to trust it.

The model worker lends its explainer, which remembers what was run and what was explained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results import RemovedInfo, SanityInfo, WhenInfo
from app.workers.findings import result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import MapRequest, MapResult
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle
    from mvit_core.explaining import Evidence, Removal, Subject
    from mvit_core.pipeline import Explainer, WindowCapture
    from mvit_core.video import Video


class EvidenceWorker:
    """Explains windows, and checks explanations; lives on the inference worker.

    Args:
        models: holds the models on it.
    """

    def __init__(self, models: ModelWorker) -> None:
        self._models = models

    def make(self, request: MapRequest, task: TaskHandle) -> MapResult:
        """Make the map of evidence of a request, by its own method.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window cannot be read, or the method does not suit the network.
        """
        explainer, video, captured = self._window(request, task)
        evidence = explainer.evidence(
            video, captured, request.map, box=request.box, on_step=stepping(task)
        )
        return result_of(explainer, video, captured, request, evidence)

    def without(
        self, request: MapRequest, evidence: Evidence, removal: Removal, task: TaskHandle
    ) -> tuple[Removal, float]:
        """Measure p(class) of a window with a part of it covered.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window cannot be read or run.
        """
        from mvit_core.explaining.faithfulness import probability_without

        subject = self._subject(request, task)
        return removal, probability_without(
            subject, evidence, removal, on_step=lambda *_: task.check()
        )

    def removed(
        self, request: MapRequest, evidence: Evidence, removal: Removal, task: TaskHandle
    ) -> RemovedInfo:
        """Find what is covered of a window there, and the colour that covers it.

        Raises:
            MvitError: the window cannot be read or run.
        """
        from mvit_core.explaining.faithfulness import covered

        _, _, captured = self._window(request, task)
        subject = self._subject(request, task)
        masks = covered(subject, evidence, removal)
        mean = subject.clip.float().mean(dim=(0, 2, 3, 4)).tolist()  # the cover is this everywhere
        spec = request.spec
        channels = [
            round(min(max(255 * (value * std + centre), 0), 255))
            for value, centre, std in zip(mean, spec.mean, spec.std, strict=True)
        ]
        red, green, blue = channels[::-1] if spec.reverse_channels else channels
        return RemovedInfo(
            request,
            removal,
            masks.astype("uint8") * 255,
            (red, green, blue),
            captured.pixel_map,
            captured.frame_indices,
        )

    def sanity(self, request: MapRequest, evidence: Evidence, task: TaskHandle) -> SanityInfo:
        """Make the map again with weights drawn anew.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window cannot be read or run.
        """
        from mvit_core.explaining.sanity import sanity

        subject = self._subject(request, task)
        found = sanity(subject, evidence, on_step=stepping(task))
        return SanityInfo(found.head, found.last_block, found.verdict)

    def when(self, request: MapRequest, evidence: Evidence, task: TaskHandle) -> WhenInfo:
        """Find what each sampled frame adds, and whether the order of frames counts.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window cannot be read or run.
        """
        from mvit_core.explaining.when import order_battery, temporal_evidence

        _, _, captured = self._window(request, task)
        subject, target = self._subject(request, task), evidence.target
        temporal = temporal_evidence(subject, target, on_step=stepping(task))
        order = order_battery(subject, target, on_step=lambda *_: task.check())
        frames = captured.frame_indices
        return WhenInfo(
            tuple(tuple(frames[t] for t in sampled) for sampled in temporal.frames),
            temporal.shares,
            temporal.static,
            temporal.total,
            dict(vars(order)),
        )

    def _window(
        self, request: MapRequest, task: TaskHandle
    ) -> tuple[Explainer, Video, WindowCapture]:
        """A window as it was run; run again where it is not kept."""
        explainer = self._models.lend(request, task)
        video = self._models.open(request.clip, file=request.clip_file)
        captured = explainer.capture(video, request.window, on_step=task.check, boxes=request.boxes)
        task.check()
        return explainer, video, captured

    def _subject(self, request: MapRequest, task: TaskHandle) -> Subject:
        explainer, video, captured = self._window(request, task)
        return explainer.subject(video, captured, request.box)


def stepping(task: TaskHandle) -> Callable[[int, int], None]:
    """Report each step of an explanation once; between two of them it may only stop."""
    told = (-1, -1)

    def on_step(done: int, total: int) -> None:
        nonlocal told
        if (done, total) != told:
            told = (done, total)
            task.step(done, total)
        else:
            task.check()

    return on_step
