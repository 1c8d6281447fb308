"""Paints the part of a grid of maps that is in sight: frames, heat, labels, rings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from app.results import heatmap_of
from app.results.tokens import pickable_at
from app.text.phrases import share_words
from app.widgets import theme
from app.widgets.overlays import (
    StillLines,
    draw_cell,
    draw_heat,
    draw_outline,
    draw_pickable,
    draw_placeholder,
    draw_ring,
    draw_unseen,
    picks_key,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.results import GridRow, MapResult, TokenMark
    from app.views.grid_layout import Row, Spot
    from app.views.grid_scene import GridScene
    from mvit_core.heatmap import Heatmap


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("grid", text)


class GridInk:
    """Pictures shared by many cells, made once: the scaled frame, the token grid of a block."""

    def __init__(self) -> None:
        self._key: object = None
        self._pixmap = QPixmap()
        self._lines: dict[int, tuple[MapResult, Heatmap, StillLines]] = {}

    @property
    def frame(self) -> QPixmap:
        """The frame at the size of a cell."""
        return self._pixmap

    def prepare(self, scene: GridScene, image: QImage, box: QRect, ratio: float) -> None:
        """Scale the frame's picture once for all cells, and dim it outside the seen box."""
        style, picture = scene.style, scene.picture
        seen = _any_map(scene) if style.heat and style.coverage else None
        key = (picture, box.size().toTuple(), ratio, seen and seen.box_px)
        if key != self._key:
            scaled = image.scaled(
                box.size() * ratio,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            self._pixmap = QPixmap.fromImage(scaled)
            self._pixmap.setDevicePixelRatio(ratio)
            if seen is not None:
                painter = QPainter(self._pixmap)
                draw_unseen(painter, scene.view_of_cell(box), seen)
                painter.end()
            self._key = key

    def lay_lines(self, painter: QPainter, scene: GridScene, box: QRect, result: MapResult) -> None:
        """Draw the token grid of a block, which all its cells share."""
        block = result.request.block
        if block not in self._lines or self._lines[block][0] is not result:
            self._lines[block] = result, heatmap_of(result, 0), StillLines()
        _, heatmap, lines = self._lines[block]
        painter.translate(box.topLeft())
        lines.paint(painter, scene.view_of_cell(box), heatmap, grid=True, coverage=False)
        painter.translate(-box.topLeft())

    def forget(self) -> None:
        """Drop all pictures, as cells have another size."""
        self._key = None
        self._lines.clear()


def _any_map(scene: GridScene) -> Heatmap | None:
    """Any of the maps on screen, as all of a window have the same seen box."""
    rows = scene.info.rows if scene.info is not None else ()
    result = next((row.result for row in rows if row.result is not None), None)
    return None if result is None else heatmap_of(result, 0)


def paint_grid(
    painter: QPainter, scene: GridScene, ink: GridInk, exposed: QRect, seen: QRect
) -> None:
    """Paint the exposed part of a grid that is not empty.

    Args:
        painter: paints on the grid's widget.
        scene: content and layout.
        ink: pictures shared by the cells.
        exposed: box to be repainted.
        seen: box in sight.
    """
    info, picture = scene.info, scene.picture
    assert info is not None
    assert picture is not None
    rows = {row.layer.block: row for row in info.rows}
    if picture.image is not None and scene.grid_layout.spots:
        ratio = painter.device().devicePixelRatioF()
        ink.prepare(scene, picture.image, scene.grid_layout.spots[0].box, ratio)
    for row in scene.grid_layout.rows:
        if row.box.united(row.heading).intersects(exposed):
            paint_names(painter, row, chosen=row.layer.block == scene.style.chosen_block)
    for spot in scene.grid_layout.spots:
        if spot.box.united(spot.caption).intersects(exposed):
            _paint_cell(painter, scene, ink, spot, rows[spot.cell.block])
    if scene.mark is not None:
        _paint_marks(painter, scene, scene.mark, seen)
    _paint_choice(painter, scene)
    hovered = None if scene.pointer is None else scene.grid_layout.at(scene.pointer)
    if hovered is not None:
        _paint_hover(painter, scene, hovered, rows[hovered.cell.block])


def paint_empty(painter: QPainter, room: QRect) -> None:
    """Paint words in place of a grid that is empty."""
    painter.setPen(QColor(theme.current().text_faint))
    words = tr("Maps appear here once a model is loaded and a window has been run.")
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


def paint_focus(painter: QPainter, seen: QRect) -> None:
    """Paint the focus ring around the part of the grid in sight."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.current().accent), 2))
    painter.drawRect(seen.adjusted(1, 1, -1, -1))


def paint_names(painter: QPainter, row: Row, *, chosen: bool) -> None:
    """Paint the block of a row with its key grid, and the stage that begins there."""
    colours = theme.current()
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    if not row.heading.isEmpty():
        painter.setPen(QColor(colours.text_soft))
        words = tr("Stage {n}").format(n=row.layer.stage)
        painter.drawText(row.heading, left, words)
        middle = row.heading.center().y()
        start = row.heading.left() + painter.fontMetrics().horizontalAdvance(words) + 10
        painter.setPen(QColor(colours.border))
        painter.drawLine(start, middle, row.heading.right(), middle)
    if chosen:
        painter.fillRect(
            QRect(row.name.left() - 6, row.name.top(), 3, row.name.height()), QColor(colours.accent)
        )
    painter.setPen(QColor(colours.text if chosen else colours.text_soft))
    name = tr("Block {n}").format(n=row.layer.block)
    shape = "{}×{}×{}".format(*row.layer.k_shape)
    line = painter.fontMetrics().height()
    if row.name.height() < 2 * line:
        painter.drawText(row.name, left, name)
        return
    top = row.name.top() + (row.name.height() - 2 * line) // 2
    painter.drawText(QRect(row.name.left(), top, row.name.width(), line), left, name)
    painter.setPen(QColor(colours.text_faint))
    painter.drawText(QRect(row.name.left(), top + line, row.name.width(), line), left, shape)


def _paint_cell(
    painter: QPainter, scene: GridScene, ink: GridInk, spot: Spot, row: GridRow
) -> None:
    picture, style = scene.picture, scene.style
    assert picture is not None
    if picture.image is None:
        draw_placeholder(painter, QRectF(spot.box), "")
    else:
        painter.drawPixmap(spot.box, ink.frame)
    if row.result is None:
        paint_missing(painter, spot.box)
    elif row.picture is not None and style.heat and picture.image is not None:
        look, heat = style.look(row.result), row.picture.images[spot.cell.head]
        draw_heat(painter, QRectF(spot.box), heat, look)
    if row.result is not None and style.lines:
        ink.lay_lines(painter, scene, spot.box, row.result)
    paint_label(painter, spot, row)


def paint_missing(painter: QPainter, box: QRect) -> None:
    """Paint a shade over a cell whose map is not made yet."""
    shade = QColor(theme.current().stage)
    shade.setAlpha(170)
    painter.fillRect(box, shade)
    painter.fillRect(box, Qt.BrushStyle.BDiagPattern)


def paint_label(painter: QPainter, spot: Spot, row: GridRow) -> None:
    """Paint the head of a cell, and its share on the class key where there is room."""
    colours = theme.current()
    head = spot.cell.head
    metrics = painter.fontMetrics()
    if spot.caption.isEmpty():  # the layers view: block/head, on the picture
        is_of_head = row.result is None or row.result.request.is_of_attention
        words = f"{spot.cell.block}/{head}" if is_of_head else str(spot.cell.block)
        width = metrics.horizontalAdvance(words) + 6
        box = QRect(
            spot.box.left(), spot.box.bottom() - metrics.height() + 1, width, metrics.height()
        )
        if box.height() * 2 > spot.box.height() or width * 5 > spot.box.width() * 2:
            return  # the label would hide the map; the tooltip has it
        painter.fillRect(box, QColor(colours.shade))
        painter.setPen(QColor(colours.text_soft))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        return
    painter.setPen(QColor(colours.text_soft))
    words = tr("head {n}").format(n=head)
    painter.drawText(
        spot.caption, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
    )
    sinks = row.result.maps.sinks if row.result is not None else None
    if sinks is None:
        return
    painter.setPen(QColor(colours.text_faint))
    share = tr("sink {share}").format(share=share_words(float(sinks[head])))
    if metrics.horizontalAdvance(f"{words}  {share}") > spot.caption.width():
        share = share_words(float(sinks[head])).replace(" ", "")
    if metrics.horizontalAdvance(f"{words}  {share}") <= spot.caption.width():
        painter.drawText(
            spot.caption, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share
        )


def _paint_choice(painter: QPainter, scene: GridScene) -> None:
    """Paint rings around the chosen cells; none for a reduction over all heads."""
    style = scene.style
    if style.chosen_block is None:
        return
    boxes = (scene.spot_rect(style.chosen_block, head) for head in style.chosen_heads)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box in boxes:
        if box.isEmpty():
            continue
        for width, colour in ((5, theme.current().stage), (3, theme.current().accent)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(box.adjusted(-1, -1, 0, 0))


def _paint_hover(painter: QPainter, scene: GridScene, spot: Spot, row: GridRow) -> None:
    """Outline the token under the pointer and the seen box, in the cell under the pointer."""
    if row.result is None:
        return
    heatmap = heatmap_of(row.result, spot.cell.head)
    view = scene.view_of_cell(spot.box)
    painter.save()
    painter.setClipRect(spot.box)
    painter.translate(spot.box.topLeft())
    draw_outline(painter, view, heatmap)
    readout = scene.readout_at(scene.pointer) if scene.pointer is not None else None
    if scene.style.picking and scene.pointer is not None and scene.picture is not None:
        place, index = scene.source_at(spot.box, scene.pointer), scene.picture.index
        mark = pickable_at(row.result, heatmap, place, index, key=picks_key())
        if mark is not None:
            draw_pickable(painter, view, mark)
    elif readout is not None and readout.token is not None:
        draw_cell(painter, view, heatmap, readout.token[1], readout.token[2])
    painter.restore()


def _paint_marks(painter: QPainter, scene: GridScene, mark: TokenMark, seen: QRect) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for spot in scene.grid_layout.spots:
        if spot.box.intersects(seen):
            painter.save()
            painter.setClipRect(spot.box)
            painter.translate(spot.box.topLeft())
            draw_ring(painter, scene.view_of_cell(spot.box), mark)
            painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
