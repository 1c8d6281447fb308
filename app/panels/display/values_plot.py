"""The plot of the histogram: bars in the colours of their values, and the ends of the range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen

from app.widgets import theme
from app.widgets.plots import Plot, PlotAxes, PlotRange
from mvit_core.render import RenderStyle, ValueRange, bar_colours

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.results import HistogramInfo

SIDE_PX, TOP_PX = 7.0, 5.0
"""Pixels kept free at the sides and at the top, where half a grip must fit."""
GRIP_WIDTH_PX, GRIP_HEIGHT_PX = 10.0, 14.0
END_PX = 2.0
OUTSIDE_SHARE = 0.55
"""Share of the ground in the colours of values outside the range."""


class ValuesPlot:
    """Bars on a logarithmic scale: a few high values stand beside thousands of low ones.

    Args:
        parent: the widget that it lies on, which handles pointer and keys.
        axes: titles of the axes, where it is a plot of its own.
    """

    def __init__(self, parent: QWidget | None, axes: PlotAxes | None = None) -> None:
        import pyqtgraph as pg

        name = QCoreApplication.translate("values_plot", "Histogram")
        self.plot = Plot(name, axes or PlotAxes(bottom=""), parent=parent)
        self._info: HistogramInfo | None = None
        self._style = RenderStyle(ValueRange(0, 1))
        self._moved: int | None = None
        self._locked = False
        self._places: tuple[float, ...] = ()
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[], pen=pg.mkPen(None))
        self._outline = pg.PlotDataItem(name=name)
        self._lines = [pg.InfiniteLine(angle=90, movable=False) for _ in range(2)]
        self._grips = pg.ScatterPlotItem(
            x=[0, 0], y=[0, 0], symbol=_grip_path(), size=GRIP_HEIGHT_PX
        )
        self.plot.add(self._bars, self._colour_bars, is_shade=True)
        self.plot.add(self._outline, self._colour_outline)
        self._ends: list[Any] = [*self._lines, self._grips]
        for item in self._ends:
            item.hide()  # until there is a range
            self.plot.add(item, self._colour_ends, is_shade=True)

    def show_values(self, info: HistogramInfo, style: RenderStyle, factor: float) -> None:
        """Show counts of values; ``factor`` turns values into the numbers of the axis."""
        self._style = style
        if info != self._info:
            self._info = info
            edges = np.linspace(info.span.low, info.span.high, len(info.counts) + 1)
            heights = np.log1p(np.asarray(info.counts, dtype=np.float64))
            self._bars.setOpts(x0=edges[:-1], x1=edges[1:], y0=0.0, height=heights)
            self._outline.setData(edges, heights, stepMode="center")
            self.plot.show_range(
                PlotRange(info.span.low, info.span.high, SIDE_PX, SIDE_PX),
                PlotRange(0.0, max(float(heights.max()), 1.0), 0.0, TOP_PX),
            )
        self.plot.item.getAxis("bottom").setScale(factor)
        self._colour_bars()

    def show_ends(self, places: tuple[float, ...], moved: int | None, *, locked: bool) -> None:
        """Show the ends of the range; the one that is moved stands out, locked ones are faint."""
        for line, place in zip(self._lines, places, strict=True):
            line.setValue(place)
        if places != self._places:
            self._places = places
            middle = sum(self.plot.item.getViewBox().viewRange()[1]) / 2
            self._grips.setData(x=list(places), y=[middle, middle])
            self._colour_ends()
        if (moved, locked) != (self._moved, self._locked):
            self._moved, self._locked = moved, locked
            self._colour_ends()
        for item in self._ends:
            item.show()

    def x_of(self, value: float) -> float:
        """The x of a value, in points of the plot."""
        return self.plot.x_of(value)

    def value_at(self, x: float) -> float:
        """The value at an x, in points of the plot."""
        return self.plot.value_at(x)

    # -- colours ----------------------------------------------------------------------------

    def _colour_bars(self) -> None:
        info, style, colours = self._info, self._style, theme.current()
        if info is None:
            return
        edges = np.linspace(info.span.low, info.span.high, len(info.counts) + 1)
        middles = (edges[:-1] + edges[1:]) / 2
        ground = QColor(colours.control_hover)
        shown_as = style if style.mode == "spotlight" else style.without_frame
        table = bar_colours(shown_as, 256, (ground.red(), ground.green(), ground.blue()))
        places = (style.range.normalise(middles.astype(np.float32)) * 255).astype(int)
        shown = table[places].astype(np.float64)
        outside = (middles < style.range.low) | (middles > style.range.high)
        around = QColor(colours.control)
        faded = np.array([around.red(), around.green(), around.blue()], dtype=np.float64)
        shown[outside] += OUTSIDE_SHARE * (faded - shown[outside])
        rows = shown.round().astype(int).tolist()
        self._bars.setOpts(brushes=[QBrush(QColor(*rgb)) for rgb in rows])

    def _colour_outline(self) -> None:
        """Outline the bars, so that dark ones show on a dark ground, light ones on a light one."""
        self._outline.setPen(self.plot.pen(QPen(QColor(theme.current().text_faint), 1)))

    def _colour_ends(self) -> None:
        colours = theme.current()
        shown = []
        for which in (0, 1):
            colour = QColor(colours.accent if self._moved == which else colours.text)
            shown.append(QColor(colours.text_faint) if self._locked else colour)
        for line, colour in zip(self._lines, shown, strict=True):
            line.setPen(self.plot.pen(QPen(colour, END_PX)))
        self._grips.setPen(self.plot.pen(QPen(QColor(colours.panel), 1)))
        self._grips.setBrush(shown)


def _grip_path() -> QPainterPath:
    """The shape of a grip, one unit high: pyqtgraph scales it to its size."""
    width = GRIP_WIDTH_PX / GRIP_HEIGHT_PX
    path = QPainterPath()
    path.addRoundedRect(QRectF(-width / 2, -0.5, width, 1.0), 0.2, 0.2)
    return path
