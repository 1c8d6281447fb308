"""A map at picture size, in colours with an opacity for each pixel, and laid over a frame.

The order is fixed: values are upsampled, then coloured, then blended. Colouring the small map
first and resizing the colours gives another picture (colours between two entries of a table are
no entries of it).
"""

from dataclasses import dataclass, replace
from functools import lru_cache, partial

import cv2
import numpy as np

from mvit_core.attribution.maps import FloatArray
from mvit_core.heatmap import Heatmap
from mvit_core.render.colours import COMPONENTS, MIDDLE, ImageArray, colour_table, tint_of
from mvit_core.render.heat_settings import RenderStyle
from mvit_core.render.outlines import Outline, draw_outlines, outlines_of

_BAND_ROWS = 32
"""Rows painted at a time."""

OLD_SHARE = 0.35
"""Share of its opacity that heat keeps once another map is asked for."""
HATCH_PX = 8
"""Distance of the diagonals that are left out of such heat, and of heat of damaged frames."""


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
    return paint_values(rows, style).colours.reshape(*values.shape, 3)


def paint_values(values: FloatArray, style: RenderStyle) -> HeatLayer:
    """Values (H, W) as the style draws them, wherever they lie.

    Args:
        values: (H, W).
        style: colours, range, opacity.
    """
    shares = style.range.normalise(values)
    if style.mode == "spotlight":
        if style.threshold > 0:
            shares = np.where(shares < style.threshold, np.float32(0), shares)
        missing = 1 - _lifted(shares, style.gamma)
        dark = np.asarray(cv2.convertScaleAbs(missing, alpha=255 * style.opacity), dtype=np.uint8)
        return HeatLayer(np.zeros((*values.shape, 3), np.uint8), dark)
    entries = _entries(shares, style)
    table, opacity = _tables(style.colormap, style.mode == "even", style.opacity)
    colours = np.asarray(cv2.applyColorMap(entries, table), dtype=np.uint8)
    alpha = np.asarray(cv2.LUT(entries, opacity), dtype=np.uint8)
    if style.threshold > 0:
        amounts = np.abs(2 * shares - 1) if style.is_signed else shares
        alpha[amounts < style.threshold] = 0
    return HeatLayer(colours, alpha)


def upsample(
    heatmap: Heatmap, frame_index: int, size: tuple[int, int], *, smooth: bool
) -> FloatArray:
    """Values at picture size, (height, width), for one source frame.

    A picture of another size than the frame shows the same scene, pixel edges on pixel edges.
    Each picture pixel takes the value at its own place on the token grid, clamped to the grid:
    never a stretch of the grid to the picture.

    Args:
        heatmap: the map, with its places.
        frame_index: the source frame.
        size: (width, height) of the picture.
        smooth: interpolate between token centres.
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

    Args:
        heatmap: the map, with its places.
        frame_index: a source frame.
        style: colours, range, opacity.
        size: (width, height) of the picture.
    """
    width, height = size or heatmap.frame_size
    rows, wide = _stretched(heatmap, frame_index, (width, height), smooth=style.smooth)
    own = _stretched_colours(heatmap, frame_index, width, style.colormap, smooth=style.smooth)
    unseen = 0 if style.mode != "spotlight" else round(255 * style.opacity)
    colours: ImageArray = np.zeros((height, width, 3), dtype=np.uint8)
    alpha: ImageArray = np.full((height, width), unseen, dtype=np.uint8)
    down, across = seen_box(heatmap, (width, height))
    for top in range(down.start, down.stop, _BAND_ROWS):
        # Large intermediate pictures cost more in fresh memory than in arithmetic.
        band = slice(top, min(top + _BAND_ROWS, down.stop)), across
        part = (
            paint_values(rows[band[0]] @ wide[:, across], style)
            if own is None
            else _own_colours(rows[band[0]], own[..., across], style)
        )
        colours[band], alpha[band] = part.colours, part.alpha
    if style.outline:
        draw_outlines(colours, alpha, map_outlines(heatmap, frame_index, style), heatmap.frame_size)
    return HeatLayer(colours, alpha)


def hatched(layer: HeatLayer, share: float = 1.0) -> HeatLayer:
    """Heat that is not to be trusted as it is: one diagonal in ``HATCH_PX`` is left out.

    Args:
        layer: stays as it is.
        share: of its opacity that is left; see ``OLD_SHARE``.
    """
    alpha = cv2.convertScaleAbs(layer.alpha, alpha=share)
    rows, columns = (np.arange(side) for side in alpha.shape)
    alpha[np.add.outer(rows, columns) % HATCH_PX == 0] = 0
    return HeatLayer(layer.colours, np.asarray(alpha, dtype=np.uint8))


def map_outlines(heatmap: Heatmap, frame_index: int, style: RenderStyle) -> tuple[Outline, ...]:
    """Outlines of what reaches half of the style's range, for one source frame.

    Args:
        heatmap: the map, with its places.
        frame_index: the source frame.
        style: range and threshold.
    """
    sampler = partial(upsample, heatmap, frame_index, smooth=style.smooth)
    return outlines_of(sampler, style, heatmap.frame_size, heatmap.box_px)


def bar_colours(style: RenderStyle, steps: int, ground: tuple[int, int, int]) -> ImageArray:
    """The colour bar from the low end to the high end, (steps, 3), gamma and threshold applied.

    Components are three swatches. A tint is shown as it falls on the ground, an even one at full
    opacity; what neither draws is the ground's colour. A spotlight is shown as it falls on white.

    Args:
        style: colours and range.
        steps: colours.
        ground: RGB that lies below.
    """
    if style.colormap == COMPONENTS:
        thirds = np.repeat(255 * np.eye(3, dtype=np.uint8), -(-steps // 3), axis=0)
        return np.ascontiguousarray(thirds[:steps])
    low, high = style.range.low, style.range.high
    values = np.linspace(low, high if high > low else low + 1, steps, dtype=np.float32)[None]
    if style.mode == "even":
        style = replace(style, opacity=1.0)
    elif style.mode == "spotlight":
        ground = (255, 255, 255)
    base: ImageArray = np.full((1, steps, 3), ground, dtype=np.uint8)
    bar: ImageArray = blend(base, paint_values(values, style))[0]
    return bar


def bar_picture(style: RenderStyle, steps: int, rows: int = 2) -> ImageArray:
    """A colour bar (rows, steps, 3): its upper half as on a black frame, its lower on a white.

    Args:
        style: colours and range.
        steps: pixels along the bar.
        rows: pixels across, an even number.
    """
    halves = [bar_colours(style, steps, (level,) * 3) for level in (0, 255)]
    return np.stack([halves[0]] * (rows // 2) + [halves[1]] * (rows - rows // 2))


def overlay(
    frame: ImageArray, heatmap: Heatmap, frame_index: int, style: RenderStyle
) -> ImageArray:
    """The frame (H, W, 3) with the heat on it, at the frame's size.

    Args:
        frame: uint8 (H, W, 3), RGB.
        heatmap: the map, with its places.
        frame_index: which source frame it is.
        style: colours, range, opacity.
    """
    height, width = frame.shape[:2]
    layer = heat_layer(heatmap, frame_index, style, (width, height))
    return blend(frame, layer)


def blend(frame: ImageArray, layer: HeatLayer) -> ImageArray:
    """``frame * (1 - alpha) + colours * alpha``, rounded; the frame itself stays as it is.

    Args:
        frame: uint8 (H, W, 3), RGB.
        layer: of the same size.
    """
    level = int(layer.alpha.max())
    at_level = cv2.countNonZero(cv2.inRange(layer.alpha, level, level))
    if cv2.countNonZero(layer.alpha) <= at_level:  # one opacity, or nothing: a cheap mix will do
        opacity = level / 255
        mixed = cv2.addWeighted(frame, 1 - opacity, layer.colours, opacity, 0)
        return np.asarray(cv2.copyTo(mixed, layer.alpha, frame.copy()), dtype=np.uint8)
    left, top, width, height = cv2.boundingRect(layer.alpha)
    part = slice(top, top + height), slice(left, left + width)
    share = layer.alpha[part].astype(np.float32) / 255
    mixed = frame.copy()
    mixed[part] = cv2.blendLinear(frame[part], layer.colours[part], 1 - share, share)
    return mixed


def _lifted(shares: FloatArray, gamma: float) -> FloatArray:
    # A power of every pixel costs more than all the rest.
    return shares if gamma == 1.0 else np.asarray(cv2.pow(shares, gamma), dtype=np.float32)


def _entries(shares: FloatArray, style: RenderStyle) -> ImageArray:
    """Normalised values (H, W) to entries of the colour table, gamma applied."""
    if not style.is_signed:
        return np.asarray(cv2.convertScaleAbs(_lifted(shares, style.gamma), alpha=255), np.uint8)
    signed = 2 * shares - 1
    if style.gamma != 1.0:
        signed = np.copysign(_lifted(np.abs(signed), style.gamma), signed)
    # As many entries on each side of the middle, so that 0 is exactly nothing.
    half = 255 - MIDDLE
    return np.asarray(cv2.convertScaleAbs(signed, alpha=half, beta=MIDDLE), np.uint8)


@lru_cache(maxsize=64)
def _tables(colormap: str, even: bool, opacity: float) -> tuple[ImageArray, ImageArray]:
    """Colours (256, 1, 3) and opacities (256,) of the entries of a colour table."""
    # OpenCV looks entries up faster than NumPy.
    if even:
        alpha: ImageArray = np.full(256, round(255 * opacity), np.uint8)
        return colour_table(colormap).reshape(256, 1, 3), alpha
    tint = tint_of(colormap)
    return tint.colours.reshape(256, 1, 3), np.rint(255 * opacity * tint.opacity).astype(np.uint8)


def _stretched(
    heatmap: Heatmap, frame_index: int, size: tuple[int, int], *, smooth: bool
) -> tuple[FloatArray, FloatArray]:
    """Weights (H, Y') and values (Y', W), whose product are the values at picture size."""
    plane = heatmap.values[heatmap.token_time(frame_index)]  # (Y', X')
    width, height = size
    rows = _weights(height, heatmap.frame_size[1], heatmap.y_px, plane.shape[0], smooth)
    columns = _weights(width, heatmap.frame_size[0], heatmap.x_px, plane.shape[1], smooth)
    return rows, plane @ columns.T


def _stretched_colours(
    heatmap: Heatmap, frame_index: int, width: int, colormap: str, *, smooth: bool
) -> FloatArray | None:
    """Colours (3, Y', W) of a map that brings its own, as ``_stretched`` has values."""
    if heatmap.colours is None or colormap != COMPONENTS:
        return None
    plane = heatmap.colours.rgb[heatmap.token_time(frame_index)]  # (Y', X', 3)
    columns = _weights(width, heatmap.frame_size[0], heatmap.x_px, plane.shape[1], smooth)
    wide: FloatArray = plane.transpose(2, 0, 1) @ columns.T
    return wide


def _own_colours(rows: FloatArray, wide: FloatArray, style: RenderStyle) -> HeatLayer:
    """Colours that a map brings, with one opacity."""
    colours = np.rint(255 * np.clip(rows @ wide, 0, 1)).astype(np.uint8)  # (3, H, W)
    alpha: ImageArray = np.full(colours.shape[1:], round(255 * style.opacity), np.uint8)
    return HeatLayer(np.ascontiguousarray(colours.transpose(1, 2, 0)), alpha)


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
    """Rows and columns of a picture (width, height) that the model saw.

    Args:
        heatmap: the map.
        size: (width, height) of the picture.
    """
    left, top, right, bottom = heatmap.box_px
    fx, fy = size[0] / heatmap.frame_size[0], size[1] / heatmap.frame_size[1]
    return (
        slice(round(top * fy), round(bottom * fy)),
        slice(round(left * fx), round(right * fx)),
    )
