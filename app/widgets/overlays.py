"""Draws grid, outline, cells, rings and remarks on a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QGuiApplication,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
    QRegion,
)

from app.widgets import theme
from mvit_core.render import BLACK_PX, DASH_PX, OLD_SHARE, OPACITIES, SPACE_PX, WHITE_PX

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import RemovedInfo, TokenMark
    from app.widgets.viewport import Viewport
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import Outline
    from mvit_core.video.boxes import Box


def draw_placeholder(painter: QPainter, box: QRectF, problem: str) -> None:
    """Draw a crossed box in place of a frame that cannot be decoded."""
    colours = theme.current()
    painter.fillRect(box, QColor(colours.control))
    painter.setPen(QPen(QColor(colours.border), 1, Qt.PenStyle.DashLine))
    painter.drawLine(box.topLeft(), box.bottomRight())
    painter.drawLine(box.topRight(), box.bottomLeft())
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inner = box.adjusted(24, 24, -24, -24)
    words = painter.boundingRect(inner, flags, problem).adjusted(-12, -8, 12, 8)
    painter.fillRect(words, QColor(colours.control))  # the lines would cross the words out
    painter.setPen(QColor(colours.text))
    painter.drawText(inner, flags, problem)


@dataclass(frozen=True)
class HeatLook:
    """Drawing of heat over a frame."""

    opacity: float = OPACITIES["tint"]
    is_old: bool = False
    """Another map was requested some time ago: little of the opacity is left, and hatched."""
    is_hatched: bool = False
    """One diagonal in eight is left out, for the map is of damaged frames."""

    @property
    def share(self) -> float:
        """Opacity, as it is left."""
        return self.opacity * (OLD_SHARE if self.is_old else 1.0)


class HatchedHeat:
    """Heat without one diagonal in eight, kept while it and its box stay: frames change faster."""

    def __init__(self) -> None:
        self._kept: tuple[object, QImage] | None = None

    def of(self, image: QImage, box: QRectF, ratio: float) -> QImage:
        """The heat at the size of a box, for a screen with ``ratio`` pixels to a point."""
        wanted = image.cacheKey(), box.size().toTuple(), ratio
        if self._kept is None or self._kept[0] != wanted:
            self._kept = wanted, _hatched(image, box, ratio)
        return self._kept[1]


def draw_heat(
    painter: QPainter,
    box: QRectF,
    image: QImage,
    look: HeatLook,
    hatched: HatchedHeat | None = None,
) -> None:
    """Lay heat over the frame in a box; ``hatched`` keeps it for one that is painted often."""
    painter.setOpacity(look.share)
    if look.is_old or look.is_hatched:
        ratio = painter.device().devicePixelRatioF()
        made = (hatched or HatchedHeat()).of(image, box, ratio)
        painter.drawImage(box.topLeft(), made)
    else:
        painter.drawImage(box, image)
    painter.setOpacity(1.0)


def _hatched(image: QImage, box: QRectF, ratio: float) -> QImage:
    """Heat at the size of a box, without one diagonal in eight, as ``hatched`` of the core."""
    made = QImage((box.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    room = QRectF(0, 0, box.width(), box.height())
    painter.drawImage(room, image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.fillRect(room, QBrush(Qt.GlobalColor.black, Qt.BrushStyle.BDiagPattern))
    painter.end()
    return made


def draw_half_outlines(
    painter: QPainter, view: Viewport, outlines: tuple[Outline, ...], look: HeatLook
) -> None:
    """Draw the lines around values of at least half the range, white on black."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setOpacity(OLD_SHARE if look.is_old else 1.0)
    paths = [
        (QPolygonF([view.pixel_view(x, y) for x, y in outline.points.tolist()]), outline.is_against)
        for outline in outlines
    ]
    for line, _ in paths:
        painter.setPen(QPen(Qt.GlobalColor.black, BLACK_PX))
        painter.drawPolyline(line)
    for line, is_against in paths:
        pen = QPen(Qt.GlobalColor.white, WHITE_PX)
        if is_against:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([DASH_PX / WHITE_PX, SPACE_PX / WHITE_PX])
        painter.setPen(pen)
        painter.drawPolyline(line)
    painter.restore()


def draw_outline(painter: QPainter, view: Viewport, heatmap: Heatmap) -> None:
    """Outline the seen box, where it is not the whole frame."""
    if not heatmap.covers_frame:
        box = view.box(*heatmap.box_px)
        _two_tone(painter, lambda: painter.drawRect(box), dashed=True)


def draw_tubes(painter: QPainter, view: Viewport, boxes: tuple[Box, ...]) -> None:
    """Outline tubes painted on the frame, dashed as on the canvas."""
    rects = [view.box(*box.corners) for box in boxes]
    if rects:
        _two_tone(painter, lambda: painter.drawRects(rects), dashed=True)


def draw_unseen(painter: QPainter, view: Viewport, heatmap: Heatmap) -> None:
    """Dim and hatch the frame outside the seen box, where no map has values."""
    if heatmap.covers_frame:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    unseen = QRegion(view.frame_box.toRect()) - QRegion(view.box(*heatmap.box_px).toRect())
    painter.setClipRegion(unseen, Qt.ClipOperation.IntersectClip)
    painter.fillRect(view.frame_box, QColor(0, 0, 0, 90))
    painter.fillRect(view.frame_box, QBrush(QColor(255, 255, 255, 46), Qt.BrushStyle.BDiagPattern))
    painter.restore()


def draw_removed(painter: QPainter, view: Viewport, removed: RemovedInfo, frame: int) -> None:
    """Cover what is removed of a frame, tube by tube, as the model's input had it covered."""
    indices = removed.frame_indices
    time = min(range(len(indices)), key=lambda t: abs(indices[t] - frame))
    mask = np.ascontiguousarray(removed.masks[time])
    height, width = mask.shape
    cover = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    cover.fill(QColor(*removed.colour))
    cover.setAlphaChannel(
        QImage(mask.data, width, height, width, QImage.Format.Format_Alpha8).copy()
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(view.box(*removed.pixel_map.box_px), cover)
    painter.restore()


LEAST_TOKEN_PX = 6.0
"""Smallest token that lines are drawn around; between smaller ones they would hide the picture."""


def draw_grid(painter: QPainter, view: Viewport, heatmap: Heatmap) -> None:
    """Draw lines between tokens, unless tokens are smaller than ``LEAST_TOKEN_PX``."""
    token = view.cell((0.0, 0.0), (abs(heatmap.x_px[0]), abs(heatmap.y_px[0])))
    if min(token.width(), token.height()) < LEAST_TOKEN_PX:
        return
    painter.translate(QPointF(1, 1))
    painter.setPen(QPen(QColor(0, 0, 0, 45), 0))
    _draw_lines(painter, view, heatmap)
    painter.translate(QPointF(-1, -1))
    painter.setPen(QPen(QColor(255, 255, 255, 75), 0))  # beside the dark ones: seen on any picture
    _draw_lines(painter, view, heatmap)


def _draw_lines(painter: QPainter, view: Viewport, heatmap: Heatmap) -> None:
    box = view.box(*heatmap.box_px)
    _, rows, columns = heatmap.shape
    for x in range(1, columns):
        at = view.pixel_view(heatmap.x_px[0] * (x - 0.5) + heatmap.x_px[1], 0).x()
        if box.left() < at < box.right():
            painter.drawLine(QPointF(at, box.top()), QPointF(at, box.bottom()))
    for y in range(1, rows):
        at = view.pixel_view(0, heatmap.y_px[0] * (y - 0.5) + heatmap.y_px[1]).y()
        if box.top() < at < box.bottom():
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))


def draw_cell(painter: QPainter, view: Viewport, heatmap: Heatmap, row: int, column: int) -> None:
    """Outline the token under the pointer."""
    size = (abs(heatmap.x_px[0]), abs(heatmap.y_px[0]))
    cell = view.cell(heatmap.token_centre_px(row, column), size)
    cell = cell.intersected(view.box(*heatmap.box_px))
    _two_tone(painter, lambda: painter.drawRect(cell))


def picks_key() -> bool:
    """True while Shift is held, with which a click picks a key."""
    held = QGuiApplication.keyboardModifiers()
    return bool(held & Qt.KeyboardModifier.ShiftModifier)


def draw_pickable(painter: QPainter, view: Viewport, mark: TokenMark) -> None:
    """Outline the token that a click picks."""
    cell = view.cell(mark.centre_px, mark.cell_px)
    _two_tone(painter, lambda: painter.drawRect(cell))


def draw_ring(painter: QPainter, view: Viewport, mark: TokenMark) -> None:
    """Draw the ring around the picked token."""
    cell = view.cell(mark.centre_px, mark.cell_px)
    radius = max(min(cell.width(), cell.height()) * 0.42, 6.0)
    style = Qt.PenStyle.SolidLine if mark.on_this_frame else Qt.PenStyle.DotLine
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, colour in ((5.0, QColor(0, 0, 0, 150)), (2.5, QColor("#ffffff"))):
        painter.setPen(QPen(colour, width, style))
        painter.drawEllipse(cell.center(), radius, radius)


class StillLines:
    """Token grid, outline, and shade outside the seen box, kept as one picture.

    They stay while frames and maps change, and hatching costs more than painting a frame.
    """

    def __init__(self) -> None:
        self._kept: tuple[object, QPixmap] | None = None

    def paint(
        self, painter: QPainter, view: Viewport, heatmap: Heatmap, *, grid: bool, coverage: bool
    ) -> None:
        """Paint the lines, at the painter's own resolution."""
        coverage = coverage and not heatmap.covers_frame
        if not (grid or coverage):
            return
        ratio = painter.device().devicePixelRatioF()
        wanted = (
            view,
            heatmap.box_px,
            heatmap.x_px,
            heatmap.y_px,
            heatmap.shape[1:],
            grid,
            coverage,
            ratio,
        )
        if self._kept is None or self._kept[0] != wanted:
            self._kept = (wanted, _lines(view, heatmap, ratio, grid=grid, coverage=coverage))
        painter.drawPixmap(0, 0, self._kept[1])


def _lines(
    view: Viewport, heatmap: Heatmap, ratio: float, *, grid: bool, coverage: bool
) -> QPixmap:
    pixmap = QPixmap(QSize(*view.room) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    if grid:
        draw_grid(painter, view, heatmap)
    if coverage:
        draw_unseen(painter, view, heatmap)
        draw_outline(painter, view, heatmap)
    painter.end()
    return pixmap


def _two_tone(painter: QPainter, draw: Callable[[], None], *, dashed: bool = False) -> None:
    """Draw the same line dark and light, so that it shows on any picture."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 160), 3))
    draw()
    pen = QPen(QColor(255, 255, 255, 220), 1)
    if dashed:
        pen.setDashPattern([5, 4])
    painter.setPen(pen)
    draw()
