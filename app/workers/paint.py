"""Work of the paint worker: turns maps into pictures, through ``mvit_core.render`` alone.

Colouring a map for a large frame takes tens of milliseconds, too long for the window's thread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PySide6.QtGui import QImage, QPainter

from app.results import HeatKey, HeatPicture, StripPicture
from app.widgets.overlays import draw_grid
from app.widgets.viewport import Viewport
from mvit_core.heatmap import project
from mvit_core.render import (
    OLD_SHARE,
    HeatLayer,
    HeatSettings,
    blend,
    hatched,
    heat_layer,
    map_outlines,
)

if TYPE_CHECKING:
    from app.results import FramePicture, MapResult, ShownMap
    from app.workers.worker import TaskHandle
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import RenderStyle

LONG_SIDE_PX = 1280
"""Longest side of a coloured map; a token is many pixels wide even then."""

THUMB_LONG_SIDE_PX = 160


def bounded(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Shrink a (width, height) to a bound on its long side; smaller sizes stay."""
    factor = min(1.0, long_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def paint_heat(
    heatmap: Heatmap, frame_index: int, key: HeatKey, shown: ShownMap, task: TaskHandle
) -> HeatPicture:
    """Colour a map at one token time; opacity is applied when it is laid over the frame."""
    task.check()
    # The canvas draws outlines itself: they keep their width at any zoom.
    style = replace(key.style, outline=False)
    layer = heat_layer(heatmap, frame_index, style, bounded(heatmap.frame_size, LONG_SIDE_PX))
    lines = map_outlines(heatmap, frame_index, key.style) if key.style.outline else ()
    return HeatPicture(key, to_argb(layer), shown.result.request.window, lines)


def paint_strip(
    result: MapResult, frame_index: int, key: HeatKey, task: TaskHandle
) -> StripPicture:
    """Colour all heads of the layer, on the scale of the canvas."""
    images = []
    for head in range(result.maps.heads):
        task.check()
        heatmap = project(result.maps.pick(head), result.pixel_map, result.frame_indices)
        size = bounded(heatmap.frame_size, THUMB_LONG_SIDE_PX)
        images.append(to_argb(heat_layer(heatmap, frame_index, key.style, size)))
    sinks = result.maps.sinks
    shares = None if sinks is None else tuple(map(float, sinks))
    return StripPicture(result.request, tuple(images), shares, key.style)


def paint_still(
    picture: FramePicture,
    shown: ShownMap | None,
    heat: HeatSettings,
    lines: Heatmap | None,
    task: TaskHandle,
    *,
    is_old: bool = False,
) -> QImage | None:
    """Paint frame and map at the frame's own size, as an export would show them.

    Args:
        picture: the frame.
        shown: the map over it; None for the frame alone.
        heat: settings that the map is drawn with.
        lines: map whose token grid is drawn, as on the canvas; None for no lines.
        task: cancels the work.
        is_old: another map was requested some time ago; the heat is faded.
    """
    task.check()
    if picture.pixels is None:
        return None
    pixels = picture.pixels
    if shown is not None:
        style = heat.style_of(shown.result.maps.method, shown.range.range)
        layer = heat_layer(shown.heatmap, picture.index, style, pixels.shape[1::-1])
        if is_old or shown.result.is_damaged:
            layer = hatched(layer, OLD_SHARE if is_old else 1.0)
        pixels = blend(pixels, layer)
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
    """Colour the map at one frame, at a picture size and the style's opacity."""
    return to_argb(heat_layer(heatmap, frame_index, style, size))


def to_argb(layer: HeatLayer) -> QImage:
    """Convert a coloured map to the image format that Qt lays over a frame fastest."""
    height, width = layer.alpha.shape
    rgba = np.empty((height, width, 4), dtype=np.uint8)
    # Four times as fast as assigning the planes, and without the interpreter's lock.
    cv2.mixChannels([layer.colours, layer.alpha], [rgba], (0, 0, 1, 1, 2, 2, 3, 3))
    view = QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return view.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
