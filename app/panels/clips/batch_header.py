"""The header of a batch result's table: a click sorts, a drag on the histogram filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QWidget
from typing_extensions import override

from app.text.batch import number_title, range_words
from app.widgets import theme
from app.widgets.basic import SeenWidget, set_spoken_description, set_spoken_name, set_tip
from app.widgets.kept_keys import ALONG, SIDEWAYS
from app.widgets.plots import Plot, PlotAxes, PlotRange
from mvit_core.batch.result_query import RESULT_FIELDS

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from app.results.batch import BatchInfo
    from mvit_core.batch.result_query import ResultHistogram, ResultQuery

TITLE_PX, PLOT_PX = 20, 26
"""Height of the titles, and of the histogram below one of them."""
LEAST_DRAG_PX = 3
"""A shorter drag is a click, which lists all values again."""
STEPS = 48
"""Steps of the arrow keys from one end to the other."""
CLEARING = frozenset((Qt.Key.Key_Delete, Qt.Key.Key_Backspace))


class HeaderHistogram(SeenWidget):
    """How often values of the statistic occur; a drag lists the rows of a range alone.

    Left and Right move one end of the range, Up and Down say which, Delete lists all.
    """

    range_asked = Signal(object, object)
    """Emitted with the least and the largest value to be listed; None for any."""
    kept_keys = ALONG | SIDEWAYS | CLEARING

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        set_spoken_name(self, self.tr("Histogram of the statistic"))
        tip = self.tr(
            "Drag to list the rows of a range; a click lists all.\n"
            "Left and Right move an end, Up and Down change which, Delete lists all"
        )
        set_tip(self, tip)
        self._histogram: ResultHistogram | None = None
        self._ends: tuple[float | None, float | None] = (None, None)
        self._drag: tuple[float, float] | None = None
        self._end = 1
        self._plot: Plot | None = None
        self._bars: Any = None
        self._middles: list[float] = []
        self._range: Any = None

    def show_values(self, histogram: ResultHistogram | None, query: ResultQuery) -> None:
        """Show how often values occur, and the range that is listed."""
        ends = (query.least, query.most)
        if histogram is self._histogram and ends == self._ends:
            return
        self._histogram, self._ends = histogram, ends
        set_spoken_description(self, f"{number_title(query.number)} {range_words(query)}")
        self._show()

    # -- pointer and keys -------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._histogram is not None:
            x = event.position().x()
            self._drag = x, x
            self._show()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._drag = self._drag[0], event.position().x()
            self._show()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        low, high = sorted(self._drag)
        self._drag = None
        if high - low < LEAST_DRAG_PX:
            self._ask(None, None)
        else:
            self._ask(self._value(low), self._value(high))
        self._show()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._histogram is None:
            super().keyPressEvent(event)
        elif event.key() in CLEARING:
            self._ask(None, None)
        elif event.key() in ALONG:
            self._end = int(event.key() == Qt.Key.Key_Up)
            self._show()
        elif step is not None:
            self._move(step)
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show()

    def _move(self, step: int) -> None:
        """Move the end that keys move by a step; it stays at its side of the other."""
        assert self._histogram is not None
        low, high = self._histogram.low, self._histogram.high
        now = self._shown()
        moved = now[self._end] + step * (high - low) / STEPS
        least, most = (now[0], max(moved, now[0])) if self._end else (min(moved, now[1]), now[1])
        self._ask(least if least > low else None, most if most < high else None)

    def _ask(self, least: float | None, most: float | None) -> None:
        if (least, most) != self._ends:
            self.range_asked.emit(least, most)

    def _shown(self) -> tuple[float, float]:
        """The ends of the range, those of all values where there is none."""
        assert self._histogram is not None
        if self._drag is not None:
            low, high = sorted(map(self._value, self._drag))
            return low, high
        least, most = self._ends
        return (
            self._histogram.low if least is None else least,
            self._histogram.high if most is None else most,
        )

    def _value(self, x: float) -> float:
        assert self._plot is not None
        assert self._histogram is not None
        value = self._plot.value_at(min(max(x, 0.0), float(self.width())))
        return min(max(value, self._histogram.low), self._histogram.high)

    # -- plot -------------------------------------------------------------------------------

    def _made(self) -> Plot:
        """The plot, made on first use: it takes an import."""
        if self._plot is None:
            import pyqtgraph as pg

            self._plot = plot = Plot(self.accessibleName(), PlotAxes(), parent=self)
            self._range = pg.LinearRegionItem(movable=False)
            self._bars = pg.BarGraphItem(x0=[], x1=[], height=[], pen=pg.mkPen(None))
            plot.add(self._range, self._dress, is_shade=True)
            plot.add(self._bars, self._dress)
            plot.setGeometry(self.rect())
            plot.show()
        return self._plot

    def _show(self) -> None:
        """Show bars and the range."""
        histogram = self._histogram
        if self._plot is not None:
            self._plot.setVisible(histogram is not None)
        self.update()
        if histogram is None:
            return
        plot = self._made()
        high = histogram.high if histogram.high > histogram.low else histogram.low + 1.0
        edges = np.linspace(histogram.low, high, len(histogram.counts) + 1)
        heights = np.asarray(histogram.counts, np.float64)
        self._middles = ((edges[:-1] + edges[1:]) / 2).tolist()
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], y0=0.0, height=heights, brushes=None)
        plot.show_range(PlotRange(histogram.low, high), PlotRange(0.0, max(heights.max(), 1.0)))
        is_whole = self._drag is None and self._ends == (None, None)
        self._range.setVisible(not is_whole)
        self._range.setRegion(self._shown())
        self._dress()

    def _dress(self) -> None:
        """Apply the colours of the theme in use."""
        colours = theme.current()
        if self._bars is not None and self._plot is not None:
            inside, outside = QColor(colours.accent), QColor(colours.edge)
            is_whole = self._drag is None and self._ends == (None, None)
            low, high = (0.0, 0.0) if self._histogram is None else self._shown()
            brushes = [inside if is_whole or low <= x <= high else outside for x in self._middles]
            self._bars.setOpts(brushes=brushes)
            self._range.setBrush(QColor(colours.accent_soft))
            for place, line in enumerate(self._range.lines):
                is_moved = self.hasFocus() and place == self._end
                ink = QColor(colours.text if is_moved else colours.edge)
                line.setPen(self._plot.pen(QPen(ink, 2 if is_moved else 1)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._plot is not None:
            self._plot.setGeometry(self.rect())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, colours = QPainter(self), theme.current()
        painter.fillRect(self.rect(), QColor(colours.control))
        if self.frames_focus:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()


class BatchHeader(QHeaderView):
    """Titles that sort, and the histogram below that of the statistic."""

    sort_asked = Signal(str)
    """Emitted with the field of the column that is clicked."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.histogram = HeaderHistogram(self.viewport())
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(28)
        self.sectionClicked.connect(lambda column: self.sort_asked.emit(RESULT_FIELDS[column]))
        for moved in (self.sectionResized, self.geometriesChanged, self.sectionCountChanged):
            moved.connect(lambda *_: self.place())

    def show_info(self, info: BatchInfo) -> None:
        """Show the histogram of the statistic."""
        if info.query is not None:
            self.headerDataChanged(self.orientation(), 0, self.count() - 1)
            self.histogram.show_values(info.histogram, info.query)
            self.place()

    def place(self) -> None:
        """Put the histogram below its title."""
        column = RESULT_FIELDS.index("number")
        self.histogram.setVisible(not self.isSectionHidden(column))
        left, width = self.sectionViewportPosition(column), self.sectionSize(column)
        self.histogram.setGeometry(QRect(left + 2, TITLE_PX, max(width - 4, 1), PLOT_PX - 2))

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), TITLE_PX + PLOT_PX)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()
