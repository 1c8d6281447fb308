"""The docks around the stage: builds, places and shows them, and keeps the layout between runs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QByteArray,
    QCoreApplication,
    QMargins,
    QObject,
    QSettings,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QScrollArea,
    QStyle,
    QTabBar,
    QTabWidget,
    QWidget,
)

from app.panels.table import PANELS
from app.widgets.basic import DockTitle

if TYPE_CHECKING:
    from PySide6.QtGui import QScreen

    from app.panels.spec import Area, Panel, PanelSpec

LAYOUT_VERSION = 3
"""Version of the layout; increased when an older layout no longer fits the docks."""

FIRST_SIZE = QSize(1400, 860)
SIDE_WIDTH = 268
LEAST_SIDE_WIDTH = 244

SIDES: dict[Area, Qt.DockWidgetArea] = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "tabs": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
"""Side of the window for each area, in the order of Tab."""

RETURN_MS = 500
"""Milliseconds after a screen was removed before a window that is on none is moved."""


class Docks(QObject):
    """All docks of a window, one for each row of ``PANELS``.

    Args:
        window: the window around which they are.
        settings: storage of the layout.
    """

    def __init__(self, window: QMainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self.panels: dict[str, Panel] = {}
        self.by_name: dict[str, QDockWidget] = {}
        self.titles: dict[str, DockTitle] = {}
        self._first_layout = QByteArray()
        self._full_screen_layout = QByteArray()
        # A timer of our own: a single shot that a closing window never fires is kept
        # for ever, and the window with it.
        self._tab_check = QTimer(self)
        self._tab_check.setSingleShot(True)
        self._tab_check.setInterval(0)
        self._tab_check.timeout.connect(self._check_tabs)
        # The window manager is given the time to move the windows itself.
        self._return = QTimer(self)
        self._return.setSingleShot(True)
        self._return.setInterval(RETURN_MS)
        self._return.timeout.connect(self._back_to_a_screen)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenRemoved.connect(self._screen_is_gone)
        for spec in PANELS:
            self._add(spec)

    @property
    def keyed(self) -> tuple[QWidget, ...]:
        """Every widget of the panels that takes the stage's keys."""
        return tuple(widget for panel in self.panels.values() for widget in panel.keyed)

    # -- building ---------------------------------------------------------------------------

    def _add(self, spec: PanelSpec) -> None:
        """Make a panel and a dock around it."""
        title = QCoreApplication.translate("panels", spec.title)
        panel = self.panels[spec.name] = spec.make()
        dock = self.by_name[spec.name] = QDockWidget(title, self._window)
        dock.setObjectName(f"dock.{spec.name}")
        bar = self.titles[spec.name] = DockTitle(title, self.tr("Hide {panel}").format(panel=title))
        bar.close_button.clicked.connect(dock.close)
        if spec.area == "bottom":
            dock.setTitleBarWidget(QWidget())  # what it holds says what it is
            dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        else:
            dock.setTitleBarWidget(bar)
            dock.setMinimumWidth(LEAST_SIDE_WIDTH)
            # Whether it has a tab is known once the window has placed it.
            dock.visibilityChanged.connect(self._check_tabs_soon)
            dock.topLevelChanged.connect(self._check_tabs_soon)
        dock.setWidget(_scrolling(panel) if spec.scrolls else panel)
        if spec.least is not None:
            dock.setMinimumSize(*spec.least)

    def within(self, *areas: Area) -> tuple[QDockWidget, ...]:
        """Docks whose first place is in these areas, from top to bottom."""
        return tuple(self.by_name[name] for name in _names(areas))

    def first_stops(self, *areas: Area) -> tuple[QWidget, ...]:
        """``first_stop`` of each panel of these areas that has one."""
        stops = (self.panels[name].first_stop for name in _names(areas))
        return tuple(stop for stop in stops if stop is not None)

    def place(self) -> None:
        """Move all docks to their first places."""
        window = self._window
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, SIDES["bottom"])
        for area, side in SIDES.items():
            for dock in self.within(area):
                window.addDockWidget(side, dock)
        window.setTabPosition(SIDES["tabs"], QTabWidget.TabPosition.North)
        for one, other in pairwise(self.within("tabs")):
            window.tabifyDockWidget(one, other)
        for spec in PANELS:
            self.by_name[spec.name].setVisible(not spec.hidden)
        self._raise_first_tab()
        self._share_room()
        self._first_layout = window.saveState(LAYOUT_VERSION)

    def _raise_first_tab(self) -> None:
        for dock in self.within("tabs")[:1]:
            dock.raise_()

    def _share_room(self) -> None:
        left, right = self.within("left"), (*self.within("right"), *self.within("tabs")[:1])
        heights = {self.by_name[spec.name]: spec.height for spec in PANELS}
        sides = [side[0] for side in (left, right) if side]
        widths = [SIDE_WIDTH] * len(sides)
        self._window.resizeDocks(sides, widths, Qt.Orientation.Horizontal)
        for side in (left, right):
            sizes = [heights[dock] for dock in side]
            self._window.resizeDocks(list(side), sizes, Qt.Orientation.Vertical)

    # -- showing ----------------------------------------------------------------------------

    def toggle(self, name: str) -> None:
        """Show or hide a dock; one behind another tab comes to the front."""
        if self.by_name[name].visibleRegion().isEmpty():
            self.show(name)
        else:
            self.by_name[name].hide()

    def show(self, name: str) -> None:
        """Show a dock, in front of those on the same tabs."""
        self.by_name[name].show()
        self.by_name[name].raise_()
        self.by_name[name].widget().setEnabled(True)

    def reset(self) -> None:
        """Move all docks to their first places, with their first sizes."""
        self._window.restoreState(self._first_layout, LAYOUT_VERSION)
        for spec in PANELS:
            self.by_name[spec.name].setVisible(not spec.hidden)
        self._raise_first_tab()
        self._share_room()  # the sizes kept are those of a window of another size

    def full_screen(self) -> None:
        """Turn full screen, with the stage and the docks below it, on or off."""
        if self._window.isFullScreen():
            self._window.showNormal()
            self._window.restoreState(self._full_screen_layout, LAYOUT_VERSION)
            return
        self._full_screen_layout = self._window.saveState(LAYOUT_VERSION)
        for dock in self.by_name.values():
            dock.setVisible(dock in self.within("bottom"))
        self._window.showFullScreen()

    def _check_tabs_soon(self) -> None:
        self._tab_check.start()

    def _check_tabs(self) -> None:
        """Hide the title line of docks in tabs, whose tab shows the name already.

        Qt only moves a dock behind another tab out of sight, and a row of tabs that it keeps for
        later, so Tab would lead into them.
        """
        for name, dock in self.by_name.items():
            tabs = self._window.tabifiedDockWidgets(dock)
            shown = any(not other.isHidden() for other in tabs)
            self.titles[name].show_name(not shown or dock.isFloating())
            dock.widget().setEnabled(dock.isFloating() or dock.geometry().right() >= 0)
        only_ours = Qt.FindChildOption.FindDirectChildrenOnly
        for row in self._window.findChildren(QTabBar, options=only_ours):
            row.setEnabled(row.geometry().right() >= 0)  # one for groups that are no more

    # -- between runs -----------------------------------------------------------------------

    def keep(self) -> None:
        """Save sizes and places for the next run."""
        if not self._window.isFullScreen():
            self._settings.setValue("geometry", self._window.saveGeometry())
            self._settings.setValue("layout", self._window.saveState(LAYOUT_VERSION))

    def restore(self) -> None:
        """Restore sizes and places of the last run, on a screen that exists."""
        window = self._window
        window.resize(FIRST_SIZE)
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            title_px = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
            room = screen.availableGeometry().size().shrunkBy(QMargins(0, 0, 0, title_px))
            window.resize(FIRST_SIZE.boundedTo(room))
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)
        layout = self._settings.value("layout")
        if isinstance(layout, QByteArray):
            window.restoreState(layout, LAYOUT_VERSION)
        self._back_to_a_screen()

    def _screen_is_gone(self, _screen: QScreen) -> None:
        self._return.start()

    def _back_to_a_screen(self) -> None:
        """Move the window and floating docks to a screen that exists."""
        screen = QGuiApplication.primaryScreen()
        floating = [dock for dock in self.by_name.values() if dock.isFloating()]
        for shown in (self._window, *floating):
            if screen and QGuiApplication.screenAt(shown.frameGeometry().center()) is None:
                shown.move(screen.availableGeometry().topLeft())


def _names(areas: tuple[Area, ...]) -> list[str]:
    """Names of the panels of these areas, area by area."""
    return [spec.name for area in areas for spec in PANELS if spec.area == area]


def same_dock(one: QWidget, other: QWidget) -> bool:
    """True where both widgets are in one dock."""

    def dock(widget: QWidget | None) -> QWidget | None:
        while widget is not None and not isinstance(widget, QDockWidget):
            widget = widget.parentWidget()
        return widget

    return dock(one) is not None and dock(one) is dock(other)


def _scrolling(panel: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(panel)
    return area
