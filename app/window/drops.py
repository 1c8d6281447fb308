"""Opens files dropped on the window, and shows beforehand what a drop would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from typing_extensions import override

from app.results import Message
from app.state.session_file import is_report
from app.state.view_state import ModelSource
from app.window.file_kinds import Dropped, sort_drop

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.controller.controller import Controller
    from app.widgets.drop_overlay import DropOverlay
    from app.window.session_manager import SessionManager


class Drops(QObject):
    """Watches a window for drops.

    Args:
        window: takes the drops.
        overlay: says what a drop would do.
        controller: opens what was dropped.
        sessions: opens sessions.
    """

    def __init__(
        self,
        window: QWidget,
        overlay: DropOverlay,
        controller: Controller,
        sessions: SessionManager,
    ) -> None:
        super().__init__(window)
        self._overlay = overlay
        self._controller = controller
        self._sessions = sessions
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):
            self._entered(event)
        elif event.type() == QEvent.Type.DragLeave:
            self._overlay.hide()
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self._dropped(event)
        else:
            return False
        return True

    def _entered(self, event: QDragEnterEvent) -> None:
        # Every drag is accepted, for only then can the overlay show the reason of a refusal.
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            dropped = _sorted(event)
            words = dropped.reason if not dropped.is_good else self._words(dropped)
            self._overlay.show_drop(words, good=dropped.is_good)

    def _dropped(self, event: QDropEvent) -> None:
        self._overlay.hide()
        dropped = _sorted(event)
        event.acceptProposedAction()
        if dropped.reason:
            self._controller.notify(Message("warning", dropped.reason))
        if dropped.checkpoint is not None:
            self._controller.load_model(ModelSource(dropped.checkpoint, config=dropped.config))
        if dropped.session is not None:
            self._sessions.open(dropped.session)
        if dropped.clips is not None:
            self._controller.intents.clips.open(dropped.clips)
        if dropped.video is not None:
            has_model = dropped.checkpoint is not None
            self._controller.open_video(dropped.video, keep_model=has_model)

    def _words(self, dropped: Dropped) -> str:
        if dropped.session is not None:
            is_page = is_report(dropped.session)
            return self.tr("Open this report") if is_page else self.tr("Open this session")
        if dropped.is_batch:
            return self.tr("Open this batch result")
        if dropped.clips is not None:
            return self.tr("Open these clips as a list")
        if dropped.video is None:
            return self.tr("Load this model")
        if dropped.checkpoint is None:
            return self.tr("Open this video")
        return self.tr("Open this video with this model")


def _sorted(event: QDropEvent) -> Dropped:
    return sort_drop(tuple(Path(url.toLocalFile()) for url in event.mimeData().urls()))
