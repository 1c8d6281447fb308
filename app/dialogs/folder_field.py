"""A field for a folder: its path, a button to choose one, and one for none."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.widgets import theme
from app.widgets.basic import bounded, icon_button, set_spoken_name, set_tip


class FolderField(QWidget):
    """Shows a folder, which is chosen in a dialog, so that it is one that exists.

    Args:
        words_for_none: shown where none is chosen.
    """

    chosen = Signal(str)
    """Emitted with a path; empty for none."""

    def __init__(self, words_for_none: str) -> None:
        super().__init__()
        self._folder = ""
        self.path = QLineEdit()
        self.path.setReadOnly(True)
        self.path.setPlaceholderText(words_for_none)
        self.browse = QPushButton(self.tr("Browse…"))
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.clear = icon_button("cancel", self.tr("No folder of its own"))
        self.clear.clicked.connect(lambda: self.chosen.emit(""))
        self.setFocusProxy(self.browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.path, 1)
        row.addWidget(self.clear)
        row.addWidget(self.browse)

    def show_folder(self, folder: str) -> None:
        """Show a folder; empty is none."""
        self._folder = folder
        self.path.setText(bounded(folder))
        self.path.setCursorPosition(0)
        set_spoken_name(self.path, self.tr("Folder"))
        set_tip(self.path, folder)
        self.clear.setEnabled(bool(folder))

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), self._folder)
        if name:
            self.chosen.emit(name)
