"""From what is asked for and what is known to what each panel shows: only what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.controller.jobs import foremost
from app.panels.display import QueryInfo
from app.panels.predictions.panel import WindowPredictions
from app.panels.timeline.panel import FrameWords
from app.results import Results
from app.results.tokens import mark_of
from app.text.phrases import device_words
from app.text.remarks import badges, sampled_words, title_words
from app.text.terms import sentence
from app.views.showing import show_views

if TYPE_CHECKING:
    from app.results.snapshot import Snapshot
    from app.state.view_state import ViewState
    from app.window.panel_set import Panels


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("presenter", text)


class Presenter:
    """Shows snapshots on panels."""

    def __init__(self, panels: Panels) -> None:
        self.panels = panels

    def show(self, old: Snapshot | None, new: Snapshot) -> None:
        """Bring the panels from one snapshot to the next; None shows everything."""
        self._pictures(old, new)
        if old is None or old.results.model is not new.results.model:
            self._model(new)
        if (
            old is None
            or old.results.model is not new.results.model
            or old.state.clip_spec != new.state.clip_spec
        ):
            self.panels.model.show_model(new.results.model, new.state.clip_spec)
        if old is None:
            self.panels.welcome.show_samples(new.results.samples)
        if old is None or old.results.jobs != new.results.jobs:
            self.panels.status.show_job(foremost(new.results.jobs))
            self.panels.log.show_jobs(new.results.jobs)
        if old is None or old.state != new.state:
            self._state(old.state if old else None, new)
        self._layers(old, new)
        if old is None or old.results.shown is not new.results.shown:
            self._shown(new)
        self._predictions(old, new)
        remarks, ring = badges(new), mark_of(new)
        self.panels.canvas.show_badges(remarks)
        self.panels.canvas.show_mark(ring)
        show_views(self.panels.stage, old, new, remarks, ring)

    def _pictures(self, old: Snapshot | None, new: Snapshot) -> None:
        was, now = old.results if old else Results(), new.results
        # Another rate for the same pictures leaves the picture that is shown.
        if old is None or (was.video is not now.video and was.picture is not now.picture):
            self.panels.canvas.show_video(now.video)
        if old is None or (was.video, was.windows) != (now.video, now.windows):
            self.panels.timeline.show_video(now.video, now.windows)
            self._frame(new)
        elif old.state.frame != new.state.frame or was.shown is not now.shown:
            self._frame(new)
        if old is None or was.series is not now.series:
            self.panels.timeline.show_series(new.state.series, now.series)
        if old is None or was.proxies is not now.proxies:
            self.panels.timeline.show_proxies(now.proxies)
        if was.picture is not now.picture and now.picture is not None:
            self.panels.canvas.show_frame(now.picture)
        if was.heat is not now.heat:
            self.panels.canvas.show_heat(now.heat)
        if was.strip is not now.strip:
            self.panels.heads.show_strip(now.strip)
        if was.minis != now.minis:
            self.panels.layers.show_minis(
                {m.key.result.request.block: m.images[0] for m in now.minis}
            )

    def _state(self, old: ViewState | None, new: Snapshot) -> None:
        state = new.state
        if old is None or _look(old) != _look(state):
            self._heat_settings(state)
        if old is None or _listing(old) != _listing(state):
            self.panels.predictions.show_state(state)
        if old is None or (old.loop, old.markers) != (state.loop, state.markers):
            self.panels.timeline.show_marks(state.loop, state.markers)
        if old is None or (old.playing, old.speed) != (state.playing, state.speed):
            self.panels.timeline.show_playing(playing=state.playing, speed=state.speed)

    def _heat_settings(self, state: ViewState) -> None:
        self.panels.canvas.show_style(
            opacity=state.heat.opacity,
            heat=state.overlay and not state.hold_to_hide,
            grid=state.token_grid,
            coverage=state.coverage,
            picking=state.picking,
        )
        self.panels.display.show_state(state)
        self.panels.heads.show_head(state.map.head)
        self.panels.colourbar.show_state(state)

    def _frame(self, new: Snapshot) -> None:
        state, results = new.state, new.results
        if results.video is None:
            return
        seconds = float(results.video.pts_seconds[state.frame])
        window = results.window(state.frame)
        self.panels.timeline.show_frame(
            FrameWords(state.frame, seconds, sampled_words(new)), window
        )

    def _model(self, new: Snapshot) -> None:
        model = new.results.model
        self.panels.status.show_device(device_words(model) if model else "")
        words = ""
        if model is not None:
            words = tr("{name} is loaded; now open a video").format(
                name=model.source.checkpoint.name
            )
        self.panels.welcome.show_model(words)
        self.panels.dock_titles["layers"].show_remark(
            model.source.checkpoint.name if model else "",
            f"{model.source.checkpoint}\n{model.report}" if model else "",
        )

    def _layers(self, old: Snapshot | None, new: Snapshot) -> None:
        layers = new.results.layers
        if (
            old is None
            or old.results.layers != layers
            or old.state.map.block != new.state.map.block
        ):
            self.panels.layers.show_layers(layers)
            layer = new.results.layer(new.state.map.block)
            self.panels.layers.show_block(layer.block if layer else None)

    def _shown(self, new: Snapshot) -> None:
        shown, panels = new.results.shown, self.panels
        panels.canvas.show_map(shown)
        panels.colourbar.show_map(shown)
        panels.display.show_map(shown)
        panels.title.setText(title_words(shown))
        panels.title.setVisible(shown is not None)
        video = new.results.video
        if shown is None or video is None:
            panels.heads.show_heads(0, 4 / 3)
            panels.display.show_note("")
            panels.display.show_queries(QueryInfo())
            panels.dock_titles["heads"].show_remark("")
            return
        result = shown.result
        panels.heads.show_heads(result.maps.heads, video.display_size[0] / video.display_size[1])
        panels.dock_titles["heads"].show_remark(
            tr("block {b} · sink share").format(b=result.request.block)
            if result.maps.sinks is not None
            else tr("block {b}").format(b=result.request.block)
        )
        panels.display.show_note(sentence(result.maps.note))
        model = new.results.model
        panels.display.show_queries(
            QueryInfo(
                has_class_token=bool(model and model.has_class_token),
                dead_class=result.layer.dead_class if result.request.map.method == "row" else "",
                dead_patch=result.layer.dead_patch if result.request.map.method == "row" else "",
            )
        )

    def _predictions(self, old: Snapshot | None, new: Snapshot) -> None:
        if old is None or remark(old) != remark(new):
            self.panels.dock_titles["predictions"].show_remark(remark(new))
        panel = self.panels.predictions
        panel.show_window(window_predictions(new))
        if old is None or old.results.average != new.results.average:
            panel.show_average(new.results.average)


def _listing(state: ViewState) -> object:
    return state.top_k, state.pinned_classes, state.whole_video, state.views


def _look(state: ViewState) -> ViewState:
    """What most panels take from the state: a step to another frame changes none of it."""
    return replace(state, frame=0, playing=False, speed=1.0, scrubbing=False)


def remark(snapshot: Snapshot) -> str:
    """What the predictions are of."""
    state, results = snapshot.state, snapshot.results
    window = results.window(state.frame)
    if state.whole_video or window is None:
        return tr("whole video") if state.whole_video else ""
    return tr("window {i}/{n}").format(i=window.index + 1, n=len(results.windows))


def window_predictions(snapshot: Snapshot) -> WindowPredictions:
    """What the model said of the window shown, or why there is nothing."""
    results = snapshot.results
    if results.model is None:
        return WindowPredictions(note=tr("Load a model to see what it predicts."))
    if results.video is None:
        return WindowPredictions(note=tr("Open a video to see what the model predicts."))
    if results.shown is None:
        return WindowPredictions(note=results.problem or tr("The window has not been run yet."))
    result, request = results.shown.result, results.request
    shown = result.request
    if not result.is_complete:
        note = tr("Cancelled before the classes were known; run the window again with Ctrl+R")
        return WindowPredictions(note=note)
    stale = request is not None and (request.window, request.spec) != (shown.window, shown.spec)
    return WindowPredictions(result.predictions, sentence(result.note), stale)
