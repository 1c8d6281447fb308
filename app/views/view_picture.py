"""The sheet of the view that is shown: cells of a grid, or panes; built in the window's thread."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QSize

from app.controller.cells import heatmap_of
from app.text.phrases import frame_number
from app.views.painter import paint_label, paint_names, veil
from app.widgets import theme
from app.workers.view_picture import PAD, Sheet, Tile, Words

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.results import GridRow, World
    from app.views.compare import PaneView
    from app.views.grid_layout import Mosaic, Spot
    from app.views.grid_scene import GridScene
    from app.views.stage import Stage
    from mvit_core.render import HeatSettings


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("sheets", text)


def grid_sheet(stage: Stage, world: World, look: HeatSettings) -> Sheet | None:
    """The heads view or the layers view, all of it; None while it shows no map.

    Args:
        stage: where the cells lie.
        world: what is known.
        look: how cells are drawn.
    """
    scene = stage.grid.scene
    facts, spots = scene.facts, scene.mosaic.spots
    if facts is None or scene.picture is None or not spots:
        return None
    rows = {row.layer.block: row for row in facts.rows}
    body = _body(scene.mosaic)
    tiles = tuple(_cell(scene, spot, rows[spot.cell.block], look, body.topLeft()) for spot in spots)
    sheet = _sheet(stage, world, stage.grid_header.title.full_text(), body.size())
    unit = f" · {facts.scale.unit}" if facts.scale is not None and any(facts.scale.ends) else ""
    return replace(
        sheet,
        tiles=tiles,
        policy=facts.policy + unit,
        scale=facts.scale,
        labels=partial(_paint_labels, mosaic=scene.mosaic, rows=rows, corner=body.topLeft()),
    )


def panes_sheet(stage: Stage, world: World) -> Sheet | None:
    """The panes of the compare view, each with its name and its colours; None without any."""
    panes = [pane for pane in stage.compare.panes.values() if pane.isVisible()]
    tiles = tuple(tile for tile in map(_pane, panes) if tile is not None)
    if not tiles:
        return None
    words, bars = [], []
    for pane in panes:
        facts, (above, below) = pane.body.facts, _lines_of(pane)
        assert facts is not None
        words.append(Words(above, f"{facts.name} · {facts.title}", bold=True))
        if facts.remark:
            words.append(Words(below, facts.remark))
        elif facts.scale is not None:
            bars.append((below, facts.scale))
    sheet = _sheet(stage, world, stage.compare_header.title.full_text(), stage.compare.size())
    return replace(sheet, tiles=tiles, words=tuple(words), bars=tuple(bars))


def _sheet(stage: Stage, world: World, title: str, size: QSize) -> Sheet:
    """A sheet with nothing on it yet but its title."""
    assert world.video is not None
    assert world.picture is not None
    source = tr("{clip}, frame {n}").format(
        clip=world.video.path.name, n=frame_number(world.picture.index)
    )
    return Sheet(size, stage.devicePixelRatioF(), theme.small_font(stage), title, source)


# -- cells of a grid -----------------------------------------------------------------------------


def _body(mosaic: Mosaic) -> QRect:
    """All cells, names and labels, with some room around them; headings go on to its edge."""
    boxes = [spot.box.united(spot.caption) for spot in mosaic.spots]
    boxes += [row.name for row in mosaic.rows]
    boxes += [QRect(row.heading.topLeft(), QSize(1, row.heading.height())) for row in mosaic.rows]
    body = QRect()
    for box in boxes:
        body = body.united(box)  # an empty one adds nothing
    return body.adjusted(-PAD, 0, PAD, PAD)


def _cell(scene: GridScene, spot: Spot, row: GridRow, look: HeatSettings, corner: QPoint) -> Tile:
    picture, style = scene.picture, scene.style
    assert picture is not None
    room = spot.box.translated(-corner)
    blank = Tile(room, scene.view_of_cell(spot.box), picture, style.opacity, mark=scene.mark)
    if row.answer is None:
        return blank
    maps = row.answer.maps
    heatmap = heatmap_of(row.answer, spot.cell.head)
    return replace(
        blank,
        heatmap=heatmap,
        style=look.style(maps, maps.pick(spot.cell.head)) if style.heat else None,
        unseen=heatmap if style.heat and style.coverage else None,
        lines=heatmap if style.lines else None,
    )


def _paint_labels(
    painter: QPainter, mosaic: Mosaic, rows: dict[int, GridRow], corner: QPoint
) -> None:
    """The names of blocks and heads as on screen; a cell without its map is veiled."""
    painter.save()
    painter.translate(-corner)
    for row in mosaic.rows:
        paint_names(painter, row, chosen=False)
    for spot in mosaic.spots:
        row_facts = rows[spot.cell.block]
        if row_facts.answer is None:
            veil(painter, spot.box)
        paint_label(painter, spot, row_facts)
    painter.restore()


# -- panes ---------------------------------------------------------------------------------------


def _pane(pane: PaneView) -> Tile | None:
    """The picture of a pane; None where it shows no frame."""
    body, facts = pane.body, pane.body.facts
    if facts is None or facts.picture is None or facts.video is None:
        return None
    linked = body.linked
    room = QRect(pane.pos() + body.pos(), body.size())
    blank = Tile(room, body.view(), facts.picture, linked.opacity, mark=facts.mark)
    if not linked.heat or facts.scale is None:
        return replace(blank, lines=facts.grid if linked.lines else None)
    return replace(
        blank,
        heatmap=facts.heatmap,
        style=facts.scale.style,
        ready=facts.heat if facts.heatmap is None else None,
        unseen=facts.heatmap if linked.coverage else None,
        lines=facts.grid if linked.lines else None,
    )


def _lines_of(pane: PaneView) -> tuple[QRect, QRect]:
    """Where name and colours of a pane stand: above and below its picture."""
    body = QRect(pane.pos() + pane.body.pos(), pane.body.size())
    outer = pane.geometry()
    above = QRect(body.left(), outer.top(), body.width(), body.top() - outer.top())
    below = QRect(body.left(), body.bottom() + 1, body.width(), outer.bottom() - body.bottom())
    return above, below
