"""Transport and timeline: where we are, what the model saw, and going elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QVBoxLayout, QWidget
from typing_extensions import override

from app import theme
from app.icons import themed_icon
from app.text import clock
from app.widgets import ElidedLabel, NumberField, icon_button, label

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QMouseEvent, QPaintEvent, QWheelEvent

    from app.facts import VideoFacts
    from mvit_core.video.clip import ClipWindow

SIDE_PX = 14
RULER_PX = 18
WINDOWS_PX = 20
TRACK_PX = 26


class Track(QWidget):
    """The painted line: ruler, model windows, sampled frames and the playhead."""

    scrub_started = Signal()
    scrubbed = Signal(int)
    """The frame under the pointer, while it is held down."""
    scrub_ended = Signal()
    wheel_stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Timeline"))
        self._video: VideoFacts | None = None
        self._windows: tuple[ClipWindow, ...] = ()
        self._window: ClipWindow | None = None
        self._frame = 0
        self._hover: int | None = None
        self._held = False

    @override
    def sizeHint(self) -> QSize:
        return QSize(600, RULER_PX + WINDOWS_PX + TRACK_PX)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, RULER_PX + WINDOWS_PX + TRACK_PX)

    def show_video(self, video: VideoFacts | None, windows: tuple[ClipWindow, ...]) -> None:
        """Take another video and the windows that a model would see of it."""
        self._video, self._windows, self._window = video, windows, None
        self._hover = None
        self.update()

    def show_frame(self, frame: int, window: ClipWindow | None) -> None:
        """Move the playhead; it jumps, it never glides."""
        self._frame, self._window = frame, window
        count = self._video.frame_count if self._video else 0
        self.setAccessibleDescription(
            self.tr("frame {frame} of {count}").format(frame=frame, count=count)
        )
        self.update()

    def frame_at(self, x: float) -> int:
        """The frame at a place along the line, clamped to the video."""
        if self._video is None:
            return 0
        share = (x - SIDE_PX) / max(self.width() - 2 * SIDE_PX, 1)
        last = self._video.frame_count - 1
        return min(max(int(share * self._video.frame_count), 0), last)

    def x_of(self, frame: float) -> float:
        """The place of a frame's left edge along the line."""
        count = self._video.frame_count if self._video else 1
        return SIDE_PX + frame / count * (self.width() - 2 * SIDE_PX)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._video is None:
            return
        self._held = True
        self.scrub_started.emit()
        self.scrubbed.emit(self.frame_at(event.position().x()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._video is None:
            return
        frame = self.frame_at(event.position().x())
        if self._held:
            self.scrubbed.emit(frame)
        self._hover = frame
        seconds = float(self._video.pts_seconds[frame])
        QToolTip.showText(
            event.globalPosition().toPoint(),
            self.tr("frame {frame} · {time}").format(frame=frame, time=clock(seconds)),
            self,
        )
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held and event.button() == Qt.MouseButton.LeftButton:
            self._held = False
            self.scrub_ended.emit()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        if delta:
            self.wheel_stepped.emit(-1 if delta > 0 else 1)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        track = QRectF(SIDE_PX, RULER_PX + WINDOWS_PX, self.width() - 2 * SIDE_PX, TRACK_PX - 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(track, 5, 5)
        if self._video is not None:
            self._paint_ruler(painter)
            self._paint_windows(painter)
            self._paint_samples(painter, track)
            self._paint_playhead(painter, track)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(5, 1, -5, -1), 6, 6)
        painter.end()

    def _paint_ruler(self, painter: QPainter) -> None:
        assert self._video is not None
        colours = theme.current()
        painter.setFont(theme.small_font(self))
        metrics = QFontMetricsF(painter.font())
        count = self._video.frame_count
        step = _ruler_step(count, (self.width() - 2 * SIDE_PX) / 70)
        for frame in range(0, count, step):
            x = self.x_of(frame)
            text = str(frame)
            if x + metrics.horizontalAdvance(text) > self.width() - 4:
                break
            painter.setPen(QColor(colours.border))
            painter.drawLine(QPointF(x, RULER_PX - 5), QPointF(x, RULER_PX))
            painter.setPen(QColor(colours.text_faint))
            painter.drawText(QPointF(x + 3, RULER_PX - 5), text)

    def _paint_windows(self, painter: QPainter) -> None:
        colours = theme.current()
        painter.setFont(theme.small_font(self))
        for window in self._windows:
            box = QRectF(
                self.x_of(window.start) + 1, RULER_PX + 1,
                self.x_of(window.stop) - self.x_of(window.start) - 2, WINDOWS_PX - 5,
            )  # fmt: skip
            here = window == self._window
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if here else colours.control))
            painter.drawRoundedRect(box, 4, 4)
            if box.width() > 74:
                painter.setPen(QColor(colours.text if here else colours.text_faint))
                words = self.tr("window {n}").format(n=window.index + 1)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_samples(self, painter: QPainter, track: QRectF) -> None:
        """Ticks below for the frames that this window's model input was made of."""
        if self._window is None:
            return
        colours = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        for frame in sorted(set(self._window.frame_indices)):
            x = (self.x_of(frame) + self.x_of(frame + 1)) / 2
            painter.drawRoundedRect(QRectF(x - 1, track.top() + 5, 2, track.height() - 10), 1, 1)

    def _paint_playhead(self, painter: QPainter, track: QRectF) -> None:
        colours = theme.current()
        if self._hover is not None:
            x = (self.x_of(self._hover) + self.x_of(self._hover + 1)) / 2
            painter.setPen(QPen(QColor(colours.text_faint), 1))
            painter.drawLine(QPointF(x, RULER_PX), QPointF(x, track.bottom()))
        left, right = self.x_of(self._frame), self.x_of(self._frame + 1)
        cell = QRectF(left, track.top(), max(right - left, 2.0), track.height())
        light = QColor(colours.text)
        light.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(light)
        painter.drawRect(cell)
        x = (left + right) / 2
        painter.setPen(QPen(QColor(colours.text), 2))
        painter.drawLine(QPointF(x, RULER_PX - 2), QPointF(x, track.bottom() + 3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.text))
        top = RULER_PX - 8
        painter.drawPolygon(
            QPolygonF([QPointF(x - 5, top), QPointF(x + 5, top), QPointF(x, top + 8)])
        )


@dataclass(frozen=True)
class FrameWords:
    """What the transport says about the frame."""

    frame: int
    seconds: float
    sampled: str
    """Which sampled frame and tubelet it is; empty without a model."""


class Timeline(QWidget):
    """Transport buttons, frame field and track."""

    command = Signal(str)
    """The id of a command that a button stands for."""
    frame_entered = Signal(int)
    scrub_started = Signal()
    scrubbed = Signal(int)
    scrub_ended = Signal()
    stepped = Signal(int)
    left_field = Signal()
    """The frame field is done with; the keys belong to the stage again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.track = Track()
        self.track.scrub_started.connect(self.scrub_started)
        self.track.scrubbed.connect(self.scrubbed)
        self.track.scrub_ended.connect(self.scrub_ended)
        self.track.wheel_stepped.connect(self.stepped)
        self.field = NumberField()
        self.field.setAccessibleName(self.tr("Frame"))
        self.field.setToolTip(self.tr("Frame shown, counted from 0 (G)"))
        self.field.setKeyboardTracking(False)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setMinimumWidth(64)
        self.field.editingFinished.connect(self._entered)
        self._total = label("", "faint")
        self._time = label("", "soft")
        self._time.setFont(theme.number_font(self))
        self._speed = label("1×", "soft", small=True)
        self._speed.setToolTip(self.tr("Playback speed ([ and ], Backspace for 1×)"))
        self._damage = label(self.tr("incomplete"), "warning", small=True)
        self._badge = label(self.tr("VFR"), "warning", small=True)
        self._badge.setToolTip(
            self.tr("The frames do not follow at one even distance; times are the file's own")
        )
        self._sampled = ElidedLabel()
        self._sampled.setObjectName("soft")
        self._sampled.setFont(theme.small_font(self))
        self._sampled.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sampled.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 6)
        column.setSpacing(4)
        column.addLayout(self._transport())
        column.addWidget(self.track)
        self.show_video(None, ())

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
            # Focus stays on the stage, where the same commands have their keys.
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
        for widget in (self._time, self._speed, self._badge, self._damage):
            row.addWidget(widget)
            row.addSpacing(theme.GAP)
        row.addWidget(self._sampled, 1)
        return row

    def show_video(self, video: VideoFacts | None, windows: tuple[ClipWindow, ...]) -> None:
        """Take another video and the windows that a model would see of it."""
        self.track.show_video(video, windows)
        count = video.frame_count if video else 0
        self.field.setEnabled(video is not None)
        self.field.setRange(0, max(count - 1, 0))
        self._total.setText(f"/ {count - 1}" if count else "")
        self._total.setToolTip(self.tr("{count} frames").format(count=count))
        self._speed.setVisible(video is not None)
        self._badge.setVisible(video is not None and video.is_variable_rate)
        notes = video.damage if video is not None else ()
        self._damage.setVisible(bool(notes))
        self._damage.setToolTip("\n".join(notes))
        self._time.setText(clock(0.0) if video else "")
        if video is None:
            self._sampled.setText("")
        for button in self.buttons.values():
            button.setEnabled(video is not None)

    def show_frame(self, words: FrameWords, window: ClipWindow | None) -> None:
        """Move to a frame."""
        self.track.show_frame(words.frame, window)
        if not self.field.hasFocus() or self.field.value() != words.frame:
            self.field.setValue(words.frame)
        self._time.setText(clock(words.seconds))
        self._sampled.setText(words.sampled)

    def show_playing(self, *, playing: bool, speed: float) -> None:
        """Say whether it plays, and how fast."""
        button = self.buttons["playback.play"]
        button.setIcon(themed_icon("pause" if playing else "play"))
        self._speed.setText(f"{speed:g}×")

    def ask_frame(self) -> None:
        """Let the user type a frame."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _entered(self) -> None:
        self.frame_entered.emit(self.field.value())
        if self.field.hasFocus():  # left by Enter, not by going elsewhere
            self.left_field.emit()


def _ruler_step(count: int, marks: float) -> int:
    """A round number of frames between marks."""
    least = max(count / max(marks, 1), 1)
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= least:
                return step * factor
        step *= 10
