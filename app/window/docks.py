"""The docks around the stage: builds, places and shows them; ``layouts`` keeps where they are."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QDockWidget,
    QMainWindow,
    QScrollArea,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from app.panels.table import PANELS
from app.panels.workspaces import WORKSPACES
from app.widgets.basic import DockTitle, set_spoken_name
from app.widgets.help_mark import HelpMark

if TYPE_CHECKING:
    from app.panels.spec import Area, Panel, PanelSpec

LEAST_SIDE_WIDTH = 244
"""Least width of a dock at a side in pixels."""

SIDES: dict[Area, Qt.DockWidgetArea] = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "tabs": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
"""Side of the window for each area, in the order of Tab."""

FOLDED_PX = 44
"""Height of a timeline that shows its transport alone."""

MANY_TABS = 4
"""Tabs from which on their titles are short ones."""

_SCROLLS = {"ScrollLeftButton": "Scroll Left", "ScrollRightButton": "Scroll Right"}
"""What Qt calls the buttons at the end of a row of tabs, by their names."""

AREAS: dict[str, Area] = {spec.name: spec.area for spec in PANELS}
"""Area of each panel's own row."""


class Docks(QObject):
    """All docks of a window, one for each row of ``PANELS``.

    Args:
        window: the window around which they are.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.panels: dict[str, Panel] = {}
        self.by_name: dict[str, QDockWidget] = {}
        self.titles: dict[str, DockTitle] = {}
        self.arrangement = WORKSPACES[0].wide
        """Where panels are at first; set before ``arrange``."""
        # A timer of our own: a single shot that a closing window never fires is kept
        # for ever, and the window with it.
        self._tab_check = QTimer(self)
        self._tab_check.setSingleShot(True)
        self._tab_check.setInterval(0)
        self._tab_check.timeout.connect(self._check_tabs)
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, SIDES["bottom"])
        window.setTabPosition(SIDES["tabs"], QTabWidget.TabPosition.North)
        for spec in PANELS:
            self._add(spec)

    @property
    def keyed(self) -> tuple[QWidget, ...]:
        """Every widget of the panels that takes the stage's keys."""
        panels = self.panels.values()
        lists = (view for panel in panels for view in panel.findChildren(QAbstractScrollArea))
        return (*panels, *lists)

    # -- building ---------------------------------------------------------------------------

    def _add(self, spec: PanelSpec) -> None:
        """Make a panel and a dock around it."""
        title = QCoreApplication.translate("panels", spec.title)
        panel = self.panels[spec.name] = spec.make()
        for button in panel.findChildren(QAbstractButton):
            if button.focusPolicy() == Qt.FocusPolicy.StrongFocus:
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves keys on the stage
        dock = self.by_name[spec.name] = QDockWidget(title, self._window)
        dock.setObjectName(f"dock.{spec.name}")
        bar = self.titles[spec.name] = DockTitle(title, self.tr("Hide {panel}").format(panel=title))
        bar.close_button.clicked.connect(dock.close)
        if spec.guide:
            bar.add_mark(HelpMark(spec.guide))
        if spec.fixed:
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
        """Docks of these areas in the present arrangement, from top to bottom."""
        return tuple(self.by_name[name] for name in self._names(areas))

    def first_stops(self, *areas: Area) -> tuple[QWidget, ...]:
        """``first_stop`` of each panel of these areas that has one."""
        stops = (self.panels[name].first_stop for name in self._names(areas))
        return tuple(stop for stop in stops if stop is not None)

    def _names(self, areas: tuple[Area, ...]) -> list[str]:
        """Names of the panels of these areas: those shown first, in their order."""
        shown = self.arrangement.shown()
        names = (*shown, *(spec.name for spec in PANELS if spec.name not in shown))
        return [name for area in areas for name in names if self._area(name) == area]

    def _area(self, name: str) -> Area:
        return self.arrangement.area_of(name, AREAS[name])

    def arrange(self) -> None:
        """Move all docks to their first places in the present arrangement."""
        window = self._window
        for dock in self.by_name.values():
            dock.hide()  # all at once they would make the window larger
        for area, side in SIDES.items():
            for dock in self.within(area):
                dock.setFloating(False)
                window.addDockWidget(side, dock)
        for one, other in pairwise(self.within("tabs")):
            window.tabifyDockWidget(one, other)
        bottom = [self.by_name[name] for name in self.arrangement.bottom]
        for one, other in pairwise(bottom):
            window.splitDockWidget(one, other, Qt.Orientation.Vertical)
        shown = self.arrangement.shown()
        for name, dock in self.by_name.items():
            dock.setVisible(name in shown)
        for dock in self.within("tabs")[:1]:
            dock.raise_()
        self.share_room()

    def share_room(self) -> None:
        """Give the docks the first sizes of the present arrangement."""
        window, arrangement = self._window, self.arrangement
        heights = {self.by_name[spec.name]: spec.height for spec in PANELS}
        left = [self.by_name[name] for name in arrangement.left]
        right = [self.by_name[name] for name in (*arrangement.right, *arrangement.tabs[:1])]
        sides = [(left, arrangement.left_px), (right, arrangement.right_px)]
        sides = [(docks, px) for docks, px in sides if docks]
        window.resizeDocks(
            [docks[0] for docks, _ in sides], [px for _, px in sides], Qt.Orientation.Horizontal
        )
        for docks, _ in sides:
            sizes = [heights[dock] for dock in docks]
            window.resizeDocks(docks, sizes, Qt.Orientation.Vertical)
        below = [self.by_name[name] for name in arrangement.bottom]
        folded = {self.by_name["timeline"]: FOLDED_PX} if not arrangement.has_track else {}
        sizes = [folded.get(dock, heights[dock]) for dock in below]
        window.resizeDocks(below, sizes, Qt.Orientation.Vertical)

    def _name_tab(self, name: str, tabs: int) -> None:
        """Give a dock the title of its tab, a shorter one where many stand side by side."""
        spec = next(spec for spec in PANELS if spec.name == name)
        words = spec.tab if spec.tab and tabs >= MANY_TABS else spec.title
        title = QCoreApplication.translate("panels", words)
        if self.by_name[name].windowTitle() != title:
            self.by_name[name].setWindowTitle(title)

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

    def next_pane(self, by: int, centre: QWidget) -> None:
        """Move the focus to the next pane: left, centre, right, below."""
        stops = (
            *self.first_stops("left"),
            centre,
            *self.first_stops("right", "tabs", "bottom"),
        )
        panes = [p for p in stops if not p.visibleRegion().isEmpty() and p.isEnabled()]
        owner = self._window.focusWidget()
        here = next((i for i, pane in enumerate(panes) if pane is owner), None)
        if here is None:
            here = next(
                (i for i, p in enumerate(panes) if owner and _same_dock(p, owner)),
                0 if by < 0 else -1,
            )
        panes[(here + by) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

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
            self._name_tab(name, sum(not other.isHidden() for other in (dock, *tabs)))
            dock.widget().setEnabled(dock.isFloating() or dock.geometry().right() >= 0)
        only_ours = Qt.FindChildOption.FindDirectChildrenOnly
        for row in self._window.findChildren(QTabBar, options=only_ours):
            if row.count() < 2:
                row.move(-2 * row.width(), 0)  # of a group that is no more: it lay on the menus
            row.setEnabled(row.geometry().right() >= 0)
            for button in row.findChildren(QToolButton):  # a row outlives a change of language
                words = _SCROLLS.get(button.objectName())
                if words is not None:
                    set_spoken_name(button, QCoreApplication.translate("QTabBar", words))


def _same_dock(one: QWidget, other: QWidget) -> bool:
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
