"""The docks around the stage: building, placing, showing, and keeping them between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMargins, QObject, QSettings, QSize, Qt, QTimer
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

from app.widgets.basic import DockTitle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QScreen

LAYOUT_VERSION = 3
"""Raised when the docks change so that an older layout no longer fits."""

FIRST_SIZE = QSize(1400, 860)
SIDE_WIDTH = 268
LEAST_SIDE_WIDTH = 244

LEAST_PREDICTIONS = QSize(276, 180)
"""All five bars and the title, and none of the numbers cut at the side."""

FIRST_HIDDEN = ("log",)
"""Panels that are there when asked for."""

RETURN_MS = 500
"""After a screen was taken away, before a window that is on none is moved."""

SCROLLING = ("display", "predictions", "model")
"""Panels that scroll where the window is too low for them."""


class Docks(QObject):
    """All docks of a window.

    Args:
        window: whose docks they are.
        settings: where their places are kept between runs.
    """

    def __init__(self, window: QMainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self.by_name: dict[str, QDockWidget] = {}
        self.titles: dict[str, DockTitle] = {}
        self._first_layout = QByteArray()
        self._full_screen_layout = QByteArray()
        # A timer of our own, because a single shot that a closing window never fires is kept
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

    # -- building ---------------------------------------------------------------------------

    def add(self, panels: Iterable[tuple[str, str, QWidget]]) -> None:
        """Make a dock for each (name, title, panel)."""
        for name, title, panel in panels:
            dock = QDockWidget(title, self._window)
            dock.setObjectName(f"dock.{name}")
            bar = DockTitle(title, self.tr("Hide {panel}").format(panel=title))
            bar.close_button.clicked.connect(dock.close)
            if name == "timeline":
                dock.setTitleBarWidget(QWidget())  # the transport row says what it is
                dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
            else:
                dock.setTitleBarWidget(bar)
                dock.setMinimumWidth(LEAST_SIDE_WIDTH)
                # Whether it has a tab is known once the window has placed it.
                dock.visibilityChanged.connect(self._check_tabs_soon)
                dock.topLevelChanged.connect(self._check_tabs_soon)
            dock.setWidget(_scrolling(panel) if name in SCROLLING else panel)
            if name == "predictions":
                dock.setMinimumSize(LEAST_PREDICTIONS)
            self.by_name[name] = dock
            self.titles[name] = bar

    def place(self) -> None:
        """Put all docks where they are at first."""
        window, docks = self._window, self.by_name
        left, right, bottom = (
            Qt.DockWidgetArea.LeftDockWidgetArea,
            Qt.DockWidgetArea.RightDockWidgetArea,
            Qt.DockWidgetArea.BottomDockWidgetArea,
        )
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, bottom)
        for name, area in (
            ("layers", left),
            ("heads", left),
            ("predictions", right),
            ("display", right),
            ("model", right),
            ("log", right),
            ("timeline", bottom),
        ):
            window.addDockWidget(area, docks[name])
        window.setTabPosition(right, QTabWidget.TabPosition.North)
        window.tabifyDockWidget(docks["display"], docks["model"])
        window.tabifyDockWidget(docks["model"], docks["log"])
        for name in FIRST_HIDDEN:
            docks[name].hide()
        docks["display"].raise_()
        self._share_room()
        self._first_layout = window.saveState(LAYOUT_VERSION)

    def _share_room(self) -> None:
        for one, other, sizes, way in (
            ("layers", "predictions", [SIDE_WIDTH, SIDE_WIDTH], Qt.Orientation.Horizontal),
            ("layers", "heads", [330, 330], Qt.Orientation.Vertical),
            ("predictions", "display", [256, 394], Qt.Orientation.Vertical),
        ):
            self._window.resizeDocks([self.by_name[one], self.by_name[other]], sizes, way)

    # -- showing ----------------------------------------------------------------------------

    def toggle(self, name: str) -> None:
        """Hide a dock, or show it; one behind another tab comes to the front."""
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
        """Put all docks where they were at first."""
        self._window.restoreState(self._first_layout, LAYOUT_VERSION)
        for name, dock in self.by_name.items():
            dock.setVisible(name not in FIRST_HIDDEN)
        self.by_name["display"].raise_()
        self._share_room()  # the sizes kept are those of a window of another size

    def full_screen(self) -> None:
        """Fill the screen with the stage and the timeline, or no longer."""
        if self._window.isFullScreen():
            self._window.showNormal()
            self._window.restoreState(self._full_screen_layout, LAYOUT_VERSION)
            return
        self._full_screen_layout = self._window.saveState(LAYOUT_VERSION)
        for name, dock in self.by_name.items():
            dock.setVisible(name == "timeline")
        self._window.showFullScreen()

    def _check_tabs_soon(self) -> None:
        self._tab_check.start()

    def _check_tabs(self) -> None:
        """A tab says the name already; only a dock of its own needs the title line.

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
        """Remember sizes and places for the next run."""
        if not self._window.isFullScreen():
            self._settings.setValue("geometry", self._window.saveGeometry())
            self._settings.setValue("layout", self._window.saveState(LAYOUT_VERSION))

    def restore(self) -> None:
        """Take over sizes and places of the last run, on a screen that is there."""
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
        """Move the window and the docks that float to where they can be seen."""
        screen = QGuiApplication.primaryScreen()
        floating = [dock for dock in self.by_name.values() if dock.isFloating()]
        for shown in (self._window, *floating):
            if screen and QGuiApplication.screenAt(shown.frameGeometry().center()) is None:
                shown.move(screen.availableGeometry().topLeft())


def same_dock(one: QWidget, other: QWidget) -> bool:
    """Both stand in one dock."""

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
