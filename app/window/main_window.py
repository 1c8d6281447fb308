"""The main window: docks around the stage, menus, drag and drop, layout kept between runs."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from platformdirs import user_cache_path
from PySide6.QtCore import QEvent, QSettings, Qt, QTimer
from PySide6.QtWidgets import QMenuBar, QStatusBar, QWidget
from typing_extensions import override

from app.commands import CommandContext
from app.commands.actions import Actions
from app.commands.keys import KeyMap
from app.commands.toolbar import make_toolbar
from app.controller.controller import Controller
from app.panels.messages import Messages
from app.panels.spec import PanelContext
from app.panels.status import STATUS_PX, StatusLine
from app.panels.welcome.panel import Welcome
from app.panels.workspaces import BY_NAME
from app.results import MemoryInfo, TaskKey
from app.state.preferences import first_state
from app.state.recent_files import RecentFiles
from app.state.store import Store
from app.text.reports import report_of
from app.views.atlas import AtlasPage
from app.views.showing import show_stage
from app.views.stage import Stage
from app.widgets import plots, theme
from app.widgets.basic import bounded
from app.widgets.drop_overlay import DropOverlay
from app.widgets.stylesheet import dress
from app.window.built import Built
from app.window.clipboard import Clipboard
from app.window.dialog_opener import DialogOpener
from app.window.docks import Docks
from app.window.drops import Drops
from app.window.help_opener import HelpOpener
from app.window.hold_to_hide import HoldToHide
from app.window.housekeeping import Upkeep
from app.window.layouts import Layouts
from app.window.leaving import Leaving
from app.window.logbook import Logbook
from app.window.menu_row import MenuRow
from app.window.pages import Pages
from app.window.places import PlaceBook, PlaceKeeper
from app.window.pointing import Pointing
from app.window.recent_menu import RecentFilesMenu
from app.window.sample_loader import SampleLoader
from app.window.session_manager import SessionManager
from app.window.stream_menu import StreamMenu
from app.window.tab_order import TabRing, order_tabs
from app.window.wiring import connect_atlas, connect_messages, connect_stage

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QMouseEvent
    from PySide6.QtWidgets import QAbstractButton

    from app.panels.timeline.panel import Timeline
    from app.results import Message
    from app.state.preferences import PreferenceStore


class MainWindow(TabRing):
    """The application's one window.

    Args:
        settings: storage of the layout.
        preferences: holds the user's preferences; the window's from now on.
    """

    def __init__(self, settings: QSettings, preferences: PreferenceStore) -> None:
        super().__init__()
        self._settings, self.preferences = settings, preferences
        preferences.setParent(self)
        self.has_ended = True  # else the process must end without a worker that hangs
        self.setObjectName("main")
        dress(self)
        self.setDockNestingEnabled(True)
        self.setAnimated(False)
        self.store = Store(first_state(preferences.values), parent=self)
        self.logbook = Logbook(self)
        self.keys = KeyMap(settings, self)
        self.files = RecentFiles(settings, self)
        self.controller = Controller(self.store, preferences, self)
        self.upkeep = Upkeep(self._show_memory, self)
        self._actions_later = QTimer(self, singleShot=True, interval=50)  # while frames move
        self._actions_later.timeout.connect(self._show_actions)
        self.built = Built(self, self.controller)
        self._build()
        self.store.changed.connect(lambda _, new: self.layouts.go_to(new.workspace))
        self.store.update(workspace=self.layouts.restore())
        self._begin()

    def build_anew(self) -> None:
        """Build every part of the window again, with texts of the language that is in use now.

        What was opened, run, asked for and said stays; dialogs close.
        """
        session, layouts = self.sessions.hand_over(), self.layouts.hand_over()
        place, span = self.stage.canvas.place, self._timeline.track.span
        self.controller.unfollow()
        self.controller.workers.decode.cancel(TaskKey.THUMBNAIL)
        self.built.remove()
        self._build()
        for part in (self.menu_row, self.toolbar, self._pages, self.statusBar()):
            part.show()  # Qt would later, and docks be given their sizes without them
        self.sessions.go_on(session)
        self.layouts.go_on(layouts)
        self.panels.log.show_lines(self.logbook.last())
        self._begin()
        self.stage.canvas.go_to(*place)
        self._timeline.track.show_span(span)

    def _begin(self) -> None:
        """Show all that there is to show."""
        self.controller.start()
        self._order_tabs()
        self.layouts.changed.connect(self._order_tabs)
        self._refreshed()
        self._pages.focus()  # Qt would choose the first button of all

    # -- building ---------------------------------------------------------------------------

    def _build(self) -> None:
        """Make every part, in the language in use now."""
        self._furnish()
        self.docks = Docks(self)
        self.layouts = Layouts(self, self.docks, self._settings)
        self.messages = Messages(self._pages, self._report, self._pages.message_room)
        self.status = StatusLine()
        self.statusBar().addWidget(self.status, 1)
        self.panels = SimpleNamespace(**self.docks.panels)  # each row of PANELS by its name
        self._connect_parts()
        controller, settings = self.controller, self._settings
        self.samples = SampleLoader(controller, self.welcome)
        self.dialogs = DialogOpener(self, controller, settings)
        self.sessions = SessionManager(self, controller, self.stage.canvas, self.layouts)
        book = PlaceBook(user_cache_path("mvit-lens", appauthor=False))
        self.places = PlaceKeeper(controller, book)
        self._leaving = Leaving(self, controller, self.sessions)
        self.help = HelpOpener(self, self.docks, settings, self.preferences, self.keys)
        self.recent = RecentFilesMenu(self.files, controller, self.sessions, self.welcome, book)
        self.actions_table = self._make_actions()
        self.toolbar = make_toolbar(self.actions_table)
        self.addToolBar(self.toolbar)
        Drops(self, self.overlay, controller, self.sessions)
        HoldToHide((*self.stage.keyed, *self.docks.keyed), self.store, self.keys, self)
        self._listen()
        self._name_buttons()

    def _furnish(self) -> None:
        self.stage = Stage()
        self.atlas = AtlasPage()
        self.welcome = Welcome()
        self.menu_row = MenuRow()
        self._pages = Pages(self.welcome, self.stage, self.atlas)
        self.overlay = DropOverlay(self._pages)
        self.setMenuWidget(self.menu_row)
        self.setCentralWidget(self._pages)
        self.setStatusBar(QStatusBar())
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setFixedHeight(STATUS_PX)

    def _make_actions(self) -> Actions:
        """Make menu bar and shortcuts from the table of commands."""
        self.pointing = Pointing(self.controller, self.stage)
        context = CommandContext(
            self.controller.intents,
            self.store,
            self.controller,
            self,
            self.dialogs,
            Clipboard(self.controller, self.stage),
            self.sessions,
            self.recent,
            self.help,
            self.pointing,
        )
        keyed = (self.stage, self.atlas, *self.docks.panels.values())
        actions = Actions(self, keyed, context, self.keys)
        actions.fill(self.menuBar())
        self.menu_row.set_actions(actions)
        self.recent.set_actions(actions)
        self.help.set_actions(actions)
        self.pointing.set_actions(actions)
        self.help.name_search(self.menu_row)
        self.controller.follow(StreamMenu(actions).show_snapshot)
        actions.by_id["file.open_sample"].setMenu(self.samples.menu(self))
        return actions

    def _connect_parts(self) -> None:
        """Let every part of the window show snapshots, and connect its signals."""
        for panel in self.docks.panels.values():
            self.controller.follow(panel.follow)
        self.controller.follow(self.welcome.show_snapshot)
        self.controller.follow(self.atlas.show_snapshot)
        self.controller.follow(self.status.show_snapshot)
        self.controller.follow(partial(show_stage, self.stage))
        connect_messages(self.messages, self.controller, self._run)
        connect_stage(self.stage, self.status, self.controller)
        connect_atlas(self.atlas, self.controller, self._run)
        for name, panel in self.docks.panels.items():
            panel.connect_to(
                PanelContext(
                    self.controller.intents,
                    self.store,
                    self.controller.player,
                    self.controller.cancel,
                    self._run,
                    self.controller.load_with,
                    self.controller.clips,
                    self.controller.patches.remove,
                    self.controller.notify,
                    self.controller.exports.say_origin,
                    self._pages.focus,
                    self.logbook.added,
                    self.docks.titles[name].show_remark,
                )
            )

    def _run(self, command_id: str) -> None:
        """Run the command of a button; looked up here, as actions are made after the panels."""
        self.actions_table.run(command_id)

    def _listen(self) -> None:
        """Connect signals of the window's parts to the window itself."""
        self.welcome.command.connect(self._run)
        self.menu_row.search_asked.connect(self.help.palette)
        self.messages.dock_asked.connect(self.docks.show)
        self.status.log_asked.connect(lambda: self.docks.toggle("log"))
        self.sessions.changed.connect(self._show_title)
        self.controller.follow(self._refreshed)
        for moved in (self.stage.rearranged, self.stage.canvas.zoomed, self.stage.measured):
            moved.connect(self.messages.place)

    def _report(self, message: Message) -> str:
        return report_of(message, self.store.state, self.controller.results, self.logbook.last())

    def _order_tabs(self) -> None:
        """Set the order of Tab: menu row, tools, left, centre, right, below."""
        left, others = self.docks.within("left"), self.docks.within("right", "tabs", "bottom")
        order_tabs(
            self, (self.menu_row, self.toolbar, *left, self._pages, *others, self.statusBar())
        )

    def _name_buttons(self) -> None:
        """Name buttons after their commands."""
        named: dict[str, QAbstractButton] = {
            "view.log": self.status.expand,
            "attention.cancel": self.status.job.cancel,
        }
        for panel in self.docks.panels.values():
            named.update(panel.command_buttons)
        for command, button in named.items():
            self.actions_table.name_button(button, command)

    # -- called by commands -----------------------------------------------------------------

    def open_sample(self, index: int = 0) -> None:
        """Open a shipped clip with the shipped model."""
        self.samples.open(index)

    def ask_frame(self) -> None:
        """Focus the field for a frame number."""
        self._timeline.ask_frame()

    def rename_marker(self) -> None:
        """Open the field for the name of the frame's marker."""
        self._timeline.track.rename(self.store.state.frame)

    @property
    def _timeline(self) -> Timeline:
        timeline: Timeline = self.panels.timeline
        return timeline

    def leave(self) -> None:
        """Leave (Esc) what is removed, drawn, picked, a view, full screen; focus the stage."""
        if not self.controller.intents.leave() and self.isFullScreen():
            self.full_screen()
        self._pages.focus()

    def full_screen(self) -> None:
        """Turn full screen, with stage and timeline, on or off."""
        self.layouts.full_screen()

    def toggle_panels(self) -> None:
        """Hide all docks, or show them as they were; the keys stay on the stage."""
        self.layouts.toggle_all()
        self._pages.focus()

    def toggle_dock(self, name: str) -> None:
        """Show or hide a dock; one behind another tab comes to the front."""
        self.docks.toggle(name)

    def next_pane(self, by: int) -> None:
        """Move the focus to the next pane: left, centre, right, below."""
        self.docks.next_pane(by, self._pages.front)

    def reset_layout(self) -> None:
        """Move all docks to their first places in this workspace."""
        self.layouts.reset()

    def switch_theme(self) -> None:
        """Switch between light and dark."""
        self.preferences.update(theme="light" if theme.current().name == "dark" else "dark")

    def close_window(self) -> None:
        """Quit, unless there is something to save or to finish first."""
        if self._leaving.may_quit():
            self.close()

    def close_clip(self) -> None:
        """Close the video, unless there is something to save or to finish first."""
        if self._leaving.may_close_clip():
            self.controller.close_clip()

    def zoom(self, how: str) -> None:
        """Zoom the view on the stage: fit, actual, in or out."""
        self.stage.zoom(how)

    def zoom_timeline(self, how: str) -> None:
        """Zoom the timeline: in, out or all."""
        self._timeline.zoom(how)

    # -- showing ----------------------------------------------------------------------------

    def _refreshed(self, *_: object) -> None:
        results = self.controller.results
        has_views = BY_NAME[self.store.state.workspace].has_views
        self.toolbar.show_views(has_views)
        page: QWidget = self.stage if has_views else self.atlas
        page = self.welcome if results.video is None else page
        self.layouts.show_clip(is_open=results.video is not None)
        self._pages.show_page(page)
        self._show_title()
        if not (self.store.state.playing or self.store.state.scrubbing):
            self._show_actions()
        elif not self._actions_later.isActive():
            self._actions_later.start()

    def _show_actions(self) -> None:
        self._actions_later.stop()
        self.actions_table.show(self.store.state, self.controller.results)

    def _show_title(self) -> None:
        video, session = self.controller.results.video, self.sessions.path
        parts = [video.path.name] if video is not None else []
        parts += [f"{session.name}[*]"] if session is not None else []
        title = bounded(" – ".join((*parts, "MViT Lens")))
        if self.windowTitle() != title:
            self.setWindowTitle(title)
        if session is not None:
            self.setWindowModified(self.sessions.is_modified)

    def _show_memory(self, process_bytes: int) -> None:
        budget = self.controller.budget
        self.status.show_memory(MemoryInfo(budget.used_bytes, budget.limit_bytes, process_bytes))

    @override
    def menuBar(self) -> QMenuBar:
        """The menus; Qt's own would replace the row in which they stand."""
        return self.menu_row.bar

    # -- events -----------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go back and forward in the history by the side buttons of a mouse."""
        if event.button() == Qt.MouseButton.BackButton:
            self.store.back()
        elif event.button() == Qt.MouseButton.ForwardButton:
            self.store.forward()
        else:
            super().mousePressEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and not self._leaving.may_quit():
            event.ignore()
            return
        self.layouts.keep()
        self.places.keep()
        self._settings.sync()
        self.logbook.close()
        self.has_ended = self.controller.close()
        plots.await_preload()
        if self.has_ended:
            self.upkeep.stop()  # not before: a worker that still runs must not collect garbage
        super().closeEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.controller.check_files()  # the user comes back, perhaps from changing one
