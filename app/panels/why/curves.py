"""The plot of faithfulness: p(class) while parts are removed or restored, point by point."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import set_spoken_description, set_spoken_name, set_tip
from app.widgets.kept_keys import ALONG, SIDEWAYS
from app.widgets.plot_host import PlotHost
from app.widgets.plot_menu import PlotMenu
from app.widgets.plots import Plot, PlotAxes, PlotRange
from mvit_core.explaining.removals import SHARES, Removal

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
    )

    from app.results import FaithfulnessInfo
    from mvit_core.explaining.removals import CurveName

HEIGHT_PX = 108
NAMES_PX = 62
"""Room at the right for the names of the curves."""
NEAR_PX = 12
"""Distance of a click from a point that still means it."""
POINT_PX = 7
PLACES = (0.0, *SHARES["space-time"])
"""Shares by their places along the axis: they stand equally far apart."""

LINES: tuple[tuple[CurveName, float, Qt.PenStyle], ...] = (
    ("centre", 1.0, Qt.PenStyle.SolidLine),
    ("random", 1.6, Qt.PenStyle.DotLine),
    ("insertion", 2.0, Qt.PenStyle.DashLine),
    ("deletion", 2.0, Qt.PenStyle.SolidLine),
)
"""Curve, width and dashes; what is drawn last lies on top."""


def colour_of(curve: CurveName) -> QColor:
    """The colour of a curve in the theme in use."""
    colours = theme.current()
    names = {"deletion": colours.accent, "insertion": colours.good}
    return QColor(names.get(curve, colours.text_soft))


class CurveLines:
    """The lines of a plot of faithfulness, and its ticks.

    Args:
        plot: that the lines are added to.
        names: of the curves, in words.
    """

    def __init__(self, plot: Plot, names: dict[CurveName, str]) -> None:
        import pyqtgraph as pg

        self.plot = plot
        self._lines: dict[CurveName, Any] = {}
        for curve, width, dashes in LINES:
            line: Any = pg.PlotDataItem(name=names[curve], symbol="o", symbolSize=POINT_PX)
            self._lines[curve] = line
            plot.add(line, partial(self._dress, line, curve, width, dashes))
        ticks = [(place, f"{100 * share:g}") for place, share in enumerate(PLACES)]
        plot.item.getAxis("bottom").setTicks([ticks])
        plot.item.getAxis("left").setTicks([[(0.0, "0"), (0.5, ".5"), (1.0, "1")]])
        plot.show_range(
            PlotRange(0.0, len(PLACES) - 1.0, before_px=6, after_px=12),
            PlotRange(0.0, 1.0, before_px=5, after_px=5),
        )

    def _dress(self, line: Any, curve: CurveName, width: float, dashes: Qt.PenStyle) -> None:  # noqa: ANN401 - pyqtgraph's
        colour = colour_of(curve)
        line.setPen(self.plot.pen(QPen(colour, width, dashes)))
        line.setSymbolPen(None)
        line.setSymbolBrush(colour)

    def show(self, found: FaithfulnessInfo) -> None:
        """Show the points that are measured."""
        for curve, line in self._lines.items():
            points = found.points.get(curve, ())
            line.setData([PLACES.index(share) for share, _ in points], [p for _, p in points])


class Curves(PlotHost):
    """The plot with the names of its curves; a click on a point asks for what is removed there."""

    point_asked = Signal(object)
    """Emitted with a ``Removal``."""
    kept_keys = ALONG | SIDEWAYS
    """Keys that go from point to point."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        set_spoken_name(self, self.tr("Faithfulness"))
        self._found: FaithfulnessInfo | None = None
        self._chosen: Removal | None = None
        self._lines: CurveLines | None = None
        self.export = PlotMenu(self.figure, "faithfulness", self)

    def show_curves(self, found: FaithfulnessInfo | None, chosen: Removal | None) -> None:
        """Show the points that are measured, and which one is chosen."""
        if (found, chosen) == (self._found, self._chosen):
            return
        self._found, self._chosen = found, chosen
        self.setVisible(found is not None)
        if found is not None:
            self._made().show(found)
            set_tip(self, self.tr("Click a point to see what is removed there; Esc ends"))
            set_spoken_description(self, self._spoken(found))
        self.updateGeometry()
        self.update()

    def place_of(self, removal: Removal) -> QPointF:
        """Where a point stands, in points of this widget; it must be measured."""
        assert self._found is not None
        value = self._found.at(removal.curve, removal.share)
        assert value is not None
        return self._made().plot.place_of(PLACES.index(removal.share), value)

    def names(self) -> dict[CurveName, str]:
        """The curves in words."""
        return {
            "deletion": self.tr("deletion"),
            "insertion": self.tr("insertion"),
            "random": self.tr("random"),
            "centre": self.tr("centre"),
        }

    def figure(self) -> Plot:
        """Make the plot with axes and a legend, to be exported."""
        axes = PlotAxes(bottom=self.tr("% of the tubes removed or restored"), left="p")
        plot = Plot(self.tr("Faithfulness"), axes)
        plot.add_legend()
        if self._found is not None:
            CurveLines(plot, self.names()).show(self._found)
        return plot

    def _spoken(self, found: FaithfulnessInfo) -> str:
        names = self.names()
        lines = (
            f"{names[curve]}: " + ", ".join(f"{100 * share:g} % {p:.2f}" for share, p in points)
            for curve, points in found.points.items()
            if points
        )
        return "; ".join(lines)

    def _made(self) -> CurveLines:
        """The plot, made on first use: it takes an import."""
        if self._lines is None:
            plot = Plot(self.tr("Faithfulness"), PlotAxes("", ""), parent=self)
            self._lines = CurveLines(plot, self.names())
            self._place()
            plot.show()
        return self._lines

    def _place(self) -> None:
        if self._lines is not None:
            room = self.rect().adjusted(0, 0, -NAMES_PX, 0)
            self._lines.plot.setGeometry(room)

    def _points(self) -> list[Removal]:
        """The points that can be asked for, share by share."""
        if self._found is None:
            return []
        return [
            Removal(curve, share)
            for curve, *_ in reversed(LINES)
            for share, _ in self._found.points.get(curve, ())
            if share
        ]

    def _nearest(self, at: QPointF) -> Removal | None:
        """The point at a place; None where none is near."""
        far = {each: self.place_of(each) - at for each in self._points()}
        near = min(far, key=lambda each: QPointF.dotProduct(far[each], far[each]), default=None)
        if near is None or far[near].manhattanLength() > NEAR_PX:
            return None
        return near

    # -- events -------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._nearest(event.position())
        if event.button() == Qt.MouseButton.LeftButton and near is not None:
            self.point_asked.emit(near)
        else:
            super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        near = self._nearest(event.position()) is not None
        shape = Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point: along a curve, and from curve to curve."""
        ways = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        way, points = ways.get(Qt.Key(event.key())), self._points()
        if way is None or not points:
            super().keyPressEvent(event)
            return
        curves = list(dict.fromkeys(each.curve for each in points))
        now = self._chosen if self._chosen in points else None
        if now is None:
            self.point_asked.emit(points[0])
            return
        curve = curves[(curves.index(now.curve) + way[0]) % len(curves)]
        shares = [each.share for each in points if each.curve == curve]
        place = shares.index(now.share) + way[1] if now.share in shares else 0
        asked = Removal(curve, shares[min(max(place, 0), len(shares) - 1)])
        if asked != now:
            self.point_asked.emit(asked)

    @property
    @override
    def has_plot(self) -> bool:
        return self._found is not None

    @override
    def sizeHint(self) -> QSize:
        return QSize(220, HEIGHT_PX if self._found is not None else 0)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    # -- painting -----------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.sized_font(self, "axis"))
        for curve, y in self._name_places(QFontMetricsF(painter.font()).height()):
            box = QRectF(self.width() - NAMES_PX + 4, y - 8, NAMES_PX - 4, 16)
            painter.setPen(colour_of(curve))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.names()[curve])
        if self._chosen in self._points():
            assert self._chosen is not None
            painter.setPen(QPen(QColor(theme.current().text), 1.5))
            painter.drawEllipse(self.place_of(self._chosen), POINT_PX, POINT_PX)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _name_places(self, line: float) -> list[tuple[CurveName, float]]:
        """The height of each name: that of its curve's end, moved apart where two would meet."""
        assert self._found is not None
        ends = []
        for curve, *_ in LINES:
            points = self._found.points.get(curve, ())
            if points:
                plot = self._made().plot
                ends.append((plot.place_of(PLACES.index(points[-1][0]), points[-1][1]).y(), curve))
        ends.sort()
        places: list[tuple[CurveName, float]] = []
        lowest = line / 2
        for y, curve in ends:
            y = max(y, lowest)
            places.append((curve, y))
            lowest = y + line
        over = max(lowest - line / 2 - self.height(), 0.0)
        return [(curve, y - over) for curve, y in places] if over else places
