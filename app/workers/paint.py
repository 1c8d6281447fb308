"""What the paint worker does: maps to pictures, through ``mvit_core.render`` alone.

HeatScheduler a map for a large frame takes tens of milliseconds, too long for the window's thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage, QPainter

from app.results import HeatKey, HeatPicture, StripPicture
from app.widgets.overlays import draw_grid
from app.widgets.viewport import Viewport
from mvit_core.heatmap import project
from mvit_core.render import HeatLayer, HeatSettings, heat_layer, overlay

if TYPE_CHECKING:
    from app.results import FramePicture, MapResult, ShownMap
    from app.workers.worker import TaskHandle
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import RenderStyle

LONG_SIDE_PX = 1280
"""Pictures of maps are made no larger; a token is many pixels wide even then."""

THUMB_LONG_SIDE_PX = 160


def bounded(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """The size, or the largest of the same shape that fits the bound."""
    factor = min(1.0, long_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def paint_heat(
    heatmap: Heatmap, frame_index: int, key: HeatKey, shown: ShownMap, task: TaskHandle
) -> HeatPicture:
    """The coloured map for one token time; opacity is applied when it is laid over the frame."""
    task.check()
    layer = heat_layer(heatmap, frame_index, key.style, bounded(heatmap.frame_size, LONG_SIDE_PX))
    return HeatPicture(key, to_argb(layer), shown.result.request.window)


def paint_strip(
    result: MapResult, frame_index: int, key: HeatKey, task: TaskHandle
) -> StripPicture:
    """All heads of the layer on the scale of the canvas."""
    images = []
    for head in range(result.maps.heads):
        task.check()
        heatmap = project(result.maps.pick(head), result.pixel_map, result.frame_indices)
        size = bounded(heatmap.frame_size, THUMB_LONG_SIDE_PX)
        images.append(to_argb(heat_layer(heatmap, frame_index, key.style, size)))
    sinks = result.maps.sinks
    shares = None if sinks is None else tuple(map(float, sinks))
    return StripPicture(result.request, tuple(images), shares)


def paint_still(
    picture: FramePicture,
    shown: ShownMap | None,
    heat: HeatSettings,
    lines: Heatmap | None,
    task: TaskHandle,
) -> QImage | None:
    """Frame and map at the frame's own size, as an export would show them.

    Args:
        picture: the frame.
        shown: the map over it; None for the frame alone.
        heat: how the map is drawn.
        lines: between whose tokens lines are drawn, as on the canvas; None for no lines.
        task: tells when the picture is not wanted any more.
    """
    task.check()
    if picture.pixels is None:
        return None
    pixels = picture.pixels
    if shown is not None:
        style = heat.with_range(shown.range.range)
        pixels = overlay(pixels, shown.heatmap, picture.index, style)
    height, width = pixels.shape[:2]
    rows = np.ascontiguousarray(pixels)
    still = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    if lines is not None:
        size = (width, height)
        painter = QPainter(still)
        draw_grid(painter, Viewport(size, size, margin=0), lines)
        painter.end()
    return still


def heat_image(
    heatmap: Heatmap, frame_index: int, style: RenderStyle, size: tuple[int, int]
) -> QImage:
    """The heat of one frame at a picture size, at the style's opacity."""
    return to_argb(heat_layer(heatmap, frame_index, style, size))


def to_argb(layer: HeatLayer) -> QImage:
    """A coloured map in the form that Qt lays over a frame fastest."""
    height, width = layer.alpha.shape
    rgba = np.empty((height, width, 4), dtype=np.uint8)
    rgba[..., :3] = layer.colours
    rgba[..., 3] = layer.alpha
    view = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return view.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
