"""Between wishes and answers: the only module that knows both the lanes and the panels.

A change of the store, or an answer of a lane, leads to ``_refresh``: it compares what is wished
for with what was asked and what is known, asks the lanes for what is missing, and lets the
presenter show what differs. Every step may be repeated without harm.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.controller.frames import Frames
from app.controller.heat import Colouring
from app.controller.jobs import JOB_ORDER, Jobs
from app.controller.maps import MapDesk
from app.controller.opening import begin_clip, begin_model, tiled
from app.controller.player import Player
from app.controller.ranges import Ranging
from app.controller.survey import SurveyDesk
from app.controller.views import ViewDesk
from app.intents.intents import Intents
from app.results import (
    FramePicture,
    HeatPicture,
    MapAnswer,
    Message,
    ModelFacts,
    StripPicture,
    World,
)
from app.results.snapshot import Snapshot
from app.state.preferences import budget_bytes
from app.state.view_state import mended
from app.text.phrases import count_frames_from
from app.text.reports import loaded_message
from app.window.presenter import Presenter
from app.workers.decode import Opened
from app.workers.export import Exported, ExportWish, repeated, wish_for
from app.workers.export_preview import Previews
from app.workers.pool import Lanes
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
    from app.workers.view_picture import Sheet
    from app.workers.worker import Answer, Progress
    from mvit_core.errors import Remedy


class Controller(QObject):
    """Owns the lanes and the world; listens to the store and to the panels.

    Args:
        store: what the user asks for.
        panels: where answers are shown.
        preferences: what the user has set once for all.
        parent: the owner.
    """

    refreshed = Signal()
    """State or world changed: commands may be enabled now that were not."""

    def __init__(
        self, store: Store, panels: Panels, preferences: PreferenceStore, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.store = store
        self._preferences = preferences
        count_frames_from(preferences.values.first_index)
        self.world = World(samples=find_samples())
        self.intents = Intents(store, self._known, panels.messages.show_message, preferences)
        self._presenter = Presenter(panels)
        self._panels = panels
        self._snapshot: Snapshot | None = None
        self.budget = MemoryBudget(budget_bytes(preferences.values))
        self.lanes = Lanes(self.budget, self)
        self.lanes.start(self._on_answer, self._on_progress)
        self._asked_source: ModelSource | None = None
        self._last_export: ExportWish | None = None
        self._jobs = Jobs()
        known, lanes = self._known, self.lanes
        self._ranging = Ranging(lanes.infer, lanes.model_host.values, store, known, self._jobs)
        self._colours = Colouring(lanes.paint, store, known, self._ranging, self.budget, self)
        self._views = ViewDesk(lanes, store, known, self._jobs)
        self._maps = MapDesk(lanes, store, self._jobs, preferences, self._views.known)
        self.survey = SurveyDesk(lanes.infer, lanes.model_host, store, known, self._jobs, self)
        self.survey.opened_video.connect(self._refresh)
        self.previews = Previews(lanes.infer, lanes.model_host, self)
        self._strip = Strip(lanes.proxies, lanes.proxy_host, self.budget, self)
        self._frames = Frames(lanes.decode, lanes.decoder, self._strip, store, known, self)
        self._frames.due.connect(self._refresh)
        self.player = Player(store, lambda: self.world.video, self._is_frame_seen, self)
        store.changed.connect(self._on_changed)
        preferences.changed.connect(self._preferred)

    def _known(self) -> World:
        return self.world

    def start(self) -> None:
        """Show what there is, for the first time; the panels' signals are connected by then."""
        self._refresh()

    # -- asked by commands and the window ------------------------------------------------------

    def open_video(self, path: Path) -> None:
        """Open a video; the one before stays until this one is there."""
        self.lanes.decode.cancel("open")  # one that still lists an hour of video is not waited for
        self._jobs.begin("open", self.tr("Opening {name}").format(name=path.name))
        self.lanes.decode.ask("open", partial(self.lanes.decoder.open, path))
        self._refresh()

    def load_model(self, source: ModelSource) -> None:
        """Load a model; the one before stays until this one is there."""
        self._asked_source = source
        name = source.checkpoint.name
        self._jobs.begin("load", self.tr("Loading {name}").format(name=name))
        self.lanes.infer.ask("load", partial(self.lanes.model_host.load, source))
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
        self.lanes.decode.ask("open", self.lanes.decoder.release)
        self.lanes.infer.cancel("explain")
        self._forget_maps()
        self.world = replace(self.world, video=None, windows=(), picture=None, proxies=None)
        self.store.forget()
        self.store.update(clip=None, frame=0, playing=False, picking=False)
        self._refresh()

    def run_again(self) -> None:
        """Run the model on the window shown, also after it failed or was cancelled."""
        self._maps.again(self.world.wish)
        self._ranging.resume()
        self._views.resume()
        self._refresh()

    @Slot(str)
    def cancel(self, key: str = "") -> None:
        """Stop a job; without a key, the one that the user waits for most."""
        running = self._jobs.running
        for each in (key,) if key else tuple(k for k in JOB_ORDER if k in running)[:1]:
            self._jobs.stopping(each)
            if each == "range":
                self._ranging.stop()
            self._views.stop(each)
            self.lanes.of(each).cancel(each)
        self._refresh()

    def export(self, wish: ExportWish) -> None:
        """Write what is shown to a file."""
        self._last_export = wish
        self.world = replace(self.world, has_exported=True)
        self._jobs.begin("export", self.tr("Exporting {name}").format(name=wish.target.name))
        self.lanes.export.ask("export", partial(self.lanes.exporter.run, wish))
        self._refresh()

    def repeat_export(self) -> None:
        """Write what is shown now as it was written the last time."""
        last = self._last_export
        wish = repeated(last, self.store.state, self.world) if last is not None else None
        if wish is not None:
            self.export(wish)

    def export_wish(self) -> ExportWish | None:
        """What an export of the present view would be; None without video or model."""
        return wish_for(self.store.state, self.world)

    def preview_export(self, wish: ExportWish) -> None:
        """Draw what an export would show at the play head; ``previews`` tells what came."""
        if self.world.wish is not None:
            self.previews.ask(wish, self.world.wish)

    def sheet(self) -> Sheet | None:
        """All that a view of several maps shows, as one picture; None where there is none."""
        return self._views.sheet(self._panels.stage, self.world)

    def compute_series(self) -> None:
        """Run the model on every window that the header series lacks."""
        self.survey.compute_series()
        self._refresh()

    def compute_average(self) -> None:
        """Run the model on every view that the prediction of the whole video lacks."""
        self.store.update(whole_video=True)
        self.survey.compute_average()
        self._refresh()

    def tell(self, message: Message) -> None:
        """Put up a message."""
        self._panels.messages.show_message(message)

    def know_recent(self, entries: tuple[Recent, ...]) -> None:
        """Take the list of files opened lately."""
        self.world = replace(self.world, recent=entries)
        self._refresh()

    def close(self) -> None:
        """Stop all lanes and wait for them."""
        self.store.changed.disconnect(self._on_changed)
        self._colours.stop()
        self._frames.stop()
        self.lanes.close()

    @Slot(object, object)
    def _preferred(self, old: Preferences, new: Preferences) -> None:
        """Take what the user has just set."""
        if old.cache_gigabytes != new.cache_gigabytes:
            self.budget.resize(budget_bytes(new))
        if old.first_index != new.first_index:
            count_frames_from(new.first_index)
            self._snapshot = None  # every number on screen is another
        self._refresh()

    # -- wishes ------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        if (old.playing, old.speed) != (new.playing, new.speed):
            self.player.follow()
        if old.picture_fps != new.picture_fps and self.world.video is not None:
            self.world = replace(self.world, video=self.world.video.at_rate(new.picture_fps))
            self.player.follow()
        if (old.clip_spec, old.picture_fps) != (new.clip_spec, new.picture_fps):
            self.world = tiled(self.world, self.store.state.clip_spec)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        stand_in = self._frames.wanted()
        if stand_in is not None:
            self.world = replace(self.world, picture=stand_in)
        self.world = self._maps.want(self.world)
        self._resolve_shown()
        heat = self._colours.heat()
        if heat is not None:
            self.world = replace(self.world, heat=heat)
        self._colours.want_strip()
        self._ranging.want()
        if self._preferences.values.series_at_once:
            self.survey.want()
        self.world = replace(
            self._views.refresh(self.world),
            series=self.survey.series(),
            average=self.survey.average(),
            jobs=self._jobs.all,
            can_undo=self.store.can_undo,
            can_redo=self.store.can_redo,
            can_go_back=self.store.can_go_back,
            can_go_forward=self.store.can_go_forward,
        )
        old, self._snapshot = self._snapshot, Snapshot(self.store.state, self.world)
        self._presenter.show(old, self._snapshot)
        self.refreshed.emit()

    def _is_frame_seen(self) -> bool:
        """The frame asked for last was decoded and has been painted."""
        return not self.lanes.decode.is_pending("frame") and self._panels.stage.is_painted

    def _resolve_shown(self) -> None:
        answer, world = self._maps.answer, self.world
        if answer is not None and world.video is not None:
            shown = self._colours.resolve(answer)
            if shown is not world.shown:
                self.world = replace(world, shown=shown)
        elif world.shown is not None:
            self.world = replace(world, shown=None, heat=None, strip=None)

    # -- answers -----------------------------------------------------------------------------

    @Slot(object)
    def _on_answer(self, answer: Answer) -> None:
        lane = self.lanes.of(answer.key)
        if self.previews.take(answer):
            return
        self._ranging.take(answer)
        self._views.take(answer)
        self.survey.take(answer)
        latest = lane.is_latest(answer)
        if latest:
            self._jobs.end(answer)
        if answer.outcome == "failed":
            self._failed(answer, latest=latest)
        elif answer.outcome == "cancelled":
            if answer.key == "explain" and latest:
                self._maps.cancelled()
        else:
            self._done(answer, latest=latest)
        self._refresh()

    def _done(self, answer: Answer, *, latest: bool) -> None:
        payload = answer.payload
        if isinstance(payload, HeatPicture):
            self._colours.keep(payload)
        elif isinstance(payload, FramePicture):
            self._frame_came(payload)
        elif isinstance(payload, ProxyPiece):
            proxies = self._strip.take(payload)
            self.world = replace(self.world, proxies=proxies or self.world.proxies)
        elif latest:
            self._take(answer.key, payload)

    def _take(self, key: str, payload: object) -> None:
        """Take an answer that counts only while nothing newer was asked."""
        if isinstance(payload, Opened):
            self._opened(payload)
        elif isinstance(payload, ModelFacts):
            self._model_loaded(payload)
        elif isinstance(payload, MapAnswer) or key == "explain":
            self._maps.take(payload if isinstance(payload, MapAnswer) else None)
        elif isinstance(payload, StripPicture):
            self.world = replace(self.world, strip=payload)
        elif key == "export" and isinstance(payload, Exported):
            words = self.tr("Saved {what}").format(what=payload.target)
            words = " · ".join((words, *payload.notes))
            self.tell(Message("info", words, file=payload.target))

    def _frame_came(self, picture: FramePicture) -> None:
        """Show every frame that comes, but none of another video."""
        video = self.world.video
        if video is not None and picture.path == video.path and self._frames.shows(picture):
            self.world = replace(self.world, picture=picture)

    def _opened(self, opened: Opened) -> None:
        video = opened.video.at_rate(self.store.state.picture_fps)
        self._panels.messages.clear_errors(video.path.name)
        self._forget_maps()
        self._strip.begin(video.path, opened.opened_video)
        self.world = replace(
            self.world, video=video, picture=opened.first, proxies=None, windows=()
        )
        self._frames.opened()
        self.world = tiled(self.world, self.store.state.clip_spec)
        begin_clip(self.store, video.path)
        for sentence in video.damage:
            self.tell(Message("warning", f"{video.path.name}: {sentence}"))

    def _model_loaded(self, model: ModelFacts) -> None:
        self._panels.messages.clear_errors(model.source.checkpoint.name)
        self._forget_maps()
        before = self.world.model
        self.world = replace(self.world, model=model, windows=())
        begin_model(self.store, model, before)
        self.world = tiled(self.world, self.store.state.clip_spec)
        self.tell(loaded_message(model))

    def _forget_maps(self) -> None:
        self._maps.forget()
        self._colours.forget()
        self._ranging.forget()
        self._views.forget()
        self.survey.stop()
        self.world = replace(self.world, shown=None, heat=None, strip=None, wish=None, problem="")

    def _failed(self, answer: Answer, *, latest: bool) -> None:
        if answer.key == "explain" and not (latest and self._maps.failed(answer.problem)):
            return
        text = answer.problem
        if answer.key == "load" and self._asked_source is not None:
            name = self._asked_source.checkpoint.name
            text = text if name in text else f"{name}: {text}"
        self.tell(Message("error", text, answer.trace, remedies=answer.remedies))

    # -- jobs --------------------------------------------------------------------------------

    @Slot()
    def cells_moved(self) -> None:
        """Cells of the grid have another size, or others are in sight."""
        grid, panes = self._panels.stage.grid, self._panels.stage.compare
        cells = self._views.grids.show_cells(grid.cell_pixels(), grid.blocks_in_sight())
        if self._views.comparing.show_size(panes.pane_pixels()) or cells:
            self._refresh()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        lane = self.lanes.of(progress.key)
        if progress.generation == lane.generation(progress.key) and self._jobs.advance(progress):
            self._refresh()
