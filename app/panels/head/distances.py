"""How far a head looks: the share of its attention at each distance, as bars."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout
from typing_extensions import override

from app.text.phrases import share_words
from app.widgets import theme
from app.widgets.basic import set_spoken_description, set_spoken_name, set_tip
from app.widgets.plot_host import PlotHost
from app.widgets.plot_menu import PlotMenu
from app.widgets.plots import Plot, PlotAxes, PlotRange

if TYPE_CHECKING:
    from mvit_core.attribution import BlockDetails

HEIGHT_PX = 84


class Bars:
    """The bars on a plot.

    Args:
        plot: that they are added to.
    """

    def __init__(self, plot: Plot) -> None:
        import pyqtgraph as pg

        self.plot = plot
        self._bars: Any = pg.PlotDataItem(stepMode="center", fillLevel=0.0)
        plot.add(self._bars, partial(self._dress, self._bars))

    def show(self, edges: tuple[float, ...], shares: tuple[float, ...]) -> None:
        """Show the share between each two edges."""
        self._bars.setData(list(edges), list(shares))
        self.plot.show_range(
            PlotRange(edges[0], edges[-1], after_px=6), PlotRange(0.0, max(*shares, 1e-6) * 1.05)
        )

    def _dress(self, bars: Any) -> None:  # noqa: ANN401 - pyqtgraph's
        colours = theme.current()
        bars.setPen(self.plot.pen(QPen(QColor(colours.accent), 1)))
        fill = QColor(colours.accent)
        fill.setAlpha(90)
        bars.setFillBrush(fill)


class Distances(PlotHost):
    """The plot in the card."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_spoken_name(self, self.tr("Distances"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._bars: Bars | None = None
        self._shown: tuple[tuple[float, ...], tuple[float, ...]] | None = None
        self.export = PlotMenu(self.figure, "distances", self)

    @property
    def shares(self) -> tuple[float, ...]:
        """What is shown, bar by bar; () while nothing is."""
        return () if self._shown is None else self._shown[1]

    def show_heads(self, details: BlockDetails | None, heads: tuple[int, ...]) -> None:
        """Show the mean over some heads of a block; nothing where it is not known."""
        shown = None
        if details is not None and heads:
            mean = details.distances[list(heads)].mean(axis=0)
            shown = tuple(map(float, details.edges_px)), tuple(map(float, mean))
        self.setVisible(shown is not None)
        if shown == self._shown:
            return
        self._shown = shown
        if shown is not None:
            self._made().show(*shown)
            edges, shares = shown
            lines = (
                self.tr("{low:.0f} to {high:.0f} px: {share}").format(
                    low=low, high=high, share=share_words(share)
                )
                for low, high, share in zip(edges, edges[1:], shares, strict=False)
            )
            words = "\n".join(lines)
            set_tip(self, words)
            set_spoken_description(self, words)

    def figure(self) -> Plot:
        """Make the plot with titles, to be exported."""
        axes = PlotAxes(self.tr("distance, pixels"), self.tr("share of the attention"))
        plot = Plot(self.tr("Distances"), axes)
        if self._shown is not None:
            Bars(plot).show(*self._shown)
        return plot

    def _made(self) -> Bars:
        """The plot, made on first use: it takes an import."""
        if self._bars is None:
            plot = Plot(self.tr("Distances"), PlotAxes("", None), parent=self)
            self._column.addWidget(plot)
            self._bars = Bars(plot)
        return self._bars

    @property
    @override
    def has_plot(self) -> bool:
        return self._shown is not None

    @override
    def sizeHint(self) -> QSize:
        return QSize(220, HEIGHT_PX)
