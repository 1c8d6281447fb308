"""The pane of the preview: a picture that fills its room, and a line of words below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import label

if TYPE_CHECKING:
    from app.workers.export_preview import Preview

SMALLEST = QSize(300, 240)
USUAL = QSize(440, 380)


class PreviewPane(QWidget):
    """Shows the preview of an export at the playhead."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = _Picture()
        self.words = label("", "soft", small=True)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.picture, 1)
        column.addWidget(self.words)
        self.wait()

    def wait(self) -> None:
        """Mark the picture as out of date until the next one is drawn."""
        self.words.setText(self.tr("Drawing the preview…"))

    def show_preview(self, preview: Preview) -> None:
        """Show a picture and its size, or the reason why there is none."""
        image = preview.image
        self.picture.show_image(image)
        if image is None:
            self.words.setText(self.tr("No preview: {why}").format(why=preview.problem))
        else:
            words = self.tr("Frame at the play head, {w} × {h} pixels")
            self.words.setText(words.format(w=image.width(), h=image.height()))

    def show_words(self, words: str) -> None:
        """Show words in place of a picture."""
        self.picture.show_image(None)
        self.words.setText(words)


class _Picture(QWidget):
    """Fits its image into its room, without enlarging it."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage | None) -> None:
        self.image = image
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return USUAL

    @override
    def minimumSizeHint(self) -> QSize:
        return SMALLEST

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().stage))
        if self.image is None:
            return
        scale = self.devicePixelRatioF()
        room = self.size() * scale
        size = self.image.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        shown = self.image.scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        place = QRect(0, 0, round(size.width() / scale), round(size.height() / scale))
        place.moveCenter(self.rect().center())
        painter.drawImage(place, shown)
