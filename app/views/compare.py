"""Panes side by side: linked in zoom, place and time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.results import DIFFERENCE_PLACE, PaneInfo
from app.views.header import RangeStrip
from app.views.pane_body import ZOOM_STEP, Linked, PaneBody
from app.widgets import theme
from app.widgets.basic import ElidedLabel, icon_button, label, set_spoken_name

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QPaintEvent, QResizeEvent

COLUMNS = 2
HEAD_PX = 28
"""Height of every pane's header, with buttons or without."""
WIDE_COLUMNS = 3
"""Columns for five and six panes."""


class PaneView(QWidget):
    """A pane: name, title, buttons, picture and range."""

    chosen = Signal(int)
    opened = Signal(int)
    closed = Signal(int)
    swapped = Signal(int)
    subtracted = Signal(int)

    def __init__(self, place: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.place = place
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.name = label("", "title")
        self.title = ElidedLabel()
        self.title.setObjectName("soft")
        self.title.setFont(theme.small_font(self))
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.subtract = icon_button("difference", self.tr("Signed difference with this pane"))
        self.swap = icon_button("swap", self.tr("Swap with the next pane"))
        self.close_button = icon_button("cancel", self.tr("Close this pane"))
        self.body = PaneBody()
        self.range = RangeStrip()
        self.unit = ElidedLabel()
        self.unit.setObjectName("faint")
        self.unit.setFont(theme.small_font(self))
        self.remark = ElidedLabel()
        self.remark.setObjectName("warning")
        self.remark.setFont(theme.small_font(self))
        self._chosen = False
        is_pin = 0 < place < DIFFERENCE_PLACE
        for button, shown in (
            (self.subtract, is_pin),
            (self.swap, is_pin),
            (self.close_button, place > 0),
        ):
            button.setVisible(shown)
        self.subtract.clicked.connect(lambda: self.subtracted.emit(place))
        self.swap.clicked.connect(lambda: self.swapped.emit(place))
        self.close_button.clicked.connect(lambda: self.closed.emit(place))
        self.body.chosen.connect(self.choose)
        self.body.opened.connect(lambda: self.opened.emit(place))
        self._lay_out()

    def _lay_out(self) -> None:
        head, bottom = QWidget(), QHBoxLayout()
        head.setFixedHeight(HEAD_PX)
        top = QHBoxLayout(head)
        top.setContentsMargins(2, 0, 0, 0)
        top.setSpacing(6)
        for widget in (self.name, self.title, self.subtract, self.swap, self.close_button):
            top.addWidget(widget, 1 if widget is self.title else 0)
        bottom.addWidget(self.range)
        bottom.addWidget(self.unit)
        bottom.addWidget(self.remark, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 3, 6, 4)
        column.setSpacing(3)
        column.addWidget(head)
        column.addWidget(self.body, 1)
        column.addLayout(bottom)

    def show_pane(self, info: PaneInfo) -> None:
        """Show the content of the pane; only parts that differ are repainted."""
        old = self.body.info
        if self.name.text() != info.name:
            self.name.setText(info.name)
            set_spoken_name(self, f"{info.name}: {info.title}")
        if self.title.full_text() != info.title:
            self.title.setText(info.title)
        self.range.show_scale(info.scale)
        self.unit.setText(info.scale.unit if info.scale is not None else "")
        if self.remark.full_text() != info.remark:
            self.remark.setText(info.remark)
        same = old is not None and (
            old.picture is info.picture
            and old.heat is info.heat
            and old.video is info.video
            and (old.mark, old.tubes) == (info.mark, info.tubes)
            and (old.heatmap is None) == (info.heatmap is None)
        )
        if same:
            self.body.info = info  # the pointer reads the newest numbers
        else:
            self.body.show_pane(info)

    def show_linked(self, linked: Linked) -> None:
        """Set zoom, place and style, which all panes share."""
        self.body.show_linked(linked)
        if self._chosen != (linked.chosen == self.place):
            self._chosen = linked.chosen == self.place
            self.update()

    def choose(self) -> None:
        """Choose this pane, and give it the keys."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit(self.place)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.chosen.emit(self.place)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._chosen:
            colours = theme.current()
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            colour = colours.accent if self.hasFocus() else colours.text_faint
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
            painter.end()


class CompareView(QWidget):
    """All panes, in a grid of equal cells."""

    hovered = Signal(object)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("stagePanes")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.panes: dict[int, PaneView] = {
            place: PaneView(place, self) for place in (0, 1, 2, 3, DIFFERENCE_PLACE)
        }
        self.hint = label(
            self.tr(
                "Press P to pin what is shown, then choose another head, layer, model or "
                "clip: the pinned map stays beside it."
            ),
            "faint",
        )
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setMargin(24)
        self._linked = Linked()
        self._shown: tuple[int, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 4, 4, 4)
        self._grid.setSpacing(4)
        for pane in self.panes.values():
            pane.hide()
            pane.body.hovered.connect(self.hovered)
            pane.body.zoomed.connect(self.link)
        self.setFocusProxy(self.panes[0])

    def show_panes(self, info: tuple[PaneInfo, ...]) -> None:
        """Show the content of all panes."""
        places = tuple(pane.place for pane in info)
        if places != self._shown:
            self._arrange(places)
        for pane in info:
            self.panes[pane.place].show_pane(pane)

    def show_style(
        self, *, opacity: float, heat: bool, coverage: bool, lines: bool, chosen: int
    ) -> None:
        """Set which layers panes draw, and the pane that commands act on."""
        self.link(
            replace(
                self._linked,
                opacity=opacity,
                heat=heat,
                coverage=coverage,
                lines=lines,
                chosen=chosen,
            )
        )

    def link(self, linked: Linked) -> None:
        """Give all panes one zoom, place and style."""
        self._linked = linked
        for pane in self.panes.values():
            pane.show_linked(linked)

    @property
    def is_painted(self) -> bool:
        """True where the pane of the present clip was painted."""
        return self.panes[0].body.is_painted

    def aim(self, point: QPoint) -> None:
        """Point at a pane, as the mouse would, and choose it."""
        for place in self._shown:
            pane = self.panes[place]
            if pane.geometry().contains(point):
                pane.choose()
                pane.body.aim(pane.body.mapFrom(self, point))

    def point_of(self, x: float, y: float) -> QPoint:
        """The point of a source pixel on the chosen pane."""
        body = self.panes[self._linked.chosen].body
        return body.mapTo(self, body.view().pixel_view(x, y).toPoint())

    def point_of_keys(self) -> QPoint:
        """Where keys act: at the pointer, or in the middle of the chosen pane."""
        body = self.panes[self._linked.chosen].body
        pointer = body.pointer
        return body.mapTo(self, body.rect().center() if pointer is None else pointer)

    def head_boxes(self) -> tuple[QRect, ...]:
        """The boxes of the lines with names and buttons of the panes shown."""
        panes = [self.panes[place] for place in self._shown]
        return tuple(QRect(pane.pos(), QSize(pane.width(), HEAD_PX + 4)) for pane in panes)

    def fit(self) -> None:
        """Show whole frames."""
        self.link(replace(self._linked, zoom=1.0, centre=(0.5, 0.5)))

    def zoom_by(self, steps: float) -> None:
        """Zoom all panes about their centre."""
        zoom = max(self._linked.zoom * ZOOM_STEP**steps, 1.0)
        self.link(replace(self._linked, zoom=zoom))

    def pane_pixels(self) -> tuple[int, int]:
        """(width, height) of a pane's picture in device pixels."""
        body, ratio = self.panes[0].body, self.devicePixelRatioF()
        return max(round(body.width() * ratio), 1), max(round(body.height() * ratio), 1)

    def _arrange(self, places: tuple[int, ...]) -> None:
        self._shown = places
        while self._grid.count():
            self._grid.takeAt(0)
        cells: list[QWidget] = [self.panes[place] for place in places]
        if len(cells) == 1:
            cells.append(self.hint)
        columns = COLUMNS if len(cells) <= 2 * COLUMNS else WIDE_COLUMNS
        for index in range(WIDE_COLUMNS):
            self._grid.setColumnStretch(index, int(index < columns))
            self._grid.setRowStretch(index, int(index < -(-len(cells) // columns)))
        for index, cell in enumerate(cells):
            self._grid.addWidget(cell, *divmod(index, columns))
        for widget in (*self.panes.values(), self.hint):
            widget.setVisible(widget in cells)
        self.resized.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.resized.emit()
