"""The window: docks around the stage, menus, drag and drop, and what is kept between runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path
from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QWidget,
)
from typing_extensions import override

from app import theme
from app.actions import Actions
from app.commands import Desk
from app.controller import Controller
from app.dialogs import ExportDialog, rate_dialog
from app.docks import Docks, order_tabs, same_dock
from app.drops import Drops
from app.exporting import spans_of
from app.facts import MemoryFacts
from app.files import CHECKPOINT_ENDINGS, VIDEO_ENDINGS
from app.help_desk import HelpDesk
from app.keys import KeyMap
from app.logbook import Logbook
from app.panels.display import DisplayPanel
from app.panels.heads import HeadsPanel
from app.panels.layers import LayersPanel
from app.panels.log import LogPanel
from app.panels.messages import Messages
from app.panels.model import ModelPanel
from app.panels.predictions import PredictionsPanel
from app.panels.status import StatusLine
from app.panels.timeline import Timeline
from app.panels.veil import DropVeil
from app.panels.welcome import Welcome
from app.places import PlaceBook, PlaceKeeper
from app.preprocessing import PreprocessingDialog
from app.presenter import Panels
from app.recent import RecentFiles
from app.recent_desk import RecentDesk
from app.report import report_of
from app.samples import SampleDesk
from app.session_desk import SessionDesk
from app.stage import Stage
from app.state import ModelSource, Store
from app.terms import term
from app.toolbar import make_toolbar
from app.upkeep import Upkeep

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QMouseEvent

    from app.facts import Message
    from app.preferences import PreferenceStore


class MainWindow(QMainWindow):
    """The application's one window.

    Args:
        settings: where the layout is kept between runs.
        preferences: what the user has set once for all.
    """

    def __init__(self, settings: QSettings, preferences: PreferenceStore) -> None:
        super().__init__()
        self.setObjectName("main")
        self.setWindowTitle("MViT Lens")
        self.setDockNestingEnabled(True)
        self.setAnimated(False)
        self._settings = settings
        self.preferences = preferences
        self.store = Store(parent=self)
        self.stage = Stage()
        self.welcome = Welcome()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.stage)
        self.setCentralWidget(self._pages)
        self.veil = DropVeil(self._pages)
        self.docks = Docks(self, settings)
        self.logbook = Logbook(self)
        self.panels = self._make_panels()
        self.controller = Controller(self.store, self.panels, preferences, self)
        self.samples = SampleDesk(self.controller, self.welcome)
        self.sessions = SessionDesk(self, self.controller, self.stage.canvas)
        self.sessions.changed.connect(self._show_title)
        book = PlaceBook(user_cache_path("mvit-lens", appauthor=False))
        self.places = PlaceKeeper(self.controller, book)
        self.upkeep = Upkeep(self._show_memory, self)
        self.keys = KeyMap(settings, self)
        self.help = HelpDesk(self, self.docks, settings, preferences, self.keys)
        files = RecentFiles(settings, self)
        self.recent = RecentDesk(files, self.controller, self.sessions, self.welcome, book)
        desk = Desk(
            self.controller.intents, self.store, self.controller, self, self.sessions,
            self.recent, self.help,
        )  # fmt: skip
        self.actions_table = Actions(self, (self.stage, self.panels.timeline), desk, self.keys)
        self.actions_table.fill(self.menuBar())
        self.recent.know(self.actions_table)
        self.help.know(self.actions_table)
        self._fill_samples()
        self.toolbar = make_toolbar(self.actions_table)
        self.addToolBar(self.toolbar)
        self.docks.place()
        Drops(self, self.veil, self.controller, self.sessions)
        for part in (self.welcome, self.panels.timeline, self.panels.predictions):
            part.command.connect(self.actions_table.run)
        self.panels.timeline.left_field.connect(self._focus_stage)
        self.panels.model.preprocessing_asked.connect(self.preprocessing_dialog)
        self.panels.messages.dock_asked.connect(self.docks.show)
        self.panels.status.log_asked.connect(lambda: self.docks.toggle("log"))
        self.controller.refreshed.connect(self._refreshed)
        for widget in (*self.stage.keyed, self.panels.timeline.track):
            widget.installEventFilter(self)
        self.docks.restore()
        self._order_tabs()
        self._refreshed()
        self._focus_stage()  # Qt would choose the first button of all

    # -- building ---------------------------------------------------------------------------

    def _make_panels(self) -> Panels:
        timeline, layers, heads = Timeline(), LayersPanel(), HeadsPanel()
        predictions, display, status = PredictionsPanel(), DisplayPanel(), StatusLine()
        model, log = ModelPanel(), LogPanel()
        self.logbook.added.connect(log.add_line)
        self.statusBar().addWidget(status, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.docks.add((
            ("layers", self.tr("Layers"), layers),
            ("heads", self.tr("Heads"), heads),
            ("predictions", self.tr("Predictions"), predictions),
            ("display", self.tr("Display"), display),
            ("model", self.tr("Model"), model),
            ("timeline", self.tr("Timeline"), timeline),
            ("log", self.tr("Log"), log),
        ))  # fmt: skip
        return Panels(
            stage=self.stage,
            canvas=self.stage.canvas,
            colourbar=self.stage.colourbar,
            title=self.stage.title,
            timeline=timeline,
            layers=layers,
            heads=heads,
            predictions=predictions,
            display=display,
            model=model,
            welcome=self.welcome,
            messages=Messages(self._pages, self._report),
            log=log,
            status=status,
            dock_titles=self.docks.titles,
        )

    def _report(self, message: Message) -> str:
        return report_of(message, self.controller, self.logbook.last())

    def _fill_samples(self) -> None:
        menu = QMenu(self)
        for index, sample in enumerate(self.controller.world.samples.clips):
            action = menu.addAction(term(sample.title))
            action.triggered.connect(lambda _=False, index=index: self.open_sample(index))
        self.actions_table.by_id["file.open_sample"].setMenu(menu)

    def _order_tabs(self) -> None:
        """Left, centre, right, timeline; the buttons of the timeline say their keys."""
        docks = self.docks.by_name
        left, right = ("layers", "heads"), ("predictions", "display", "model", "log")
        order_tabs((
            self.toolbar, *(docks[name] for name in left), self._pages,
            *(docks[name] for name in right), docks["timeline"], self.statusBar(),
        ))  # fmt: skip
        named = {**self.panels.timeline.buttons, "view.log": self.panels.status.expand,
                 "attention.cancel": self.panels.status.job.cancel}  # fmt: skip
        for command, button in named.items():
            self.actions_table.name_button(button, command)

    # -- what commands ask ------------------------------------------------------------------

    def open_video_dialog(self) -> None:
        """Let the user choose a video."""
        endings = " ".join(f"*{ending}" for ending in sorted(VIDEO_ENDINGS))
        path = self._choose_file(self.tr("Open video"), self.tr("Videos"), endings, "video")
        if path is not None:
            self.controller.open_video(path)

    def open_folder_dialog(self) -> None:
        """Let the user choose a folder of pictures."""
        folder = str(self._settings.value("folder/video", ""))
        name = QFileDialog.getExistingDirectory(self, self.tr("Open folder of pictures"), folder)
        if name:
            self._settings.setValue("folder/video", str(Path(name).parent))
            self.controller.open_video(Path(name))

    def ask_picture_fps(self) -> None:
        """Let the user say how fast pictures follow each other."""
        dialog = rate_dialog(self.store.state.picture_fps, self)
        dialog.doubleValueSelected.connect(lambda fps: self.store.update(picture_fps=fps))
        dialog.open()

    def load_model_dialog(self) -> None:
        """Let the user choose a checkpoint."""
        endings = " ".join(f"*{ending}" for ending in sorted(CHECKPOINT_ENDINGS))
        path = self._choose_file(self.tr("Load model"), self.tr("Checkpoints"), endings, "model")
        if path is not None:
            self.controller.load_model(ModelSource(path))

    def open_sample(self, index: int = 0) -> None:
        """Open a shipped clip with the shipped model."""
        self.samples.open(index)

    def export_dialog(self) -> None:
        """Let the user export what is shown."""
        world, wish = self.controller.world, self.controller.export_wish()
        layer = world.layer(self.store.state.block)
        if wish is None or world.video is None or layer is None:
            return
        self.controller.intents.pause()
        dialog = ExportDialog(wish, spans_of(self.store.state, world), layer.heads, self)
        dialog.export_asked.connect(self.controller.export)
        dialog.open()

    def preprocessing_dialog(self) -> None:
        """Let the user say how the model is fed, beside the picture."""
        model, used = self.controller.world.model, self.store.state.clip_spec
        if model is None:
            return
        dialog = self.findChild(PreprocessingDialog)
        if dialog is None or not dialog.isVisible():  # one that was closed is about to go
            dialog = PreprocessingDialog(model.clip_spec, used or model.clip_spec, self)
            dialog.spec_asked.connect(self.controller.intents.preprocess)
            self.store.changed.connect(dialog.follow)
        dialog.show()
        dialog.activateWindow()

    def ask_frame(self) -> None:
        """Let the user type a frame."""
        self.panels.timeline.ask_frame()

    def rename_marker(self) -> None:
        """Let the user name the marker of the frame shown."""
        self.panels.timeline.track.rename(self.store.state.frame)

    def leave(self) -> None:
        """Esc: leave picking, a picked token, then full screen; give the keys to the stage."""
        state = self.store.state
        if state.picking:
            self.controller.intents.picking(False)
        elif isinstance(state.query, tuple):
            self.controller.intents.choose_query("readout")
        elif self.controller.intents.views.leave():
            pass
        elif self.isFullScreen():
            self.full_screen()
        self._focus_stage()

    def full_screen(self) -> None:
        """Fill the screen with the stage and the timeline, or no longer."""
        self.docks.full_screen()

    def toggle_dock(self, name: str) -> None:
        """Hide a dock, or show it; one behind another tab comes to the front."""
        self.docks.toggle(name)

    def next_pane(self, by: int) -> None:
        """Move the focus to the next pane: left, centre, right, below."""
        panels = self.panels
        panes: list[QWidget] = [
            panels.layers.tree, panels.heads.grid, self._stage_or_welcome(),
            panels.display.method, panels.model.copy, panels.timeline.track,
        ]  # fmt: skip
        panes = [p for p in panes if not p.visibleRegion().isEmpty() and p.isEnabled()]
        owner = self.focusWidget()
        here = next((i for i, pane in enumerate(panes) if pane is owner), None)
        if here is None:
            here = next(
                (i for i, p in enumerate(panes) if owner and same_dock(p, owner)),
                0 if by < 0 else -1,
            )
        panes[(here + by) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def reset_layout(self) -> None:
        """Put all docks where they were at first."""
        self.docks.reset()

    def switch_theme(self) -> None:
        """Light becomes dark, dark becomes light."""
        self.preferences.update(theme="light" if theme.current().name == "dark" else "dark")

    def close_window(self) -> None:
        """Quit, unless there is something to save first."""
        if self.sessions.may_close():
            self.close()

    def zoom(self, how: str) -> None:
        """Zoom what the stage shows."""
        self.stage.zoom(how)

    def zoom_timeline(self, how: str) -> None:
        """Zoom the timeline."""
        self.panels.timeline.zoom(how)

    # -- showing ----------------------------------------------------------------------------

    def _refreshed(self) -> None:
        world = self.controller.world
        page: QWidget = self.welcome if world.video is None else self.stage
        if self._pages.currentWidget() is not page:
            had_focus = self._pages.isAncestorOf(self.focusWidget() or self)
            self._pages.setCurrentWidget(page)
            if page is self.stage and (had_focus or self.focusWidget() is None):
                self._focus_stage()
        self._show_title()
        self.actions_table.show(self.store.state, world)

    def _show_title(self) -> None:
        video, session = self.controller.world.video, self.sessions.path
        parts = [video.path.name] if video is not None else []
        parts += [f"{session.name}[*]"] if session is not None else []
        title = " – ".join((*parts, "MViT Lens"))
        if self.windowTitle() != title:
            self.setWindowTitle(title)
        if session is not None:
            self.setWindowModified(self.sessions.is_modified)

    def _show_memory(self, process_bytes: int) -> None:
        budget = self.controller.budget
        self.panels.status.show_memory(
            MemoryFacts(budget.used_bytes, budget.limit_bytes, process_bytes)
        )

    def _focus_stage(self) -> None:
        self._stage_or_welcome().setFocus(Qt.FocusReason.OtherFocusReason)

    def _stage_or_welcome(self) -> QWidget:
        return self.stage.front if self.controller.world.video else self.welcome

    def _choose_file(self, title: str, kind: str, endings: str, memory: str) -> Path | None:
        folder = str(self._settings.value(f"folder/{memory}", ""))
        filters = f"{kind} ({endings});;{self.tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self, title, folder, filters)
        if not name:
            return None
        self._settings.setValue(f"folder/{memory}", str(Path(name).parent))
        return Path(name)

    # -- events -----------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide the heat for as long as its key is held on the stage."""
        if isinstance(event, QKeyEvent) and self._is_blink(event):
            if event.isAutoRepeat():
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.store.update(blink=True)
                return True
            if event.type() == QEvent.Type.KeyRelease:
                self.store.update(blink=False)
                return True
        if event.type() == QEvent.Type.FocusOut:
            self.store.update(blink=False)  # the release goes to someone else
        return False

    def _is_blink(self, event: QKeyEvent) -> bool:
        pressed = QKeySequence(event.keyCombination())
        return any(pressed == QKeySequence(key) for key in self.keys.of("view.blink"))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The side buttons of a mouse go through the places looked at."""
        if event.button() == Qt.MouseButton.BackButton:
            self.store.back()
        elif event.button() == Qt.MouseButton.ForwardButton:
            self.store.forward()
        else:
            super().mousePressEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and not self.sessions.may_close():
            event.ignore()
            return
        self.docks.keep()
        self.places.keep()
        self._settings.sync()
        self.upkeep.stop()
        self.logbook.close()
        self.controller.close()
        super().closeEvent(event)
