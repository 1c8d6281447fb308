"""A dialog in which one of several names is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout

from app.widgets import theme
from app.widgets.basic import label, set_spoken_name

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

NAME_ROLE = Qt.ItemDataRole.UserRole
LEAST_PX = 380


class ChooseDialog(QDialog):
    """A list of names; Enter or a double click chooses, Esc does not.

    Args:
        title: of the dialog.
        words: what is chosen, and for what.
        rows: each name with the words that it is shown by.
        parent: the window.
    """

    chosen = Signal(str)
    """Emitted with the name that was chosen."""

    def __init__(
        self, title: str, words: str, rows: tuple[tuple[str, str], ...], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(LEAST_PX)
        about = label(words, "soft")
        about.setWordWrap(True)
        self.list = QListWidget()
        self.list.setObjectName("choices")
        set_spoken_name(self.list, title)
        for name, shown in rows:
            item = QListWidgetItem(shown)
            item.setData(NAME_ROLE, name)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self.accept)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(theme.GAP)
        column.addWidget(about)
        column.addWidget(self.list, 1)
        column.addWidget(self.buttons)
        self.list.setFocus()

    def names(self) -> tuple[str, ...]:
        """The names in the order of the list."""
        return tuple(self.list.item(row).data(NAME_ROLE) for row in range(self.list.count()))

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen.emit(item.data(NAME_ROLE))
