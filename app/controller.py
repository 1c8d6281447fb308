"""Between wishes and answers: the only module that knows both the lanes and the panels.

A change of the store, or an answer of a lane, leads to ``_refresh``: it compares what is wished
for with what was asked and what is known, asks the lanes for what is missing, and lets the
presenter show what differs. Every step may be repeated without harm.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage

from app.colouring import Colouring
from app.decoding import Decoder, Opened
from app.exporting import Exported, ExportHost, ExportWish, repeated, wish_for
from app.facts import (
    FramePicture,
    HeatPicture,
    MapAnswer,
    MapWish,
    Message,
    ModelFacts,
    StripPicture,
    World,
)
from app.frames import Frames
from app.inference import ModelHost
from app.intents import Intents
from app.jobs import JOB_ORDER, Jobs
from app.painting import look_of, paint_still
from app.playback import Player
from app.predictions import listed_predictions, predictions_csv, predictions_text
from app.preferences import budget_bytes
from app.presenter import Presenter
from app.proxies import ProxyHost, ProxyPiece, Strip
from app.ranging import Ranging
from app.report import loaded_message, parameters_of
from app.samples import find_samples
from app.snapshot import Snapshot
from app.state import Loop, mended
from app.survey.desk import SurveyDesk
from app.text import count_frames_from
from app.views.desk import ViewDesk
from app.views.lanes import Lanes
from app.views.sheet import paint_sheet
from app.wiring import connect
from app.workers import Answer, Lane, Progress
from mvit_core.budget import Budget
from mvit_core.errors import ClipError
from mvit_core.video.clip import clip_windows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.preferences import Preferences, PreferenceStore
    from app.presenter import Panels
    from app.recent import Recent
    from app.state import ModelSource, Store, ViewState
    from mvit_core.errors import Remedy
    from mvit_core.video.clip import ClipSpec, ClipWindow


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
        self.intents = Intents(store, lambda: self.world, panels.messages.show_message, preferences)
        self._presenter = Presenter(panels)
        self._panels = panels
        self._snapshot: Snapshot | None = None
        self.budget = Budget(budget_bytes(preferences.values))
        self._decoder, self._model_host = Decoder(self.budget), ModelHost(self.budget)
        self._exporter, proxy_host = ExportHost(), ProxyHost()
        self.decode = self._lane("decode", self._close_videos)
        self.proxy_lane = self._lane("proxies", proxy_host.close)
        self.infer = self._lane("inference", self._model_host.close)
        self.paint = self._lane("paint", None)
        self.export_lane = self._lane("export", self._exporter.close)
        self._answer: MapAnswer | None = None
        self._asked_wish: MapWish | None = None
        self._running_wish: MapWish | None = None
        self._barred: dict[MapWish, str] = {}
        self._asked_source: ModelSource | None = None
        self._last_export: ExportWish | None = None
        self._asked_runs: set[tuple[ClipSpec, ClipWindow]] = set()
        self._jobs = Jobs()
        self._ranging = Ranging(
            self.infer, self._model_host.values, store, lambda: self.world, self._jobs
        )
        self._colours = Colouring(
            self.paint, store, lambda: self.world, self._ranging, self.budget, self
        )
        lanes = Lanes(self.decode, self.infer, self.paint, self._model_host, self.budget)
        self._views = ViewDesk(lanes, store, lambda: self.world, self._jobs)
        self.survey = SurveyDesk(
            self.infer, self._model_host, store, lambda: self.world, self._jobs, self
        )
        self.survey.learnt.connect(self._refresh)
        self._strip = Strip(self.proxy_lane, proxy_host, self.budget, self)
        self._frames = Frames(
            self.decode, self._decoder, self._strip, store, lambda: self.world, self
        )
        self._frames.due.connect(self._refresh)
        self.player = Player(store, lambda: self.world.video, self._is_frame_seen, self)
        store.changed.connect(self._on_changed)
        preferences.changed.connect(self._preferred)
        connect(panels, self)
        self._refresh()

    def _lane(self, name: str, on_close: Callable[[], None] | None) -> Lane:
        lane = Lane(name, on_close=on_close, parent=self)
        lane.listen(self._on_answer, self._on_progress)
        lane.start()
        return lane

    def _close_videos(self) -> None:
        """Runs on the decode lane when it ends."""
        self._decoder.close()
        self._views.comparing.frames.close()

    # -- asked by commands and the window ------------------------------------------------------

    def open_video(self, path: Path) -> None:
        """Open a video; the one before stays until this one is there."""
        self.decode.cancel("open")  # one that still lists an hour of video is not waited for
        self._jobs.begin("open", self.tr("Opening {name}").format(name=path.name))
        self.decode.ask("open", partial(self._decoder.open, path))
        self._refresh()

    def load_model(self, source: ModelSource) -> None:
        """Load a model; the one before stays until this one is there."""
        self._asked_source = source
        name = source.checkpoint.name
        self._jobs.begin("load", self.tr("Loading {name}").format(name=name))
        self.infer.ask("load", partial(self._model_host.load, source))
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
        self.decode.ask("open", self._decoder.release)
        self.infer.cancel("explain")
        self._forget_maps()
        self.world = replace(self.world, video=None, windows=(), picture=None, proxies=None)
        self.store.forget()
        self.store.update(clip=None, frame=0, playing=False, picking=False)
        self._refresh()

    def run_again(self) -> None:
        """Run the model on the window shown, also after it failed or was cancelled."""
        self._barred.clear()
        if self._jobs.is_stopping("explain"):
            self._asked_wish = None  # what still runs ends as cancelled; a new run is asked for
        self._ranging.resume()
        if self.world.wish is not None:
            self._asked_runs.add((self.world.wish.spec, self.world.wish.window))
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
            self._lane_of(each).cancel(each)
        self._refresh()

    def export(self, wish: ExportWish) -> None:
        """Write what is shown to a file."""
        self._last_export = wish
        self.world = replace(self.world, has_exported=True)
        self._jobs.begin("export", self.tr("Exporting {name}").format(name=wish.target.name))
        self.export_lane.ask("export", partial(self._exporter.run, wish))
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

    def copy_image(self) -> None:
        """Put what is shown, at the frame's own size, on the clipboard."""
        picture, shown, state = self.world.picture, self.world.shown, self.store.state
        sheet = self._views.sheet(self._panels.stage, self.world)
        if sheet is not None:
            self.paint.ask("copy", partial(paint_sheet, sheet))
        elif picture is not None:
            shown = shown if state.overlay else None
            self.paint.ask("copy", partial(paint_still, picture, shown, look_of(state)))

    def copy_parameters(self) -> None:
        """Put what is shown on the clipboard, as JSON."""
        words = json.dumps(parameters_of(self.store.state, self.world), indent=2)
        QGuiApplication.clipboard().setText(words)
        self.tell(Message("info", self.tr("Parameters copied")))

    def compute_series(self) -> None:
        """Run the model on every window that the header series lacks."""
        self.survey.compute_series()
        self._refresh()

    def compute_average(self) -> None:
        """Run the model on every view that the prediction of the whole video lacks."""
        self.store.update(whole_video=True)
        self.survey.compute_average()
        self._refresh()

    def copy_predictions(self, *, as_csv: bool) -> None:
        """Put the classes that are listed on the clipboard."""
        listed = listed_predictions(self.store.state, self.world)
        words = predictions_csv(listed) if as_csv else predictions_text(listed)
        QGuiApplication.clipboard().setText(words)
        self.tell(Message("info", self.tr("{n} classes copied").format(n=len(listed.rows))))

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
        for lane in (self.decode, self.proxy_lane, self.infer, self.paint, self.export_lane):
            lane.close()

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
            self._find_windows()
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        stand_in = self._frames.wanted()
        if stand_in is not None:
            self.world = replace(self.world, picture=stand_in)
        self._want_map()
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
        return not self.decode.is_pending("frame") and self._panels.stage.is_painted

    def _want_map(self) -> None:
        state, world = self.store.state, self.world
        layer, window = world.layer(state.block), world.window(state.frame)
        if world.video is None or world.model is None or layer is None or window is None:
            self.world = replace(world, wish=None, problem=world.problem if world.video else "")
            return
        spec = state.clip_spec or world.model.clip_spec
        wish = MapWish(
            world.model.source, world.video.path, spec, window, layer.block, state.method,
            state.query,
        )  # fmt: skip
        known = self._views.known(wish)
        problem = "" if known else self._barred.get(wish, "") or self._unasked(wish)
        self.world = replace(world, wish=wish, problem=problem)
        self._answer = known or self._answer
        if wish == self._asked_wish or (known is None and (problem or state.scrubbing)):
            return
        if self._answer is not None and self._answer.wish == wish:
            self.infer.cancel("explain")
            self._asked_wish = wish
            return
        before = self._asked_wish
        if before is not None and (
            before.spec != spec or (before.window != window and not state.playing)
        ):
            self.infer.cancel("explain")  # nobody waits for that window any more
        self._asked_wish = self._running_wish = wish
        words = self.tr("Running window {n}").format(n=window.index + 1)
        self._jobs.begin("explain", words)
        self.infer.cancel("range")  # asked for again when nobody waits
        self.infer.ask("explain", partial(self._model_host.explain, wish))

    def _unasked(self, wish: MapWish) -> str:
        """Why a window is not run by itself, where the user prefers to ask for it."""
        if self._preferences.values.auto_run or (wish.spec, wish.window) in self._asked_runs:
            return ""
        return self.tr("Not run yet: press Ctrl+R")

    def _resolve_shown(self) -> None:
        answer, world = self._answer, self.world
        if answer is not None and world.video is not None:
            shown = self._colours.resolve(answer)
            if shown is not world.shown:
                self.world = replace(world, shown=shown)
        elif world.shown is not None:
            self.world = replace(world, shown=None, heat=None, strip=None)

    # -- answers -----------------------------------------------------------------------------

    @Slot(object)
    def _on_answer(self, answer: Answer) -> None:
        lane = self._lane_of(answer.key)
        self._ranging.take(answer)
        self._views.take(answer)
        self.survey.take(answer)
        latest = lane.is_latest(answer)
        if latest:
            self._jobs.end(answer)
        if answer.outcome == "failed":
            self._failed(answer, latest=latest)
        elif answer.outcome == "cancelled":
            self._cancelled(answer, latest=latest)
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
        elif isinstance(payload, MapAnswer):
            # The wish may have gone back to the map that is shown while this one was made.
            if payload.wish == self._asked_wish:
                self._answer = payload
        elif isinstance(payload, StripPicture):
            self.world = replace(self.world, strip=payload)
        elif isinstance(payload, QImage):
            QGuiApplication.clipboard().setImage(payload)
            size = f"{payload.width()}×{payload.height()}"
            self.tell(Message("info", self.tr("Image copied, {size}").format(size=size)))
        elif key == "export" and isinstance(payload, Exported):
            words = self.tr("Saved {what}").format(what=payload.target)
            self.tell(Message("info", " · ".join((words, *payload.notes))))

    def _frame_came(self, picture: FramePicture) -> None:
        """Show every frame that comes, but none of another video."""
        video = self.world.video
        if video is not None and picture.path == video.path and self._frames.shows(picture):
            self.world = replace(self.world, picture=picture)

    def _opened(self, opened: Opened) -> None:
        video = opened.video.at_rate(self.store.state.picture_fps)
        self._panels.messages.clear_errors(video.path.name)
        self._forget_maps()
        self._strip.begin(video.path, opened.learnt)
        self.world = replace(
            self.world, video=video, picture=opened.first, proxies=None, windows=()
        )
        self._frames.opened()
        self._find_windows()
        query = self.store.state.query
        if self.store.state.clip != video.path:
            self.store.update(loop=Loop(), markers=())
        self.store.update(
            clip=video.path, frame=0, playing=False, scrubbing=False, picking=False,
            query="readout" if isinstance(query, tuple) else query,
        )  # fmt: skip
        self.store.forget()
        for sentence in video.damage:
            self.tell(Message("warning", f"{video.path.name}: {sentence}"))

    def _model_loaded(self, model: ModelFacts) -> None:
        self._panels.messages.clear_errors(model.source.checkpoint.name)
        self._forget_maps()
        before = self.world.model
        self.world = replace(self.world, model=model, windows=())
        if before is not None and before.is_same_network(model):
            self.store.update(model=model.source)  # elsewhere or more sparing: the view stays
        else:
            self.store.update(
                model=model.source, clip_spec=None, block=None, head="mean", method="row",
                query="readout", picking=False, locked_range=None, pinned_classes=(),
            )  # fmt: skip
            self.store.forget()
        self._find_windows()
        self.tell(loaded_message(model))

    def _find_windows(self) -> None:
        """Tile the video with windows, once both video and model are there."""
        video, model = self.world.video, self.world.model
        windows: tuple[ClipWindow, ...] = ()
        problem = ""
        if video is not None and model is not None:
            spec = self.store.state.clip_spec or model.clip_spec
            try:
                windows = clip_windows(video.frame_count, video.fps, spec)
            except ClipError as error:
                problem = str(error)
        self.world = replace(self.world, windows=windows, problem=problem)

    def _forget_maps(self) -> None:
        self._answer = None
        self._asked_wish = None
        self._barred.clear()
        self._asked_runs.clear()
        self._colours.forget()
        self._ranging.forget()
        self._views.forget()
        self.survey.stop()
        self.world = replace(self.world, shown=None, heat=None, strip=None, wish=None, problem="")

    def _failed(self, answer: Answer, *, latest: bool) -> None:
        if answer.key == "explain":
            if not latest or self._asked_wish is None or self._asked_wish != self._running_wish:
                return
            self._barred[self._asked_wish] = answer.problem
        text = answer.problem
        if answer.key == "load" and self._asked_source is not None:
            name = self._asked_source.checkpoint.name
            text = text if name in text else f"{name}: {text}"
        self.tell(Message("error", text, answer.trace, remedies=answer.remedies))

    def _cancelled(self, answer: Answer, *, latest: bool) -> None:
        wish = self._asked_wish
        if answer.key == "explain" and latest and wish is not None and wish == self._running_wish:
            # Not asked again by itself: the user has just said that it is not wanted.
            self._barred[wish] = self.tr("Cancelled; run the window again with Ctrl+R")
            self._asked_wish = None

    # -- jobs --------------------------------------------------------------------------------

    def _lane_of(self, key: str) -> Lane:
        lanes = {
            "pane.frames": self.decode, "pane.map": self.infer,
            "open": self.decode, "frame": self.decode, "prefetch": self.decode,
            "thumbnail": self.decode, "proxies": self.proxy_lane,
            "load": self.infer, "explain": self.infer, "range": self.infer, "maps": self.infer,
            "series": self.infer, "multiview": self.infer,
            "export": self.export_lane,
        }  # fmt: skip
        return lanes.get(key, self.paint)

    @Slot()
    def cells_moved(self) -> None:
        """Cells of the grid have another size, or others are in sight."""
        grid, panes = self._panels.stage.grid, self._panels.stage.compare
        cells = self._views.grids.show_cells(grid.cell_pixels(), grid.blocks_in_sight())
        if self._views.comparing.show_size(panes.pane_pixels()) or cells:
            self._refresh()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        lane = self._lane_of(progress.key)
        if progress.generation == lane.generation(progress.key) and self._jobs.advance(progress):
            self._refresh()
