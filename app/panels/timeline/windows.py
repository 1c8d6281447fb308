"""The row of clip windows: what was run, what runs, what waits; overlapping ones in two lanes."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen
from typing_extensions import override

from app.panels.timeline.scene import Row
from app.widgets import theme
from mvit_core.video.clip import window_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.panels.timeline.scene import Scene
    from app.results import WindowState
    from mvit_core.video.clip import ClipWindow

BAR_PX = 12
LANE_PX = 14
WORDS_PX = 96
"""Least width of a bar that says its state in words; a narrower one has its number alone."""
NUMBER_PX = 22
LINE_PX = 2
HATCH_PX = 6


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("timeline", text)


def state_words(state: WindowState, progress: str = "") -> str:
    """A state in words."""
    words: dict[WindowState, str] = {
        "not_run": tr("not run"),
        "waiting": tr("waiting"),
        "running": tr("running {progress}"),
        "run": tr("run"),
        "stopped": tr("stopped"),
        "failed": tr("failed"),
        "other": tr("run with other preprocessing"),
    }
    return words[state].format(progress=progress).strip()


def lanes_of(windows: tuple[ClipWindow, ...]) -> int:
    """Lanes that windows need: two where neighbours share frames beyond their own."""
    inner = windows[:-1]  # the last one is anchored at the end, and may reach back
    overlap = any(
        a.frame_indices[-1] >= b.frame_indices[0] > a.frame_indices[0] for a, b in pairwise(inner)
    )
    return 2 if overlap else 1


class Windows(Row):
    """A bar for each window; its form says its state, so that no colour is needed."""

    height = LANE_PX

    def __init__(self) -> None:
        self._lanes = 1
        self._windows: tuple[ClipWindow, ...] = ()

    @override
    def follow(self, scene: Scene | None) -> None:
        windows = () if scene is None else scene.windows
        if windows is not self._windows:
            self._windows, self._lanes = windows, lanes_of(windows)
        self.height = LANE_PX * self._lanes

    @override
    def words_at(self, scene: Scene, frame: int) -> str:
        if not scene.windows:
            return ""
        window = window_of(scene.windows, frame)
        words = state_words(_state(scene, window), scene.states.words)
        return tr("window {n}: {what}").format(n=window.index + 1, what=words)

    @override
    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        span = scene.span
        first = bisect_right(scene.windows, span.start, key=lambda window: window.stop)
        for window in scene.windows[max(first - 1, 0) :]:
            begin, end = self._extent(scene.windows, window)
            if begin >= span.stop:
                break
            left = max(span.x_of(begin) + 1, box.left())
            right = min(span.x_of(end) - 1, box.right())
            if right > left:
                top = box.top() + 1 + LANE_PX * (window.index % self._lanes)
                self._paint_bar(painter, QRectF(left, top, right - left, BAR_PX), scene, window)

    def _extent(self, windows: tuple[ClipWindow, ...], window: ClipWindow) -> tuple[float, float]:
        """Frames that a bar covers: in two lanes up to the next one of its lane."""
        if self._lanes == 1:
            return window.start, window.stop
        begin, end = float(window.frame_indices[0]), float(window.frame_indices[-1] + 1)
        if window.index > 0:
            before = windows[window.index - 1]
            begin = max(begin, (before.start + before.stop) / 2)
        if window.index + 1 < len(windows):
            after = windows[window.index + 1]
            end = min(end, (after.start + after.stop) / 2)
        return begin, end

    def _paint_bar(self, painter: QPainter, bar: QRectF, scene: Scene, window: ClipWindow) -> None:
        colours, state = theme.current(), _state(scene, window)
        here = window == scene.window
        _paint_state(painter, bar, state, scene.states.share)
        number = str(window.index + 1)
        words = f"{number} · {state_words(state, scene.states.words)}"
        if here:
            words = tr("window {n}").format(n=words)
        text = words if bar.width() >= WORDS_PX else number
        if bar.width() >= NUMBER_PX:
            font, small = painter.font(), painter.font()
            small.setPointSizeF(theme.points_of("axis"))
            small.setBold(here)
            painter.setFont(small)
            metrics = painter.fontMetrics()
            shown = text if metrics.horizontalAdvance(text) < bar.width() - 8 else number
            painter.setPen(QColor(colours.text if here else colours.text_soft))
            clear = bar.adjusted(0, -1, 0, -LINE_PX)  # of the line that says that it was run
            painter.drawText(clear, Qt.AlignmentFlag.AlignCenter, shown)
            painter.setFont(font)


def _state(scene: Scene, window: ClipWindow) -> WindowState:
    states = scene.states.states
    return states[window.index] if window.index < len(states) else "not_run"


def _paint_state(painter: QPainter, bar: QRectF, state: WindowState, share: float) -> None:
    """Paint the form of a state: no two look the same in grey."""
    colours = theme.current()
    edge, fill = QColor(colours.text_faint), QColor(colours.accent_soft)
    none = Qt.PenStyle.NoPen
    styles = {"not_run": Qt.PenStyle.DashLine, "waiting": Qt.PenStyle.DotLine}
    if state in ("run", "stopped", "running"):
        filled = QRectF(bar)
        if state == "stopped":
            filled.setTop(bar.center().y())
        elif state == "running":
            filled.setWidth(bar.width() * share)
        painter.setPen(none)
        painter.setBrush(fill)
        painter.drawRoundedRect(filled, 3, 3)
    if state == "run":
        painter.fillRect(
            QRectF(bar.left() + 2, bar.bottom() - LINE_PX, bar.width() - 4, LINE_PX),
            QColor(colours.accent),
        )
        return
    if state == "other":
        _hatch(painter, bar, fill)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    colour = QColor(colours.error) if state == "failed" else edge
    painter.setPen(
        QPen(colour, 2 if state == "failed" else 1, styles.get(state, Qt.PenStyle.SolidLine))
    )
    painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    if state == "failed":
        painter.drawText(bar.adjusted(5, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "!")


def _hatch(painter: QPainter, bar: QRectF, colour: QColor) -> None:
    painter.save()
    painter.setClipRect(bar)
    painter.setPen(QPen(colour, 2))
    x = bar.left() - bar.height()
    while x < bar.right():
        painter.drawLine(QPointF(x, bar.bottom()), QPointF(x + bar.height(), bar.top()))
        x += HATCH_PX
    painter.restore()
