"""The scatter plot of the atlas: a point for each head, chosen by pointer and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from app.text.atlas import AXES, NUMBERS, no_points_words, number_words, place_words
from app.text.atlas import tr as atlas_tr
from app.views.atlas.points import DotItems, axis_title, dots_of
from app.widgets import theme
from app.widgets.basic import set_spoken_description, set_spoken_name, show_tip
from app.widgets.kept_keys import ALONG, ENTER, PRESS, SIDEWAYS
from app.widgets.plot_host import PlotHost
from app.widgets.plot_menu import PlotMenu
from app.widgets.plots import Plot, PlotAxes

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import (
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
    )

    from app.results.atlas import AtlasInfo, Place
    from app.state.atlas_choices import AtlasChoices
    from app.views.atlas.points import Dot

NEAR_PX = 12
"""Distance of a click from a point that still means it."""
DRAG_PX = 5
"""Least size of a rubber band."""
RING_PX = 5.0
CTRL = Qt.KeyboardModifier.ControlModifier


class Scatter(PlotHost):
    """A click chooses a head, with Ctrl averages it, twice shows it; a drag chooses many.

    By keys: Left and Right go from head to head along the plot, Up and Down by height; with Ctrl
    they only move the cursor, and Ctrl+Space averages the head there. Enter shows it on the frame.
    """

    chosen = Signal(int, int)
    """Emitted with block and head."""
    toggled = Signal(int, int)
    caught = Signal(object)
    """Emitted with the places of all heads in the rubber band."""
    opened = Signal()
    kept_keys = ALONG | SIDEWAYS | ENTER | PRESS

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        set_spoken_name(self, self.tr("Heads as points"))
        self._info: AtlasInfo | None = None
        self._choices: AtlasChoices | None = None
        self._off: frozenset[Place] = frozenset()
        self.dots: tuple[Dot, ...] = ()
        self._chosen: tuple[Place, ...] = ()
        self._cursor: Place | None = None
        self._band: tuple[QPointF, QPointF] | None = None
        self._items: DotItems | None = None
        self.export = PlotMenu(self.figure, "heads", self)

    def show_heads(
        self,
        info: AtlasInfo | None,
        choices: AtlasChoices,
        chosen: tuple[Place, ...],
        off: frozenset[Place],
    ) -> None:
        """Show the numbers of all heads, which ones are chosen, and which are off."""
        self._chosen, self._cursor = chosen, None
        if (info, choices, off) != (self._info, self._choices, self._off):
            self._info, self._choices, self._off = info, choices, off
            self.dots = () if info is None else dots_of(info, choices, off)
            if info is not None:
                self._made().show(self.dots, choices)
                self._made().plot.setVisible(bool(self.dots))
        words = ", ".join(self._words(place) for place in chosen)
        set_spoken_description(self, words)
        self.update()

    @property
    def missing_words(self) -> str:
        """Why no head stands on the plot; empty where some do."""
        if self._info is None or self._choices is None or self.dots:
            return ""
        return no_points_words(self._info, self._choices)

    def point_of(self, place: Place) -> QPointF:
        """Where a head stands, in points of this widget.

        Raises:
            KeyError: it stands nowhere.
        """
        dots = {dot.place: dot for dot in self.dots}
        return self._made().plot.place_of(dots[place].x, dots[place].y)

    def figure(self) -> Plot:
        """Make the plot with titles and a legend, to be exported."""
        choices = self._choices
        assert choices is not None
        plot = Plot(
            self.tr("Heads as points"),
            PlotAxes(axis_title(choices.across), axis_title(choices.up)),
        )
        plot.add_legend()
        DotItems(plot).show(self.dots, choices)
        return plot

    def _made(self) -> DotItems:
        """The plot, made on first use: it takes an import."""
        if self._items is None:
            plot = Plot(self.tr("Heads as points"), PlotAxes("", ""), parent=self)
            plot.add_legend()
            self._items = DotItems(plot)
            plot.setGeometry(self.rect())
            plot.show()
        return self._items

    def _words(self, place: Place) -> str:
        """A head and its numbers, as a tooltip lists them."""
        row = None if self._info is None else self._info.row(place)
        if row is None or self._info is None:
            return place_words(*place)
        numbers = (
            f"{atlas_tr(NUMBERS[name].axis)} {number_words(self._info, row, name)}"
            for name in AXES[1:]
        )
        return "\n".join((self.tr("Head {name}").format(name=place_words(*place)), *numbers))

    def _nearest(self, at: QPointF) -> Place | None:
        """The head at a place; None where none is near."""
        near: tuple[float, Place] | None = None
        for dot in self.dots:
            far = (self.point_of(dot.place) - at).manhattanLength() - dot.size_px / 2
            if far < NEAR_PX and (near is None or far < near[0]):
                near = far, dot.place
        return None if near is None else near[1]

    # -- pointer and keys ---------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        place = self._nearest(event.position())
        if place is None:
            self._band = event.position(), event.position()
        elif event.modifiers() & CTRL:
            self.toggled.emit(*place)
        else:
            self.chosen.emit(*place)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            self._band = self._band[0], event.position()
            self.update()
            return
        near = self._nearest(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        band, self._band = self._band, None
        if band is None:
            return
        box = QRectF(*band).normalized()
        inside = tuple(d.place for d in self.dots if box.contains(self.point_of(d.place)))
        if inside and max(box.width(), box.height()) >= DRAG_PX:
            self.caught.emit(inside)
        self.update()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._nearest(event.position()) is not None:
            self.opened.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, with_ctrl = Qt.Key(event.key()), bool(event.modifiers() & CTRL)
        at = self._cursor or (self._chosen[-1] if self._chosen else None)
        if key in ENTER:
            self.opened.emit()
        elif key == Qt.Key.Key_Space and at is not None:
            (self.toggled if with_ctrl else self.chosen).emit(*at)
        elif key in ALONG | SIDEWAYS and self.dots:
            there = self._beside(at, key)
            if with_ctrl:
                self._cursor = there
                self.update()
            else:
                self.chosen.emit(*there)
        else:
            super().keyPressEvent(event)

    def _beside(self, at: Place | None, key: Qt.Key) -> Place:
        """The head that a key leads to: the next one along an axis."""
        if key in SIDEWAYS:
            order = sorted(self.dots, key=lambda dot: (dot.x, dot.y))
        else:
            order = sorted(self.dots, key=lambda dot: (dot.y, dot.x))
        places = [dot.place for dot in order]
        by = 1 if key in (Qt.Key.Key_Right, Qt.Key.Key_Up) else -1
        now = places.index(at) + by if at in places else 0
        return places[min(max(now, 0), len(places) - 1)]

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == event.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._nearest(QPointF(event.pos()))
            show_tip(event.globalPos(), "" if place is None else self._words(place), self)
            return True
        return super().event(event)

    @property
    @override
    def has_plot(self) -> bool:
        return bool(self.dots)

    @override
    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._items is not None:
            self._items.plot.setGeometry(self.rect())

    # -- painting -----------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.small_font(self))
        for dot in self.dots:
            if dot.place in self._chosen:
                self._paint_ring(painter, dot, QPen(QColor(colours.text), 2), named=True)
            elif dot.place == self._cursor:
                pen = QPen(QColor(colours.text), 1, Qt.PenStyle.DotLine)
                self._paint_ring(painter, dot, pen, named=False)
        painter.setPen(QColor(colours.text_faint))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.missing_words)
        if self._band is not None:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(QRectF(*self._band).normalized())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_ring(self, painter: QPainter, dot: Dot, pen: QPen, *, named: bool) -> None:
        painter.setPen(pen)
        at, radius = self.point_of(dot.place), dot.size_px / 2 + RING_PX
        painter.drawEllipse(at, radius, radius)
        if not named:
            return
        words = place_words(*dot.place)
        wide = painter.fontMetrics().horizontalAdvance(words)
        is_right = at.x() + radius + 4 + wide < self.width() - 4
        left = at.x() + radius + 4 if is_right else at.x() - radius - 4 - wide
        box = QRectF(left, at.y() - 10, wide + 2, 20)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
