"""The picture of the frame under the pointer, above the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.text.phrases import clock, frame_number
from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent

    from app.results import ProxyImage, VideoInfo

WIDEST_PX, HIGHEST_PX = 200, 120
"""Largest width and height of the picture, which keeps its aspect."""
LEAST_PX = 150
"""Least width, which the words need."""
WORDS_PX = 24
ABOVE_PX = 8


class HoverPicture(QWidget):
    """A picture with words below it; never gets focus or pointer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Frame under the pointer"))
        self._image: QImage | None = None
        self.words = ""
        self._words_px = WORDS_PX

    def show_frame(
        self, image: QImage | None, words: str, aspect: float, bottom_centre: QPoint
    ) -> None:
        """Show a frame above a point of the screen; without a picture, the words alone."""
        self._image, self.words = image, words
        lines = words.split("\n")
        metrics = QFontMetrics(theme.small_font(self))
        self._words_px = WORDS_PX + (len(lines) - 1) * metrics.lineSpacing()
        room = max(metrics.horizontalAdvance(line) for line in lines) + 14
        size = QSize(max(WIDEST_PX, room), self._words_px)
        if image is not None:
            width = round(min(WIDEST_PX, HIGHEST_PX * aspect))
            size = QSize(
                max(width + 4, LEAST_PX + 4, room), round(width / aspect) + 2 + self._words_px
            )
            self._picture = QRectF((size.width() - width) / 2, 2, width, width / aspect)
        self.resize(size)
        self.move(self._place(bottom_centre))
        self.show()
        self.update()

    def _place(self, bottom_centre: QPoint) -> QPoint:
        """The corner that puts it above a point and on the screen."""
        x = bottom_centre.x() - self.width() // 2
        screen = QGuiApplication.screenAt(bottom_centre)
        if screen is not None:
            room = screen.availableGeometry()
            x = min(max(x, room.left()), room.right() - self.width())
        return QPoint(x, bottom_centre.y() - self.height() - ABOVE_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.current()
        painter.fillRect(self.rect(), QColor(colours.panel))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._picture, self._image)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.setPen(QColor(colours.text))
        painter.setFont(theme.small_font(self))
        words = QRectF(0, self.height() - self._words_px, self.width(), self._words_px)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.words)
        painter.end()


def frame_words(frame: int, video: VideoInfo, picture: ProxyImage | None) -> str:
    """Number and time of a frame, and which one is pictured where that is another."""
    when = clock(float(video.pts_seconds[frame]))
    words = QCoreApplication.translate("Track", "frame {frame} · {time}")
    words = words.format(frame=frame_number(frame), time=when)
    if picture is not None and picture.index != frame:
        pictured = QCoreApplication.translate("Track", " (picture of {n})")
        words += pictured.format(n=frame_number(picture.index))
    return words
