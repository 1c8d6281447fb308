"""Dialogs for help, about, and the rate of pictures; none of them blocks the window."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QInputDialog,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets import theme
from app.widgets.basic import label
from mvit_core.video.decode.image_folder import FPS_RANGE


@dataclass(frozen=True)
class Topic:
    """A part of the help."""

    title: str
    text: str


def tr(text: str) -> str:
    """Translate a text of the help."""
    return QCoreApplication.translate("HelpDialog", text)


def help_topics() -> tuple[Topic, ...]:
    """All topics of the help, in the language of the window."""
    return (
        Topic(
            tr("Open"),
            tr(
                "Drop a video and a checkpoint on the window, or use Ctrl+O and Ctrl+Shift+O. The "
                "model runs on the part of the video that is shown: its window."
            ),
        ),
        Topic(
            tr("Look"),
            tr(
                "Up and Down go through the layers, 1 to 0 show one head, A their mean or maximum. "
                "Q and a click ask where a token looks; with Shift, who looks at it. Hold B to see "
                "the frame alone."
            ),
        ),
        Topic(
            tr("Move"),
            tr(
                "Left and Right step by frames, Alt+Left and Alt+Right by frames that the model "
                "saw, Page Up and Page Down by windows. Space plays."
            ),
        ),
        Topic(
            tr("Trust"),
            tr(
                "The colour bar says what its ends are and how the range was found. A badge says "
                "where the map on screen is not the one asked for, or not of this frame."
            ),
        ),
        Topic(
            tr("Keep"),
            tr(
                "Ctrl+E exports pictures, videos and numbers; Ctrl+S saves the session, which "
                "opens the same view again."
            ),
        ),
    )


class HelpDialog(QDialog):
    """The help page: working with the program, on one page."""

    tour_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Help"))
        self.setMinimumWidth(540)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(4)
        for topic in help_topics():
            column.addWidget(label(topic.title, "title"))
            words = label(topic.text, "soft")
            words.setWordWrap(True)
            column.addWidget(words)
            column.addSpacing(theme.GAP)
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for words, signal in (
            (self.tr("Take the tour"), self.tour_asked),
            (self.tr("Keyboard shortcuts"), self.shortcuts_asked),
        ):
            button = QPushButton(words)
            button.setAutoDefault(False)
            button.clicked.connect(self.accept)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        return row


MOST_STRIDE = 9999
"""Frames between windows that can be asked for."""


class AboutDialog(QDialog):
    """Name, version and licence of the program."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About MViT Lens"))
        try:
            number = version("mvit-lens")
        except PackageNotFoundError:
            number = ""
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
