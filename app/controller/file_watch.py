"""Notices when a file that is open changes on disk, and offers to read it anew.

The file system tells of changes where it can; besides, files are looked at when the window is
activated and before a file is written. What asks the file system does so on a worker: a drive that
does not answer keeps only that one waiting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QFileSystemWatcher, QTimer
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import Message, TaskKey
from mvit_core.system.ordinary_file import FileIdentity

if TYPE_CHECKING:
    from app.controller.workbench import Workbench
    from app.workers.worker import TaskHandle
    from mvit_core.errors import Remedy

REST_MS = 200
"""Whoever writes a file does so in pieces: it is looked at once they have rested for so long."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("file_watch", text)


@dataclass(frozen=True)
class _Look:
    """Result of checking some files."""

    replaced: tuple[FileIdentity, ...]
    gone: tuple[FileIdentity, ...]


class FileWatch(Collaborator):
    """Watches the files of the video and the model in use.

    Args:
        bench: what the controller's parts share.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._watcher = QFileSystemWatcher(bench)
        self._watcher.fileChanged.connect(self._is_told)
        self._watcher.directoryChanged.connect(self._is_told)
        self._rest = QTimer(bench)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.check)
        self._watched: tuple[FileIdentity, ...] = ()
        self._told_gone: set[FileIdentity] = set()

    @override
    def refresh(self) -> None:
        """Watch the files in use; hear of a change that a worker came across."""
        results = self._bench.results
        if self._in_use() != self._watched:
            self._watched = self._in_use()
            self._watch()
        picture = results.picture
        if picture is not None and picture.is_changed and picture.file is not None:
            self._changed(picture.file)

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is None:
            self._rest.stop()
            self._watcher.blockSignals(True)

    def check(self) -> None:
        """Look whether the files in use are still those that were opened."""
        self._bench.files.forget_models()  # panes follow whatever lies on disk now
        if self._watched:
            work = partial(_look, self._watched)
            self._bench.workers.files.submit(TaskKey.FILES, work, self._looked)

    def _in_use(self) -> tuple[FileIdentity, ...]:
        results = self._bench.results
        video = () if results.video is None else (results.video.file,)
        model = () if results.model is None else results.model.files
        return tuple(file for file in (*video, *model) if file is not None)

    def _watch(self) -> None:
        old = [*self._watcher.files(), *self._watcher.directories()]
        if old:
            self._watcher.removePaths(old)
        if self._watched:
            self._watcher.addPaths([str(file.path) for file in self._watched])

    def _is_told(self, _: str) -> None:
        self._rest.start()

    def _looked(self, look: _Look) -> None:
        self._watch()  # a file that another took the place of is watched no longer
        for file in look.replaced:
            self._changed(file)
        for file in look.gone:
            if file not in self._told_gone and file in self._in_use():
                self._told_gone.add(file)
                words = tr("{name} is not there any more; it is shown as it was opened")
                self._bench.notify(Message("warning", words.format(name=file.path.name)))

    def _changed(self, file: FileIdentity) -> None:
        """Show nothing more of a file that is another by now; offer to read it."""
        if file not in self._in_use() or not self._bench.files.note_changed(file):
            return
        video = self._bench.results.video
        is_video = video is not None and video.file == file
        remedy: Remedy = "open_again" if is_video else "load_again"
        words = tr("{name} has changed on disk").format(name=file.path.name)
        self._bench.notify(Message("warning", words, remedies=(remedy,)))
        if is_video:
            self._blank(file)
        self._bench.due.emit()

    def _blank(self, file: FileIdentity) -> None:
        """Take the picture away: it is of another file than the one that lies there."""
        picture = self._bench.results.picture
        if picture is not None and not picture.is_changed:
            words = tr("{name} has changed on disk; open it again").format(name=file.path.name)
            blank = replace(
                picture, image=None, pixels=None, problem=words, is_changed=True, file=file
            )
            self._bench.results = replace(self._bench.results, picture=blank)


def _look(files: tuple[FileIdentity, ...], task: TaskHandle) -> _Look:
    """Runs on the worker of files."""
    replaced, gone = [], []
    for file in files:
        task.check()
        now = FileIdentity.of(file.path)
        if now.size < 0:
            gone.append(file)
        elif now != replace(file, stream=0):
            replaced.append(file)
    return _Look(tuple(replaced), tuple(gone))
