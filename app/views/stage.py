"""The stage, in the middle of the window: canvas, grid of maps, or panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.results import Readout, ViewSizes
from app.views.box_canvas import BoxCanvas
from app.views.canvas import Canvas
from app.views.colour_bar import ColourBar
from app.views.compare import CompareView
from app.views.grid import Grid, GridArea
from app.views.header import ScaleLine, StageHeader
from app.widgets import theme
from app.widgets.basic import ElidedLabel

if TYPE_CHECKING:
    from app.state.view_state import ViewName

PAGES: dict[ViewName, int] = {"single": 0, "heads": 1, "layers": 1, "compare": 2}


class Stage(QWidget):
    """The canvas with its colour bar, the grid of maps, or the panes to compare, below a header."""

    measured = Signal(object)
    """Emitted with ``ViewSizes`` when cells or panes have another size, or others are in sight."""
    menu_asked = Signal(QPoint)
    """Emitted with the place on screen at which the context menu is asked for."""
    rearranged = Signal()
    """Emitted when another view is in front."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas = BoxCanvas()
        self.colourbar = ColourBar()
        self.header = StageHeader()
        self.figures = ElidedLabel()
        self.figures.setObjectName("onStage")
        self.figures.setFont(theme.small_font(self))
        self.figures.setContentsMargins(theme.GUTTER, 0, theme.GUTTER, 4)
        self.figures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.figures.hide()
        self.grid, self.scale_line = Grid(), ScaleLine()
        self.grid_area = GridArea(self.grid)
        self.compare = CompareView()
        self._pages = QStackedLayout()
        for parts in (
            (self.canvas, self.colourbar, self.figures),
            (self.grid_area, self.scale_line),
            (self.compare,),
        ):
            self._pages.addWidget(_page(parts))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(self._pages, 1)
        self._view: ViewName = "single"
        self._pointed: Readout | None = None
        for view in (self.canvas, self.grid, self.compare):
            view.hovered.connect(self._hovered)
        self.setFocusProxy(self.canvas)
        # Queued: cells are laid out anew while a refresh shows them.
        for sized in (self.grid, self.compare):
            sized.resized.connect(self._measure, Qt.ConnectionType.QueuedConnection)

    # -- pointer ----------------------------------------------------------------------------

    @property
    def pointed(self) -> Readout | None:
        """What was under the pointer last, of the views of the clip that is open."""
        return self._pointed

    def point_at(self, x: float, y: float) -> None:
        """Point at a source pixel of the view shown, as the mouse would."""
        self._shown.aim(self._shown.point_of(x, y))

    def ask_menu(self) -> None:
        """Ask for the context menu where the pointer is, or in the middle of what is chosen."""
        view = self._shown
        point = view.point_of_keys()
        view.aim(point)
        self.menu_asked.emit(view.mapToGlobal(point))

    def forget_pointer(self) -> None:
        """Forget what was pointed at: another clip is open."""
        self._pointed = None

    @Slot(object)
    def _hovered(self, readout: Readout | None) -> None:
        if readout is not None:
            self._pointed = readout

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.ask_menu()
            return
        view = self._shown
        self._pointed = None  # a click beside all frames is at no token
        view.aim(view.mapFromGlobal(event.globalPos()))
        self.menu_asked.emit(event.globalPos())

    @Slot()
    def _measure(self) -> None:
        cells, in_sight = self.grid.cell_pixels(), self.grid.blocks_in_sight()
        self.measured.emit(ViewSizes(cells, in_sight, self.compare.pane_pixels()))

    @property
    def front(self) -> QWidget:
        """The widget of the view shown, which gets the keys."""
        return self._shown

    def message_room(self) -> tuple[QRect, int]:
        """The box of the maps, and the height in pixels at its end that lies below all buttons."""
        bodies = {"single": self.canvas, "compare": self.compare}
        area: QWidget = bodies.get(self._view, self.grid_area)
        box = QRect(area.mapTo(self, QPoint(0, 0)), area.size())
        heads = self.compare.head_boxes() if self._view == "compare" else ()
        lowest = max((self.compare.mapTo(self, each.bottomLeft()).y() for each in heads), default=0)
        return box, box.bottom() - max(lowest, box.top())

    @property
    def is_painted(self) -> bool:
        """True where the view shown has painted its latest frame."""
        return self._shown.is_painted

    @property
    def keyed(self) -> tuple[QWidget, ...]:
        """Every widget here that gets the stage's keys."""
        return self.canvas, self.grid, *self.compare.panes.values()

    @property
    def _shown(self) -> BoxCanvas | Grid | CompareView:
        if self._view == "compare":
            return self.compare
        return self.canvas if self._view == "single" else self.grid

    def show_view(self, view: ViewName) -> None:
        """Bring a view to the front; it gets the focus if the view before had it."""
        if view == self._view:
            return
        had_focus = self.isAncestorOf(self.focusWidget()) and self.focusWidget().hasFocus()
        self._view = view
        self._pages.setCurrentIndex(PAGES[view])
        self.setFocusProxy(self.front)
        if had_focus:
            self.front.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rearranged.emit()

    def zoom(self, how: str) -> None:
        """Zoom the view shown: fit, actual, in or out."""
        view = self._shown
        if how == "fit":
            view.fit()
        elif how == "actual":
            if isinstance(view, Canvas):
                view.actual_size()
        else:
            view.zoom_by(1 if how == "in" else -1)


def _page(parts: tuple[QWidget, ...]) -> QWidget:
    """Widgets one below the other; the first gets the room."""
    page = QWidget()
    page.setObjectName("body")
    page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for place, part in enumerate(parts):
        column.addWidget(part, 1 if place == 0 else 0)
    return page
