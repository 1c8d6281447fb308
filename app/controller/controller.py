"""Between requests and answers: the only module that knows both the workers and the panels.

A change of the store, or a result of a worker, leads to ``_refresh``: it compares what is wished
for with what was asked and what is known, asks the workers for what is missing, and lets the
presenter show what differs. Every step may be repeated without harm.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.controller.frames import Frames
from app.controller.heat import HeatScheduler
from app.controller.jobs import JOB_ORDER, Jobs
from app.controller.maps import MapScheduler
from app.controller.opening import begin_clip, begin_model, tiled
from app.controller.player import Player
from app.controller.ranges import ColourRanges
from app.controller.survey import ClipSurvey
from app.controller.views import ViewMaps
from app.intents.intents import Intents
from app.results import (
    FramePicture,
    HeatPicture,
    MapResult,
    Message,
    ModelInfo,
    Results,
    StripPicture,
)
from app.results.snapshot import Snapshot
from app.state.preferences import budget_bytes
from app.state.view_state import mended
from app.text.phrases import count_frames_from
from app.text.reports import loaded_message
from app.window.presenter import Presenter
from app.workers.decode import Opened
from app.workers.export import Exported, ExportJob, job_for, repeated
from app.workers.export_preview import Previews
from app.workers.pool import WorkerPool
from app.workers.proxies import ProxyPiece, Strip
from app.workers.thumbnails import find_samples
from mvit_core.system.cache import MemoryBudget

if TYPE_CHECKING:
    from pathlib import Path

    from app.state.preferences import Preferences, PreferenceStore
    from app.state.recent_files import Recent
    from app.state.store import Store
    from app.state.view_state import ModelSource, ViewState
    from app.window.panel_set import Panels
    from app.workers.view_picture import ViewPicture
    from app.workers.worker import Progress, TaskResult
    from mvit_core.errors import Remedy


class Controller(QObject):
    """Owns the workers and the results; listens to the store and to the panels.

    Args:
        store: what the user asks for.
        panels: where answers are shown.
        preferences: what the user has set once for all.
        parent: the owner.
    """

    refreshed = Signal()
    """State or results changed: commands may be enabled now that were not."""

    def __init__(
        self, store: Store, panels: Panels, preferences: PreferenceStore, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.store = store
        self._preferences = preferences
        count_frames_from(preferences.values.first_index)
        self.results = Results(samples=find_samples())
        self.intents = Intents(store, self._known, panels.messages.show_message, preferences)
        self._presenter = Presenter(panels)
        self._panels = panels
        self._snapshot: Snapshot | None = None
        self.budget = MemoryBudget(budget_bytes(preferences.values))
        self.workers = WorkerPool(self.budget, self)
        self.workers.start(self._on_result, self._on_progress)
        self._asked_source: ModelSource | None = None
        self._last_export: ExportJob | None = None
        self._jobs = Jobs()
        known, workers = self._known, self.workers
        self._ranges = ColourRanges(
            workers.infer, workers.model_worker.values, store, known, self._jobs
        )
        self._colours = HeatScheduler(workers.paint, store, known, self._ranges, self.budget, self)
        self._views = ViewMaps(workers, store, known, self._jobs)
        self._maps = MapScheduler(workers, store, self._jobs, preferences, self._views.known)
        self.survey = ClipSurvey(
            workers.infer, workers.model_worker, store, known, self._jobs, self
        )
        self.survey.opened_video.connect(self._refresh)
        self.previews = Previews(workers.infer, workers.model_worker, self)
        self._strip = Strip(workers.proxies, workers.proxy_maker, self.budget, self)
        self._frames = Frames(workers.decode, workers.decoder, self._strip, store, known, self)
        self._frames.due.connect(self._refresh)
        self.player = Player(store, lambda: self.results.video, self._is_frame_seen, self)
        store.changed.connect(self._on_changed)
        preferences.changed.connect(self._preferred)

    def _known(self) -> Results:
        return self.results

    def start(self) -> None:
        """Show what there is, for the first time; the panels' signals are connected by then."""
        self._refresh()

    # -- asked by commands and the window ------------------------------------------------------

    def open_video(self, path: Path) -> None:
        """Open a video; the one before stays until this one is there."""
        self.workers.decode.cancel(
            "open"
        )  # one that still lists an hour of video is not waited for
        self._jobs.begin("open", self.tr("Opening {name}").format(name=path.name))
        self.workers.decode.ask("open", partial(self.workers.decoder.open, path))
        self._refresh()

    def load_model(self, source: ModelSource) -> None:
        """Load a model; the one before stays until this one is there."""
        self._asked_source = source
        name = source.checkpoint.name
        self._jobs.begin("load", self.tr("Loading {name}").format(name=name))
        self.workers.infer.ask("load", partial(self.workers.model_worker.load, source))
        self._refresh()

    @Slot(str)
    def mend(self, remedy: Remedy) -> None:
        """Try again where memory ended: elsewhere, in half precision, or with one layer."""
        if self._asked_source is not None:
            self.load_model(mended(self._asked_source, remedy))

    def close_clip(self) -> None:
        """Close the video."""
        self._frames.closed()
        self._strip.end()
        # Under the key of opening: a video that is just being opened is not wanted any more.
        self.workers.decode.ask("open", self.workers.decoder.release)
        self.workers.infer.cancel("explain")
        self._forget_maps()
        self.results = replace(self.results, video=None, windows=(), picture=None, proxies=None)
        self.store.forget()
        self.store.update(clip=None, frame=0, playing=False, picking=False)
        self._refresh()

    def run_again(self) -> None:
        """Run the model on the window shown, also after it failed or was cancelled."""
        self._maps.again(self.results.request)
        self._ranges.resume()
        self._views.resume()
        self._refresh()

    @Slot(str)
    def cancel(self, key: str = "") -> None:
        """Stop a job; without a key, the one that the user waits for most."""
        running = self._jobs.running
        for each in (key,) if key else tuple(k for k in JOB_ORDER if k in running)[:1]:
            self._jobs.stopping(each)
            if each == "range":
                self._ranges.stop()
            self._views.stop(each)
            self.workers.of(each).cancel(each)
        self._refresh()

    def export(self, job: ExportJob) -> None:
        """Write what is shown to a file."""
        self._last_export = job
        self.results = replace(self.results, has_exported=True)
        self._jobs.begin("export", self.tr("Exporting {name}").format(name=job.target.name))
        self.workers.export.ask("export", partial(self.workers.exporter.run, job))
        self._refresh()

    def repeat_export(self) -> None:
        """Write what is shown now as it was written the last time."""
        last = self._last_export
        job = repeated(last, self.store.state, self.results) if last is not None else None
        if job is not None:
            self.export(job)

    def export_job(self) -> ExportJob | None:
        """What an export of the present view would be; None without video or model."""
        return job_for(self.store.state, self.results)

    def preview_export(self, job: ExportJob) -> None:
        """Draw what an export would show at the play head; ``previews`` tells what came."""
        if self.results.request is not None:
            self.previews.ask(job, self.results.request)

    def view_picture(self) -> ViewPicture | None:
        """All that a view of several maps shows, as one picture; None where there is none."""
        return self._views.view_picture(self._panels.stage, self.results)

    def compute_series(self) -> None:
        """Run the model on every window that the header series lacks."""
        self.survey.compute_series()
        self._refresh()

    def compute_average(self) -> None:
        """Run the model on every view that the prediction of the whole video lacks."""
        self.store.update(whole_video=True)
        self.survey.compute_average()
        self._refresh()

    def notify(self, message: Message) -> None:
        """Put up a message."""
        self._panels.messages.show_message(message)

    def set_recent(self, entries: tuple[Recent, ...]) -> None:
        """Take the list of files opened lately."""
        self.results = replace(self.results, recent=entries)
        self._refresh()

    def close(self) -> None:
        """Stop all workers and wait for them."""
        self.store.changed.disconnect(self._on_changed)
        self._colours.stop()
        self._frames.stop()
        self.workers.close()

    @Slot(object, object)
    def _preferred(self, old: Preferences, new: Preferences) -> None:
        """Take what the user has just set."""
        if old.cache_gigabytes != new.cache_gigabytes:
            self.budget.resize(budget_bytes(new))
        if old.first_index != new.first_index:
            count_frames_from(new.first_index)
            self._snapshot = None  # every number on screen is another
        self._refresh()

    # -- requests ------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        if (old.playing, old.speed) != (new.playing, new.speed):
            self.player.follow()
        if old.picture_fps != new.picture_fps and self.results.video is not None:
            self.results = replace(self.results, video=self.results.video.at_rate(new.picture_fps))
            self.player.follow()
        if (old.clip_spec, old.picture_fps) != (new.clip_spec, new.picture_fps):
            self.results = tiled(self.results, self.store.state.clip_spec)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        stand_in = self._frames.wanted()
        if stand_in is not None:
            self.results = replace(self.results, picture=stand_in)
        self.results = self._maps.request(self.results)
        self._resolve_shown()
        heat = self._colours.heat()
        if heat is not None:
            self.results = replace(self.results, heat=heat)
        self._colours.request_strip()
        self._ranges.request()
        if self._preferences.values.series_at_once:
            self.survey.request()
        self.results = replace(
            self._views.refresh(self.results),
            series=self.survey.series(),
            average=self.survey.average(),
            jobs=self._jobs.all,
            can_undo=self.store.can_undo,
            can_redo=self.store.can_redo,
            can_go_back=self.store.can_go_back,
            can_go_forward=self.store.can_go_forward,
        )
        old, self._snapshot = self._snapshot, Snapshot(self.store.state, self.results)
        self._presenter.show(old, self._snapshot)
        self.refreshed.emit()

    def _is_frame_seen(self) -> bool:
        """The frame asked for last was decoded and has been painted."""
        return not self.workers.decode.is_pending("frame") and self._panels.stage.is_painted

    def _resolve_shown(self) -> None:
        result, results = self._maps.result, self.results
        if result is not None and results.video is not None:
            shown = self._colours.resolve(result)
            if shown is not results.shown:
                self.results = replace(results, shown=shown)
        elif results.shown is not None:
            self.results = replace(results, shown=None, heat=None, strip=None)

    # -- answers -----------------------------------------------------------------------------

    @Slot(object)
    def _on_result(self, result: TaskResult) -> None:
        worker = self.workers.of(result.key)
        if self.previews.on_result(result):
            return
        self._ranges.on_result(result)
        self._views.on_result(result)
        self.survey.on_result(result)
        latest = worker.is_latest(result)
        if latest:
            self._jobs.end(result)
        if result.outcome == "failed":
            self._failed(result, latest=latest)
        elif result.outcome == "cancelled":
            if result.key == "explain" and latest:
                self._maps.cancelled()
        else:
            self._done(result, latest=latest)
        self._refresh()

    def _done(self, result: TaskResult, *, latest: bool) -> None:
        payload = result.payload
        if isinstance(payload, HeatPicture):
            self._colours.keep(payload)
        elif isinstance(payload, FramePicture):
            self._frame_came(payload)
        elif isinstance(payload, ProxyPiece):
            proxies = self._strip.on_result(payload)
            self.results = replace(self.results, proxies=proxies or self.results.proxies)
        elif latest:
            self._on_latest(result.key, payload)

    def _on_latest(self, key: str, payload: object) -> None:
        """Take a result that counts only while nothing newer was asked."""
        if isinstance(payload, Opened):
            self._opened(payload)
        elif isinstance(payload, ModelInfo):
            self._model_loaded(payload)
        elif isinstance(payload, MapResult) or key == "explain":
            self._maps.on_result(payload if isinstance(payload, MapResult) else None)
        elif isinstance(payload, StripPicture):
            self.results = replace(self.results, strip=payload)
        elif key == "export" and isinstance(payload, Exported):
            words = self.tr("Saved {what}").format(what=payload.target)
            words = " · ".join((words, *payload.notes))
            self.notify(Message("info", words, file=payload.target))

    def _frame_came(self, picture: FramePicture) -> None:
        """Show every frame that comes, but none of another video."""
        video = self.results.video
        if video is not None and picture.path == video.path and self._frames.shows(picture):
            self.results = replace(self.results, picture=picture)

    def _opened(self, opened: Opened) -> None:
        video = opened.video.at_rate(self.store.state.picture_fps)
        self._panels.messages.clear_errors(video.path.name)
        self._forget_maps()
        self._strip.begin(video.path, opened.opened_video)
        self.results = replace(
            self.results, video=video, picture=opened.first, proxies=None, windows=()
        )
        self._frames.opened()
        self.results = tiled(self.results, self.store.state.clip_spec)
        begin_clip(self.store, video.path)
        for sentence in video.damage:
            self.notify(Message("warning", f"{video.path.name}: {sentence}"))

    def _model_loaded(self, model: ModelInfo) -> None:
        self._panels.messages.clear_errors(model.source.checkpoint.name)
        self._forget_maps()
        before = self.results.model
        self.results = replace(self.results, model=model, windows=())
        begin_model(self.store, model, before)
        self.results = tiled(self.results, self.store.state.clip_spec)
        self.notify(loaded_message(model))

    def _forget_maps(self) -> None:
        self._maps.forget()
        self._colours.forget()
        self._ranges.forget()
        self._views.forget()
        self.survey.stop()
        self.results = replace(
            self.results, shown=None, heat=None, strip=None, request=None, problem=""
        )

    def _failed(self, result: TaskResult, *, latest: bool) -> None:
        if result.key == "explain" and not (latest and self._maps.failed(result.problem)):
            return
        text = result.problem
        if result.key == "load" and self._asked_source is not None:
            name = self._asked_source.checkpoint.name
            text = text if name in text else f"{name}: {text}"
        self.notify(Message("error", text, result.trace, remedies=result.remedies))

    # -- jobs --------------------------------------------------------------------------------

    @Slot()
    def cells_moved(self) -> None:
        """Cells of the grid have another size, or others are in sight."""
        grid, panes = self._panels.stage.grid, self._panels.stage.compare
        cells = self._views.grid_maps.show_cells(grid.cell_pixels(), grid.blocks_in_sight())
        if self._views.compare_panes.show_size(panes.pane_pixels()) or cells:
            self._refresh()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        worker = self.workers.of(progress.key)
        if progress.generation == worker.generation(progress.key) and self._jobs.advance(progress):
            self._refresh()
