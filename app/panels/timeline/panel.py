"""The timeline panel: transport buttons, frame field, series header and track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QVBoxLayout, QWidget
from typing_extensions import override

from app.panels.spec import Panel
from app.panels.timeline.frame_field import FrameField
from app.panels.timeline.sampled import SampledLabel
from app.panels.timeline.series_head import SeriesHead
from app.panels.timeline.stride import StrideButton
from app.panels.timeline.track import SIDE_PX, Track
from app.text.phrases import clock, clock_words, frame_number
from app.text.remarks import sampled_words, short_sampled_words
from app.widgets import theme
from app.widgets.basic import icon_button, label, set_tip
from app.widgets.help_mark import HelpMark
from app.widgets.icons import themed_icon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QAbstractButton

    from app.panels.spec import PanelContext
    from app.results import PlayWait, ProxyInfo, Results, SeriesInfo, VideoInfo, WhenInfo
    from app.results.snapshot import Snapshot
    from app.state.view_state import Loop, Marker, SeriesKind
    from mvit_core.video.clip import ClipWindow

FOLDED_PX = 44
"""Height of the transport alone in pixels."""

LEAST_TRACK_PX = 60
"""Room below the transport, in pixels, from which on the track is shown."""

SCROLL_STEPS = 1000
"""Steps of the scroll bar over the whole video."""


@dataclass(frozen=True)
class FrameWords:
    """Words of the transport about the frame."""

    frame: int
    seconds: float
    sampled: str
    """Sampled frame and tubelet; empty without a model."""
    sampled_shortly: str
    """The same in few words."""


class Timeline(Panel):
    """Transport buttons, frame field and track."""

    may_lag = False  # its number is that of the frame
    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""
    frame_entered = Signal(int)
    scrub_started = Signal()
    scrubbed = Signal(int)
    scrub_ended = Signal()
    stepped = Signal(int)
    mark_held = Signal(bool)
    mark_dragged = Signal(str, int, int)
    frame_chosen = Signal(int)
    marker_named = Signal(int, str)
    series_chosen = Signal(str)
    stride_chosen = Signal(object)
    """Emitted with a share of a window, as its name."""
    run_asked = Signal(int)
    """Emitted with a frame whose window is to be run."""
    left_field = Signal()
    """Emitted when the frame field is left, so that the stage gets the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track = self._wired_track()
        self.stride = StrideButton()
        self.stride.chosen.connect(self.stride_chosen)
        self.stride.asked.connect(lambda: self.command.emit("playback.stride_frames"))
        self.series_head = SeriesHead(0)
        self.series_head.chosen.connect(self.series_chosen)
        self.series_head.run_asked.connect(lambda: self.command.emit("attention.series"))
        self.series_head.hide()
        self.field = self._frame_field()
        self._total = label("", "faint")
        self._time = label("", "soft")
        self._time.setFont(theme.number_font())
        self._speed = label("1×", "soft", small=True)
        set_tip(self._speed, self.tr("Playback speed ([ and ], Backspace for 1×)"))
        self._damage = label(self.tr("incomplete"), "warning", small=True)
        self._loop = label("", "soft", small=True)
        set_tip(self._loop, self.tr("What playing repeats (R); I and O set the range"))
        self._wait = label("", "soft", small=True)
        set_tip(self._wait, self.tr("Windows ahead are being run; Shift+Space plays at once"))
        self._wait.hide()
        self._badge = label(self.tr("VFR"), "warning", small=True)
        set_tip(
            self._badge,
            self.tr("The frames do not follow at one even distance; times are the file's own"),
        )
        self._sampled, self._tubelet = SampledLabel(), HelpMark("tubelet")
        self._tubelet.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(2)
        column.addLayout(self._transport())
        column.addWidget(self._body(), 1)
        self.show_video(None, ())

    def _frame_field(self) -> FrameField:
        field = FrameField()
        field.setAccessibleName(self.tr("Frame"))
        set_tip(
            field,
            self.tr(
                "Frame shown (G). Type 120, a time as 0:04.2, or 50%. The preferences say "
                "whether frames count from 0 or 1"
            ),
        )
        field.setKeyboardTracking(False)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setMinimumWidth(64)
        field.editingFinished.connect(self._entered)
        return field

    def _body(self) -> QWidget:
        """All below the transport; a low dock has no room for it."""
        self.body = QWidget()
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.track, 1)
        column.addLayout(self._scroll_bar())
        return self.body

    @override
    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), FOLDED_PX + self.body.sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), FOLDED_PX)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.body.setVisible(self.height() >= FOLDED_PX + LEAST_TRACK_PX)

    def _wired_track(self) -> Track:
        """Make a track and connect its signals."""
        track = Track()
        track.scrub_started.connect(self.scrub_started)
        track.scrubbed.connect(self.scrubbed)
        track.scrub_ended.connect(self.scrub_ended)
        track.wheel_stepped.connect(self.stepped)
        track.mark_held.connect(self.mark_held)
        track.mark_dragged.connect(self.mark_dragged)
        track.frame_chosen.connect(self.frame_chosen)
        track.marker_named.connect(self.marker_named)
        track.run_asked.connect(self.run_asked)
        return track

    def _scroll_bar(self) -> QHBoxLayout:
        """A scroll bar along the video, shown where only a part of it is seen."""
        self.bar = QScrollBar(Qt.Orientation.Horizontal)
        self.bar.setAccessibleName(self.tr("Part of the video seen"))
        self.bar.hide()
        self.track.span_changed.connect(self._show_span)
        self.bar.valueChanged.connect(self._scrolled)
        row = QHBoxLayout()
        row.setContentsMargins(SIDE_PX, 0, SIDE_PX, 0)
        row.addWidget(self.bar)
        return row

    def _show_span(self) -> None:
        span = self.track.span
        step = max(span.count, 1) / SCROLL_STEPS
        self.bar.blockSignals(True)
        self.bar.setPageStep(max(round(span.frames / step), 1))
        self.bar.setRange(0, SCROLL_STEPS - self.bar.pageStep())
        self.bar.setValue(round(span.start / step))
        self.bar.blockSignals(False)
        self.bar.setVisible(not span.is_whole)

    def _scrolled(self, value: int) -> None:
        self.track.go_to(value * max(self.track.span.count, 1) / SCROLL_STEPS)

    @override
    def connect_to(self, context: PanelContext) -> None:
        intents, player = context.intents, context.player
        self.scrub_started.connect(player.hold)
        self.scrubbed.connect(intents.scrub)
        self.scrub_ended.connect(player.release)
        self.stepped.connect(intents.step)
        self.frame_entered.connect(lambda frame: intents.go_to(frame, jump=True))
        self.frame_chosen.connect(lambda frame: intents.go_to(frame, jump=True))
        self.mark_held.connect(context.store.hold)
        self.mark_dragged.connect(intents.marks.drag)
        self.marker_named.connect(intents.marks.rename)
        self.series_chosen.connect(lambda kind: intents.set_field("series", kind))
        self.stride_chosen.connect(intents.windows.stride)
        self.run_asked.connect(lambda frame: self._run(context, frame))
        self.command.connect(context.run)
        self.left_field.connect(context.focus_stage)
        self.track.export.reported.connect(context.notify)
        self.track.export.wrote.connect(context.wrote)

    def _run(self, context: PanelContext, frame: int) -> None:
        """Run the window of a frame, and go there."""
        context.intents.go_to(frame, jump=True)
        context.run("attention.run")

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.track

    @property
    @override
    def command_buttons(self) -> Mapping[str, QAbstractButton]:
        return self.buttons

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        self._show_results(old, new)
        was, state = old.state if old else None, new.state
        if was is None or (was.loop, was.markers) != (state.loop, state.markers):
            self.show_marks(state.loop, state.markers)
        if was is None or (was.playing, was.speed) != (state.playing, state.speed):
            self.show_playing(playing=state.playing, speed=state.speed)

    def _show_results(self, old: Snapshot | None, new: Snapshot) -> None:
        was, now = old.results if old else None, new.results
        if was is None or (was.video, was.windows) != (now.video, now.windows):
            self.show_video(now.video, now.windows)
            self._show_place(new)
        elif old and (old.state.frame != new.state.frame or was.shown is not now.shown):
            self._show_place(new)
        if was is None or was.play_wait != now.play_wait:
            self.show_wait(now.play_wait)
        known = None if was is None else (was.window_states, _when(was))
        if known != (now.window_states, _when(now)):
            self.track.show_states(now.window_states, _when(now))
        if old is None or old.state.tiling != new.state.tiling or was is None:
            self.stride.show_tiling(new.state.tiling)
        if was is None or was.series is not now.series:
            self.show_series(new.state.series, now.series)
        if was is None or was.proxies is not now.proxies:
            self.show_proxies(now.proxies)

    def _show_place(self, new: Snapshot) -> None:
        frame, results = new.state.frame, new.results
        if results.video is not None:
            seconds = float(results.video.pts_seconds[frame])
            shortly = short_sampled_words(new)
            words = FrameWords(frame, seconds, sampled_words(new), shortly)
            self.show_frame(words, results.window(frame))

    def zoom(self, how: str) -> None:
        """Zoom the track: in, out or all."""
        if how == "all":
            self.track.see_all()
        else:
            self.track.zoom(1 if how == "in" else -1)

    def show_proxies(self, proxies: ProxyInfo | None) -> None:
        """Show the proxies made so far."""
        self.track.show_proxies(proxies)

    def _transport(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SIDE_PX, 0, SIDE_PX, 0)
        row.setSpacing(2)
        self.buttons = {}
        for icon, command, words in (
            ("first", "playback.first", self.tr("First frame (Home)")),
            ("previous", "playback.previous", self.tr("One frame back (Left)")),
            ("play", "playback.play", self.tr("Play or pause (Space)")),
            ("next", "playback.next", self.tr("One frame on (Right)")),
            ("last", "playback.last", self.tr("Last frame (End)")),
        ):
            button = icon_button(icon, words)
            # The focus stays on the stage, where the same commands have their keys.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, command=command: self.command.emit(command))
            button.setAutoRepeat(command in ("playback.previous", "playback.next"))
            self.buttons[command] = button
            row.addWidget(button)
        row.addSpacing(theme.GAP)
        for widget in (self.field, self._total):
            row.addWidget(widget)
            row.addSpacing(4)
        row.addSpacing(theme.GAP)
        for widget in (
            self._time,
            self._speed,
            self._wait,
            self._loop,
            self._badge,
            self._damage,
        ):
            row.addWidget(widget)
            row.addSpacing(theme.GAP)
        row.addWidget(self.series_head, 2)
        row.addWidget(self.stride)
        row.addSpacing(theme.GAP)
        row.addWidget(self._sampled, 1)
        row.addSpacing(4)
        row.addWidget(self._tubelet)
        return row

    def show_video(self, video: VideoInfo | None, windows: tuple[ClipWindow, ...]) -> None:
        """Show another video and its clip windows."""
        self.track.show_video(video, windows)
        count = video.frame_count if video else 0
        self.field.show_video(video)
        self._total.setText(self.tr("of {n}").format(n=frame_number(count - 1)) if count else "")
        set_tip(self._total, self.tr("{count} frames").format(count=count))
        self._speed.setVisible(video is not None)
        self._badge.setVisible(video is not None and video.is_variable_rate)
        notes = video.damage if video is not None else ()
        self._damage.setVisible(bool(notes))
        set_tip(self._damage, "\n".join(notes))
        self._time.setText(clock(0.0) if video else "")
        if video is None:
            self._sampled.show_words("", "")
            self._tubelet.hide()
        for button in self.buttons.values():
            button.setEnabled(video is not None)

    def show_frame(self, words: FrameWords, window: ClipWindow | None) -> None:
        """Move to a frame."""
        self.track.show_frame(words.frame, window)
        if not self.field.hasFocus() or self.field.value() != words.frame:
            self.field.setValue(words.frame)
        self._time.setText(clock(words.seconds))
        self._sampled.show_words(words.sampled, words.sampled_shortly)
        self._tubelet.setVisible(bool(words.sampled))

    def show_playing(self, *, playing: bool, speed: float) -> None:
        """Show whether it plays, and the speed."""
        button = self.buttons["playback.play"]
        button.setIcon(themed_icon("pause" if playing else "play"))
        self._speed.setText(f"{speed:g}×")

    def show_wait(self, wait: PlayWait | None) -> None:
        """Show how long play waits for windows to be run."""
        self._wait.setVisible(wait is not None)
        if wait is not None:
            words = self.tr("plays in {time}"), self.tr("plays once it was run")
            known = wait.seconds is not None
            time = clock_words(max(wait.seconds or 0.0, 0.0))
            self._wait.setText(words[0].format(time=time) if known else words[1])

    def show_marks(self, loop: Loop, markers: tuple[Marker, ...]) -> None:
        """Show loop and markers."""
        words = {"off": "", "all": self.tr("loop"), "range": self.tr("loop range")}
        self._loop.setText(words[loop.mode])
        self._loop.setVisible(loop.mode != "off")
        self.track.show_marks(loop, markers)

    def show_series(self, kind: SeriesKind, series: SeriesInfo | None) -> None:
        """Show the series; without one its row is hidden."""
        self.series_head.show_series(kind, series)
        self.series_head.setVisible(series is not None)
        self.track.show_series(series)

    def ask_frame(self) -> None:
        """Focus the frame field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _entered(self) -> None:
        self.frame_entered.emit(self.field.value())
        if self.field.hasFocus():  # left by Enter, not by going elsewhere
            self.left_field.emit()


def _when(results: Results) -> WhenInfo | None:
    """What each sampled frame of the window shown adds, where it is known."""
    return None if results.why is None else results.why.when
