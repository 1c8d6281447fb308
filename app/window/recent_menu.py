"""The recent files in the menu and on the welcome page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.results import Message
from app.state.recent_files import AT_MOST
from app.state.view_state import ModelSource
from app.widgets.basic import bounded, set_tip
from mvit_core.system.ordinary_file import is_there
from mvit_core.video.decode.captured_clip import is_capture

if TYPE_CHECKING:
    from app.commands.actions import Actions
    from app.controller.controller import Controller
    from app.panels.welcome.panel import Welcome
    from app.state.recent_files import Recent, RecentFiles
    from app.state.view_state import ViewState
    from app.window.places import PlaceBook
    from app.window.session_manager import SessionManager


class RecentFilesMenu(QObject):
    """Adds opened files to the list, shows it, and opens files of it again.

    Args:
        files: the list.
        controller: opens clips and models.
        sessions: opens sessions.
        welcome: the welcome page.
        book: has pictures of the clips.
    """

    def __init__(
        self,
        files: RecentFiles,
        controller: Controller,
        sessions: SessionManager,
        welcome: Welcome,
        book: PlaceBook,
    ) -> None:
        super().__init__(controller)
        self._files = files
        self._controller = controller
        self._sessions = sessions
        self._actions: Actions | None = None
        self._welcome = welcome
        self._book = book
        welcome.recent_chosen.connect(self.open)
        controller.store.changed.connect(self._on_changed)
        sessions.saved.connect(lambda path: files.add("session", path))
        files.changed.connect(self._show)

    def set_actions(self, actions: Actions) -> None:
        """Set the actions, one for each place of the list, which are made later."""
        self._actions = actions
        self._show()

    @Slot(int)
    def open(self, index: int) -> None:
        """Open a file of the list, from 0; one that is gone leaves the list."""
        entry = self._files.entries[index]
        if not is_there(entry.path):
            words = self.tr("{path} is not there any more").format(path=entry.path)
            self._controller.notify(Message("warning", words))
            self._files.remove(entry)
        elif entry.kind == "clip":
            self._controller.open_video(entry.path)
        elif entry.kind == "model":
            self._controller.load_model(ModelSource(entry.path))
        else:
            self._sessions.open(entry.path)

    def clear(self) -> None:
        """Empty the list."""
        self._files.clear()

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        model = new.model
        is_file = model is not None and not model.module and not is_capture(model.checkpoint)
        if model is not None and model != old.model and is_file:
            self._files.add("model", model.checkpoint)
        if new.clip is not None and new.clip != old.clip:
            self._files.add("clip", new.clip)

    @Slot()
    def _show(self) -> None:
        entries = self._files.entries
        self._controller.set_recent(entries)
        for place in range(AT_MOST if self._actions is not None else 0):
            assert self._actions is not None
            action = self._actions.by_id[f"file.recent_{place + 1}"]
            action.setVisible(place < len(entries))
            if place < len(entries):
                action.setText(self._words(entries[place]))
                set_tip(action, str(entries[place].path))
        self._welcome.show_recent(
            tuple((e, self._book.picture(e.path) if e.kind == "clip" else None) for e in entries)
        )

    def _words(self, entry: Recent) -> str:
        name = bounded(entry.path.name).replace("&", "&&")
        words = {
            "clip": "{name}",
            "model": self.tr("{name} (model)"),
            "session": self.tr("{name} (session)"),
        }
        return words[entry.kind].format(name=name)
