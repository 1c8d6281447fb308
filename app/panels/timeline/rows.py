"""The rows of the timeline, from top to bottom: a table; a further row is an entry of ``ROWS``.

A row paints what does not depend on the playhead; it is painted again only when the scene is
another one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen, QPixmap

from app.panels.timeline.marks import Marks
from app.text.phrases import frame_number
from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.panels.timeline.scene import Row, Scene
    from app.panels.timeline.series import Series
    from app.panels.timeline.span import Span
    from app.results import VideoInfo


class Ruler:
    """Frame numbers at round distances."""

    height = 18

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint the marks of the frames seen."""
        colours, span = theme.current(), scene.span
        metrics = QFontMetricsF(painter.font())
        step = ruler_step(span.frames, box.width() / 70)
        seen = span.seen()
        for frame in range(-(-seen.start // step) * step, seen.stop, step):
            x, text = span.x_of(frame), str(frame_number(frame))
            if x + metrics.horizontalAdvance(text) > box.right() + 10:
                break
            painter.setPen(QColor(colours.border))
            painter.drawLine(QPointF(x, box.bottom() - 5), QPointF(x, box.bottom()))
            painter.setPen(QColor(colours.text_faint))
            painter.drawText(QPointF(x + 3, box.bottom() - 5), text)


class Windows:
    """What the model sees at a time."""

    height = 20

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint the windows seen."""
        colours, span = theme.current(), scene.span
        first = bisect_right(scene.windows, span.start, key=lambda window: window.stop)
        for window in scene.windows[first:]:
            if window.start >= span.stop:
                break
            left = max(span.x_of(window.start) + 1, box.left())
            right = min(span.x_of(window.stop) - 1, box.right())
            place = QRectF(left, box.top() + 1, right - left, box.height() - 5)
            here = window == scene.window
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if here else colours.control))
            painter.drawRoundedRect(place, 4, 4)
            if place.width() > 74:
                painter.setPen(QColor(colours.text if here else colours.text_faint))
                words = QCoreApplication.translate("timeline", "window {n}")
                painter.drawText(
                    place, Qt.AlignmentFlag.AlignCenter, words.format(n=window.index + 1)
                )


class Thumbnails:
    """Small pictures side by side, each of the frame in the middle of its place."""

    height = 38
    _MOST_KEPT = 400
    _MOST_AT_ONCE = 4
    """Decoded in one go: a millisecond or two each, in which the window does nothing else."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, int], QPixmap] = OrderedDict()
        self._video: VideoInfo | None = None
        self._span: Span | None = None
        self._painted: dict[float, QPixmap] = {}
        """What stands at each place until the picture of a nearer frame is made."""

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint the pictures that there are; the rest is a plain band."""
        if scene.video is not self._video:
            self._kept.clear()
        if scene.video is not self._video or scene.span != self._span:
            self._painted.clear()
        self._video, self._span = scene.video, scene.span
        outline = QPainterPath()
        outline.addRoundedRect(box, 4, 4)
        painter.fillPath(outline, QColor(theme.current().control))
        if scene.proxies is None:
            return
        painter.save()
        painter.setClipPath(outline)
        width, height = scene.video.display_size
        size = QSize(max(round(box.height() * width / height), 8), round(box.height()))
        x, made = box.left(), 0
        while x < box.right():
            frame = scene.span.frame_at(min(x + size.width() / 2, box.right() - 1))
            pixmap = self._known(scene, frame, size)
            if pixmap is None and made < self._MOST_AT_ONCE:
                pixmap = self._make(scene, frame, size)
                made += 1
            elif pixmap is None:
                pixmap = self._painted.get(x)
                scene.later()
            if pixmap is not None:
                self._painted[x] = pixmap
                painter.drawPixmap(QPointF(x, box.top()), pixmap)
            x += size.width() + 1
        painter.restore()

    def _known(self, scene: Scene, frame: int, size: QSize) -> QPixmap | None:
        """The picture nearest to a frame, if it was made for this size before."""
        assert scene.proxies is not None
        index = scene.proxies.pictures.nearest(frame)
        if index is None:
            return None
        key = (index, *(size * scene.pixel_ratio).toTuple())
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _make(self, scene: Scene, frame: int, size: QSize) -> QPixmap | None:
        assert scene.proxies is not None
        found, wanted = scene.proxies.pictures.image(frame), size * scene.pixel_ratio
        if found is None:
            return None
        image = found.image.scaled(
            wanted,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(scene.pixel_ratio)
        self._kept[found.index, wanted.width(), wanted.height()] = pixmap
        while len(self._kept) > self._MOST_KEPT:
            self._kept.popitem(last=False)
        return pixmap


class Samples:
    """Ticks for the frames that this window's model input was made of."""

    height = 12

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint a tick for each sampled frame seen."""
        if scene.window is None:
            return
        painter.setPen(QPen(QColor(theme.current().accent), 2))
        span = scene.span
        for frame in sorted(set(scene.window.frame_indices)):
            x = (span.x_of(frame) + span.x_of(frame + 1)) / 2
            if box.left() <= x <= box.right():
                painter.drawLine(QPointF(x, box.top() + 2), QPointF(x, box.bottom() - 4))


def make_rows(series: Series) -> tuple[Row, ...]:
    """The rows of one timeline, from top to bottom."""
    return Ruler(), Windows(), series, Thumbnails(), Samples(), Marks()


def ruler_step(frames: float, marks: float) -> int:
    """A round number of frames between marks."""
    least = max(frames / max(marks, 1), 1)
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= least:
                return step * factor
        step *= 10
