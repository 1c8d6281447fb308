"""The track: rows and playhead of the timeline, and the pointer on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.panels.timeline.hover import HoverPicture, frame_words
from app.panels.timeline.marks import Grip, grip_at, grip_words
from app.panels.timeline.namer import MarkerNamer
from app.panels.timeline.playhead import paint_playhead, paint_pointer, playhead_box
from app.panels.timeline.rows import ROWS
from app.panels.timeline.rows_picture import RowsPicture
from app.panels.timeline.scene import Scene, row_at, share_room
from app.panels.timeline.span import Span
from app.panels.timeline.windows import Windows
from app.results import WindowStates
from app.state.view_state import Loop
from app.text.phrases import frame_number
from app.widgets import theme
from app.widgets.basic import set_spoken_description
from app.widgets.plot_menu import PlotMenu

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from app.results import ProxyInfo, SeriesInfo, VideoInfo, WhenInfo
    from app.state.view_state import Marker
    from app.widgets.plots import Plot
    from mvit_core.video.clip import ClipWindow

SIDE_PX = theme.GUTTER
ZOOM_STEP = 1.4
PAN_SHARE = 0.1
"""Fraction of the span that a notch of the wheel moves."""


class Track(QWidget):
    """Shows rows over a span of the video, with the playhead across them."""

    scrub_started = Signal()
    scrubbed = Signal(int)
    """Emitted with the frame under the pointer while it is held down."""
    scrub_ended = Signal()
    wheel_stepped = Signal(int)
    span_changed = Signal()
    mark_held = Signal(bool)
    """Emitted with True when the pointer grips a mark, False when it lets go."""
    mark_dragged = Signal(str, int, int)
    """Emitted with ``first``, ``last`` or ``marker``, its frame, and that under the pointer."""
    frame_chosen = Signal(int)
    marker_named = Signal(int, str)
    run_asked = Signal(int)
    """Emitted with a frame whose window is to be run."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Timeline"))
        self.rows = tuple(make() for make in ROWS)
        self._picture = RowsPicture(self.rows)
        self.span = Span()
        self.hover_picture = HoverPicture(self)
        self._video: VideoInfo | None = None
        self._windows: tuple[ClipWindow, ...] = ()
        self._window: ClipWindow | None = None
        self._proxies: ProxyInfo | None = None
        self._loop = Loop()
        self._markers: tuple[Marker, ...] = ()
        self._series: SeriesInfo | None = None
        self._states = WindowStates()
        self._when: WhenInfo | None = None
        self._figure: Callable[[], Plot] | None = None
        self.export = PlotMenu(self._make_figure, "series", self)
        self._grip: Grip | None = None
        self._frame = 0
        self._hover: int | None = None
        self._held = False
        self._pan_from: tuple[float, Span] | None = None
        self._natural_px = sum(row.height for row in self.rows)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._paint_rest)

    @override
    def sizeHint(self) -> QSize:
        return QSize(600, self._natural_px)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, sum(row.least if row.grows else row.height for row in self.rows))

    # -- showing ----------------------------------------------------------------------------

    def show_video(self, video: VideoInfo | None, windows: tuple[ClipWindow, ...]) -> None:
        """Show another video and its clip windows."""
        if video is not self._video:
            self._hide_hover()
            self.show_span(Span(video.frame_count if video else 0, SIDE_PX, self._room()))
        self._video, self._windows, self._window = video, windows, None
        self._show_rows()

    def show_frame(self, frame: int, window: ClipWindow | None) -> None:
        """Move the playhead; it jumps, it never glides."""
        self._update_playhead()  # where it was
        if window is not self._window:
            self.update()
        self._frame, self._window = frame, window
        if not self._held:
            self.show_span(self.span.showing(frame))
        set_spoken_description(
            self,
            self.tr("frame {frame} of {count}").format(
                frame=frame_number(frame), count=self.span.count
            ),
        )
        self._update_playhead()

    def show_proxies(self, proxies: ProxyInfo | None) -> None:
        """Show the proxies made so far."""
        self._proxies = proxies
        self._show_rows()

    def show_marks(self, loop: Loop, markers: tuple[Marker, ...]) -> None:
        """Show loop and markers."""
        self._loop, self._markers = loop, markers
        self._show_rows()

    def show_series(self, series: SeriesInfo | None) -> None:
        """Show the series."""
        self._series = series
        self._show_rows()

    def show_states(self, states: WindowStates, when: WhenInfo | None = None) -> None:
        """Show what is known of each window, and of each frame of the one shown."""
        self._states, self._when = states, when
        self._show_rows()

    def _show_rows(self) -> None:
        """Update the heights of the rows, and repaint them."""
        for row in self.rows:
            row.follow(self._scene(self._video) if self._video is not None else None)
        before, self._natural_px = self._natural_px, sum(row.height for row in self.rows)
        if before != self._natural_px:
            self.updateGeometry()
        share_room(self.rows, self.height())
        self.update()

    def rename(self, frame: int) -> None:
        """Open a field for the name of a frame's marker, at its place."""
        name = next((m.name for m in self._markers if m.frame == frame), None)
        if name is None:
            return
        self.show_span(self.span.showing(frame))
        self._hide_hover()
        namer = MarkerNamer(self, name, round(self.span.x_of(frame + 0.5)))
        namer.named.connect(lambda text: self.marker_named.emit(frame, text))
        namer.left.connect(self.setFocus)

    def frame_at(self, x: float) -> int:
        """The frame at an x, clamped to the span."""
        return self.span.frame_at(x)

    def x_of(self, frame: float) -> float:
        """The x of a frame's left edge."""
        return self.span.x_of(frame)

    def zoom(self, steps: float, about_x: float | None = None) -> None:
        """Zoom about an x, or about the playhead."""
        x = self.span.x_of(self._frame + 0.5) if about_x is None else about_x
        self.show_span(self.span.zoomed(ZOOM_STEP**steps, x))

    def see_all(self) -> None:
        """Show the whole video."""
        self.show_span(replace(self.span, start=0.0, length=0.0))

    def go_to(self, start: float) -> None:
        """Move the span to begin at a frame."""
        self.show_span(self.span.starting_at(start))

    def show_span(self, span: Span) -> None:
        """Show a part of the video."""
        if span != self.span:
            self.span = span
            self.span_changed.emit()
            self._hide_hover()  # another frame lies under the pointer now

    def _room(self) -> float:
        return float(max(self.width() - 2 * SIDE_PX, 1))

    # -- pointer ----------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._video is None:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan_from = event.position().x(), self.span
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        self._grip = self._grip_at(event.position())
        if self._grip is not None:
            self.mark_held.emit(True)
            return
        self._held = True
        self._hide_hover()
        self.scrub_started.emit()
        self.scrubbed.emit(self.frame_at(event.position().x()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._video is None:
            return
        x = event.position().x()
        if self._pan_from is not None:
            pressed_x, span = self._pan_from
            self.show_span(
                span.starting_at(span.start - (x - pressed_x) / span.width * span.frames)
            )
            return
        if self._grip is not None:
            self._drag(self._grip, self.frame_at(x))
        elif self._held:
            self.scrubbed.emit(self.frame_at(x))
        else:
            self._show_hover(event.position())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._pan_from is not None:
            self._pan_from = None
            self.unsetCursor()
        if self._grip is not None:
            grip, self._grip = self._grip, None
            self.mark_held.emit(False)
            if grip.kind == "marker":
                self.frame_chosen.emit(grip.frame)
        if self._held:
            self._held = False
            self.scrub_ended.emit()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        grip = self._grip_at(event.position())
        if grip is not None and grip.kind == "marker":
            self.rename(grip.frame)
        elif isinstance(row_at(self.rows, event.position().y()), Windows):
            self.run_asked.emit(self.frame_at(event.position().x()))
        else:
            self.mousePressEvent(event)

    def _grip_at(self, place: QPointF) -> Grip | None:
        """The mark under the pointer; None without one."""
        row = row_at(self.rows, place.y())
        if self._video is None or row is None or not row.holds_marks:
            return None
        return grip_at(place.x(), self.span, self._loop, self._markers)

    def _drag(self, grip: Grip, frame: int) -> None:
        if frame == grip.frame:
            return
        self.mark_dragged.emit(grip.kind, grip.frame, frame)
        moved = grip.kind != "marker" or any(m.frame == frame for m in self._markers)
        still = any(m.frame == grip.frame for m in self._markers)
        if moved and not (grip.kind == "marker" and still):
            self._grip = replace(grip, frame=frame)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hide_hover()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        if not delta:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(delta / 120, event.position().x())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.go_to(self.span.start - delta / 120 * PAN_SHARE * self.span.frames)
        else:
            self.wheel_stepped.emit(-1 if delta > 0 else 1)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to export the plot of a row, on it or by the menu key."""
        under = row_at(self.rows, event.pos().y())
        rows = self.rows if event.reason() == event.Reason.Keyboard else (under,)
        figures = [row.figure(self._scene(self._video)) for row in rows if row and self._video]
        self._figure = next(filter(None, figures), None)
        if self._figure is None:
            event.ignore()
            return
        self._hide_hover()
        self.export.menu().popup(event.globalPos())

    def _make_figure(self) -> Plot:
        assert self._figure is not None
        return self._figure()

    def _show_hover(self, place: QPointF) -> None:
        assert self._video is not None
        x, grip = place.x(), self._grip_at(place)
        self.setCursor(Qt.CursorShape.SizeHorCursor if grip else Qt.CursorShape.ArrowCursor)
        self._hover = frame = self.frame_at(x) if grip is None else grip.frame
        found = self._proxies.pictures.image(frame) if self._proxies else None
        words = frame_words(frame, self._video, found)
        row = row_at(self.rows, place.y())
        said = row.words_at(self._scene(self._video), frame) if row is not None else ""
        if said:
            words = f"{said}\n{words}"
        if grip is not None:
            words = f"{grip_words(grip, self._markers)} · {words}"
        (width, height), image = self._video.display_size, found.image if found else None
        above = self.mapToGlobal(QPoint(round(x), 0))
        self.hover_picture.show_frame(image, words, width / height, above)
        self.update()

    def _hide_hover(self) -> None:
        self._hover = None
        self.hover_picture.hide()
        self.update()

    # -- painting ---------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.show_span(replace(self.span, left=SIDE_PX, width=self._room()))
        self._show_rows()

    @override
    def hideEvent(self, event: QEvent) -> None:
        self._hide_hover()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._video is not None:
            rows = self._picture.of(self._scene(self._video), self.size(), theme.small_font(self))
            painter.drawPixmap(0, 0, rows)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._hover is not None:
                paint_pointer(painter, self.span, self._hover, self.height())
            paint_playhead(painter, self.span, self._frame, self.height())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.current().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(5, 1, -5, -1), 6, 6)
        painter.end()

    def _scene(self, video: VideoInfo) -> Scene:
        return Scene(
            video,
            self.span,
            self._windows,
            self._window,
            self._proxies,
            self._loop,
            self._markers,
            self._series,
            self._states,
            self.devicePixelRatioF(),
            self._later.start,
            self._when,
        )

    def _paint_rest(self) -> None:
        """Repaint the rows, which could not paint everything in one go."""
        self._picture.forget()
        self.update()

    def _update_playhead(self) -> None:
        """Repaint the playhead's box alone."""
        self.update(playhead_box(self.span, self._frame, self.height()).toAlignedRect())
