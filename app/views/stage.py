"""The stage, in the middle of the window: canvas, grid of maps, or panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from app.results import ViewSizes
from app.views.box_canvas import BoxCanvas
from app.views.canvas import Canvas
from app.views.colour_bar import ColourBar
from app.views.compare import CompareView
from app.views.grid import Grid, GridArea
from app.views.header import ViewHeader
from app.widgets.basic import ElidedLabel

if TYPE_CHECKING:
    from app.state.view_state import ViewName

PAGES: dict[ViewName, int] = {"single": 0, "heads": 1, "layers": 1, "compare": 2}


class Stage(QWidget):
    """The canvas with its title and colour bar, the grid of maps, and the panes to compare."""

    measured = Signal(object)
    """Emitted with ``ViewSizes`` when cells or panes have another size, or others are in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas = BoxCanvas()
        self.colourbar = ColourBar()
        self.title = ElidedLabel()
        self.title.setObjectName("onPicture")
        self.title.setContentsMargins(10, 5, 10, 5)
        self.title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.title.hide()
        self.grid, self.grid_header = Grid(), ViewHeader()
        self.grid_area = GridArea(self.grid)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self.compare, self.compare_header = CompareView(), ViewHeader()
        for page in (
            self._single_page(),
            _below(self.grid_header, self.grid_area),
            _below(self.compare_header, self.compare),
        ):
            self._pages.addWidget(page)
        self._view: ViewName = "single"
        self.setFocusProxy(self.canvas)
        # Queued: cells are laid out anew while a refresh shows them.
        for sized in (self.grid, self.compare):
            sized.resized.connect(self._measure, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _measure(self) -> None:
        cells, in_sight = self.grid.cell_pixels(), self.grid.blocks_in_sight()
        self.measured.emit(ViewSizes(cells, in_sight, self.compare.pane_pixels()))

    @property
    def front(self) -> QWidget:
        """The widget of the view shown, which gets the keys."""
        return self._shown

    @property
    def is_painted(self) -> bool:
        """True where the view shown has painted its latest frame."""
        return self._shown.is_painted

    @property
    def keyed(self) -> tuple[QWidget, ...]:
        """Every widget here that gets the stage's keys."""
        return self.canvas, self.grid, *self.compare.panes.values()

    @property
    def _shown(self) -> Canvas | Grid | CompareView:
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

    def _single_page(self) -> QWidget:
        page = QWidget()
        corner = QGridLayout(page)
        corner.setContentsMargins(0, 0, 0, 0)
        corner.setSpacing(0)
        corner.addWidget(self.canvas, 0, 0, 2, 1)
        corner.addWidget(_inset(self.title), 0, 0)
        corner.addWidget(self.colourbar, 2, 0)
        corner.setRowStretch(1, 1)
        return page


def _below(header: QWidget, body: QWidget) -> QWidget:
    page = QWidget()
    page.setObjectName("body")
    page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(header)
    column.addWidget(body, 1)
    return page


def _inset(widget: QWidget) -> QWidget:
    """Wrap a widget with a margin through which clicks pass."""
    box = QWidget()
    box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    grid = QGridLayout(box)
    grid.setContentsMargins(12, 12, 12, 12)
    grid.addWidget(widget, 0, 0, Qt.AlignmentFlag.AlignLeft)
    return box
