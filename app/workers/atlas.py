"""Work of the inference worker that says what heads do, in windows that were run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.attribution import block_details, head_statistics
from mvit_core.errors import CaptureError

if TYPE_CHECKING:
    from app.results import MapRequest
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle
    from mvit_core.attribution import BlockDetails, HeadStatistics, Queries
    from mvit_core.explaining.direct_parts import DirectParts
    from mvit_core.pipeline import Explainer, WindowCapture
    from mvit_core.video import Video


class AtlasWorker:
    """Compares heads; lives on the inference worker.

    Args:
        models: holds the models on it.
    """

    def __init__(self, models: ModelWorker) -> None:
        self._models = models

    def statistics(
        self, request: MapRequest, queries: Queries, task: TaskHandle
    ) -> tuple[HeadStatistics, ...]:
        """Numbers of all heads in one window; runs it where it is not kept.

        Args:
            request: names the window.
            queries: whose attention.
            task: the task.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window cannot be read or run.
        """
        _, _, captured = self._window(request, task)
        return head_statistics(captured.record, queries=queries, on_layer=lambda *_: task.check())

    def details(self, request: MapRequest, block: int, task: TaskHandle) -> BlockDetails:
        """More of the heads of one block in a window.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window cannot be read or run, or the block was not kept.
        """
        _, _, captured = self._window(request, task)
        return block_details(captured.layer(block), on_tile=task.check)

    def direct(self, request: MapRequest, task: TaskHandle) -> DirectParts | str:
        """What the parts of the last stage add to the class of a request, or why none can be told.

        Raises:
            Cancelled: the task was cancelled.
            MvitError: the window cannot be read or run.
        """
        from mvit_core.explaining.direct_parts import direct_parts

        explainer, video, captured = self._window(request, task)
        if not captured.record.is_complete:
            return ""
        try:
            target = explainer.target_of(captured, request.map, request.box)
            subject = explainer.subject(video, captured, request.box)
            return direct_parts(subject, target, lambda *_: task.check())
        except CaptureError as error:
            return str(error)

    def _window(
        self, request: MapRequest, task: TaskHandle
    ) -> tuple[Explainer, Video, WindowCapture]:
        """A window as it was run; run again where it is not kept."""
        explainer = self._models.lend(request, task)
        video = self._models.open(request.clip, file=request.clip_file)
        return explainer, video, explainer.glance(video, request.window, task.check, request.boxes)
