"""Opens clips, capture files and models, and shows each once it is there.

What is open stays until the other is ready. A capture file is read by two workers: its frames by
that of the clip, its runs by that of the model; both are shown at once, or neither.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app.controller.opening import begin_clip, begin_model, tiled
from app.results import FailedLoad, Message, ModelInfo, TaskKey
from app.state.view_state import mended
from app.text.captures import another_model_words, captured_message
from app.text.reports import loaded_message
from mvit_core.video.decode.captured_clip import is_capture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.controller.frames import Frames
    from app.controller.workbench import Collaborator, Workbench
    from app.results import CaptureInfo, CaptureRead, Results
    from app.state.view_state import ModelSource
    from app.workers.decode import Opened
    from app.workers.worker import TaskResult
    from mvit_core.errors import Remedy


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Controller", text)


class OpenFiles:
    """Opens clips and models.

    Args:
        bench: shared by the controller's collaborators.
        frames: shows frames of the clip.
        parts: the collaborators, which forget what was made of the clip or model before.
        told: hears the name of each file that was opened.
    """

    def __init__(
        self,
        bench: Workbench,
        frames: Frames,
        parts: tuple[Collaborator, ...],
        told: Callable[[str], object],
    ) -> None:
        self._bench, self._jobs, self._workers = bench, bench.jobs, bench.workers
        self._frames, self._parts, self._told = frames, parts, told
        self._asked: ModelSource | None = None

    @property
    def _results(self) -> Results:
        return self._bench.results

    # -- asked for -----------------------------------------------------------------------------

    def open_video(
        self,
        path: Path,
        stream: int | None,
        on_failed: Callable[[TaskResult], object] | None,
        *,
        keep_model: bool,
    ) -> None:
        """Open a video; the one before stays until this one is there.

        Args:
            path: a file, or a folder of pictures.
            stream: number of the video stream within the file; None for the film.
            on_failed: called where it cannot be opened, in place of the message.
            keep_model: the model stays, even where a capture file was made of another.
        """
        decode, work = self._workers.decode, partial(self._workers.decoder.open, path, stream)
        failed = on_failed or self._bench.failed
        decode.cancel(TaskKey.OPEN)  # one that still lists an hour of video is not waited for
        self._workers.infer.cancel(TaskKey.CAPTURE)
        self._jobs.begin(TaskKey.OPEN, tr("Opening {name}").format(name=path.name))
        opened = partial(self._video_opened, stream, failed, keep_model)
        decode.submit(TaskKey.OPEN, work, opened, failed)
        self._bench.due.emit()

    def load_model(self, source: ModelSource) -> None:
        """Load a model; the one before stays until this one is loaded."""
        self._asked = source
        work, name = partial(self._workers.model_worker.load, source), source.name
        failed = partial(self._load_failed, source)
        self._jobs.begin(TaskKey.LOAD, tr("Loading {name}").format(name=name))
        self._workers.infer.submit(TaskKey.LOAD, work, self._model_loaded, failed)
        self._bench.due.emit()

    def mend(self, remedy: Remedy) -> None:
        """Try again where memory ended, or read anew what changed on disk."""
        state = self._bench.state
        if remedy == "open_again":
            if state.clip is not None:
                self.open_video(state.clip, state.stream, None, keep_model=True)
        elif remedy == "load_again":
            if state.model is not None:
                self.load_model(state.model)
        elif self._asked is not None:
            self.load_model(mended(self._asked, remedy))

    # Any: the names and types are those of the fields of ModelSource.
    def load_with(self, **choices: Any) -> None:  # noqa: ANN401
        """Load the model that failed last, or the one in use, with other choices."""
        failed, source = self._results.failed_load, self._bench.state.model
        source = failed.source if failed is not None else source
        if source is not None:
            self.load_model(replace(source, **choices))

    def dismiss_failure(self) -> None:
        """Forget the load that failed; choices are those of the model in use again."""
        self._bench.results = replace(self._results, failed_load=None)
        self._bench.due.emit()

    def close_clip(self) -> None:
        """Close the video."""
        self._frames.closed()
        # Under the key of opening, so that it replaces a video that is just being opened.
        self._workers.decode.submit(TaskKey.OPEN, self._workers.decoder.release)
        for key in (TaskKey.EXPLAIN, TaskKey.CAPTURE):
            self._workers.infer.cancel(key)
        self._forget()
        self._bench.results = replace(
            self._results, video=None, capture=None, windows=(), picture=None, proxies=None
        )
        self._bench.store.forget()
        self._bench.store.update(clip=None, frame=0, playing=False, picking=False)
        self._bench.due.emit()

    def tile(self) -> None:
        """Lay the windows of the model over the video."""
        state = self._bench.state
        self._bench.results = tiled(self._results, state.clip_spec, state.tiling)

    # -- what came -----------------------------------------------------------------------------

    def _video_opened(
        self,
        stream: int | None,
        failed: Callable[[TaskResult], object],
        keep_model: bool,
        opened: Opened,
    ) -> None:
        results, path = self._results, opened.video.path
        if not is_capture(path):
            self._show_clip(stream, opened)
        elif results.video is None and results.model is None:
            self._show_clip(stream, opened)  # torch is imported meanwhile, and nothing is lost
            self._read_capture(path, self._capture_read, failed, keep_model=keep_model)
        else:
            then = partial(self._show_capture, stream, opened)
            self._read_capture(path, then, failed, keep_model=keep_model)

    def _show_capture(self, stream: int | None, opened: Opened, read: CaptureRead) -> None:
        self._show_clip(stream, opened, read.capture)
        self._capture_read(read)

    def _capture_read(self, read: CaptureRead) -> None:
        """Show the windows of a capture whose frames are shown."""
        now = self._results.model
        of_now = None if now is None else (now.source, now.files)
        if of_now != (read.model.source, read.model.files):
            self._show_model(read)
            return
        self._bench.results = replace(self._results, capture=read.capture)
        self.tile()

    def _model_loaded(self, model: ModelInfo) -> None:
        video = self._results.video
        if video is not None and is_capture(video.path):
            self._read_capture(video.path, self._show_model, self._bench.failed, keep_model=True)
        else:
            self._show_model(model)

    def _read_capture(
        self,
        path: Path,
        then: Callable[[CaptureRead], object],
        failed: Callable[[TaskResult], object],
        *,
        keep_model: bool,
    ) -> None:
        work = partial(self._workers.model_worker.read_capture, path, keep_model)
        self._jobs.begin(TaskKey.CAPTURE, tr("Reading {name}").format(name=path.name))
        self._workers.infer.submit(TaskKey.CAPTURE, work, then, failed)

    def _show_clip(
        self, stream: int | None, opened: Opened, capture: CaptureInfo | None = None
    ) -> None:
        state, notify = self._bench.state, self._bench.notify
        video = opened.video.at_rate(state.picture_fps)
        self._told(video.path.name)
        self._forget()
        self._bench.results = replace(
            self._results,
            video=video,
            capture=capture,
            picture=opened.first,
            proxies=None,
            windows=(),
        )
        self._frames.opened(opened)
        self.tile()
        begin_clip(self._bench.store, video, stream, notify)
        for sentence in video.damage:
            notify(Message("warning", f"{video.path.name}: {sentence}"))

    def _show_model(self, loaded: ModelInfo | CaptureRead) -> None:
        """Show a model that was loaded; it was compared with the capture file that is open."""
        capture = None if isinstance(loaded, ModelInfo) else loaded.capture
        model = loaded if isinstance(loaded, ModelInfo) else loaded.model
        self._told(model.source.name)
        self._forget()
        before = self._results.model
        self._bench.results = replace(
            self._results, model=model, capture=capture, windows=(), failed_load=None
        )
        has_come = capture is not None and capture.is_of_model and model.has_weights
        is_same = has_come and before is not None and not before.has_weights
        begin_model(self._bench.store, model, before, self._bench.notify, is_same=is_same)
        self.tile()
        self._bench.notify(captured_message(model) if model.captured_of else loaded_message(model))
        if capture is not None and not capture.is_of_model:
            self._bench.notify(Message("warning", another_model_words(model, capture)))

    def _load_failed(self, source: ModelSource, result: TaskResult) -> None:
        text, name = result.problem, source.name
        text = text if name in text else f"{name}: {text}"
        failed = FailedLoad(source, text, result.remedies, result.choices)
        self._bench.results = replace(self._results, failed_load=failed)
        self._bench.failed(replace(result, problem=text, choices=failed.networks))

    def _forget(self) -> None:
        """Drop everything made of the video or model before."""
        for each in self._parts:
            each.forget()
        self._bench.results = replace(
            self._results, shown=None, heat=None, strip=None, request=None, problem=""
        )
