"""Dialogs that end in a file: choices, and below them its name and the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets import theme
from app.widgets.basic import label, set_spoken_name
from mvit_core.system.ordinary_file import is_folder, is_there, user_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QLayout

    from app.dialogs.export.preview_pane import PreviewPane

_TEXT_PX = 8
"""From the edge of a field to its text, as the style sheet has it."""


def tr(text: str) -> str:
    """Translate a text of this file."""
    return QCoreApplication.translate("write_dialog", text)


class WriteDialog(QDialog):
    """A dialog whose choices end in a file.

    Args:
        target: the file that is proposed.
        parent: the window.
    """

    def __init__(self, target: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.target = QLineEdit(str(target))
        set_spoken_name(self.target, tr("File"))
        self.browse = QPushButton(tr("Browse…"))
        self.browse.clicked.connect(self._browse)
        self.problem = label("", "warning", small=True)
        self.problem.setWordWrap(True)
        self.accept_button = QPushButton(tr("Export"))
        self.accept_button.setObjectName("primary")
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._accept)

    @property
    def path(self) -> Path:
        """The file that was typed."""
        return user_path(self.target.text())

    @property
    def file_kind(self) -> str:
        """Title and pattern of the files that can be chosen, as Qt's file dialog takes them."""
        raise NotImplementedError

    def ask(self) -> None:
        """Emit the job of the present choices."""
        raise NotImplementedError

    def show_problem(self, problem: str) -> None:
        """Say what is wrong with the choices, else with the folder; a file there is told too."""
        path = self.path
        if not problem and not is_folder(path.parent):
            problem = tr("The folder {folder} does not exist").format(folder=path.parent)
        is_replaced = not problem and is_there(path)
        self.problem.setText(tr("The file exists and will be replaced") if is_replaced else problem)
        self.accept_button.setEnabled(not problem)

    def lay_out(self, choices: QLayout) -> None:
        """Lay out the choices, and the file and the buttons below them."""
        file, buttons = QHBoxLayout(), QHBoxLayout()
        file.addWidget(label(tr("File"), "soft", of=self.target))
        file.addWidget(self.target, 1)
        file.addWidget(self.browse)
        cancel = QPushButton(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        buttons.addWidget(self.problem, 1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(2 * theme.GAP)
        column.addLayout(choices, 1)
        column.addLayout(file)
        column.addLayout(buttons)

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export to"), self.target.text(), self.file_kind
        )
        if name:
            self.target.setText(name)

    def _accept(self) -> None:
        self.ask()
        self.accept()


def beside_preview(
    preview: PreviewPane,
    rows: Sequence[tuple[str, QWidget]],
    width: int,
    below: QWidget | None = None,
) -> QLayout:
    """A preview, and beside it fields with their titles.

    Args:
        preview: of what is written.
        rows: titles and fields, in order; a field without a title belongs to the one above.
        width: of titles and fields together, in pixels.
        below: what stands below the fields.
    """
    form = QGridLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(12)
    form.setVerticalSpacing(theme.GAP)
    form.setColumnStretch(1, 1)
    for row, (words, field) in enumerate(rows):
        if words:
            form.addWidget(label(words, "soft", of=field), row, 0)
        form.addWidget(field, row, 1)
        field.setMinimumWidth(0)
        if isinstance(field, QAbstractSpinBox):  # its number begins where other texts do
            field.lineEdit().setTextMargins(_TEXT_PX, 0, 0, 0)
    if below is not None:
        form.addWidget(below, len(rows), 0, 1, 2)
    form.setRowStretch(len(rows), 1)
    side = QWidget()
    side.setLayout(form)
    side.setFixedWidth(width)
    sides = QHBoxLayout()
    sides.setSpacing(2 * theme.GAP)
    sides.addWidget(preview, 1)
    sides.addWidget(side)
    return sides
