"""The points of the scatter plot: where each head stands, how large, of which shape and colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPen

from app.text.atlas import NUMBERS
from app.text.atlas import tr as atlas_tr
from app.widgets import theme
from app.widgets.class_colours import slot_colour
from app.widgets.plots import PlotRange

if TYPE_CHECKING:
    from app.results.atlas import AtlasInfo, Place
    from app.state.atlas_choices import AtlasChoices, HeadField
    from app.widgets.plots import Plot
    from mvit_core.attribution import HeadStatistics

SMALLEST_PX, LARGEST_PX, PLAIN_PX = 8.0, 30.0, 12.0
SPREAD = 0.6
"""Width in which the heads of a block stand beside each other, 1 from block to block."""
FREE_PX = 22.0
"""Room beyond the outermost points."""
NAMED_TICKS = 8
"""Most blocks whose ticks are words."""

SHAPES = ("o", "s", "t1", "d", "star", "p")
"""pyqtgraph's names of the shapes, stage by stage: colour is not the only sign."""
SLOTS = (5, 1, 0, 2, 3, 4)
"""Colours of the stages among those that colour-blind readers tell apart."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("atlas", text)


@dataclass(frozen=True)
class Dot:
    """One head on the plot."""

    place: Place
    stage: int
    x: float
    y: float
    size_px: float
    is_off: bool = False


def dots_of(info: AtlasInfo, choices: AtlasChoices, off: frozenset[Place]) -> tuple[Dot, ...]:
    """Every head whose two numbers are known; those in ``off`` are hollow."""
    sizes = [abs(info.value(row, choices.size) or 0.0) for row in info.rows]
    most = max(sizes, default=0.0)
    dots = []
    for row, size in zip(info.rows, sizes, strict=True):
        x, y = (_along(info, row, name) for name in (choices.across, choices.up))
        if x is not None and y is not None:
            share = (size / most) ** 0.5 if most else 0.0  # the area stands for the number
            px = SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * share if most else PLAIN_PX
            place = row.block, row.head
            dots.append(Dot(place, row.stage, x, y, px, place in off))
    return tuple(dots)


def _along(info: AtlasInfo, row: HeadStatistics, name: HeadField) -> float | None:
    """The place of a head along an axis; heads of a block stand beside each other."""
    if name != "block":
        return info.value(row, name)
    heads = sum(each.block == row.block for each in info.rows)
    return row.block + SPREAD * ((row.head + 0.5) / heads - 0.5)


def stage_colour(stage: int) -> QColor:
    """The colour of a stage in the theme in use."""
    return slot_colour(SLOTS[(stage - 1) % len(SLOTS)])


class DotItems:
    """The points on a plot, stage by stage.

    Args:
        plot: that they are added to; it has a legend.
    """

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self._items: dict[tuple[int, bool], Any] = {}

    def show(self, dots: tuple[Dot, ...], choices: AtlasChoices) -> None:
        """Show other points."""
        kinds = sorted({(dot.stage, dot.is_off) for dot in dots})
        if kinds != list(self._items):
            self._make(kinds)
        for kind, item in self._items.items():
            own = [dot for dot in dots if (dot.stage, dot.is_off) == kind]
            item.setData(
                [dot.x for dot in own],
                [dot.y for dot in own],
                symbolSize=[dot.size_px for dot in own],
            )
        self._show_axes(dots, choices)

    def _make(self, kinds: list[tuple[int, bool]]) -> None:
        import pyqtgraph as pg

        for old in self._items.values():
            self.plot.item.removeItem(old)
        self._items = {}
        for stage, is_off in kinds:
            shape = SHAPES[(stage - 1) % len(SHAPES)]
            name = tr("stage {n}, off") if is_off else tr("stage {n}")
            item: Any = pg.PlotDataItem(
                name=name.format(n=stage), pen=None, symbol=shape, symbolSize=PLAIN_PX
            )
            self._items[stage, is_off] = item
            self.plot.add(item, partial(self._dress, item, stage, is_off))

    def _dress(self, item: Any, stage: int, is_off: bool) -> None:  # noqa: ANN401 - pyqtgraph's
        colour = stage_colour(stage)
        item.setSymbolBrush(None if is_off else colour)
        pen = QPen(colour, 1.6, Qt.PenStyle.DashLine)
        item.setSymbolPen(self.plot.pen(pen) if is_off else QColor(theme.current().panel))

    def _show_axes(self, dots: tuple[Dot, ...], choices: AtlasChoices) -> None:
        ends = [
            PlotRange(min(values), max(values), before_px=FREE_PX, after_px=FREE_PX)
            for values in ([dot.x for dot in dots] or [0.0], [dot.y for dot in dots] or [0.0])
        ]
        self.plot.show_range(ends[0], ends[1])
        blocks = sorted({dot.place[0] for dot in dots})
        for side, name in (("bottom", choices.across), ("left", choices.up)):
            axis, is_words = self.plot.item.getAxis(side), len(blocks) <= NAMED_TICKS
            words = tr("block {b}") if side == "bottom" and is_words else "{b}"
            ticks = [[(float(b), words.format(b=b)) for b in blocks]] if name == "block" else None
            axis.setTicks(ticks)


def axis_title(name: HeadField) -> str:
    """The title of an axis that shows a number."""
    return atlas_tr(NUMBERS[name].axis)
