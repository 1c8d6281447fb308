"""The dialog that asks which part of the window takes its output from another clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout

from app.widgets import theme
from app.widgets.basic import Choice, label, set_spoken_name
from app.widgets.number_field import NumberField
from mvit_core.explaining.patches import Patch

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.results import LayerInfo

MOST_WINDOWS = 99999
"""Windows of the other clip that can be asked for; how many it has is known once it is open."""

LEAST_PX = 340


class PatchDialog(QDialog):
    """Block, part and window; Enter patches, Esc does not.

    Args:
        name: of the other clip.
        layers: of the model; not empty.
        block: the one chosen at first.
        parent: the window.
    """

    patch_asked = Signal(object, int)
    """Emitted with a ``Patch`` and the window of the other clip, from 0."""

    def __init__(
        self, name: str, layers: tuple[LayerInfo, ...], block: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Patch from another clip"))
        self.setMinimumWidth(LEAST_PX)
        self._heads = {layer.block: layer.heads for layer in layers}
        self.block, self.part, self.window_number = NumberField(), Choice(), NumberField()
        self.block.setRange(min(self._heads), max(self._heads))
        self.block.setValue(block)
        self.window_number.setRange(1, MOST_WINDOWS)
        self.block.valueChanged.connect(self._fill_parts)
        self._fill_parts()
        about = label(self.tr("The part gives what it gave for {name}").format(name=name), "soft")
        about.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.patch = self.buttons.addButton(
            self.tr("Patch"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.patch.setObjectName("primary")
        self.patch.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(self._ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(theme.GAP)
        column.addWidget(about)
        column.addLayout(self._form())
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.part.setFocus()

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setSpacing(theme.GAP)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignVCenter)
        for words, field in (
            (self.tr("Block"), self.block),
            (self.tr("Part"), self.part),
            (self.tr("Window of the other clip"), self.window_number),
        ):
            set_spoken_name(field, words)
            form.addRow(label(words), field)
        return form

    def _fill_parts(self) -> None:
        """Offer the parts of the block; what was chosen stays where the block has it."""
        row = self.part.currentIndex()
        with QSignalBlocker(self.part):
            self.part.clear()
            self.part.addItem(self.tr("Whole block"), "block")
            self.part.addItem("MLP", "mlp")
            for head in range(self._heads.get(self.block.value(), 0)):
                self.part.addItem(self.tr("Head {n}").format(n=head), head)
            self.part.setCurrentIndex(row if 0 <= row < self.part.count() else 0)

    def _ask(self) -> None:
        block, part = self.block.value(), self.part.currentData()
        patch = Patch("head", block, part) if isinstance(part, int) else Patch(part, block)
        self.patch_asked.emit(patch, self.window_number.value() - 1)
