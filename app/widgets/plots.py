"""Plots in the theme's colours, drawn by pyqtgraph: its axes, ranges and exporters.

pyqtgraph takes longer to import than the window to open, so nothing imports it at the top of a
file: the first plot does, unless ``preload`` did before. Its own menus and its exporters that need
further packages stay off; ``app.widgets.plot_menu`` offers what works everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import bounded, set_spoken_name
from app.widgets.kept_keys import ALONG, ENDS, SIDEWAYS
from mvit_core.spreadsheet import quote_heads
from mvit_core.system.atomic_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QResizeEvent

PRELOAD_MS = 1000
"""Milliseconds after the window opened: it is painted by then, and a first map takes longer."""

FIGURE_MARGINS_PX = (8, 12, 16, 8)
"""Left, top, right and bottom margin of a plot whose axes have titles."""

FIGURE_SCALE = 2
"""Pixels per point of an exported plot."""

LEGEND_COLUMNS = 4
LONGEST_NAME = 80
"""Letters of a line in the legend."""
ZOOM_STEP = 1.25
ZOOM_KEYS = frozenset((Qt.Key.Key_Plus, Qt.Key.Key_Minus))
PAN_SHARE = 0.1
CORNER_PX = 6


_importing = Thread(name="import plots", target=import_module, args=("pyqtgraph",))


def preload(after_ms: int, owner: QObject) -> None:
    """Import pyqtgraph on a thread of its own, once the window has had its first moments."""

    def start() -> None:
        if _importing.ident is None:
            _importing.start()

    QTimer.singleShot(after_ms, owner, start)


def await_preload() -> None:
    """Wait until that thread has ended: it must not run on while a window is destroyed."""
    if _importing.is_alive():
        _importing.join()


@dataclass(frozen=True)
class PlotAxes:
    """Titles of a plot's axes: None draws no axis, an empty title an axis without words."""

    bottom: str | None = None
    left: str | None = None


@dataclass(frozen=True)
class PlotRange:
    """The values at the ends of an axis, and points kept free beyond them."""

    low: float
    high: float
    before_px: float = 0.0
    """Points kept free left of ``low``, or below it."""
    after_px: float = 0.0

    def seen(self, length_px: float) -> tuple[float, float]:
        """(low, high) values at the ends of an axis of ``length_px`` points."""
        free = max(length_px - self.before_px - self.after_px, 1.0)
        step = max(self.high - self.low, 1e-12) / free
        return self.low - self.before_px * step, self.high + self.after_px * step


class Plot(QWidget):
    """A plot of pyqtgraph's items (curves, bars, images, scatters), which its maker adds.

    ``plot.add(pg.ScatterPlotItem(x, y), dress)`` calls ``dress`` at once and whenever the theme is
    another one; an item's own signals (``sigClicked``, ``sigRegionChanged``) tell of the pointer.

    Args:
        name: accessible name.
        axes: titles of the axes that are drawn.
        is_moved: the pointer and the keys (arrows, + and -, Home) pan and zoom it; otherwise it
            lets pointer and keys through to the widget that it lies on.
        parent: the widget that it lies on.
    """

    def __init__(
        self,
        name: str,
        axes: PlotAxes | None = None,
        *,
        is_moved: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        import pyqtgraph as pg

        set_spoken_name(self, name)
        self._axes, self._is_moved = axes or PlotAxes(), is_moved
        self._x: PlotRange | None = None
        self._y: PlotRange | None = None
        self._dresses: list[Callable[[], None]] = []
        self._shades: list[Any] = []
        self._dressed: theme.Theme | None = None
        self._pixel_ratio = self.devicePixelRatioF()
        self.view: Any = pg.PlotWidget(self, background=None, enableMenu=False)
        self.item: Any = self.view.getPlotItem()
        self._set_up_view()
        self._set_up_axes()
        self.dress()

    def _set_up_view(self) -> None:
        """Make the ground transparent; pass pointer and keys on unless they move the plot."""
        set_spoken_name(self.view, self.accessibleName())
        self.view.setCacheMode(self.view.CacheModeFlag.CacheNone)  # it would keep an old ground
        self.view.viewport().setAutoFillBackground(False)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        for action in self.view.scene().contextMenu:
            action.setParent(None)  # "Export...", which opens a dialog of all exporters
        self.view.scene().contextMenu.clear()
        box = self.item.getViewBox()
        box.setMouseEnabled(self._is_moved, self._is_moved)
        box.setDefaultPadding(0.0)
        box.sigResized.connect(self._fit)
        if self._is_moved:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.kept_keys = ALONG | SIDEWAYS | ENDS | ZOOM_KEYS
        else:
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _set_up_axes(self) -> None:
        self.item.hideButtons()
        for side, title in (("bottom", self._axes.bottom), ("left", self._axes.left)):
            self.item.showAxis(side, show=title is not None)
            axis = self.item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=3, tickTextOffset=2, maxTickLevel=1)
            if title:
                axis.setLabel(title)
                self.item.layout.setContentsMargins(*FIGURE_MARGINS_PX)

    # -- showing ----------------------------------------------------------------------------

    def add(
        self,
        item: Any,  # noqa: ANN401 - pyqtgraph has no types
        dress: Callable[[], None] | None = None,
        *,
        is_shade: bool = False,
    ) -> None:
        """Add an item of pyqtgraph; ``dress`` gives it the colours of the theme in use.

        A shade says what another item says as well: no legend and no exported table lists it.
        """
        if is_shade:
            self.item.getViewBox().addItem(item)
            self._shades.append(item)
        else:
            self.item.addItem(item)
        if dress is not None:
            self._dresses.append(dress)
            dress()

    def add_legend(self) -> None:
        """Name the lines that are added from now on, above the plot."""
        import pyqtgraph as pg

        size = f"{theme.small_font(self).pointSizeF():g}pt"
        legend: Any = pg.LegendItem(labelTextSize=size, colCount=LEGEND_COLUMNS)
        add = legend.addItem
        # pyqtgraph sets the names of lines as markup, and a class may be called anything.
        legend.addItem = lambda item, name: add(item, escape(bounded(name, LONGEST_NAME)))
        self.item.layout.removeItem(self.item.titleLabel)  # its place
        self.item.titleLabel.hide()
        self.item.layout.addItem(legend, 0, 1)
        self.item.legend = legend
        # An exporter that scales would leave it small.
        legend.setFlag(legend.GraphicsItemFlag.ItemIgnoresTransformations, False)

        def dress() -> None:
            legend.setLabelTextColor(QColor(theme.current().text_soft))
            for _, words in legend.items:
                words.setText(words.text)  # pyqtgraph only remembers the colour

        self._dresses.append(dress)
        dress()

    def clear(self) -> None:
        """Take every item away."""
        self._dresses.clear()
        self.item.clear()
        for shade in self._shades:
            self.item.getViewBox().removeItem(shade)
        self._shades.clear()

    def show_range(self, x: PlotRange, y: PlotRange) -> None:
        """Keep these values at the ends of the axes at every size of the plot."""
        self._x, self._y = x, y
        self._fit()

    def _fit(self) -> None:
        if self._x is None or self._y is None:
            return
        box = self.item.getViewBox()
        ends = self._x.seen(box.width()), self._y.seen(box.height())
        box.setRange(xRange=ends[0], yRange=ends[1], padding=0)

    def x_of(self, value: float) -> float:
        """The x of a value of the bottom axis, in points of this widget."""
        return float(self.item.getViewBox().mapViewToScene(QPointF(value, 0.0)).x())

    def place_of(self, x: float, y: float) -> QPointF:
        """Where a value of each axis stands, in points of this widget."""
        place: QPointF = self.item.getViewBox().mapViewToScene(QPointF(x, y))
        return place

    def value_at(self, x: float) -> float:
        """The value of the bottom axis at an x, in points of this widget."""
        return float(self.item.getViewBox().mapSceneToView(QPointF(x, 0.0)).x())

    def pen(self, pen: QPen) -> QPen:
        """Make a pen for an item, as wide as this one at every axis range and screen density.

        pyqtgraph's lines must be cosmetic, and those are measured in pixels of the device.
        """
        made = QPen(pen)
        made.setCosmetic(True)
        made.setWidthF(pen.widthF() * self._pixel_ratio)
        return made

    def dress(self) -> None:
        """Apply the colours and the font of the theme in use."""
        self._dressed = colours = theme.current()
        font = theme.sized_font(self, "axis")
        for side in ("bottom", "left"):
            axis = self.item.getAxis(side)
            axis.setPen(self.pen(QPen(QColor(colours.edge), 1)))
            axis.setTextPen(QColor(colours.text_soft))
            axis.setTickFont(font)
            axis.label.setFont(font)
        for dress in self._dresses:
            dress()
        self.update()

    def picture(self, size: QSize, pixel_ratio: float) -> QPixmap:
        """Render the plot at a size in points, for a widget that paints it among other things."""
        if (self._dressed, self._pixel_ratio) != (theme.current(), pixel_ratio):
            self._pixel_ratio = pixel_ratio
            self.dress()
        self.resize(size)
        pixmap = QPixmap(size * pixel_ratio)
        pixmap.setDevicePixelRatio(pixel_ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        self.render(pixmap, renderFlags=QWidget.RenderFlag.DrawChildren)
        return pixmap

    # -- exporting --------------------------------------------------------------------------

    def image(self) -> QImage:
        """Render the plot on the theme's ground, by pyqtgraph's exporter."""
        from pyqtgraph.exporters import ImageExporter

        # Sends what waits until it is seen: sizes, and with them the axes.
        self.picture(self.size(), FIGURE_SCALE)
        exporter = ImageExporter(self.item)
        exporter.params["width"] = self.view.width() * FIGURE_SCALE
        exporter.params["background"] = QColor(theme.current().panel)
        image: QImage = exporter.export(toBytes=True)
        return image

    def save_values(self, path: Path) -> None:
        """Write the values of every curve as CSV, by pyqtgraph's exporter.

        Raises:
            ExportError: the file cannot be written.
        """
        from pyqtgraph.exporters import CSVExporter

        with whole_file(path) as partial:
            CSVExporter(self.item).export(str(partial))
            quote_heads(partial)

    # -- events -----------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.setGeometry(self.rect())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._dressed is not None:
            self.dress()

    @override
    def event(self, event: QEvent) -> bool:
        """Keep lines as wide on a screen of another density."""
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._dressed is not None:
            self._pixel_ratio = self.devicePixelRatioF()
            self.dress()
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._is_moved or not self._move_by(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _move_by(self, key: Qt.Key) -> bool:
        """Pan or zoom by a key; False for other keys."""
        box = self.item.getViewBox()
        pans = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        if key in pans:
            (left, right), (bottom, top) = box.viewRange()
            x, y = pans[key]
            box.translateBy(x=x * PAN_SHARE * (right - left), y=y * PAN_SHARE * (top - bottom))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            factor = 1 / ZOOM_STEP if key == Qt.Key.Key_Plus else ZOOM_STEP
            box.scaleBy((factor, factor))
        elif key == Qt.Key.Key_Home and self._x is not None:
            self._fit()
        elif key == Qt.Key.Key_Home:
            box.autoRange()
        else:
            return False
        return True

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_moved:
            return  # the widget that it lies on has a ground of its own
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent), 2) if has_focus else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), CORNER_PX, CORNER_PX)
        painter.end()
