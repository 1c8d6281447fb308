"""Starts the window with the options of the command line."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.results import Message
from app.state.preferences import PreferenceStore
from app.state.session_file import SESSION_ENDINGS
from app.state.settings_file import open_settings
from app.state.view_state import ModelSource
from app.widgets import plots
from app.widgets.icons import app_icon
from app.window.file_kinds import lists_clips
from app.window.language_switcher import LanguageSwitcher
from app.window.main_window import MainWindow
from app.window.theme_switcher import ThemeSwitcher
from mvit_core.errors import ClipError
from mvit_core.system.temporary_folder import remove_own_folders
from mvit_core.video.boxes import read_boxes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.state.view_state import ViewState
    from mvit_core.system.own_code import OwnCode

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ViewOptions:
    """Options of ``mvit-lens view``."""

    clip: Path | None = None
    checkpoint: Path | None = None
    config: Path | None = None
    """A PySlowFast YAML beside the checkpoint."""
    preset: str | None = None
    labels: Path | None = None
    """A file of class names."""
    device: str = "auto"
    half: bool = False
    """Load the model in half precision."""
    weights: str | None = None
    """Name of the network to read, of a checkpoint that holds several."""
    head: str | None = None
    """Name of the prediction head to read, of a checkpoint that has several."""
    session: Path | None = None
    """A saved session; it names video and model itself."""
    fps: float | None = None
    """Frames per second of a folder of pictures."""
    stream: int | None = None
    """Number of the video stream within the file; None for the film."""
    demo: bool = False
    """Open the first sample with the demo model, except for files named beside it."""
    boxes: Path | None = None
    """A file of boxes of the video."""
    module: OwnCode | None = None
    """Code of the user's own that builds the model; it is asked first whether it may run."""


def make_application() -> QApplication:
    """Make the one application object, with our name, icon and theme."""
    if sys.platform == "win32":
        import torch  # noqa: F401 - its libraries do not load once Qt's are there

    # Spinning OpenMP threads starve the window's thread; read when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    known = QApplication.instance()
    if isinstance(known, QApplication):
        return known
    app = QApplication(sys.argv[:1])
    app.setApplicationName("MViT Lens")
    app.setOrganizationName("mvit-lens")
    app.setWindowIcon(app_icon())
    # Only once: setting a style again while the program runs has crashed Qt.
    app.setStyle("Fusion")
    return app


def open_window(app: QApplication, options: ViewOptions) -> MainWindow:
    """Show the window; files of the options are opened once it is on screen."""
    settings, damage = open_settings()
    preferences = PreferenceStore(settings)
    language = LanguageSwitcher(app, preferences)
    ThemeSwitcher(app, preferences)  # before the window: another style would be for all its parts
    window = MainWindow(settings, preferences)
    language.switch(window)
    window.show()
    if damage:
        window.controller.notify(Message("warning", damage))
    plots.preload(plots.PRELOAD_MS, window)
    QTimer.singleShot(0, window, lambda: _open_options(window, options))
    return window


def launch(options: ViewOptions) -> int:
    """Run the window until it is closed; returns the exit code."""
    app = make_application()
    window = open_window(app, options)
    if options == ViewOptions():
        QTimer.singleShot(0, window, window.help.tour_once)
    with _closed_by_signals(app):
        code = app.exec()
    window.close()
    if not window.has_ended:
        _end_process(code)
    window.deleteLater()
    app.processEvents()
    return code


def _end_process(code: int) -> NoReturn:
    """End although a worker hangs: neither Python nor Qt may wait for its thread."""
    remove_own_folders()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


@contextmanager
def _closed_by_signals(app: QApplication) -> Iterator[None]:
    """Close the window on SIGINT, SIGTERM and SIGHUP, so that exports are tidied up.

    Python handles a signal when it next runs, at the latest in the window's housekeeping, and
    that may be within a paint event: so the event loops, those of open menus and dialogs too, are
    left from a timer.
    """
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {
        number: signal.signal(number, lambda *_: QTimer.singleShot(0, app.quit))
        for number in numbers
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_options(window: MainWindow, options: ViewOptions) -> None:
    session = options.session
    clip = options.clip
    if session is None and clip is not None and clip.suffix.lower() in SESSION_ENDINGS:
        session = clip  # opened by a double click
    if session is not None:
        window.sessions.open(session)
        return
    controller, model = window.controller, _model_source(window, options)
    if options.demo:
        # The model first: its worker is the slower one.
        model = model or window.samples.model(options.device, options.half)
        clip = clip or window.samples.clip()
    if model is not None:
        controller.load_model(model)
    if options.fps is not None:
        window.store.update(picture_fps=options.fps)
    if options.boxes is not None:
        _give_boxes(window, options.boxes)
    if clip is not None and lists_clips(clip):
        controller.intents.clips.open(clip)
    elif clip is not None:
        controller.open_video(clip, options.stream, keep_model=model is not None)


def _model_source(window: MainWindow, options: ViewOptions) -> ModelSource | None:
    """The model that the options name; None for none, and for code that may not run."""
    if options.module is not None:
        from app.window.own_code import allowed_source

        return allowed_source(window, options.module, options.labels)
    if options.checkpoint is None:
        return None
    return ModelSource(
        checkpoint=options.checkpoint,
        config=options.config,
        preset=options.preset,
        labels=options.labels,
        device=options.device,
        half=options.half,
        weights=options.weights,
        head=options.head,
    )


def _give_boxes(window: MainWindow, path: Path) -> None:
    """Read boxes, and give them to the first video that is opened."""
    try:
        boxes = read_boxes(path)
    except ClipError as error:
        window.controller.notify(Message("error", str(error)))
        return

    def changed(old: ViewState, new: ViewState) -> None:
        if old.clip != new.clip:
            window.store.changed.disconnect(changed)
            window.controller.intents.boxes.load(boxes)

    window.store.changed.connect(changed)
