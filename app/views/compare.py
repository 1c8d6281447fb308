"""Panes side by side: linked in zoom, place and time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app import theme
from app.marks import draw_cell, draw_outline, draw_placeholder, draw_unseen
from app.readout import readout_of
from app.viewport import Viewport
from app.views.facts import DIFFERENCE_PLACE, PaneFacts
from app.views.header import RangeStrip
from app.widgets import ElidedLabel, icon_button, label

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from app.facts import Readout

ZOOM_STEP = 1.25
COLUMNS = 2
HEAD_PX = 28
"""Of every pane's head, with buttons or without."""
PANE_MARGIN_PX = 4
WIDE_COLUMNS = 3
"""For five panes and six."""


@dataclass(frozen=True)
class Linked:
    """What all panes share."""

    zoom: float = 1.0
    """Times the scale that shows the whole frame."""
    centre: tuple[float, float] = (0.5, 0.5)
    """Of the view, as shares of the frame's width and height."""
    opacity: float = 0.6
    heat: bool = True
    coverage: bool = True
    """What a model did not see is dimmed."""
    chosen: int = 0
    """Place of the pane that commands mean."""


class PaneBody(QWidget):
    """One frame with its heat."""

    hovered = Signal(object)
    zoomed = Signal(object)
    """A ``Linked`` to be given to all panes."""
    chosen = Signal()
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setMinimumSize(120, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.facts: PaneFacts | None = None
        self._linked = Linked()
        self._kept: tuple[object, QPixmap] | None = None
        self._pointer: QPointF | None = None
        self._drag: tuple[QPointF, Viewport] | None = None

    def show_pane(self, facts: PaneFacts) -> None:
        """Take another frame or another map."""
        self.facts = facts
        self._tell_hover()
        self.update()

    def show_linked(self, linked: Linked) -> None:
        """Take what all panes share."""
        if linked != self._linked:
            self._linked = linked
            self.update()

    def view(self) -> Viewport:
        """How the frame lies on the pane."""
        video = self.facts.video if self.facts else None
        room = (self.width(), self.height())
        if video is None:
            return Viewport(room)
        fitting = Viewport(room, video.size, video.pixel_aspect, margin=PANE_MARGIN_PX)
        if self._linked.zoom == 1.0:
            return fitting
        centre = (self._linked.centre[0] * video.size[0], self._linked.centre[1] * video.size[1])
        return replace(fitting, zoom=self._linked.zoom * fitting.fit_scale, centre=centre)

    def readout_at(self, point: QPointF) -> Readout | None:
        """What lies under a point; None outside the frame."""
        facts = self.facts
        if facts is None or facts.video is None or facts.picture is None:
            return None
        x, y = self.view().from_view(point)
        place = (x - 0.5, y - 0.5)
        return readout_of(
            place, facts.video.size, facts.heatmap, facts.picture.index, facts.row_sum
        )

    def _tell(self, view: Viewport) -> None:
        video = self.facts.video if self.facts else None
        if video is None:
            return
        zoom = max(view.scale / view.fit_scale, 1.0)
        centre = (view.looking_at[0] / video.size[0], view.looking_at[1] / video.size[1])
        self.zoomed.emit(replace(self._linked, zoom=zoom, centre=centre))

    def _tell_hover(self) -> None:
        if self._pointer is not None:
            self.hovered.emit(self.readout_at(self._pointer))

    # -- pointer ----------------------------------------------------------------------------

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            view = self.view()
            self._tell(view.zoomed(view.scale * ZOOM_STEP**steps, event.position()))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag = (event.position(), self.view())
        self.chosen.emit()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._drag is not None and self._linked.zoom > 1.0:
            start, view = self._drag
            self._tell(view.moved(event.position() - start))
        self._tell_hover()
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.hovered.emit(None)
        self.update()

    # -- painting ---------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        facts = self.facts
        if facts is None or facts.picture is None or facts.video is None:
            painter.fillRect(self.rect(), QColor(theme.current().stage))
        else:
            painter.drawPixmap(0, 0, self._composed(facts))
            self._paint_pointer(painter, facts)
        if facts is not None and facts.remark:
            self._paint_remark(painter, facts.remark)
        painter.end()

    def _composed(self, facts: PaneFacts) -> QPixmap:
        """Frame and heat, kept as long as they are the same: the pointer moves over them."""
        ratio = self.devicePixelRatioF()
        linked = replace(self._linked, chosen=0)
        wanted = (
            facts.picture, facts.heat, facts.heatmap is None, linked, self.size().toTuple(),
            ratio, theme.current(),
        )  # fmt: skip
        if self._kept is not None and self._kept[0] == wanted:
            return self._kept[1]
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(theme.current().stage))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        box = self.view().frame_box
        assert facts.picture is not None
        if facts.picture.image is None:
            draw_placeholder(painter, box, facts.picture.problem)
        else:
            painter.drawImage(box, facts.picture.image)
            if facts.heat is not None and linked.heat:
                painter.setOpacity(linked.opacity)
                painter.drawImage(box, facts.heat)
                painter.setOpacity(1.0)
            if facts.heatmap is not None and linked.heat and linked.coverage:
                draw_unseen(painter, self.view(), facts.heatmap)
        painter.end()
        self._kept = (wanted, pixmap)
        return pixmap

    def _paint_pointer(self, painter: QPainter, facts: PaneFacts) -> None:
        if facts.heatmap is None:
            return
        if self._linked.coverage:
            draw_outline(painter, self.view(), facts.heatmap)
        readout = None if self._pointer is None else self.readout_at(self._pointer)
        if readout is not None and readout.token is not None:
            draw_cell(painter, self.view(), facts.heatmap, readout.token[1], readout.token[2])

    def _paint_remark(self, painter: QPainter, words: str) -> None:
        colours = theme.current()
        painter.setFont(theme.small_font(self))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(self.rect().adjusted(16, 8, -16, -8))
        box = painter.boundingRect(room, flags, words).adjusted(-10, -5, 10, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.shade))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(colours.warning))
        painter.drawText(box, flags, words)


class PaneView(QWidget):
    """A pane: its name, what it shows, its buttons, its picture and its range."""

    chosen = Signal(int)
    opened = Signal(int)
    closed = Signal(int)
    swapped = Signal(int)
    subtracted = Signal(int)

    def __init__(self, place: int) -> None:
        super().__init__()
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
        self.unit = label("", "faint", small=True)
        self._chosen = False
        is_pin = 0 < place < DIFFERENCE_PLACE
        for button, shown in ((self.subtract, is_pin), (self.swap, is_pin),
                              (self.close_button, place > 0)):  # fmt: skip
            button.setVisible(shown)
        self.subtract.clicked.connect(lambda: self.subtracted.emit(place))
        self.swap.clicked.connect(lambda: self.swapped.emit(place))
        self.close_button.clicked.connect(lambda: self.closed.emit(place))
        self.body.chosen.connect(self._on_chosen)
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
        bottom.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 3, 6, 4)
        column.setSpacing(3)
        column.addWidget(head)
        column.addWidget(self.body, 1)
        column.addLayout(bottom)

    def show_pane(self, facts: PaneFacts) -> None:
        """Take what the pane shows now; only what differs is painted anew."""
        old = self.body.facts
        if self.name.text() != facts.name:
            self.name.setText(facts.name)
            self.setAccessibleName(f"{facts.name}: {facts.title}")
        if self.title.full_text() != facts.title:
            self.title.setText(facts.title)
        self.range.show_range(facts.range, facts.colormap)
        self.range.setVisible(facts.range is not None)
        self.unit.setText(facts.unit)
        same = old is not None and (
            old.picture is facts.picture and old.heat is facts.heat and old.video is facts.video
            and old.remark == facts.remark and (old.heatmap is None) == (facts.heatmap is None)
        )  # fmt: skip
        if same:
            self.body.facts = facts  # the pointer reads the newest numbers
        else:
            self.body.show_pane(facts)

    def show_linked(self, linked: Linked) -> None:
        """Take what all panes share."""
        self.body.show_linked(linked)
        if self._chosen != (linked.chosen == self.place):
            self._chosen = linked.chosen == self.place
            self.update()

    def _on_chosen(self) -> None:
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
            place: PaneView(place) for place in (0, 1, 2, 3, DIFFERENCE_PLACE)
        }
        self.hint = label(
            self.tr("Press P to pin what is shown, then choose another head, layer, model or "
                    "clip: the pinned map stays beside it."), "faint",
        )  # fmt: skip
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

    def show_panes(self, facts: tuple[PaneFacts, ...]) -> None:
        """Take what the panes show now."""
        places = tuple(fact.place for fact in facts)
        if places != self._shown:
            self._arrange(places)
        for fact in facts:
            self.panes[fact.place].show_pane(fact)

    def show_style(self, *, opacity: float, heat: bool, coverage: bool, chosen: int) -> None:
        """How panes are composed, and which one commands mean."""
        self.link(
            replace(self._linked, opacity=opacity, heat=heat, coverage=coverage, chosen=chosen)
        )

    def link(self, linked: Linked) -> None:
        """Give all panes one zoom, place and style."""
        self._linked = linked
        for pane in self.panes.values():
            pane.show_linked(linked)

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
