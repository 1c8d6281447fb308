"""The histogram of values, with two handles for the ends of the range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.panels.display.values_plot import ValuesPlot
from app.widgets import theme
from app.widgets.basic import set_tip
from app.widgets.kept_keys import ALONG, SIDEWAYS
from app.widgets.plots import PlotAxes
from mvit_core.render import RenderStyle, ValueRange

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from app.results import HistogramInfo
    from app.widgets.plots import Plot

HEIGHT = 62
NEAR_PX = 10.0
STEPS = 200
"""Steps of the arrow keys along the axis; with Shift ten at once."""


class Histogram(QWidget):
    """Bars on a logarithmic scale: a few high values stand beside thousands of low ones."""

    range_asked = Signal(object)
    """Emitted with a ``ValueRange`` when a handle is moved."""
    held = Signal(bool)
    """Emitted with True when a drag on a handle begins, False when it ends."""

    kept_keys = ALONG | SIDEWAYS
    """Keys that it uses itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Histogram with the ends of the colour range"))
        self._info: HistogramInfo | None = None
        self._style = RenderStyle(ValueRange(0, 1))
        self._locked = False
        self._factor = 1.0
        self._plot: ValuesPlot | None = None
        self._dragged: int | None = None
        self._active = 1
        """The handle that the arrow keys move: 0 the low one, 1 the high one."""
        self._set_tip()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT)

    def show_values(
        self,
        info: HistogramInfo | None,
        style: RenderStyle,
        *,
        locked: bool,
        factor: float = 1.0,
    ) -> None:
        """Show values and the range in use; locked handles cannot be dragged.

        Args:
            info: counts of values; None where there are none.
            style: the range and its colours.
            locked: the handles cannot be moved.
            factor: from values to the numbers of the axis.
        """
        before = (self._info, self._style, self._locked, self._factor)
        if (info, style, locked, factor) == before:
            return
        self._info, self._style, self._locked, self._factor = info, style, locked, factor
        self._set_tip()
        self._show()

    def handle_x(self, which: int) -> float:
        """The x of the low (0) or the high (1) handle, in points of the widget."""
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
        # Where both handles coincide, the side of the pointer decides.
        nearest = int(x > self.handle_x(0)) if far[0] == far[1] else int(far[1] < far[0])
        if far[nearest] <= NEAR_PX:
            self._dragged = self._active = nearest
            self.held.emit(True)
            self._show_ends()

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
            self._show_ends()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._active = int(event.key() == Qt.Key.Key_Up)
            self._show_ends()
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
        self._show_ends()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_ends()

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
        set_tip(self, words)

    # -- plot -------------------------------------------------------------------------------

    def _x(self, value: float) -> float:
        if self._info is None:
            return 0.0
        span = self._info.span
        return self._made().x_of(min(max(value, span.low), span.high))

    def _value(self, x: float) -> float:
        return self._made().value_at(x)

    def _made(self) -> ValuesPlot:
        """The plot, made on first use."""
        if self._plot is None:
            self._plot = ValuesPlot(self)
            self._plot.plot.setGeometry(self.rect())
            self._plot.plot.show()
        return self._plot

    def _show(self) -> None:
        if self._info is not None:
            self._made().show_values(self._info, self._style, self._factor)
        if self._plot is not None:
            self._plot.plot.setVisible(self._info is not None)
        self._show_ends()

    def _show_ends(self) -> None:
        """Show both handles; the one that is dragged or that keys move stands out."""
        if self._info is None:
            return
        held = self._active if self.hasFocus() else None
        moved = held if self._dragged is None else self._dragged
        ends = self._style.range
        span = self._info.span
        places = tuple(min(max(end, span.low), span.high) for end in (ends.low, ends.high))
        self._made().show_ends(places, moved, locked=self._locked)

    def figure(self) -> Plot:
        """The histogram with the titles of its axes, to be exported."""
        axes = PlotAxes(bottom=self.tr("value"), left=self.tr("tokens, log(1 + n)"))
        values = ValuesPlot(None, axes)
        if self._info is not None:
            values.show_values(self._info, self._style, self._factor)
        return values.plot

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._plot is not None:
            self._plot.plot.setGeometry(self.rect())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().control))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.end()
