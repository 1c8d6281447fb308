"""Paints a whole view as one picture for the clipboard, frames and maps at their own resolution.

The places of cells and panes are read from the screen, on the window's thread; frames, maps and
words are painted on the paint worker, larger than on screen where the frames have the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from app.widgets import theme
from app.widgets.overlays import (
    HeatLook,
    draw_grid,
    draw_heat,
    draw_placeholder,
    draw_ring,
    draw_unseen,
)
from app.widgets.ramp import BAR, paint_ramp
from app.workers.paint import heat_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import FramePicture, Scale, TokenMark
    from app.widgets.viewport import Viewport
    from app.workers.worker import TaskHandle
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import RenderStyle

MOST_PX = 4096
"""Most pixels of the longer side, unless the screen itself shows more."""
PAD = 12


@dataclass(frozen=True, eq=False)
class Tile:
    """A frame with its map, marks and outline."""

    room: QRect
    """In points of the picture's body."""
    view: Viewport
    """Place of the frame within ``room``."""
    picture: FramePicture
    look: HeatLook
    heatmap: Heatmap | None = None
    style: RenderStyle | None = None
    """Style at full opacity; None draws no heat."""
    ready: QImage | None = None
    """Heat that was painted before, where it belongs to no one map (a difference)."""
    unseen: Heatmap | None = None
    """Map outside whose seen box the frame is dimmed; None dims nothing."""
    lines: Heatmap | None = None
    mark: TokenMark | None = None


@dataclass(frozen=True, eq=False)
class Words:
    """A line of text, shortened where it does not fit."""

    box: QRect
    text: str
    bold: bool = False


@dataclass(frozen=True, eq=False)
class ViewPicture:
    """Everything that is painted, in points, as frozen values; knows no widget."""

    size: QSize
    """Size of the body, below the title and the line with the colour bar."""
    ratio: float
    """Pixels of the screen per point."""
    font: QFont
    title: str
    source: str
    """Video and frame in words."""
    policy: str = ""
    scale: Scale | None = None
    """Scale of all tiles; None where each has a bar of its own."""
    tiles: tuple[Tile, ...] = ()
    words: tuple[Words, ...] = ()
    bars: tuple[tuple[QRect, Scale], ...] = ()
    labels: Callable[[QPainter], None] | None = None
    """Paints the other words of the body, from frozen values."""

    @property
    def factor(self) -> float:
        """Pixels of the picture per point: frames at their own size, within ``MOST_PX``."""
        native = max((_native(tile) for tile in self.tiles), default=1.0)
        bound = MOST_PX / max(self.size.width(), self.size.height())
        return max(min(native, bound), self.ratio)


def _native(tile: Tile) -> float:
    image = tile.picture.image
    box = tile.view.frame_box
    return 1.0 if image is None else image.width() / max(box.width(), 1.0)


def paint_view_picture(view_picture: ViewPicture, task: TaskHandle) -> QImage:
    """Paint the whole picture; runs on the paint worker."""
    line = QFontMetrics(view_picture.font).height() + 4
    top = (2 if view_picture.scale is None else 3) * line + 2 * PAD
    width = max(view_picture.size.width(), _header_width(view_picture))
    image = QImage(
        QSize(width, view_picture.size.height() + top) * view_picture.factor,
        QImage.Format.Format_RGB32,
    )
    image.fill(QColor(theme.current().stage))
    painter = QPainter(image)
    try:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.scale(view_picture.factor, view_picture.factor)
        painter.setFont(view_picture.font)
        _paint_header(painter, view_picture, QRect(PAD, PAD, width - 2 * PAD, line))
        painter.translate(QPoint((width - view_picture.size.width()) // 2, top))
        _paint_body(painter, view_picture, task)
    finally:
        painter.end()  # before the picture goes, also where the work is stopped
    return image


def _paint_body(painter: QPainter, view_picture: ViewPicture, task: TaskHandle) -> None:
    scaled: dict[tuple[int, QSize], QImage] = {}
    for tile in view_picture.tiles:
        task.check()
        painter.save()
        _paint_tile(painter, tile, view_picture.factor, scaled)
        painter.restore()
    if view_picture.labels is not None:
        view_picture.labels(painter)
    for words in view_picture.words:
        _paint_words(painter, words)
    for box, scale in view_picture.bars:
        _paint_bar(painter, box, scale)


def _header_width(view_picture: ViewPicture) -> int:
    """Width in points that the lines of the header need, within reason."""
    font = QFont(view_picture.font)
    theme.set_strong(font)
    metrics = QFontMetrics(font)
    bar = (
        ""
        if view_picture.scale is None
        else "".join((*view_picture.scale.ends, view_picture.policy))
    )
    widest = max(map(metrics.horizontalAdvance, (view_picture.title, view_picture.source)))
    return min(max(widest, metrics.horizontalAdvance(bar) + BAR.width() + 40) + 2 * PAD, 1000)


def _paint_header(painter: QPainter, view_picture: ViewPicture, line: QRect) -> None:
    """Paint title and source, and colours and policy where one scale holds for all tiles."""
    _paint_words(painter, Words(line, view_picture.title, bold=True))
    _paint_words(painter, Words(line.translated(0, line.height()), view_picture.source))
    if view_picture.scale is not None:
        _paint_bar(
            painter, line.translated(0, 2 * line.height()), view_picture.scale, view_picture.policy
        )


def _paint_words(painter: QPainter, words: Words) -> None:
    painter.save()
    font = QFont(painter.font())
    theme.set_strong(font, strong=words.bold)
    painter.setFont(font)
    colours = theme.current()
    painter.setPen(QColor(colours.text if words.bold else colours.text_soft))
    text = painter.fontMetrics().elidedText(
        words.text, Qt.TextElideMode.ElideMiddle, words.box.width()
    )
    painter.drawText(words.box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def _paint_bar(painter: QPainter, box: QRect, scale: Scale, policy: str = "") -> None:
    """Paint low number, ramp, high number and unit."""
    metrics = painter.fontMetrics()
    low, high = scale.ends
    x = box.left()
    for text in (low, None, high):
        if text is None:
            ramp = QRectF(x, box.center().y() - BAR.height() / 2, BAR.width(), BAR.height())
            paint_ramp(painter, ramp, scale)
            x += BAR.width() + 6
        elif text:
            at = QRect(x, box.top(), metrics.horizontalAdvance(text) + 2, box.height())
            _paint_words(painter, Words(at, text))
            x += at.width() + 4
    said = policy or scale.unit
    _paint_words(painter, Words(QRect(QPoint(x + 6, box.top()), box.bottomRight()), said))


def _paint_tile(
    painter: QPainter, tile: Tile, factor: float, scaled: dict[tuple[int, QSize], QImage]
) -> None:
    painter.translate(tile.room.topLeft())
    painter.setClipRect(QRect(QPoint(0, 0), tile.room.size()))
    box, image = tile.view.frame_box, tile.picture.image
    if image is None:
        draw_placeholder(painter, box, tile.picture.problem)
        return
    wanted = QSize(max(round(box.width() * factor), 1), max(round(box.height() * factor), 1))
    if wanted.width() > image.width():
        wanted = image.size()  # a frame has no more pixels than these
    key = (tile.picture.index, wanted)
    if key not in scaled:
        scaled[key] = image.scaled(
            wanted, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    painter.drawImage(box, scaled[key])
    heat = tile.ready
    if tile.heatmap is not None and tile.style is not None:
        style, size = replace(tile.style, opacity=1.0), (wanted.width(), wanted.height())
        heat = heat_image(tile.heatmap, tile.picture.index, style, size)
    if heat is not None:
        draw_heat(painter, box, heat, tile.look)
    if tile.unseen is not None:
        draw_unseen(painter, tile.view, tile.unseen)
    if tile.lines is not None:
        draw_grid(painter, tile.view, tile.lines)
    if tile.mark is not None:
        draw_ring(painter, tile.view, tile.mark)
