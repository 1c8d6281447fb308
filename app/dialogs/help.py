"""Dialogs for about and the rate of pictures; none of them blocks the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QInputDialog,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets import theme
from app.widgets.basic import label
from mvit_core.system.versions import version_of
from mvit_core.video.decode.image_folder import FPS_RANGE

MOST_STRIDE = 9999
"""Frames between windows that can be asked for."""


class AboutDialog(QDialog):
    """Name, version and licence of the program."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About MViT Lens"))
        number = version_of("mvit-lens") or ""
        title = label(f"MViT Lens {number}".strip(), "title")
        title.setFont(theme.sized_font(title, "dialog"))
        text = label(
            self.tr(
                "The attention microscope for Multiscale Vision Transformers on video.\n"
                "Apache License 2.0"
            ),
            "soft",
        )
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(text)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


def rate_dialog(fps: float, parent: QWidget) -> QInputDialog:
    """Make a dialog for frames per second, which it emits by ``doubleValueSelected``."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(QCoreApplication.translate("dialogs", "Frame rate of pictures"))
    dialog.setLabelText(
        QCoreApplication.translate("dialogs", "Pictures shown and sampled per second")
    )
    dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
    dialog.setDoubleRange(*FPS_RANGE)
    dialog.setDoubleDecimals(3)
    dialog.setDoubleValue(fps)
    return dialog


def stride_dialog(frames: int, parent: QWidget) -> QInputDialog:
    """Make a dialog for frames between windows, which it emits by ``intValueSelected``."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(QCoreApplication.translate("dialogs", "Stride of the windows"))
    dialog.setLabelText(
        QCoreApplication.translate(
            "dialogs", "Frames from one window of the model to the next, a whole window at most"
        )
    )
    dialog.setInputMode(QInputDialog.InputMode.IntInput)
    dialog.setIntRange(1, MOST_STRIDE)
    dialog.setIntValue(frames)
    return dialog
