"""The view that is shown as one picture: a grid or panes; built in the window's thread."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QSize

from app.results import heatmap_of
from app.text.phrases import frame_number
from app.views.painter import paint_label, paint_missing, paint_names
from app.widgets import theme
from app.widgets.overlays import HeatLook
from app.workers.view_picture import PAD, Tile, ViewPicture, Words

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.results import GridRow, Results
    from app.views.compare import PaneView
    from app.views.grid_layout import GridLayout, Spot
    from app.views.grid_scene import GridScene
    from app.views.stage import Stage
    from mvit_core.render import HeatSettings


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("view_picture", text)


def picture_of_view(stage: Stage, results: Results) -> ViewPicture | None:
    """Build the picture of the view shown; None in the single view, and where no map is shown.

    Args:
        stage: has the places of cells and panes.
        results: the results now.
    """
    if results.panes:
        return _panes_picture(stage, results)
    return None if results.grid is None else _grid_picture(stage, results)


def _grid_picture(stage: Stage, results: Results) -> ViewPicture | None:
    """Build the picture of the whole heads or layers view; None while it shows no map."""
    scene = stage.grid.scene
    info, spots = scene.info, scene.grid_layout.spots
    if info is None or scene.picture is None or not spots:
        return None
    rows = {row.layer.block: row for row in info.rows}
    body = _body(scene.grid_layout)
    corner, heat = body.topLeft(), info.heat
    tiles = tuple(_cell(scene, spot, rows[spot.cell.block], heat, corner) for spot in spots)
    view_picture = _view_picture(stage, results, stage.header.title.full_text(), body.size())
    unit = f" · {info.scale.unit}" if info.scale is not None and any(info.scale.ends) else ""
    return replace(
        view_picture,
        tiles=tiles,
        policy=info.policy + unit,
        scale=info.scale,
        labels=partial(_paint_labels, grid_layout=scene.grid_layout, rows=rows, corner=corner),
    )


def _panes_picture(stage: Stage, results: Results) -> ViewPicture | None:
    """Build the picture of all panes, each with name and ramp; None without any."""
    panes = [pane for pane in stage.compare.panes.values() if pane.isVisible()]
    tiles = tuple(tile for tile in map(_pane, panes) if tile is not None)
    if not tiles:
        return None
    words, bars = [], []
    for pane in panes:
        info, (above, below) = pane.body.info, _lines_of(pane)
        assert info is not None
        words.append(Words(above, f"{info.name} · {info.title}", bold=True))
        if info.remark:
            words.append(Words(below, info.remark))
        elif info.scale is not None:
            bars.append((below, info.scale))
    view_picture = _view_picture(
        stage, results, stage.header.title.full_text(), stage.compare.size()
    )
    return replace(view_picture, tiles=tiles, words=tuple(words), bars=tuple(bars))


def _view_picture(stage: Stage, results: Results, title: str, size: QSize) -> ViewPicture:
    """A picture with nothing on it yet but its title."""
    assert results.video is not None
    assert results.picture is not None
    source = tr("{clip}, frame {n}").format(
        clip=results.video.path.name, n=frame_number(results.picture.index)
    )
    return ViewPicture(size, stage.devicePixelRatioF(), theme.small_font(stage), title, source)


# -- cells of a grid -----------------------------------------------------------------------------


def _body(grid_layout: GridLayout) -> QRect:
    """The box around all cells, names and labels, with a margin; headings reach its edge."""
    boxes = [spot.box.united(spot.caption) for spot in grid_layout.spots]
    boxes += [row.name for row in grid_layout.rows]
    boxes += [
        QRect(row.heading.topLeft(), QSize(1, row.heading.height())) for row in grid_layout.rows
    ]
    body = QRect()
    for box in boxes:
        body = body.united(box)  # an empty one adds nothing
    return body.adjusted(-PAD, 0, PAD, PAD)


def _cell(scene: GridScene, spot: Spot, row: GridRow, heat: HeatSettings, corner: QPoint) -> Tile:
    picture, style = scene.picture, scene.style
    assert picture is not None
    room = spot.box.translated(-corner)
    blank = Tile(
        room, scene.view_of_cell(spot.box), picture, HeatLook(style.opacity), mark=scene.mark
    )
    if row.result is None:
        return blank
    maps = row.result.maps
    heatmap = heatmap_of(row.result, spot.cell.head)
    return replace(
        blank,
        look=style.look(row.result),
        heatmap=heatmap,
        style=heat.style(maps, maps.pick(spot.cell.head)) if style.heat else None,
        unseen=heatmap if style.heat and style.coverage else None,
        lines=heatmap if style.lines else None,
    )


def _paint_labels(
    painter: QPainter, grid_layout: GridLayout, rows: dict[int, GridRow], corner: QPoint
) -> None:
    """Paint names of blocks and heads as on screen; cells without a map are shaded."""
    painter.save()
    painter.translate(-corner)
    for row in grid_layout.rows:
        paint_names(painter, row, chosen=False)
    for spot in grid_layout.spots:
        row_info = rows[spot.cell.block]
        if row_info.result is None:
            paint_missing(painter, spot.box)
        paint_label(painter, spot, row_info)
    painter.restore()


# -- panes ---------------------------------------------------------------------------------------


def _pane(pane: PaneView) -> Tile | None:
    """The tile of a pane; None where it shows no frame."""
    body, info = pane.body, pane.body.info
    if info is None or info.picture is None or info.video is None:
        return None
    linked = body.linked
    room = QRect(pane.pos() + body.pos(), body.size())
    look = HeatLook(linked.opacity, info.is_heat_old, info.is_heat_damaged)
    blank = Tile(room, body.view(), info.picture, look, mark=info.mark)
    if not linked.heat or info.scale is None:
        return replace(blank, lines=info.grid if linked.lines else None)
    return replace(
        blank,
        heatmap=info.heatmap,
        style=info.scale.style,
        ready=info.heat if info.heatmap is None else None,
        unseen=info.heatmap if linked.coverage else None,
        lines=info.grid if linked.lines else None,
    )


def _lines_of(pane: PaneView) -> tuple[QRect, QRect]:
    """Boxes of a pane's name and ramp, above and below its picture."""
    body = QRect(pane.pos() + pane.body.pos(), pane.body.size())
    outer = pane.geometry()
    above = QRect(body.left(), outer.top(), body.width(), body.top() - outer.top())
    below = QRect(body.left(), body.bottom() + 1, body.width(), outer.bottom() - body.bottom())
    return above, below
