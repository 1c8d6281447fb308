"""A map at picture size, in colours with an opacity for each pixel, and laid over a frame.

The order is fixed: values are upsampled, then coloured, then blended. Colouring the small map
first and resizing the colours gives another picture (colours between two entries of a table are
no entries of it).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from mvit_core.attribution.maps import FloatArray
from mvit_core.heatmap import Heatmap
from mvit_core.render.colours import ImageArray, colour_table
from mvit_core.render.heat_settings import RenderStyle

_BAND_ROWS = 32
"""Rows painted at a time."""


@dataclass(frozen=True)
class HeatLayer:
    """A coloured map at picture size, to be laid over the frame."""

    colours: ImageArray
    """(H, W, 3); black where the model did not look."""
    alpha: ImageArray
    """(H, W): share of the colour in each pixel, as 0..255; any level in any pixel."""


def colourise(values: FloatArray, style: RenderStyle) -> ImageArray:
    """Values of any shape to colours (..., 3) of the style's table."""
    rows = values.reshape(-1, values.shape[-1])  # OpenCV wants pictures
    return _coloured(style.range.normalise(rows), style).reshape(*values.shape, 3)


def upsample(
    heatmap: Heatmap, frame_index: int, size: tuple[int, int], *, smooth: bool
) -> FloatArray:
    """Values at picture size, (height, width), for one source frame.

    A picture of another size than the frame shows the same scene, pixel edges on pixel edges.
    Each picture pixel takes the value at its own place on the token grid, clamped to the grid:
    never a stretch of the grid to the picture.
    """
    rows, wide = _stretched(heatmap, frame_index, size, smooth=smooth)
    values: FloatArray = rows @ wide
    return values


def heat_layer(
    heatmap: Heatmap, frame_index: int, style: RenderStyle, size: tuple[int, int] | None = None
) -> HeatLayer:
    """The heat for one source frame at picture size (the frame's own by default).

    A tint leaves the part that the model did not see as it is. A spotlight darkens it: what is
    not seen gets no attention, and a bright margin would say the opposite.
    """
    width, height = size or heatmap.frame_size
    rows, wide = _stretched(heatmap, frame_index, (width, height), smooth=style.smooth)
    unseen = 0 if style.mode == "tint" else round(255 * style.opacity)
    colours: ImageArray = np.zeros((height, width, 3), dtype=np.uint8)
    alpha: ImageArray = np.full((height, width), unseen, dtype=np.uint8)
    down, across = seen_box(heatmap, (width, height))
    for top in range(down.start, down.stop, _BAND_ROWS):
        # Large intermediate pictures cost more in fresh memory than in arithmetic.
        band = slice(top, min(top + _BAND_ROWS, down.stop)), across
        part = _painted(rows[band[0]] @ wide[:, across], style)
        colours[band], alpha[band] = part.colours, part.alpha
    return HeatLayer(colours, alpha)


def bar_colours(style: RenderStyle, steps: int, ground: tuple[int, int, int]) -> ImageArray:
    """The colour bar from the low end to the high end, (steps, 3), gamma and threshold applied.

    A tint is shown at full opacity and what it does not draw in the ground's colour; a spotlight
    is shown as it falls on white.
    """
    low, high = style.range.low, style.range.high
    values = np.linspace(low, high if high > low else low + 1, steps, dtype=np.float32)[None]
    if style.mode == "tint":
        style = replace(style, opacity=1.0)
    else:
        ground = (255, 255, 255)
    base: ImageArray = np.full((1, steps, 3), ground, dtype=np.uint8)
    bar: ImageArray = blend(base, _painted(values, style))[0]
    return bar


def overlay(
    frame: ImageArray, heatmap: Heatmap, frame_index: int, style: RenderStyle
) -> ImageArray:
    """The frame (H, W, 3) with the heat on it, at the frame's size."""
    height, width = frame.shape[:2]
    layer = heat_layer(heatmap, frame_index, style, (width, height))
    return blend(frame, layer)


def blend(frame: ImageArray, layer: HeatLayer) -> ImageArray:
    """``frame * (1 - alpha) + colours * alpha``, rounded; the frame itself stays as it is."""
    level = int(layer.alpha.max())
    at_level = cv2.countNonZero(cv2.inRange(layer.alpha, level, level))
    if cv2.countNonZero(layer.alpha) <= at_level:  # one opacity, or nothing: a cheap mix will do
        opacity = level / 255
        mixed = cv2.addWeighted(frame, 1 - opacity, layer.colours, opacity, 0)
        return np.asarray(cv2.copyTo(mixed, layer.alpha, frame.copy()), dtype=np.uint8)
    alpha = cv2.merge([layer.alpha] * 3)
    kept = cv2.multiply(frame, cv2.bitwise_not(alpha), dtype=cv2.CV_16U)
    added = cv2.multiply(layer.colours, alpha, dtype=cv2.CV_16U)
    total = cv2.add(kept, added)  # at most 255 * 255
    return np.asarray(cv2.convertScaleAbs(total, alpha=1 / 255), dtype=np.uint8)


def _painted(values: FloatArray, style: RenderStyle) -> HeatLayer:
    """Values (H, W) as the style draws them, wherever they lie."""
    shares = style.range.normalise(values)
    if style.mode == "spotlight":
        if style.threshold > 0:
            shares = np.where(shares < style.threshold, np.float32(0), shares)
        missing = 1 - _lifted(shares, style.gamma)
        dark = np.asarray(cv2.convertScaleAbs(missing, alpha=255 * style.opacity), dtype=np.uint8)
        return HeatLayer(np.zeros((*values.shape, 3), np.uint8), dark)
    alpha = np.full(values.shape, round(255 * style.opacity), np.uint8)
    if style.threshold > 0:
        alpha[shares < style.threshold] = 0
    return HeatLayer(_coloured(shares, style), alpha)


def _lifted(shares: FloatArray, gamma: float) -> FloatArray:
    # A power of every pixel costs more than all the rest.
    return shares if gamma == 1.0 else np.asarray(cv2.pow(shares, gamma), dtype=np.float32)


def _coloured(shares: FloatArray, style: RenderStyle) -> ImageArray:
    """Normalised values (H, W) to colours (H, W, 3); OpenCV looks them up faster than NumPy."""
    entries = cv2.convertScaleAbs(_lifted(shares, style.gamma), alpha=255)
    table = colour_table(style.colormap).reshape(256, 1, 3)
    return np.asarray(cv2.applyColorMap(entries, table), dtype=np.uint8)


def _stretched(
    heatmap: Heatmap, frame_index: int, size: tuple[int, int], *, smooth: bool
) -> tuple[FloatArray, FloatArray]:
    """Weights (H, Y') and values (Y', W), whose product are the values at picture size."""
    plane = heatmap.values[heatmap.token_time(frame_index)]  # (Y', X')
    width, height = size
    rows = _weights(height, heatmap.frame_size[1], heatmap.y_px, plane.shape[0], smooth)
    columns = _weights(width, heatmap.frame_size[0], heatmap.x_px, plane.shape[1], smooth)
    return rows, plane @ columns.T


def _weights(
    pixels: int, source: int, line: tuple[float, float], tokens: int, smooth: bool
) -> FloatArray:
    """(pixels, tokens): share of each token in each picture pixel along one axis."""
    centres = (np.arange(pixels) + 0.5) * (source / pixels) - 0.5  # source pixels
    place = np.clip((centres - line[1]) / line[0], 0, tokens - 1)
    weights = np.zeros((pixels, tokens), dtype=np.float32)
    every = np.arange(pixels)
    if not smooth:
        weights[every, np.floor(place + 0.5).astype(int)] = 1.0
        return weights
    left = np.minimum(np.floor(place).astype(int), max(tokens - 2, 0))
    share = (place - left).astype(np.float32)
    weights[every, left] = 1.0 - share
    weights[every, np.minimum(left + 1, tokens - 1)] += share
    return weights


def seen_box(heatmap: Heatmap, size: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a picture (width, height) that the model saw."""
    left, top, right, bottom = heatmap.box_px
    fx, fy = size[0] / heatmap.frame_size[0], size[1] / heatmap.frame_size[1]
    return (
        slice(round(top * fy), round(bottom * fy)),
        slice(round(left * fx), round(right * fx)),
    )
