"""Work of the inference worker that switches heads off, one at a time, to see what each does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.results import EffectsRequest
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle
    from mvit_core.explaining import HeadPlace
    from mvit_core.explaining.ablation import Ablation


class EffectsWorker:
    """Finds effects of heads; lives on the inference worker.

    Args:
        models: holds the models on it.
    """

    def __init__(self, models: ModelWorker) -> None:
        self._models = models
        self._held: tuple[EffectsRequest, Ablation] | None = None
        """The ablation in use: it remembers tokens, some 50 MiB for MViTv2-S."""

    def effect(self, asked: EffectsRequest, place: HeadPlace, task: TaskHandle) -> float:
        """What the class loses without one head, in logits.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window, or one that the mean is of, cannot be read or run.
        """
        task.check()
        ablation = self._ablation(asked, task)
        return ablation.effect(place, asked.target, lambda *_: task.check()).value

    def release(self) -> None:
        """Forget the ablation in use."""
        self._held = None

    def _ablation(self, asked: EffectsRequest, task: TaskHandle) -> Ablation:
        held = self._held
        if held is not None and held[0] == asked:
            return held[1]
        from mvit_core.explaining.ablation import Ablation

        self._held = None
        request = asked.request
        explainer = self._models.lend(request, task)
        video = self._models.open(request.clip, file=request.clip_file)
        captured = explainer.capture(video, request.window, on_step=task.check, boxes=request.boxes)
        means = None
        if asked.batch is not None:
            means = explainer.given.of(asked.batch)
        elif asked.by == "mean":
            means = explainer.head_means(
                video, on_step=lambda *_: task.check(), windows=asked.mean_of
            )
        ablation = Ablation(explainer.subject(video, captured, request.box), means)
        self._held = asked, ablation
        return ablation
