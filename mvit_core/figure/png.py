"""Paints figures as pictures: for files, and for the preview of a dialog."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np

from mvit_core.errors import ExportError
from mvit_core.export.drawing import scaled
from mvit_core.export.pictures import png_bytes
from mvit_core.figure.font import ASCENT, DESCENT, figure_font
from mvit_core.figure.scene import (
    MM_PER_INCH,
    Box,
    Cell,
    FigureScene,
    Heat,
    Picture,
    Ramp,
    Stroke,
    Words,
)
from mvit_core.render import HeatLayer, ImageArray, blend

LEAST_DPI, USUAL_DPI, MOST_DPI = 36, 300, 1200
_MOST_PIXELS = 150_000_000
"""Of the largest picture, half a gigabyte."""
_FINER = 4
"""Letters are drawn so many times larger and scaled down: their widths are exact then."""
_FRACTION_BITS = 4


def figure_png_bytes(scene: FigureScene, dpi: int = USUAL_DPI) -> bytes:
    """A figure as PNG that says how many pixels there are in an inch.

    Raises:
        ExportError: dpi is none of those allowed, or the picture would be too large.
    """
    return png_bytes(figure_picture(scene, dpi), scene.provenance, dpi)


def figure_picture(scene: FigureScene, dpi: int) -> ImageArray:
    """A figure as a picture (H, W, 3).

    Args:
        scene: the figure.
        dpi: pixels in an inch of paper.

    Raises:
        ExportError: dpi is none of those allowed, or the picture would be too large.
    """
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise ExportError(f"dpi is {dpi}; allowed are {LEAST_DPI} to {MOST_DPI}")
    across, down = (round(side * dpi / MM_PER_INCH) for side in (scene.width, scene.height))
    if across * down > _MOST_PIXELS:
        raise ExportError(
            f"the picture would have {across}x{down} pixels; allowed are {_MOST_PIXELS} in all: "
            "take fewer dpi, or write .svg or .pdf"
        )
    brush = _Brush(np.full((down, across, 3), 255, dtype=np.uint8), dpi / MM_PER_INCH)
    for item in scene.items:
        _DRAW[type(item)](brush, item)
    return brush.picture


class _Brush:
    """Paints items of a scene.

    Args:
        picture: (H, W, 3); painted over.
        scale: pixels in a mm.
    """

    def __init__(self, picture: ImageArray, scale: float) -> None:
        self.picture, self._scale = picture, scale

    def frame(self, picture: Picture) -> None:
        """A frame at the size of its place."""
        down, across = self._slices(picture.box)
        size = across.stop - across.start, down.stop - down.start
        self.picture[down, across] = scaled(picture.pixels, size)

    def heat(self, heat: Heat) -> None:
        """Cells as one layer, then lines."""
        down, across = self._slices(heat.box)
        shape = down.stop - down.start, across.stop - across.start
        colours: ImageArray = np.zeros((*shape, 3), dtype=np.uint8)
        alpha: ImageArray = np.zeros(shape, dtype=np.uint8)
        for cell in heat.cells:
            rows, columns = self._slices(cell.box)
            part = (
                slice(rows.start - down.start, rows.stop - down.start),
                slice(columns.start - across.start, columns.stop - across.start),
            )
            colours[part], alpha[part] = cell.colour, round(255 * cell.opacity)
        if heat.cells:
            part_of_page = self.picture[down, across]
            part_of_page[:] = blend(part_of_page, HeatLayer(colours, alpha))
        for stroke in heat.strokes:
            self.stroke(stroke)

    def cell(self, cell: Cell) -> None:
        """A rectangle."""
        down, across = self._slices(cell.box)
        part = self.picture[down, across]
        part[:] = np.rint(part * (1 - cell.opacity) + np.array(cell.colour) * cell.opacity)

    def stroke(self, stroke: Stroke) -> None:
        """A line through points."""
        points = np.array(stroke.points) * self._scale - 0.5
        dashes = [points] if stroke.dash_mm is None else _dashes(points, stroke, self._scale)
        fixed = [np.rint(part * 2**_FRACTION_BITS).astype(np.int32) for part in dashes]
        width = max(round(stroke.width * self._scale), 1)
        cv2.polylines(self.picture, fixed, False, stroke.colour, width, cv2.LINE_AA, _FRACTION_BITS)

    def ramp(self, ramp: Ramp) -> None:
        """A colour bar, its low end below."""
        down, across = self._slices(ramp.box)
        rows, last = down.stop - down.start, len(ramp.stops) - 1
        shares = 1 - (np.arange(rows) + 0.5) / rows
        if ramp.steps:
            colours = ramp.stops[np.minimum((shares * (last + 1)).astype(int), last)]
        else:
            places = np.arange(last + 1) / last
            axes = [np.interp(shares, places, axis) for axis in ramp.stops.T.astype(float)]
            colours = np.rint(np.stack(axes, axis=-1)).astype(np.uint8)
        self.picture[down, across] = colours[:, None]

    def words(self, words: Words) -> None:
        """One line of text, as wide as the font says."""
        box = figure_font().box_of(words)
        down, across = self._slices(box)
        width, height = max(across.stop - across.start, 1), max(down.stop - down.start, 1)
        if not words.text.strip():
            return
        mask = scaled(_lettering(words.text, _FINER * words.size_mm * self._scale), (width, height))
        top, left = max(down.start, 0), max(across.start, 0)
        part = self.picture[top : down.stop, left : across.stop]
        seen = mask[top - down.start :, left - across.start :][: part.shape[0], : part.shape[1]]
        share = seen[..., None].astype(np.float32) / 255
        part[:] = np.rint(part * (1 - share) + np.array(words.colour) * share)

    def _slices(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns; neighbours that share an edge share no pixel."""
        left, right, top, bottom = (
            round(edge * self._scale) for edge in (box.x, box.right, box.y, box.bottom)
        )
        return slice(top, bottom), slice(left, right)


_DRAW: Mapping[type, Callable[[_Brush, Any], None]] = MappingProxyType(
    {
        Picture: _Brush.frame,
        Heat: _Brush.heat,
        Ramp: _Brush.ramp,
        Words: _Brush.words,
        Stroke: _Brush.stroke,
        Cell: _Brush.cell,
    }
)


@cache
def _face() -> cv2.FontFace:
    return cv2.FontFace(str(figure_font().path))


def _lettering(text: str, size_px: float) -> ImageArray:
    """A line as opacities (H, W), in the room of ``Font.box_of``; letters are ``size_px`` high."""
    size = max(round(size_px), 1)
    # The library rounds the width of each letter up: the line is pressed to its own width.
    _, _, drawn, _ = cv2.getTextSize((1, 1), text, (0, 0), _face(), size, 400)
    width, height = max(drawn, 1), max(round((ASCENT + DESCENT) * size), 1)
    mask: ImageArray = np.zeros((height, width, 3), dtype=np.uint8)
    cv2.putText(mask, text, (0, round(ASCENT * size)), (255, 255, 255), _face(), size, 400)
    return np.ascontiguousarray(mask[..., 0])


def _dashes(points: np.ndarray, stroke: Stroke, scale: float) -> list[np.ndarray]:
    """The parts of a dashed line that are drawn, in pixels."""
    assert stroke.dash_mm is not None
    dash, gap = (length * scale for length in stroke.dash_mm)
    lengths = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    parts = []
    for start in np.arange(0.0, lengths[-1], dash + gap):
        stop = min(start + dash, lengths[-1])
        inner = lengths[(lengths > start) & (lengths < stop)]
        places = np.concatenate(([start], inner, [stop]))
        parts.append(np.stack([np.interp(places, lengths, axis) for axis in points.T], axis=-1))
    return parts
