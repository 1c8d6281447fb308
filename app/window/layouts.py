"""Which panels stand where: a layout for each workspace and width, kept between runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import (
    QByteArray,
    QEvent,
    QMargins,
    QObject,
    QSettings,
    QSize,
    QTimer,
    Signal,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyle
from typing_extensions import override

from app.panels.workspaces import BY_NAME, WORKSPACES, Width, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QScreen

    from app.state.view_state import WorkspaceName
    from app.window.docks import Docks

LAYOUT_VERSION = 4
"""Version of the layout; increased when an older layout no longer fits the docks."""

FIRST_SIZE = QSize(1400, 860)

RETURN_MS = 500
"""Milliseconds after a screen was removed before a window that is on none is moved."""


@dataclass(frozen=True)
class HandedLayouts:
    """The layouts of docks that are to be made anew."""

    kept: Mapping[str, QByteArray]
    """By workspace and width, as ``look/wide``."""
    workspace: WorkspaceName
    width: Width
    is_bare: bool
    """All docks were hidden."""
    is_full_screen: bool


class Layouts(QObject):
    """Keeps the places of docks for each workspace and width, and puts them back.

    Args:
        window: the window around which the docks are.
        docks: all docks.
        settings: storage of the layouts.
    """

    changed = Signal()
    """Emitted when another layout is shown."""

    def __init__(self, window: QMainWindow, docks: Docks, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._docks, self._settings = window, docks, settings
        self._kept: dict[str, QByteArray] = {}
        self._workspace, self._width = WORKSPACES[0], width_of(FIRST_SIZE.width())
        self._is_bare = self._is_fresh = self._has_clip = False
        self._has_timeline = True
        # Timers of our own: a single shot that a closing window never fires is kept for ever.
        self._resized = self._timer(0, self._follow_width)
        self._shown = self._timer(0, docks.share_room)  # before, there is no room to share
        # The window manager is given the time to move the windows itself.
        self._return = self._timer(RETURN_MS, self._back_to_a_screen)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenRemoved.connect(self._screen_is_gone)
        window.installEventFilter(self)

    def _timer(self, milliseconds: int, then: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer

    @property
    def workspace(self) -> WorkspaceName:
        """Name of the workspace whose layout is shown."""
        return self._workspace.name

    @property
    def width(self) -> Width:
        """Whether the layout that is shown is of a wide or a narrow window."""
        return self._width

    @property
    def is_returning(self) -> bool:
        """True while the window waits to be moved to a screen that exists."""
        return self._return.isActive()

    # -- showing ----------------------------------------------------------------------------

    def go_to(self, name: WorkspaceName) -> None:
        """Show the layout of a workspace."""
        if name != self.workspace:
            self._remember()
            self._workspace, self._is_bare = BY_NAME[name], False
            self._show()

    def reset(self) -> None:
        """Move all docks to their first places in this workspace and width."""
        self._is_bare = False
        self._kept[self._key] = QByteArray()
        self._show()

    def toggle_all(self) -> None:
        """Hide all docks, or show them as they were before."""
        if self._is_bare:
            self._is_bare = False
            self._show()
            return
        self._remember()
        self._is_bare = True
        for dock in self._docks.by_name.values():
            dock.hide()

    def show_clip(self, *, is_open: bool) -> None:
        """Leave out the timeline while no clip is open; its place and height are kept."""
        if is_open == self._has_clip:
            return
        self._has_clip = is_open
        if is_open and self._has_timeline and not self._is_bare:
            self._timeline.show()
        elif not is_open:
            self._fit_to_clip()

    def full_screen(self) -> None:
        """Turn full screen, with the stage and the docks below it, on or off."""
        if self._window.isFullScreen():
            self._window.showNormal()
            self._is_bare = False
            self._show()
            return
        self._remember()
        for dock in self._docks.by_name.values():
            dock.setVisible(dock in self._docks.within("bottom") and not self._is_bare)
        self._fit_to_clip()
        self._window.showFullScreen()

    def take(self, layout: QByteArray, width: str = "") -> None:
        """Show a layout from elsewhere; one of another version changes nothing.

        Args:
            layout: of docks, for the workspace that is shown.
            width: ``Width`` that it is for; of the other one it waits until the window has it.
                Empty where it is not known.
        """
        if width in get_args(Width) and width != self._width:
            self._kept[f"{self._workspace.name}/{width}"] = layout
            return
        self._window.restoreState(layout, LAYOUT_VERSION)
        self._fit_to_clip()

    def current(self) -> QByteArray:
        """The layout that is shown, or was before all docks were hidden."""
        if self._is_bare or self._window.isFullScreen():
            return self._kept.get(self._key, QByteArray())
        if self._has_clip or not self._has_timeline:
            return self._window.saveState(LAYOUT_VERSION)
        was_hidden = self._timeline.isHidden()
        self._window.setUpdatesEnabled(False)
        try:
            self._timeline.show()
            return self._window.saveState(LAYOUT_VERSION)
        finally:
            self._timeline.setHidden(was_hidden)
            self._window.setUpdatesEnabled(True)

    @property
    def _timeline(self) -> QDockWidget:
        return self._docks.by_name["timeline"]

    def _fit_to_clip(self) -> None:
        """Hide a timeline that has nothing to show, after the docks were placed."""
        self._has_timeline = not self._timeline.isHidden()
        if not self._has_clip:
            self._timeline.hide()

    @property
    def _key(self) -> str:
        return f"{self._workspace.name}/{self._width}"

    def _remember(self) -> None:
        self._kept[self._key] = self.current()

    def _show(self) -> None:
        """Show the layout that was left here; where there is none, the first one."""
        self._docks.arrangement = self._workspace.arrangement(self._width)
        if not self._window.isFullScreen():
            kept = self._kept.get(self._key) or QByteArray()
            self._window.setUpdatesEnabled(False)
            try:
                self._is_fresh = kept.isEmpty() or not self._window.restoreState(
                    kept, LAYOUT_VERSION
                )
                if self._is_fresh:
                    self._docks.arrange()
                self._fit_to_clip()
            finally:
                self._window.setUpdatesEnabled(True)
        self.changed.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width of the window, once its layout has been laid out."""
        if event.type() == QEvent.Type.Show and watched is self._window and self._is_fresh:
            self._shown.start()
        resized = event.type() == QEvent.Type.Resize and watched is self._window
        if resized and width_of(self._window.width()) != self._width:
            self._resized.start()
        return False

    def _follow_width(self) -> None:
        width = width_of(self._window.width())
        if width == self._width or self._window.isFullScreen():
            return
        self._remember()
        self._width = width
        if self._is_bare:
            self._docks.arrangement = self._workspace.arrangement(width)
        else:
            self._show()

    # -- to other docks ---------------------------------------------------------------------

    def hand_over(self) -> HandedLayouts:
        """What other docks need to stand as these do; full screen is left."""
        was_full = self._window.isFullScreen()
        if was_full:
            self.full_screen()
        self._remember()
        return HandedLayouts(self._kept, self.workspace, self._width, self._is_bare, was_full)

    def go_on(self, before: HandedLayouts) -> None:
        """Show the docks as others stood here before."""
        self._kept, self._width = dict(before.kept), before.width
        self._workspace = BY_NAME[before.workspace]
        self._docks.arrangement = self._workspace.arrangement(self._width)
        self._docks.arrange()
        self._show()
        if before.is_bare:
            self.toggle_all()
        if before.is_full_screen:
            self.full_screen()

    # -- between runs -----------------------------------------------------------------------

    def keep(self) -> None:
        """Save sizes and places for the next run."""
        if not self._window.isFullScreen():
            self._settings.setValue("geometry", self._window.saveGeometry())
        self._remember()
        self._settings.setValue("workspace", self.workspace)
        for key, layout in self._kept.items():
            self._settings.setValue(f"layout/{key}", layout)

    def restore(self) -> WorkspaceName:
        """Restore sizes and places of the last run, on a screen that exists.

        Returns:
            The workspace that was in use.
        """
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
        for workspace in WORKSPACES:
            for width in ("wide", "narrow"):
                layout = self._settings.value(f"layout/{workspace.name}/{width}")
                if isinstance(layout, QByteArray):
                    self._kept[f"{workspace.name}/{width}"] = layout
        last = self._settings.value("workspace")
        self._workspace = next((each for each in WORKSPACES if each.name == last), WORKSPACES[0])
        self._width = width_of(window.width())
        if self._key in self._kept:  # what a kept layout does not know stands somewhere too
            self._docks.arrangement = self._workspace.arrangement(self._width)
            self._docks.arrange()
        self._show()
        self._back_to_a_screen()
        return self.workspace

    def _screen_is_gone(self, _screen: QScreen) -> None:
        self._return.start()

    def _back_to_a_screen(self) -> None:
        """Move the window and floating docks to a screen that exists."""
        screen = QGuiApplication.primaryScreen()
        floating = [dock for dock in self._docks.by_name.values() if dock.isFloating()]
        for shown in (self._window, *floating):
            if screen and QGuiApplication.screenAt(shown.frameGeometry().center()) is None:
                shown.move(screen.availableGeometry().topLeft())
