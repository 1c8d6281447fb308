"""From what is asked for and what is known to what each panel shows: only what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.facts import TokenMark, World
from app.panels.display import QueryFacts
from app.panels.predictions.panel import WindowPredictions
from app.panels.timeline import FrameWords
from app.terms import term
from app.text import device_words, frame_number, head_words, map_words
from app.views.showing import show_views
from mvit_core.attribution import METHODS

if TYPE_CHECKING:
    from app.canvas import Canvas
    from app.facts import JobFacts, ShownMap
    from app.panels.colourbar import ColourBar
    from app.panels.display import DisplayPanel
    from app.panels.heads import HeadsPanel
    from app.panels.layers import LayersPanel
    from app.panels.log import LogPanel
    from app.panels.messages import Messages
    from app.panels.model import ModelPanel
    from app.panels.predictions import PredictionsPanel
    from app.panels.status import StatusLine
    from app.panels.timeline import Timeline
    from app.panels.welcome import Welcome
    from app.stage import Stage
    from app.state import ViewState
    from app.widgets import DockTitle, ElidedLabel


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("presenter", text)


@dataclass(frozen=True)
class Panels:
    """Every part of the window that shows something."""

    stage: Stage
    canvas: Canvas
    colourbar: ColourBar
    title: ElidedLabel
    timeline: Timeline
    layers: LayersPanel
    heads: HeadsPanel
    predictions: PredictionsPanel
    display: DisplayPanel
    model: ModelPanel
    welcome: Welcome
    messages: Messages
    log: LogPanel
    status: StatusLine
    dock_titles: dict[str, DockTitle]


@dataclass(frozen=True)
class Snapshot:
    """What is asked for and what is known, at one moment."""

    state: ViewState
    world: World

    @property
    def is_stale(self) -> bool:
        """The map on screen is not the one asked for."""
        shown, wish = self.world.shown, self.world.wish
        return shown is not None and wish is not None and shown.answer.wish != wish


JOB_ORDER = ("load", "explain", "maps", "export", "open", "range", "multiview", "series")
"""Which job the user waits for most."""


class Presenter:
    """Shows snapshots on panels."""

    def __init__(self, panels: Panels) -> None:
        self.panels = panels

    def show(self, old: Snapshot | None, new: Snapshot) -> None:
        """Bring the panels from one snapshot to the next; None shows everything."""
        self._pictures(old, new)
        if old is None or old.world.model is not new.world.model:
            self._model(new)
        if (
            old is None
            or old.world.model is not new.world.model
            or old.state.clip_spec != new.state.clip_spec
        ):
            self.panels.model.show_model(new.world.model, new.state.clip_spec)
        if old is None:
            self.panels.welcome.show_samples(new.world.samples)
        if old is None or old.world.jobs != new.world.jobs:
            self.panels.status.show_job(foremost(new.world.jobs))
            self.panels.log.show_jobs(new.world.jobs)
        if old is None or old.state != new.state:
            self._state(old.state if old else None, new)
        self._layers(old, new)
        if old is None or old.world.shown is not new.world.shown:
            self._shown(new)
        self._predictions(old, new)
        remarks, ring = badges(new), mark(new)
        self.panels.canvas.show_badges(remarks)
        self.panels.canvas.show_mark(ring)
        show_views(self.panels.stage, old, new, remarks, ring)

    def _pictures(self, old: Snapshot | None, new: Snapshot) -> None:
        was, now = old.world if old else World(), new.world
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
            self.panels.layers.show_minis({m.key.answer.wish.block: m.images[0] for m in now.minis})

    def _state(self, old: ViewState | None, new: Snapshot) -> None:
        state = new.state
        if old is None or _look(old) != _look(state):
            self._looks(state)
        if old is None or _listing(old) != _listing(state):
            self.panels.predictions.show_state(state)
        if old is None or (old.loop, old.markers) != (state.loop, state.markers):
            self.panels.timeline.show_marks(state.loop, state.markers)
        if old is None or (old.playing, old.speed) != (state.playing, state.speed):
            self.panels.timeline.show_playing(playing=state.playing, speed=state.speed)

    def _looks(self, state: ViewState) -> None:
        self.panels.canvas.show_style(
            opacity=state.opacity,
            heat=state.overlay and not state.blink,
            grid=state.token_grid,
            coverage=state.coverage,
            picking=state.picking,
        )
        self.panels.display.show_state(state)
        self.panels.heads.show_head(state.head)
        self.panels.colourbar.show_state(state)

    def _frame(self, new: Snapshot) -> None:
        state, world = new.state, new.world
        if world.video is None:
            return
        seconds = float(world.video.pts_seconds[state.frame])
        window = world.window(state.frame)
        self.panels.timeline.show_frame(
            FrameWords(state.frame, seconds, sampled_words(new)), window
        )

    def _model(self, new: Snapshot) -> None:
        model = new.world.model
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
        layers = new.world.layers
        if old is None or old.world.layers != layers or old.state.block != new.state.block:
            self.panels.layers.show_layers(layers)
            layer = new.world.layer(new.state.block)
            self.panels.layers.show_block(layer.block if layer else None)

    def _shown(self, new: Snapshot) -> None:
        shown, panels = new.world.shown, self.panels
        panels.canvas.show_map(shown)
        panels.colourbar.show_map(shown)
        panels.display.show_map(shown)
        panels.title.setText(title_words(shown))
        panels.title.setVisible(shown is not None)
        video = new.world.video
        if shown is None or video is None:
            panels.heads.show_heads(0, 4 / 3)
            panels.display.show_note("")
            panels.display.show_queries(QueryFacts())
            panels.dock_titles["heads"].show_remark("")
            return
        answer = shown.answer
        panels.heads.show_heads(answer.maps.heads, video.display_size[0] / video.display_size[1])
        panels.dock_titles["heads"].show_remark(
            tr("block {b} · sink share").format(b=answer.wish.block)
            if answer.maps.sinks is not None
            else tr("block {b}").format(b=answer.wish.block)
        )
        panels.display.show_note(_sentence(answer.maps.note))
        model = new.world.model
        panels.display.show_queries(
            QueryFacts(
                has_class_token=bool(model and model.has_class_token),
                dead_class=answer.layer.dead_class if answer.wish.method == "row" else "",
                dead_patch=answer.layer.dead_patch if answer.wish.method == "row" else "",
            )
        )

    def _predictions(self, old: Snapshot | None, new: Snapshot) -> None:
        if old is None or remark(old) != remark(new):
            self.panels.dock_titles["predictions"].show_remark(remark(new))
        panel = self.panels.predictions
        panel.show_window(window_predictions(new))
        if old is None or old.world.average != new.world.average:
            panel.show_average(new.world.average)


def _listing(state: ViewState) -> object:
    return state.top_k, state.pinned_classes, state.whole_video, state.views


def _look(state: ViewState) -> ViewState:
    """What most panels take from the state: a step to another frame changes none of it."""
    return replace(state, frame=0, playing=False, speed=1.0, scrubbing=False)


def foremost(jobs: tuple[JobFacts, ...]) -> JobFacts | None:
    """The job that the user waits for most."""
    alive = {job.key: job for job in jobs if job.state in ("running", "stopping")}
    return next((alive[key] for key in JOB_ORDER if key in alive), None)


def remark(snapshot: Snapshot) -> str:
    """What the predictions are of."""
    state, world = snapshot.state, snapshot.world
    window = world.window(state.frame)
    if state.whole_video or window is None:
        return tr("whole video") if state.whole_video else ""
    return tr("window {i}/{n}").format(i=window.index + 1, n=len(world.windows))


def window_predictions(snapshot: Snapshot) -> WindowPredictions:
    """What the model said of the window shown, or why there is nothing."""
    world = snapshot.world
    if world.model is None:
        return WindowPredictions(note=tr("Load a model to see what it predicts."))
    if world.video is None:
        return WindowPredictions(note=tr("Open a video to see what the model predicts."))
    if world.shown is None:
        return WindowPredictions(note=world.problem or tr("The window has not been run yet."))
    answer, wish = world.shown.answer, world.wish
    shown = answer.wish
    stale = wish is not None and (wish.window, wish.spec) != (shown.window, shown.spec)
    return WindowPredictions(answer.predictions, _sentence(answer.note), stale)


def title_words(shown: ShownMap | None) -> str:
    """What the canvas shows, in one line."""
    if shown is None:
        return ""
    answer = shown.answer
    parts = [
        tr("Stage {s} · Block {b}").format(s=answer.layer.stage, b=answer.wish.block),
        head_words(shown.head, answer.maps.heads),
        map_words(answer.wish.method, answer.wish.query),
    ]
    return " · ".join(parts)


def sampled_words(snapshot: Snapshot) -> str:
    """Which sampled frame and which tubelet the frame is."""
    state, world = snapshot.state, snapshot.world
    window = world.window(state.frame)
    if window is None:
        return ""
    sampled = sorted(set(window.frame_indices))
    words = (
        tr("sampled frame {i}/{n}").format(i=sampled.index(state.frame) + 1, n=len(sampled))
        if state.frame in sampled
        else tr("not sampled")
    )
    shown = world.shown
    if shown is None or shown.answer.wish.window != window:
        return words
    t = shown.heatmap.token_time(state.frame)
    frames = shown.heatmap.token_frames(t)
    if len(frames) == 1:
        words += tr(" · tubelet t={t} (frame {a})").format(t=t, a=frame_number(frames[0]))
    elif frames:
        words += tr(" · tubelet t={t} (frames {a}–{b})").format(
            t=t, a=frame_number(frames[0]), b=frame_number(frames[-1])
        )
    return words


def badges(snapshot: Snapshot) -> tuple[str, ...]:
    """What must be known about the picture, most important last."""
    state, world = snapshot.state, snapshot.world
    found: list[str] = []
    if world.video is None or world.picture is None:
        return ()
    if world.picture.index != state.frame:
        words = tr("Frame {a}; frame {b} is being decoded")
        found.append(words.format(a=frame_number(world.picture.index), b=frame_number(state.frame)))
    elif world.picture.is_preview:
        found.append(tr("Preview; the frame itself is being decoded"))
    if state.picking:
        found.append(tr("Click a token: where it looks. Shift+click: who looks at it. Esc ends"))
    if world.shown is None:
        if world.problem:
            found.append(world.problem)
        return tuple(found)
    if state.overlay and not state.blink:
        found += _map_badges(snapshot, world.shown)
    return tuple(found)


def _map_badges(snapshot: Snapshot, shown: ShownMap) -> list[str]:
    world = snapshot.world
    assert world.picture is not None
    answer = shown.answer
    found = []
    if answer.maps.note:
        found.append(_sentence(answer.maps.note))
    if snapshot.is_stale:
        assert world.wish is not None
        found.append(_stale_words(snapshot))
    elif world.picture.index not in answer.frame_indices:
        t = shown.heatmap.token_time(world.picture.index)
        found.append(tr("Not a sampled frame: map of the nearest tubelet, t={t}").format(t=t))
    return found


def _stale_words(snapshot: Snapshot) -> str:
    world = snapshot.world
    assert world.shown is not None
    assert world.wish is not None
    old, new = world.shown.answer.wish, world.wish
    if world.problem:
        return tr("Map of before. {problem}").format(problem=world.problem)
    if old.spec != new.spec:
        return tr("Map of the preprocessing before; the one asked for is on its way")
    if old.window != new.window:
        running = any(job.key == "explain" and job.state == "running" for job in world.jobs)
        words = (
            tr("Map of window {a}; window {b} is being run")
            if running
            else tr("Map of window {a}; window {b} has not been run yet")
        )
        return words.format(a=old.window.index + 1, b=new.window.index + 1)
    return tr("Map of block {a}; the one asked for is on its way").format(a=old.block)


def mark(snapshot: Snapshot) -> TokenMark | None:
    """The ring around the picked token."""
    shown, picture = snapshot.world.shown, snapshot.world.picture
    if shown is None or picture is None or not isinstance(shown.answer.wish.query, tuple):
        return None
    wish, answer = shown.answer.wish, shown.answer
    method = METHODS[wish.method]
    if not method.needs_query or isinstance(wish.query, str):
        return None
    layer = answer.layer
    geometry = layer.q_geometry if method.grid == "k" else layer.k_geometry
    shape = layer.q_shape if method.grid == "k" else layer.k_shape
    if geometry is None:
        return None
    _, row, column = geometry.centre(wish.query)
    scale = answer.pixel_map.scale
    place = shown.heatmap.sampled_position(picture.index)
    return TokenMark(
        centre_px=answer.pixel_map.to_source(column, row),
        cell_px=(geometry.scale[2] * scale[0], geometry.scale[1] * scale[1]),
        token=wish.query,
        on_this_frame=geometry.nearest(0, place, shape[0]) == wish.query[0],
    )


def _sentence(text: str) -> str:
    words = term(text)
    return words[:1].upper() + words[1:]
