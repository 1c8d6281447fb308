"""How often values occur, in their colours, with the two ends of the range to be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.widgets import theme
from mvit_core.render import RenderStyle, ValueRange, bar_colours

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from app.results import HistogramInfo

HEIGHT = 48
GRIP = 5.0
"""Half the width of a handle's grip; also the room left beside the axis for it."""
NEAR_PX = 10.0
STEPS = 200
"""Of the axis, for the arrow keys; ten times as far with Shift."""


class Histogram(QWidget):
    """Bars on a logarithmic scale: a few high values stand beside thousands of low ones."""

    range_asked = Signal(object)
    """A ``ValueRange``."""
    held = Signal(bool)
    """The pointer went down on a handle, or up again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Histogram with the ends of the colour range"))
        self._info: HistogramInfo | None = None
        self._style = RenderStyle(ValueRange(0, 1))
        self._locked = False
        self._dragged: int | None = None
        self._active = 1
        """The handle that the arrow keys move: 0 the low one, 1 the high one."""
        self._set_tip()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT)

    def show_values(self, info: HistogramInfo | None, style: RenderStyle, *, locked: bool) -> None:
        """Show values and the range in use; locked handles cannot be dragged."""
        if (info, style, locked) == (self._info, self._style, self._locked):
            return
        self._info, self._style, self._locked = info, style, locked
        self._set_tip()
        self.update()

    def handle_x(self, which: int) -> float:
        """Where the low (0) or the high (1) handle stands, in the widget's points."""
        ends = self._style.range
        return self._x(ends.high if which else ends.low)

    # -- pointer and keys -------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._can_move:
            super().mousePressEvent(event)
            return
        x = event.position().x()
        far = [abs(x - self.handle_x(which)) for which in (0, 1)]
        # Where both stand together, the side of the pointer decides.
        nearest = int(x > self.handle_x(0)) if far[0] == far[1] else int(far[1] < far[0])
        if far[nearest] <= NEAR_PX:
            self._dragged = self._active = nearest
            self.held.emit(True)
            self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._dragged is not None:
            self._move(self._dragged, self._value(x))
            return
        near = self._can_move and min(abs(x - self.handle_x(w)) for w in (0, 1)) <= NEAR_PX
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.held.emit(False)
            self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._active = int(event.key() == Qt.Key.Key_Up)
            self.update()
        elif step is None or self._info is None or not self._can_move:
            super().keyPressEvent(event)
        else:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                step *= 10
            span, ends = self._info.span, self._style.range
            now = ends.high if self._active else ends.low
            self._move(self._active, now + step * (span.high - span.low) / STEPS)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    @property
    def _can_move(self) -> bool:
        return self._info is not None and not self._locked

    def _move(self, which: int, value: float) -> None:
        assert self._info is not None
        span, ends = self._info.span, self._style.range
        least = (span.high - span.low) / STEPS  # an empty range has no colours
        value = min(max(value, span.low), span.high)
        asked = (
            ValueRange(ends.low, max(value, ends.low + least))
            if which
            else ValueRange(min(value, ends.high - least), ends.high)
        )
        self.range_asked.emit(asked)

    def _set_tip(self) -> None:
        if self._info is None:
            words = self.tr("Run a window to see its values")
        elif self._locked:
            words = self.tr("The range is locked; unlock it with Y")
        else:
            words = self.tr(
                "Drag the ends of the range, or move them with the arrow keys;\n"
                "right-click for percentile tails and units"
            )
        self.setToolTip(words)

    # -- geometry and painting --------------------------------------------------------------

    @property
    def _axis(self) -> QRectF:
        return QRectF(self.rect()).adjusted(GRIP + 2, 4, -GRIP - 2, -4)

    def _x(self, value: float) -> float:
        axis, span = self._axis, self._info.span if self._info else ValueRange(0, 1)
        share = (value - span.low) / (span.high - span.low)
        return axis.left() + min(max(share, 0.0), 1.0) * axis.width()

    def _value(self, x: float) -> float:
        assert self._info is not None
        axis, span = self._axis, self._info.span
        return span.low + (x - axis.left()) / axis.width() * (span.high - span.low)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        if self._info is not None:
            self._paint_bars(painter)
            for which in (0, 1):
                self._paint_handle(painter, which)
        painter.end()

    def _paint_bars(self, painter: QPainter) -> None:
        assert self._info is not None
        counts = np.log1p(np.asarray(self._info.counts, dtype=np.float64))
        heights = counts / max(counts.max(), 1.0)
        axis, span, ends = self._axis, self._info.span, self._style.range
        width = axis.width() / len(heights)
        middles = span.low + (np.arange(len(heights)) + 0.5) / len(heights) * (span.high - span.low)
        ground = QColor(theme.current().control_hover)
        table = bar_colours(self._style, 256, (ground.red(), ground.green(), ground.blue()))
        places = (ends.normalise(middles.astype(np.float32)) * 255).astype(int)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        outline = QColor(theme.current().text_faint)
        for place, (height, middle) in enumerate(zip(heights, middles, strict=True)):
            tall = round(height * (axis.height() - 2))
            left = round(axis.left() + place * width)
            bar = QRectF(
                left, axis.bottom() - tall, round(axis.left() + (place + 1) * width) - left, tall
            )
            painter.fillRect(bar, QColor(*table[places[place]].tolist()))
            if tall:  # dark colours on a dark ground, light ones on a light one
                painter.fillRect(QRectF(bar.left(), bar.top(), bar.width(), 1), outline)
            if not ends.low <= middle <= ends.high:
                overlay = QColor(theme.current().control)
                overlay.setAlphaF(0.55)
                painter.fillRect(bar, overlay)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_handle(self, painter: QPainter, which: int) -> None:
        colours, axis = theme.current(), self._axis
        x = round(self.handle_x(which)) + 0.5
        active = self._dragged == which or (self.hasFocus() and self._active == which)
        colour = QColor(colours.accent if active else colours.text)
        if self._locked:
            colour = QColor(colours.text_faint)
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(x, axis.top() - 2), QPointF(x, axis.bottom() + 2))
        painter.setPen(QPen(QColor(colours.panel), 1))
        painter.setBrush(colour)
        grip = QRectF(x - GRIP, axis.center().y() - 7, 2 * GRIP, 14)
        painter.drawRoundedRect(grip, 3, 3)
