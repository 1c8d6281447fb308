"""Writes windows that were run as a capture file, on the inference worker, which has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.workers.export import Exported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.results import MapRequest
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle
    from mvit_core.pipeline import WindowCapture
    from mvit_core.video.clip import ClipWindow


def save_capture(
    models: ModelWorker,
    request: MapRequest,
    windows: tuple[ClipWindow, ...],
    target: Path,
    task: TaskHandle,
) -> Exported:
    """Write windows as a capture file, whole or not at all; what is not kept any more runs again.

    Args:
        models: holds the model.
        request: names model, clip and preprocessing; its boxes are those of its own window.
        windows: that were run.
        target: the file.
        task: is told which window it is at, and may stop.

    Raises:
        ExportError: the file cannot be written, or a run does not have all layers.
        MvitError: a window cannot be read or run.
    """
    # Import torch, which is there with a model.
    from mvit_core.capture_file import write_capture
    from mvit_core.provenance import capture_command

    explainer = models.lend(request, task)
    video = models.open(request.clip, file=request.clip_file)

    def runs() -> Iterator[WindowCapture]:
        for done, window in enumerate(windows):
            task.step(done, len(windows))
            boxes = request.boxes if window == request.window else ()
            yield explainer.glance(video, window, task.check, boxes)

    has_boxes = bool(request.boxes)  # which no option of the command says
    numbers = tuple(window.index for window in windows)
    told = "" if has_boxes else capture_command(explainer, video, target.name, numbers)
    write_capture(target, video, explainer.loaded, runs(), command=told)
    return Exported(target, ())
