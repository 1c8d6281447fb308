"""The window: docks around the stage, menus, drag and drop, and what is kept between runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, QSettings, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QGridLayout,
    QMainWindow,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from app import theme
from app.actions import Actions
from app.canvas import Canvas
from app.commands import TOOLBAR, Desk
from app.controller import Controller
from app.dialogs import AboutDialog, ExportDialog, ShortcutsDialog
from app.facts import Message
from app.files import CHECKPOINT_ENDINGS, VIDEO_ENDINGS, Dropped, sort_drop
from app.panels.colourbar import ColourBar
from app.panels.display import DisplayPanel
from app.panels.heads import HeadsPanel
from app.panels.layers import LayersPanel
from app.panels.messages import Messages
from app.panels.predictions import PredictionsPanel
from app.panels.status import StatusLine
from app.panels.timeline import Timeline
from app.panels.veil import DropVeil
from app.panels.welcome import Welcome
from app.presenter import Panels
from app.report import report_of
from app.state import ModelSource, Store
from app.upkeep import Upkeep
from app.widgets import ICON_PX, DockTitle, ElidedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QMouseEvent

LAYOUT_VERSION = 1
"""Raised when the docks change so that an older layout no longer fits."""

FIRST_SIZE = QSize(1400, 860)
SIDE_WIDTH = 268
LEAST_SIDE_WIDTH = 228


class Stage(QWidget):
    """The canvas with what lies on it: title at the top, colour bar at the lower right."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas = Canvas()
        self.colourbar = ColourBar()
        self.title = ElidedLabel()
        self.title.setObjectName("onPicture")
        self.title.setContentsMargins(10, 5, 10, 5)
        self.title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.title.hide()
        corner = QGridLayout(self)
        corner.setContentsMargins(0, 0, 0, 0)
        corner.addWidget(self.canvas, 0, 0, 3, 3)
        corner.addWidget(_inset(self.title), 0, 0, 1, 3)
        corner.addWidget(
            _inset(self.colourbar), 2, 2,
            Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight,
        )  # fmt: skip
        corner.setRowStretch(1, 1)
        corner.setColumnStretch(1, 1)
        self.setFocusProxy(self.canvas)


class MainWindow(QMainWindow):
    """The application's one window.

    Args:
        settings: where layout and theme are kept between runs.
    """

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.setObjectName("main")
        self.setWindowTitle("MViT Lens")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self._settings = settings
        self.store = Store(parent=self)
        self.stage = Stage()
        self.welcome = Welcome()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.stage)
        self.setCentralWidget(self._pages)
        self.veil = DropVeil(self._pages)
        self.docks: dict[str, QDockWidget] = {}
        self.dock_titles: dict[str, DockTitle] = {}
        self.panels = self._make_panels()
        self.controller = Controller(self.store, self.panels, self)
        self.upkeep = Upkeep(self.panels.status.show_memory, self)
        desk = Desk(self.controller.intents, self.store, self.controller, self)
        self.actions_table = Actions(self, (self.stage, self.panels.timeline), desk)
        self.actions_table.fill(self.menuBar())
        self._make_toolbar()
        self._place_docks()
        self._first_layout = self.saveState(LAYOUT_VERSION)
        self._full_screen_layout: QByteArray | None = None
        self.welcome.command.connect(self.actions_table.run)
        self.panels.timeline.command.connect(self.actions_table.run)
        self.panels.timeline.left_field.connect(self._focus_stage)
        self.controller.refreshed.connect(self._refreshed)
        for widget in (self.stage.canvas, self.panels.timeline.track):
            widget.installEventFilter(self)
        self._restore()
        self._refreshed()

    # -- building ---------------------------------------------------------------------------

    def _make_panels(self) -> Panels:
        timeline, layers, heads = Timeline(), LayersPanel(), HeadsPanel()
        predictions, display, status = PredictionsPanel(), DisplayPanel(), StatusLine()
        self.statusBar().addWidget(status, 1)
        self.statusBar().setSizeGripEnabled(False)
        for name, title, panel in (
            ("layers", self.tr("Layers"), layers),
            ("heads", self.tr("Heads"), heads),
            ("predictions", self.tr("Predictions"), predictions),
            ("display", self.tr("Display"), display),
            ("timeline", self.tr("Timeline"), timeline),
        ):
            self._add_dock(name, title, panel)
        return Panels(
            canvas=self.stage.canvas,
            colourbar=self.stage.colourbar,
            title=self.stage.title,
            timeline=timeline,
            layers=layers,
            heads=heads,
            predictions=predictions,
            display=display,
            welcome=self.welcome,
            messages=Messages(self._pages, lambda message: report_of(message, self.controller)),
            status=status,
            dock_titles=self.dock_titles,
        )

    def _add_dock(self, name: str, title: str, panel: QWidget) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock.{name}")
        bar = DockTitle(title, self.tr("Hide {panel}").format(panel=title))
        bar.close_button.clicked.connect(dock.close)
        if name == "timeline":
            dock.setTitleBarWidget(QWidget())  # the transport row says what it is
            dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        else:
            dock.setTitleBarWidget(bar)
            dock.setMinimumWidth(LEAST_SIDE_WIDTH)
        dock.setWidget(_scrolling(panel) if name in ("display", "predictions") else panel)
        self.docks[name] = dock
        self.dock_titles[name] = bar

    def _place_docks(self) -> None:
        left, right, bottom = (
            Qt.DockWidgetArea.LeftDockWidgetArea,
            Qt.DockWidgetArea.RightDockWidgetArea,
            Qt.DockWidgetArea.BottomDockWidgetArea,
        )
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, bottom),
            (Qt.Corner.BottomRightCorner, bottom),
        ):
            self.setCorner(corner, area)
        for name, area in (
            ("layers", left), ("heads", left), ("predictions", right), ("display", right),
            ("timeline", bottom),
        ):  # fmt: skip
            self.addDockWidget(area, self.docks[name])
        self.resizeDocks(
            [self.docks["layers"], self.docks["predictions"]],
            [SIDE_WIDTH, SIDE_WIDTH],
            Qt.Orientation.Horizontal,
        )
        self.resizeDocks(
            [self.docks["layers"], self.docks["heads"]], [330, 330], Qt.Orientation.Vertical
        )
        self.resizeDocks(
            [self.docks["predictions"], self.docks["display"]], [230, 420], Qt.Orientation.Vertical
        )

    def _make_toolbar(self) -> None:
        bar = QToolBar(self.tr("Tools"))
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(ICON_PX, ICON_PX))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        words_too = {"file.open_video", "file.load_model", "attention.run", "export.export"}
        for command in TOOLBAR:
            if command == ">":
                room = QWidget()
                room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                bar.addWidget(room)
            elif not command:
                bar.addSeparator()
            else:
                button = QToolButton()
                button.setDefaultAction(self.actions_table.by_id[command])
                button.setAccessibleName(button.text())
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                if command in words_too:
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                bar.addWidget(button)
        self.addToolBar(bar)

    # -- what commands ask ------------------------------------------------------------------

    def open_video_dialog(self) -> None:
        """Let the user choose a video."""
        endings = " ".join(f"*{ending}" for ending in sorted(VIDEO_ENDINGS))
        path = self._choose_file(self.tr("Open video"), self.tr("Videos"), endings, "video")
        if path is not None:
            self.controller.open_video(path)

    def load_model_dialog(self) -> None:
        """Let the user choose a checkpoint."""
        endings = " ".join(f"*{ending}" for ending in sorted(CHECKPOINT_ENDINGS))
        path = self._choose_file(self.tr("Load model"), self.tr("Checkpoints"), endings, "model")
        if path is not None:
            self.controller.load_model(ModelSource(path))

    def export_dialog(self) -> None:
        """Let the user export what is shown."""
        world, wish = self.controller.world, self.controller.export_wish()
        layer = world.layer(self.store.state.block)
        if wish is None or world.video is None or layer is None:
            return
        self.controller.intents.pause()
        window = world.window(wish.frame)
        dialog = ExportDialog(wish, world.video, window, layer.heads, self)
        dialog.export_asked.connect(self.controller.export)
        dialog.open()

    def ask_frame(self) -> None:
        """Let the user type a frame."""
        self.panels.timeline.ask_frame()

    def leave(self) -> None:
        """Esc: leave picking, a picked token, then full screen; give the keys to the stage."""
        state = self.store.state
        if state.picking:
            self.controller.intents.picking(False)
        elif isinstance(state.query, tuple):
            self.controller.intents.choose_query("readout")
        elif self.isFullScreen():
            self.full_screen()
        self._focus_stage()

    def full_screen(self) -> None:
        """Fill the screen with the stage and the timeline, or no longer."""
        if self.isFullScreen():
            self.showNormal()
            if self._full_screen_layout is not None:
                self.restoreState(self._full_screen_layout, LAYOUT_VERSION)
        else:
            self._full_screen_layout = self.saveState(LAYOUT_VERSION)
            for name, dock in self.docks.items():
                dock.setVisible(name == "timeline")
            self.showFullScreen()

    def toggle_dock(self, name: str) -> None:
        """Show or hide a dock."""
        dock = self.docks[name]
        dock.setVisible(not dock.isVisible())

    def next_pane(self, by: int) -> None:
        """Move the focus to the next pane: left, centre, right, below."""
        panels = self.panels
        panes: list[QWidget] = [
            panels.layers.tree, panels.heads.grid, self._stage_or_welcome(),
            panels.display.method, panels.timeline.track,
        ]  # fmt: skip
        panes = [pane for pane in panes if pane.isVisible() and pane.isEnabled()]
        owner = self.focusWidget()
        here = next((i for i, pane in enumerate(panes) if pane is owner), None)
        if here is None:
            here = next(
                (i for i, p in enumerate(panes) if owner and _same_dock(p, owner)),
                0 if by < 0 else -1,
            )
        panes[(here + by) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def reset_layout(self) -> None:
        """Put all docks where they were at first."""
        self.restoreState(self._first_layout, LAYOUT_VERSION)
        for dock in self.docks.values():
            dock.show()

    def switch_theme(self) -> None:
        """Light becomes dark, dark becomes light."""
        name: theme.ThemeName = "light" if theme.current().name == "dark" else "dark"
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply_theme(app, name)
        self._settings.setValue("theme", name)

    def show_shortcuts(self) -> None:
        """List all keys."""
        ShortcutsDialog(self).open()

    def show_about(self) -> None:
        """Say what this program is."""
        AboutDialog(self).open()

    def close_window(self) -> None:
        """Quit."""
        self.close()

    def zoom(self, how: str) -> None:
        """Zoom the canvas."""
        canvas = self.stage.canvas
        if how == "fit":
            canvas.fit()
        elif how == "actual":
            canvas.actual_size()
        else:
            canvas.zoom_by(1 if how == "in" else -1)

    # -- showing ----------------------------------------------------------------------------

    def _refreshed(self) -> None:
        world = self.controller.world
        page: QWidget = self.welcome if world.video is None else self.stage
        if self._pages.currentWidget() is not page:
            had_focus = self._pages.isAncestorOf(self.focusWidget() or self)
            self._pages.setCurrentWidget(page)
            if page is self.stage and (had_focus or self.focusWidget() is None):
                self._focus_stage()
        title = "MViT Lens"
        if world.video is not None:
            title = f"{world.video.path.name} – {title}"
        if self.windowTitle() != title:
            self.setWindowTitle(title)
        self.actions_table.show(self.store.state, world)

    def _focus_stage(self) -> None:
        self._stage_or_welcome().setFocus(Qt.FocusReason.OtherFocusReason)

    def _stage_or_welcome(self) -> QWidget:
        return self.stage.canvas if self.controller.world.video else self.welcome

    def _choose_file(self, title: str, kind: str, endings: str, memory: str) -> Path | None:
        folder = str(self._settings.value(f"folder/{memory}", ""))
        filters = f"{kind} ({endings});;{self.tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self, title, folder, filters)
        if not name:
            return None
        self._settings.setValue(f"folder/{memory}", str(Path(name).parent))
        return Path(name)

    # -- drag and drop ----------------------------------------------------------------------

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Accepted whatever it is: a refusal should say why, and only then is it shown.
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            dropped = _dropped(event)
            words = dropped.reason if not dropped.is_good else self._drop_words(dropped)
            self.veil.show_drop(words, good=dropped.is_good)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.veil.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.veil.hide()
        dropped = _dropped(event)
        event.acceptProposedAction()
        if dropped.reason:
            self.controller.tell(Message("warning", dropped.reason))
        if dropped.checkpoint is not None:
            self.controller.load_model(ModelSource(dropped.checkpoint, config=dropped.config))
        if dropped.video is not None:
            self.controller.open_video(dropped.video)

    def _drop_words(self, dropped: Dropped) -> str:
        if dropped.video is None:
            return self.tr("Load this model")
        if dropped.checkpoint is None:
            return self.tr("Open this video")
        return self.tr("Open this video with this model")

    # -- events -----------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide the heat for as long as B is held on the stage."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_B and not event.modifiers():
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
        if not self.isFullScreen():
            self._settings.setValue("geometry", self.saveGeometry())
            self._settings.setValue("layout", self.saveState(LAYOUT_VERSION))
        self._settings.sync()
        self.upkeep.stop()
        self.controller.close()
        super().closeEvent(event)

    def _restore(self) -> None:
        self.resize(FIRST_SIZE)
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            self.resize(FIRST_SIZE.boundedTo(screen.availableGeometry().size()))
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
            if QGuiApplication.screenAt(self.frameGeometry().center()) is None and screen:
                self.move(screen.availableGeometry().topLeft())
        layout = self._settings.value("layout")
        if isinstance(layout, QByteArray):
            self.restoreState(layout, LAYOUT_VERSION)


def _inset(widget: QWidget) -> QWidget:
    """A widget with room around it, through which clicks pass."""
    box = QWidget()
    box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    grid = QGridLayout(box)
    grid.setContentsMargins(12, 12, 12, 12)
    grid.addWidget(widget, 0, 0, Qt.AlignmentFlag.AlignLeft)
    return box


def _scrolling(panel: QWidget) -> QScrollArea:
    """A panel that scrolls where the window is too low for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(panel)
    return area


def _dropped(event: QDropEvent) -> Dropped:
    return sort_drop(tuple(Path(url.toLocalFile()) for url in event.mimeData().urls()))


def _same_dock(one: QWidget, other: QWidget) -> bool:
    def dock(widget: QWidget | None) -> QWidget | None:
        while widget is not None and not isinstance(widget, QDockWidget):
            widget = widget.parentWidget()
        return widget

    return dock(one) is not None and dock(one) is dock(other)
