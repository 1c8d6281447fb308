"""Attention from time to time as a matrix: rows are queries, columns keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.text.phrases import share_words, value_words
from app.widgets import theme
from app.widgets.basic import set_spoken_description, set_spoken_name, show_tip
from app.widgets.kept_keys import ALONG, ENTER, PRESS, SIDEWAYS
from app.widgets.plot_host import PlotHost
from app.widgets.plot_menu import PlotMenu
from app.widgets.plots import Plot, PlotAxes, PlotRange
from app.widgets.ramp import ramp_image
from mvit_core.render import RenderStyle, ValueRange, colourise

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import (
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
    )

    from app.results.atlas import TimesInfo
    from mvit_core.attribution.maps import FloatArray

COLOURS = RenderStyle(ValueRange(0.0, 1.0), "viridis").without_frame
"""How a cell is coloured, its range but for the highest share shown."""
NUMBERS_PX = 36
"""Least width and height of a cell in which its number stands."""
BAR_PX, BAR_ROOM_PX = 9, 52
"""Width of the strip of colours, and the room at the right that it takes with its numbers."""
BRIGHT = 0.55
"""Luminance of a cell from which its number is black."""
CELL_PX = 60
"""Largest height of a cell, so that few rows do not become towers."""


class TimesItem:
    """The matrix on a plot; time 0 is at the top.

    Args:
        plot: that it is added to.
    """

    def __init__(self, plot: Plot) -> None:
        import pyqtgraph as pg

        self.plot = plot
        self._image: Any = pg.ImageItem(axisOrder="row-major")
        plot.item.getViewBox().invertY(True)
        plot.add(self._image)

    def show(self, profile: FloatArray, *, rows_are_times: bool) -> None:
        """Show the attention of each row on each column."""
        rows, columns = profile.shape
        self._image.setImage(colourise(profile, style_of(profile)), levels=None)
        self._image.setRect(QRectF(-0.5, -0.5, columns, rows))
        self.plot.show_range(PlotRange(-0.5, columns - 0.5), PlotRange(-0.5, rows - 0.5))
        for side, count, named in (("bottom", columns, True), ("left", rows, rows_are_times)):
            step = max(1, -(-count // 16))
            ticks = [(float(t), str(t) if named else "") for t in range(0, count, step)]
            self.plot.item.getAxis(side).setTicks([ticks])


class TimesMatrix(PlotHost):
    """The matrix; a click on a cell, or Enter, goes to the frame of its row."""

    frame_asked = Signal(int)
    kept_keys = ALONG | SIDEWAYS | ENTER | PRESS
    """Keys that go from cell to cell, and to its frame."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        set_spoken_name(self, self.tr("Time to time"))
        self._info: TimesInfo | None = None
        self._name = ""
        self._frame = 0
        self._cell: tuple[int, int] | None = None
        self._item: TimesItem | None = None
        self._over = _Over(self)
        self.export = PlotMenu(self.figure, "time-to-time", self, self._write_values)

    @property
    def info(self) -> TimesInfo | None:
        """What is shown; None while nothing is."""
        return self._info

    def show_times(self, info: TimesInfo | None, name: str, frame: int) -> None:
        """Show the attention of some heads, and which frame is on screen."""
        if info is not self._info:
            self._info, self._name = info, name
            if self._item is not None:
                self._item.plot.setVisible(info is not None)
            if info is not None:
                self._made().show(info.profile, rows_are_times=not info.is_of_readout)
                self._place()
            set_spoken_description(self, self._spoken())
        self._frame = frame
        self._over.update()
        self.update()

    def cell_box(self, query: int, key: int) -> QRectF:
        """The box of a cell, in points of this widget."""
        plot = self._made().plot
        corners = [plot.place_of(key + by, query + by) + plot.pos() for by in (-0.5, 0.5)]
        return QRectF(*corners)

    @property
    def framed(self) -> tuple[int, int] | None:
        """(first cell, last cell) of what the frame on screen belongs to: a row or a column.

        Given as (query, key); -1 stands for all of them.
        """
        if self._info is None:
            return None
        if self._info.is_of_readout:
            return -1, _nearest(self._info.key_frames, self._frame)
        return _nearest(self._info.query_frames, self._frame), -1

    def numbers(self) -> tuple[str, ...]:
        """What is written in the cells, row by row; () where they are too small."""
        box = self.cell_box(0, 0)
        if self._info is None or min(box.width(), box.height()) < NUMBERS_PX:
            return ()
        return tuple(value_words(float(value)) for value in self._info.profile.ravel())

    def figure(self) -> Plot:
        """Make the plot with titles, to be exported."""
        assert self._info is not None
        most = value_words(float(self._info.profile.max()))
        axes = PlotAxes(
            self.tr("time of the key; colours from 0 to {most}").format(most=most),
            self.tr("time of the query, head {name}").format(name=self._name),
        )
        plot = Plot(self.tr("Time to time"), axes)
        TimesItem(plot).show(self._info.profile, rows_are_times=not self._info.is_of_readout)
        return plot

    def _write_values(self, path: Path) -> None:
        from mvit_core.export.heads_table import write_profile  # imports torch

        assert self._info is not None
        write_profile(path, self._info.profile, self._info.sink)

    def _spoken(self) -> str:
        if self._info is None:
            return ""
        query, key = np.unravel_index(int(self._info.profile.argmax()), self._info.profile.shape)
        return self._cell_words(int(query), int(key))

    def _cell_words(self, query: int, key: int) -> str:
        assert self._info is not None
        share = share_words(float(self._info.profile[query, key]))
        words = self.tr("time {q} looks at time {k}: {share}")
        if self._info.is_of_readout:
            words = self.tr("the readout looks at time {k}: {share}")
        sink = "" if self._info.sink is None else share_words(float(self._info.sink[query]))
        tail = self.tr("sink {share}").format(share=sink) if sink else ""
        return "\n".join(filter(None, (words.format(q=query, k=key, share=share), tail)))

    def _made(self) -> TimesItem:
        """The plot, made on first use: it takes an import."""
        if self._item is None:
            plot = Plot(self.tr("Time to time"), PlotAxes("", ""), parent=self)
            self._item = TimesItem(plot)
            plot.show()
            self._over.raise_()
        return self._item

    def _place(self) -> None:
        """Lay out the plot: at the left of the strip, no higher than its rows need."""
        self._over.setGeometry(self.rect())
        if self._item is None or self._info is None:
            return
        height = min(self.height(), CELL_PX * len(self._info.profile) + 30)
        self._item.plot.setGeometry(0, 0, max(self.width() - BAR_ROOM_PX, 40), height)

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        if self._info is None:
            return None
        box = self.cell_box(0, 0)
        query = int((at.y() - box.top()) // max(box.height(), 1e-6))
        key = int((at.x() - box.left()) // max(box.width(), 1e-6))
        rows, columns = self._info.profile.shape
        return (query, key) if 0 <= query < rows and 0 <= key < columns else None

    def _go(self, cell: tuple[int, int]) -> None:
        """Ask for the frame of a cell: of its query, of the key where the readout has no time."""
        assert self._info is not None
        query, key = cell
        of_readout = self._info.is_of_readout
        self.frame_asked.emit(
            self._info.key_frames[key] if of_readout else self._info.query_frames[query]
        )

    # -- events -------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._cell = cell
            self._go(cell)
            self._over.update()
        else:
            super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        on_cell = self._cell_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if on_cell else Qt.CursorShape.ArrowCursor)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        key = Qt.Key(event.key())
        if self._info is None or key not in (*ways, *ENTER, *PRESS):
            super().keyPressEvent(event)
            return
        query, column = self._cell or (0, 0)
        if key in ways and self._cell is not None:
            rows, columns = self._info.profile.shape
            down, right = ways[key]
            query, column = (
                min(max(query + down, 0), rows - 1),
                min(max(column + right, 0), columns - 1),
            )
        self._cell = query, column
        set_spoken_description(self, self._cell_words(query, column))
        if key not in ways:
            self._go(self._cell)
        self._over.update()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == event.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._cell_at(QPointF(event.pos()))
            show_tip(event.globalPos(), "" if cell is None else self._cell_words(*cell), self)
            return True
        return super().event(event)

    @property
    @override
    def has_plot(self) -> bool:
        return self._info is not None

    @override
    def sizeHint(self) -> QSize:
        return QSize(340, 220)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies on the matrix: numbers, the frame on screen, the cell of the keys."""
        colours = theme.current()
        if self._info is not None:
            self._paint_numbers(painter)
            self._paint_bar(painter)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawRect(self._framed_box())
            if self._cell is not None and self.hasFocus():
                painter.setPen(QPen(QColor("#ffffff"), 3))
                painter.drawRect(self.cell_box(*self._cell).adjusted(2, 2, -2, -2))
                painter.setPen(QPen(QColor("#000000"), 1))
                painter.drawRect(self.cell_box(*self._cell).adjusted(2, 2, -2, -2))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _framed_box(self) -> QRectF:
        assert self._info is not None
        assert self.framed is not None
        rows, columns = self._info.profile.shape
        query, key = self.framed
        if key < 0:
            return self.cell_box(query, 0) | self.cell_box(query, columns - 1)
        return self.cell_box(0, key) | self.cell_box(rows - 1, key)

    def _paint_numbers(self, painter: QPainter) -> None:
        assert self._info is not None
        profile = self._info.profile
        colours = colourise(profile, style_of(profile))
        painter.setFont(theme.sized_font(self, "axis"))
        for place, words in enumerate(self.numbers()):
            query, key = divmod(place, profile.shape[1])
            red, green, blue = colours[query, key] / 255
            is_bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue > BRIGHT
            painter.setPen(QColor("#000000" if is_bright else "#ffffff"))
            painter.drawText(self.cell_box(query, key), Qt.AlignmentFlag.AlignCenter, words)

    def _paint_bar(self, painter: QPainter) -> None:
        """The strip of colours with the numbers at its ends."""
        assert self._info is not None
        strip = ramp_image(COLOURS).transformed(QTransform().rotate(-90))
        rows = len(self._info.profile)
        box = self.cell_box(0, 0) | self.cell_box(rows - 1, 0)
        bar = QRectF(self.width() - BAR_ROOM_PX + 8, box.top(), BAR_PX, box.height())
        painter.drawImage(bar, strip)
        painter.setFont(theme.sized_font(self, "axis"))
        painter.setPen(QColor(theme.current().text_soft))
        left = bar.right() + 3
        words = value_words(float(self._info.profile.max()))
        painter.drawText(QPointF(left, bar.top() + 9), words)
        painter.drawText(QPointF(left, bar.bottom()), "0")


class _Over(QWidget):
    """Lies over the plot, which covers what the matrix itself paints."""

    def __init__(self, matrix: TimesMatrix) -> None:
        super().__init__(matrix)
        self._matrix = matrix
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.move(QPoint(0, 0))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._matrix.paint_over(painter)
        painter.end()


def style_of(profile: FloatArray) -> RenderStyle:
    """The colours of a profile: dark for nothing, bright for the highest share."""
    return replace(COLOURS, range=ValueRange(0.0, float(max(profile.max(), 1e-12))))


def _nearest(frames: tuple[int, ...], frame: int) -> int:
    """The time whose frame is nearest to a frame, the earlier one on a tie."""
    return min(range(len(frames)), key=lambda t: abs(frames[t] - frame))
