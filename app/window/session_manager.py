"""Saves sessions of the window to files, and opens them again."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.dialogs.relink import RelinkDialog
from app.intents.workspaces import in_workspace
from app.results import Message, TaskKey
from app.state.aside import LIMIT_SECONDS, run_aside
from app.state.session_file import (
    ENDING,
    SESSION_ENDINGS,
    Place,
    find,
    is_report,
    kept_view,
    model_source,
    read_session,
    session_of,
    write_session,
)
from app.widgets.basic import ask_to_save
from app.window.fitting import fitted
from mvit_core.errors import MvitError
from mvit_core.explaining.changes import UNCHANGED
from mvit_core.printable import printable
from mvit_core.system.ordinary_file import FileIdentity

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

    from PySide6.QtWidgets import QMainWindow

    from app.controller.controller import Controller
    from app.results import ModelInfo, Results, VideoInfo
    from app.state.session_file import Found, Session
    from app.state.store import Store
    from app.state.view_state import ModelSource, ViewState
    from app.views.canvas import Canvas
    from app.window.layouts import Layouts
    from mvit_core.explaining import Changes

PASSING = frozenset({"frame", "speed", "workspace", "left"})
"""Fields that are saved, but whose change does not make a session modified."""


MOST_NAMED = 8
"""Names that are listed in one message."""


@dataclass(frozen=True)
class _Opening:
    """A session whose files are being opened."""

    path: Path
    session: Session
    clip: Path | None
    model: ModelSource | None
    old_video: VideoInfo | None = None
    """That is to make place; None where the one that is open is the session's."""
    old_model: ModelInfo | None = None


@dataclass(frozen=True)
class HandedSession:
    """The session in use, handed over by a manager that is made anew."""

    path: Path | None
    saved: ViewState | None
    opening: _Opening | None


@dataclass(frozen=True)
class _Needs:
    """Files that a session's clip and model are now."""

    clip: FileIdentity | None
    model: tuple[FileIdentity, ...]


def _now(
    clip: Path | None, model: ModelSource | None
) -> tuple[FileIdentity | None, tuple[FileIdentity, ...]]:
    files = () if model is None else model.files()
    return None if clip is None else FileIdentity.of(clip), files


def _read(path: Path) -> tuple[Session, dict[str, Found]]:
    """A session, and where its files are; asks the file system."""
    session, folder = read_session(path), path.absolute().parent
    return session, {role: find(ref, folder) for role, ref in session.files.items()}


def _some(names: tuple[str, ...]) -> str:
    """The first names of many, and how many there are."""
    shown = ", ".join(printable(name, 40) for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}, … ({len(names)})"


def _is_open(
    results: Results,
    state: ViewState,
    clip: Path | None,
    stream: int | None,
    file: FileIdentity | None,
) -> bool:
    """The clip is open, as it lies on disk now."""
    video = results.video
    if clip is None or video is None or file is None or video.file is None:
        return False
    now = replace(file, stream=video.file.stream)
    return (video.path, state.stream, video.file) == (clip, stream, now)


class SessionManager(QObject):
    """Holds the session in use, and whether it was changed since it was saved.

    Args:
        window: has the layout; the parent of dialogs.
        controller: opens the files of a session.
        canvas: has the zoom.
        layouts: have the places of docks.
    """

    changed = Signal()
    """Emitted when another session is in use, or it was modified or saved."""
    saved = Signal(object)
    """Emitted with the path of a session that was saved or opened."""

    def __init__(
        self, window: QMainWindow, controller: Controller, canvas: Canvas, layouts: Layouts
    ) -> None:
        super().__init__(window)
        self._layouts = layouts
        self._window = window
        self._controller = controller
        self._store: Store = controller.store
        self._canvas = canvas
        self.path: Path | None = None
        self._saved: ViewState | None = None
        self._opening: _Opening | None = None
        controller.follow(self._arrived)
        self._store.changed.connect(self._on_changed)

    def hand_over(self) -> HandedSession:
        """What another manager needs to hold this session."""
        return HandedSession(self.path, self._saved, self._opening)

    def go_on(self, before: HandedSession) -> None:
        """Hold the session that another manager held."""
        self.path, self._saved, self._opening = before.path, before.saved, before.opening

    @property
    def is_modified(self) -> bool:
        """True where the view differs from the one saved."""
        if self.path is None or self._saved is None:
            return False
        old, new = self._saved, self._store.state
        if (old.clip, old.model) != (new.clip, new.model):
            return True
        # Going to another workspace is no change: what counts is what the saved one shows.
        new = in_workspace(new, old.workspace, old.view, self._controller.results)
        before, now = kept_view(old), kept_view(new)
        return any(before[name] != now[name] for name in now if name not in PASSING)

    # -- saving -----------------------------------------------------------------------------

    def save(self) -> bool:
        """Save the session to its file, or ask for one; False if it was not saved."""
        return self.save_as() if self.path is None else self._write(self.path)

    def save_as(self) -> bool:
        """Ask for a file and save the session; False if it was not saved."""
        clip = self._store.state.clip
        folder = self._first_folder(clip)
        first = self.path or folder / f"{clip.stem if clip else 'session'}{ENDING}"
        title, kind = self.tr("Save session"), self.tr("Sessions")
        name, _ = QFileDialog.getSaveFileName(
            self._window, title, str(first), f"{kind} (*{ENDING})"
        )
        if not name:
            return False
        target = Path(name)
        return self._write(target if target.suffix else target.with_suffix(ENDING))

    def _first_folder(self, clip: Path | None) -> Path:
        """Where a session is offered to be saved: beside its clip, but never among the samples."""
        shipped = {sample.clip for sample in self._controller.results.samples.clips}
        if clip is None or clip in shipped or not os.access(clip.absolute().parent, os.W_OK):
            return Path.home()
        return clip.absolute().parent

    def _write(self, target: Path) -> bool:
        state, place, folder = self._store.state, self._place(), target.absolute().parent

        def write() -> None:
            write_session(session_of(state, place, folder), target)

        if not self._done_aside(write, target):
            return False
        self._use(target)
        words = self.tr("Session saved: {name}").format(name=target.name)
        self._controller.notify(Message("info", words))
        return True

    def _done_aside(self, work: Callable[[], None], path: Path) -> bool:
        """Do what asks the file system aside; says why it cannot be done."""
        try:
            run_aside(work)
        except MvitError as error:
            self._controller.notify(Message("error", str(error)))
            return False
        except TimeoutError:
            words = self.tr("{name}: its files do not answer within {n} seconds")
            words = words.format(name=path.name, n=round(LIMIT_SECONDS))
            self._controller.notify(Message("error", words))
            return False
        return True

    def _place(self) -> Place:
        layout = self._layouts.current().data()
        zoom, centre = self._canvas.place
        words = base64.b64encode(layout).decode("ascii")
        return Place(words, zoom, centre, self._layouts.width)

    def may_close(self) -> bool:
        """Ask whether to save a modified session; False if the user cancels closing."""
        if not self.is_modified or self.path is None:
            return True
        words = self.tr("{name} was changed. Save it?").format(name=self.path.name)
        answer = ask_to_save(self._window, self.tr("Save session"), words)
        return answer == "discard" or (answer == "save" and self.save())

    # -- opening ----------------------------------------------------------------------------

    def open_dialog(self) -> None:
        """Ask for a session and open it."""
        endings = " ".join(f"*{ending}" for ending in SESSION_ENDINGS)
        filters = f"{self.tr('Sessions and reports')} ({endings});;{self.tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open session"), "", filters)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open a session; where it cannot be read, clip and model in use stay."""
        read: list[tuple[Session, dict[str, Found]]] = []
        if not self._done_aside(lambda: read.append(_read(path)), path):
            return
        session, found = read[0]
        if session.unknown:
            words = self.tr("{name} says more than this version knows: {what}")
            words = words.format(name=path.name, what=_some(session.unknown))
            self._controller.notify(Message("warning", words))
        for role, each in found.items():
            if each.path is not None and not each.same:
                words = self.tr("{name} is another file than the one that was saved")
                words = words.format(name=session.files[role].name)
                self._controller.notify(Message("warning", words))
        paths = {role: each.path for role, each in found.items() if each.path is not None}
        if len(paths) == len(found):
            self._begin(path, session, paths)
            return
        dialog = RelinkDialog(session, paths, self._controller.workers.files, self._window)
        dialog.relinked.connect(lambda chosen: self._begin(path, session, chosen))
        dialog.open()

    def _begin(self, path: Path, session: Session, paths: dict[str, Path]) -> None:
        clip, model = paths.get("clip"), self._in_use(model_source(session, paths))
        if "clip" in session.files and clip is None:
            return  # whatever clip is open, the session is not of it
        asked: list[_Needs] = []
        if not self._done_aside(lambda: asked.append(_Needs(*_now(clip, model))), path):
            return
        results, stream = self._controller.results, session.view.get("stream")
        old_video, old_model = results.video, results.model
        if clip is None and old_video is not None:
            self._controller.close_clip()
        if _is_open(results, self._store.state, clip, stream, asked[0].clip):
            old_video = None
        if old_model is not None and (old_model.source, old_model.files) == (model, asked[0].model):
            old_model = None
        elif model is not None:
            self._controller.load_model(model)
        needs_video = clip is not None and not _is_open(
            results, self._store.state, clip, stream, asked[0].clip
        )
        if clip is not None and needs_video:
            self._controller.open_video(clip, stream, keep_model=model is not None)
        self._opening = _Opening(path, session, clip, model, old_video, old_model)
        self._arrived()

    def _in_use(self, model: ModelSource | None) -> ModelSource | None:
        """The model of a session; where it is of code, and in use, as it is used.

        A session never runs code: of any other the load is refused, and says so.
        """
        used = self._controller.results.model
        if model is None or used is None or not model.module:
            return model
        return used.source if replace(used.source, is_allowed=False) == model else model

    @Slot()
    def _arrived(self, *_: object) -> None:
        """Show the session's view once its files are open; drop it where they cannot be opened."""
        opening, results = self._opening, self._controller.results
        if opening is None:
            return
        video, model = results.video, results.model
        video_there = (
            video is not None and video is not opening.old_video and video.path == opening.clip
        )
        model_there = (
            model is not None and model is not opening.old_model and model.source == opening.model
        )
        if (video_there or opening.clip is None) and (model_there or opening.model is None):
            self._opening = None
            self._show(opening)
        elif any(j.state in ("failed", "cancelled") for j in results.jobs if j.key in _FILE_JOBS):
            self._opening = None  # the failure itself was shown already

    def _show(self, opening: _Opening) -> None:
        view = fitted(opening.session.view, self._controller.results)
        self._tell_lost(opening.session.view.get("changes", UNCHANGED), view.get("changes"))
        self._tell_lost_patches(opening.session.view.get("patches", ()), view.get("patches", ()))
        self._store.update(**view, playing=False, scrubbing=False, picking=False)
        self._store.forget()
        place = opening.session.place
        if place.layout:
            layout = QByteArray.fromBase64(QByteArray(place.layout.encode("ascii", "ignore")))
            self._layouts.take(layout, place.width)
        self._canvas.go_to(place.zoom, place.centre)
        self._use(opening.path)

    def _tell_lost(self, wanted: Changes, kept: Changes | None) -> None:
        """Say which changes of a session do not fit the clip and the model."""
        if kept is None:
            return
        lost = [str(each) for each in wanted.heads_off if each not in kept.heads_off]
        if lost:
            words = self.tr("The model has no head {names}, so these are not off any more")
            names = ", ".join(lost[:MOST_NAMED])
            self._controller.notify(Message("warning", words.format(names=names)))
        if count := len(wanted.tubes) - len(kept.tubes):
            words = self.tr("Tubes of the session that lie beyond the clip were dropped: {n}")
            self._controller.notify(Message("warning", words.format(n=count)))

    def _tell_lost_patches(self, wanted: Sized, kept: Sized) -> None:
        if count := len(wanted) - len(kept):
            words = self.tr(
                "Patches of the session that the model has no part for were dropped: {n}"
            )
            self._controller.notify(Message("warning", words.format(n=count)))

    def _use(self, path: Path) -> None:
        # A report is looked at, not written to: saving asks for a file.
        self.path, self._saved = (None, None) if is_report(path) else (path, self._store.state)
        self.changed.emit()
        self.saved.emit(path)

    @Slot(object, object)
    def _on_changed(self, _: ViewState, new: ViewState) -> None:
        if self.path is not None and new.clip is None and self._opening is None:
            self.path = self._saved = None  # the clip was closed, and the session with it
        self.changed.emit()


_FILE_JOBS = (TaskKey.OPEN, TaskKey.LOAD, TaskKey.CAPTURE)
