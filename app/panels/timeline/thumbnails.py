"""The row of proxies along the timeline."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPixmap
from typing_extensions import override

from app.panels.timeline.scene import Row
from app.widgets import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.panels.timeline.scene import Scene
    from app.panels.timeline.span import Span
    from app.results import VideoInfo


HEIGHT_PX = 36


class Thumbnails(Row):
    """Proxies side by side, each of the frame in the middle of its place."""

    height = HEIGHT_PX
    grows = 1
    least = 22
    _MOST_KEPT = 400
    _MOST_AT_ONCE = 4
    """Most proxies decoded in one go, a millisecond or two each on the window's thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, int], QPixmap] = OrderedDict()
        self._video: VideoInfo | None = None
        self._span: Span | None = None
        self._painted: dict[float, QPixmap] = {}
        """Pictures by place, shown until that of a nearer frame is made."""

    @override
    def follow(self, scene: Scene | None) -> None:
        self.height = HEIGHT_PX

    @override
    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
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
        """The cached picture nearest to a frame in this size; None where there is none."""
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
