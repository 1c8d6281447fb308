"""The dialog that finds the missing files of a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
)
from typing_extensions import override

from app.results import TaskKey
from app.state.session_file import relink
from app.widgets import theme
from app.widgets.basic import ElidedLabel, label, set_spoken_name
from mvit_core.printable import printable

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.state.session_file import FileRef, Relinked, Session
    from app.workers.worker import Worker

LIMIT_MS = 5000
"""Milliseconds in which a drive must respond."""


class RelinkDialog(QDialog):
    """A row for each file that is missing, to be chosen by the user.

    Files are compared with those that were saved on a worker; a drive that does not respond is
    waited for no longer than ``LIMIT_MS``, and not at all once the dialog is closed.

    Args:
        session: the session to be opened.
        found: files that were found, by role.
        worker: compares files.
        parent: the window.
    """

    relinked = Signal(object)
    """Emitted with the paths of all files by role, found and chosen."""

    def __init__(
        self, session: Session, found: dict[str, Path], worker: Worker, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._worker, self._found = worker, dict(found)
        self._is_comparing = False
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self._give_up)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Files have moved"))
        self.setMinimumWidth(560)
        self._missing = {k: ref for k, ref in session.files.items() if k not in found}
        self._paths: dict[str, Path] = {}
        self.choose_buttons: dict[str, QPushButton] = {}
        self.states: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * theme.GAP)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (role, ref) in enumerate(self._missing.items()):
            self._add_row(grid, 2 * row, role, ref)
        self.open_button = QPushButton(self.tr("Open session"))
        self.open_button.setObjectName("primary")
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self._accept)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.open_button)
        words = label(self.tr("The session needs files that are not where they were."), "soft")
        words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(2 * theme.GAP)
        column.addWidget(words)
        column.addLayout(grid)
        column.addLayout(buttons)
        self._show_whether_enough()

    def _add_row(self, grid: QGridLayout, row: int, role: str, ref: FileRef) -> None:
        names = {
            "clip": self.tr("Video"),
            "checkpoint": self.tr("Checkpoint"),
            "config": self.tr("Configuration"),
            "labels": self.tr("Class names"),
        }
        title = names.get(role, role)
        path = ElidedLabel()
        path.setText(printable(ref.absolute))
        button = self.choose_buttons[role] = QPushButton(self.tr("Choose…"))
        set_spoken_name(button, self.tr("Choose {what}").format(what=title))
        button.clicked.connect(lambda: self._choose(role))
        state = self.states[role] = label(self.tr("not found"), "warning", small=True)
        state.setWordWrap(True)
        grid.addWidget(label(title, "soft"), row, 0)
        grid.addWidget(path, row, 1)
        grid.addWidget(button, row, 2)
        grid.addWidget(state, row + 1, 1, 1, 2)

    def set_path(self, role: str, path: Path) -> None:
        """Set a file; other missing ones are searched for beside it."""
        self._paths[role] = path
        self._compare()

    def _choose(self, role: str) -> None:
        ref = self._missing[role]
        title = self.tr("Where is {name}?").format(name=ref.name)
        filters = f"{ref.name} ({ref.name});;{self.tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self, title, "", filters)
        if name:
            self.set_path(role, Path(name))

    def _compare(self) -> None:
        """Have the files chosen so far compared with those that were saved."""
        for role, path in self._paths.items():
            self._say(role, self.tr("is being compared: {path}"), path)
        self.open_button.setEnabled(False)
        missing, chosen = self._missing, dict(self._paths)
        self._worker.cancel(TaskKey.SESSION)
        self._worker.submit(
            TaskKey.SESSION, lambda task: relink(missing, chosen, task.check), self._compared
        )
        self._is_comparing = True
        self._limit.start(LIMIT_MS)

    def _compared(self, result: Relinked) -> None:
        if not self._is_comparing:
            return  # given up, or closed, and perhaps deleted
        self._is_comparing = False
        self._limit.stop()
        self._paths = dict(result.paths)
        same = self.tr("found: {path}")
        other = self.tr("another file than the one that was saved: {path}")
        for role, path in result.paths.items():
            self._say(role, same if role in result.same else other, path)
        self._show_whether_enough()

    def _give_up(self) -> None:
        """Leave it to the user whether files of a drive that does not respond are opened."""
        self._is_comparing = False
        self._worker.cancel(TaskKey.SESSION)
        words = self.tr("not compared, the drive does not respond within {n} seconds: {path}")
        for role, path in self._paths.items():
            self._say(role, words, path)
        self._show_whether_enough()

    def _say(self, role: str, words: str, path: Path) -> None:
        self.states[role].setText(words.format(path=printable(str(path)), n=LIMIT_MS // 1000))
        layout = self.layout()
        assert layout is not None
        layout.activate()  # a path of two lines needs room
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _show_whether_enough(self) -> None:
        paths = self._found | self._paths
        # Without its clip a session says nothing: the one that happens to be open is another.
        needed = "clip" if "clip" in self._missing or "clip" in paths else "checkpoint"
        self.open_button.setEnabled(needed in paths)

    def _accept(self) -> None:
        self.relinked.emit(self._found | self._paths)
        self.accept()

    @override
    def done(self, result: int) -> None:
        self._is_comparing = False
        self._limit.stop()
        self._worker.cancel(TaskKey.SESSION)
        super().done(result)
