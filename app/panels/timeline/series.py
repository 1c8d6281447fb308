"""The row of the series: a step for each window, as high as its value."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap
from typing_extensions import override

from app.controller.series import series_titles
from app.panels.timeline.scene import Row
from app.text.phrases import frame_number
from app.widgets import theme
from app.widgets.class_colours import slot_colour, slot_pen
from app.widgets.plots import Plot, PlotAxes, PlotRange
from mvit_core.video.clip import window_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.panels.timeline.scene import Scene
    from app.results import SeriesInfo
    from mvit_core.video.clip import ClipWindow

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

HEIGHT_PX = 30
EDGE_PX = 3
PAD_PX = 4
HATCH = 0.5
"""Opacity of the hatching."""
LINE_PX = 1.6
FREE_PX = 1.0
"""Points kept free above and below, so that a line at an end of the axis shows its full width."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("timeline", text)


class Series(Row):
    """Plots values over the clip; windows that were not run are gaps."""

    grows = 1
    least = 20

    def __init__(self) -> None:
        self._plot: SeriesPlot | None = None
        self._kept: tuple[object, QPixmap] | None = None

    @override
    def follow(self, scene: Scene | None) -> None:
        self.height = HEIGHT_PX if scene is not None and scene.series is not None else 0

    @override
    def words_at(self, scene: Scene, frame: int) -> str:
        if scene.series is None:
            return ""
        index = window_of(scene.windows, frame).index
        words = tr("window {n}: {what}").format(n=index + 1, what=value_at(scene.series, index))
        otherwise = otherwise_words(scene.series)
        return f"{words} · {otherwise}" if otherwise else words

    @override
    def figure(self, scene: Scene) -> Callable[[], Plot] | None:
        series = scene.series
        if series is None or not series.known:
            return None
        return partial(figure, series, scene.windows)

    @override
    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        if scene.series is None or not self.height:
            return
        place = box.adjusted(0, EDGE_PX, 0, -EDGE_PX)
        painter.fillRect(place, QColor(theme.current().control))
        painter.drawPixmap(place.topLeft(), self._picture(scene, scene.series, place))
        if otherwise := otherwise_words(scene.series):
            _paint_hatch(painter, place, otherwise)

    def _picture(self, scene: Scene, series: SeriesInfo, place: QRectF) -> QPixmap:
        """The plot as a picture, cached while it would be the same."""
        span, size = scene.span, place.size().toSize()
        wanted = (series, scene.windows, span, size.toTuple(), scene.pixel_ratio, theme.current())
        if self._kept is None or self._kept[0] != wanted:
            names = _names(series)
            if self._plot is None or self._plot.names != names:
                self._plot = SeriesPlot(Plot(""), names)
            first = bisect_right(scene.windows, span.start, key=lambda window: window.stop)
            stop = bisect_left(scene.windows, span.stop, key=lambda window: window.start)
            self._plot.show(series, scene.windows, slice(max(first - 1, 0), stop + 1))
            self._plot.plot.show_range(PlotRange(span.start, span.stop), _values_range(series))
            self._kept = (wanted, self._plot.plot.picture(size, scene.pixel_ratio))
        return self._kept[1]


def otherwise_words(series: SeriesInfo) -> str:
    """What a series is of while the window shown has changes; empty where both are alike."""
    if series.is_without_tubes:
        return tr("nothing changed") if series.is_of_all_heads else tr("without tubes")
    return tr("all heads on") if series.is_of_all_heads else ""


def _paint_hatch(painter: QPainter, place: QRectF, words: str) -> None:
    """Hatch the row, and say why: what is shown is changed, the series is not."""
    colours = theme.current()
    faint = QColor(colours.text_faint)
    faint.setAlphaF(HATCH)
    painter.fillRect(place, QBrush(faint, Qt.BrushStyle.BDiagPattern))
    metrics = painter.fontMetrics()
    box = QRectF(0, 0, metrics.horizontalAdvance(words) + 2 * PAD_PX, metrics.height())
    box.moveTopRight(place.topRight())
    painter.fillRect(box, QColor(colours.panel))
    painter.setPen(QColor(colours.text_soft))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


class SeriesPlot:
    """The lines of a series on a plot of frames.

    Args:
        plot: the plot that the lines are added to.
        names: (name, place among the pinned classes) of each line.
    """

    def __init__(self, plot: Plot, names: tuple[tuple[str, int], ...]) -> None:
        import pyqtgraph as pg

        self.plot, self.names = plot, names
        self._below = pg.BarGraphItem(x0=[], x1=[], height=[], pen=pg.mkPen(None))
        self._curves = [pg.PlotCurveItem(connect="finite", name=name) for name, _ in names]
        plot.add(self._below, self._colour_below, is_shade=True)
        for curve, (_, slot) in zip(self._curves, names, strict=True):
            curve.setSegmentedLineMode("on")  # long clips: one dashed path of all is slow to draw
            plot.add(curve, partial(self._colour_curve, curve, slot))

    def _colour_below(self) -> None:
        colour = slot_colour(-1)
        colour.setAlphaF(0.25)
        self._below.setOpts(brush=colour)

    def _colour_curve(self, curve: Any, slot: int) -> None:  # noqa: ANN401 - pyqtgraph's
        curve.setPen(self.plot.pen(slot_pen(slot, LINE_PX)))

    def show(
        self,
        series: SeriesInfo,
        windows: tuple[ClipWindow, ...],
        seen: slice = slice(None),
        first_frame: int = 0,
    ) -> None:
        """Show a step for each window that was run, and gaps for others.

        Args:
            series: a series with the lines of this plot.
            windows: all windows of the clip.
            seen: the part of the windows that is drawn.
            first_frame: the number of the clip's first frame.
        """
        ends = [(window.start, window.stop) for window in windows[seen]]
        edges = np.array(ends, dtype=np.float64).reshape(-1, 2) + first_frame
        for line, curve in zip(series.lines, self._curves, strict=True):
            known = [np.nan if value is None else value for value in line.values[seen]]
            values = np.clip(np.array(known, dtype=np.float64), series.low, series.high)
            curve.setData(edges.ravel(), np.repeat(values, 2), antialias=True)
            if line.slot < 0:
                self._show_below(edges, values, series.low)

    def _show_below(self, edges: FloatArray, values: FloatArray, low: float) -> None:
        """Shade the area below the steps."""
        known = ~np.isnan(values)
        left, right = edges[known].T
        self._below.setOpts(x0=left, x1=right, y0=low, y1=values[known], height=None)


def _names(series: SeriesInfo) -> tuple[tuple[str, int], ...]:
    return tuple((line.name, line.slot) for line in series.lines)


def _values_range(series: SeriesInfo) -> PlotRange:
    return PlotRange(series.low, series.high, before_px=FREE_PX, after_px=FREE_PX)


def figure(series: SeriesInfo, windows: tuple[ClipWindow, ...]) -> Plot:
    """Make the figure of the whole series, with axes and a legend, to be exported."""
    title, _ = series_titles().get(series.kind, ("", ""))
    plot = Plot(title, PlotAxes(bottom=tr("frame"), left=title))
    if len(series.lines) > 1:
        plot.add_legend()
    first = frame_number(0)
    SeriesPlot(plot, _names(series)).show(series, windows, first_frame=first)
    ends = PlotRange(windows[0].start + first, windows[-1].stop + first)
    plot.show_range(ends, _values_range(series))
    return plot


def value_at(series: SeriesInfo, index: int) -> str:
    """The values of a window in words."""
    if all(line.values[index] is None for line in series.lines):
        return tr("not run yet")
    words = []
    for line in series.lines:
        value, best = line.values[index], series.best[index]
        top = series.kind == "probability" and line.slot < 0
        if value is not None and (top or line.name != best):
            words.append(f"{best if top else line.name} {value:.3f}")
    return " · ".join(words)
