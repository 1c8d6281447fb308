"""The dialog that finds the missing files of a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
)

from app.state.session_file import is_same
from app.widgets import theme
from app.widgets.basic import ElidedLabel, label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.state.session_file import FileRef, Session


class RelinkDialog(QDialog):
    """A row for each file that is missing, to be chosen by the user.

    Args:
        session: the session to be opened.
        found: files that were found, by role.
        parent: the window.
    """

    relinked = Signal(object)
    """Emitted with the paths of all files by role, found and chosen."""

    def __init__(self, session: Session, found: dict[str, Path], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Files have moved"))
        self.setMinimumWidth(560)
        self._missing = {k: ref for k, ref in session.files.items() if k not in found}
        self._paths = dict(found)
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
        self._check()

    def _add_row(self, grid: QGridLayout, row: int, role: str, ref: FileRef) -> None:
        names = {
            "clip": self.tr("Video"),
            "checkpoint": self.tr("Checkpoint"),
            "config": self.tr("Configuration"),
            "labels": self.tr("Class names"),
        }
        title = names.get(role, role)
        path = ElidedLabel()
        path.setText(ref.absolute)
        button = self.choose_buttons[role] = QPushButton(self.tr("Choose…"))
        button.setAccessibleName(self.tr("Choose {what}").format(what=title))
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
        for other, ref in self._missing.items():
            beside = path.parent / ref.name
            if other not in self._paths and is_same(ref, beside):
                self._paths[other] = beside
        self._check()

    def _choose(self, role: str) -> None:
        ref = self._missing[role]
        title = self.tr("Where is {name}?").format(name=ref.name)
        filters = f"{ref.name} ({ref.name});;{self.tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self, title, "", filters)
        if name:
            self.set_path(role, Path(name))

    def _check(self) -> None:
        for role, ref in self._missing.items():
            path = self._paths.get(role)
            if path is None:
                continue
            words = self.tr("found: {path}")
            if not is_same(ref, path):
                words = self.tr("another file than the one that was saved: {path}")
            self.states[role].setText(words.format(path=path))
        # Without its clip a session says nothing: the one that happens to be open is another.
        needed = "clip" if "clip" in self._missing or "clip" in self._paths else "checkpoint"
        self.open_button.setEnabled(needed in self._paths)

    def _accept(self) -> None:
        self.relinked.emit(self._paths)
        self.accept()
