"""Values to colours to pictures: the only place that upsamples a map and applies a colour table.

The order is fixed: values are upsampled, then coloured, then blended. Colouring the small map
first and resizing the colours gives another picture (colours between two entries of a table are
no entries of it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import cmap
import cv2
import numpy as np
from numpy.typing import NDArray

from mvit_core.attribution.maps import FloatArray, HeadMaps, Saliency
from mvit_core.heatmap import Heatmap

ImageArray = NDArray[np.uint8]

COLORMAPS = ("inferno", "viridis", "magma", "cividis", "turbo", "gray")
"""Colour tables offered, perceptual and colour-blind-safe ones first; turbo is neither."""

RangePolicy = Literal["layer", "map", "manual"]
RANGE_POLICIES: Mapping[RangePolicy, str] = MappingProxyType(
    {
        "layer": "this layer",
        "map": "each map",
        "manual": "manual",
    }
)
"""What the ends of the colour table are taken from, in words for the colour bar."""

TAILS_PERCENT = (1.0, 99.5)
"""Percentiles that become the two ends of an automatic range."""


@dataclass(frozen=True)
class ValueRange:
    """The values at the two ends of the colour table."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high)):
            raise ValueError(f"a range needs finite ends, got {self.low} to {self.high}")

    def normalise(self, values: FloatArray) -> FloatArray:
        """Values to 0..1, clipped; an empty range gives 0."""
        span = self.high - self.low
        if span <= 0:
            return np.zeros_like(values)
        normalised: FloatArray = np.clip((values - self.low) / span, 0.0, 1.0)
        return normalised


def automatic_range(
    values: FloatArray, tails_percent: tuple[float, float] = TAILS_PERCENT
) -> ValueRange:
    """The range between two percentiles of the values; constant values get one around them."""
    low, high = (float(v) for v in np.percentile(values, tails_percent))
    if high - low <= 1e-12 * max(abs(high), 1e-30):
        return ValueRange(0.0, high * 2 if high > 0 else 1.0)
    return ValueRange(low, high)


@dataclass(frozen=True)
class RenderStyle:
    """How a heatmap is drawn, with its range known; made by ``Look.style``."""

    range: ValueRange
    colormap: str = "inferno"
    opacity: float = 0.6
    """Of the heat over the frame, 0 to 1, the same for every value."""
    smooth: bool = True
    """Interpolate between token centres; otherwise each pixel shows its nearest token."""
    gamma: float = 1.0
    """Exponent on the normalised value; below 1 lifts weak attention."""
    threshold: float = 0.0
    """Normalised values below it are not drawn."""


@dataclass(frozen=True)
class Look:
    """How heat should be drawn, before the values are known; see ``RenderStyle`` for units."""

    colormap: str = "inferno"
    opacity: float = 0.6
    smooth: bool = True
    gamma: float = 1.0
    threshold: float = 0.0
    range_policy: RangePolicy = "layer"
    manual_range: ValueRange | None = None
    """Used by the policy ``manual``, which falls back on ``layer`` while there is none."""

    def __post_init__(self) -> None:
        if self.range_policy not in RANGE_POLICIES:
            raise ValueError(
                f"range policy is {self.range_policy!r}; allowed are {', '.join(RANGE_POLICIES)}"
            )
        colour_table(self.colormap)
        _check_unit(opacity=self.opacity, threshold=self.threshold)
        if self.gamma <= 0:
            raise ValueError(f"gamma is {self.gamma}; allowed are numbers above 0")

    def style(self, maps: HeadMaps, saliency: Saliency) -> RenderStyle:
        """The style for one map, its range taken from what the policy names."""
        if self.range_policy == "manual" and self.manual_range is not None:
            ends = self.manual_range
        else:
            values = saliency.values if self.range_policy == "map" else maps.values
            ends = automatic_range(values)
        return RenderStyle(
            ends, self.colormap, self.opacity, self.smooth, self.gamma, self.threshold
        )


@dataclass(frozen=True)
class HeatLayer:
    """A coloured map at picture size, to be laid over the frame."""

    colours: ImageArray
    """(H, W, 3)."""
    alpha: ImageArray
    """(H, W); the opacity as 0..255, or 0 where nothing is drawn: two levels, no more."""


@cache
def colour_table(name: str) -> ImageArray:
    """256 RGB colours, (256, 3).

    Raises:
        ValueError: there is no such colour map.
    """
    if name not in COLORMAPS:
        raise ValueError(f"colormap is {name!r}; allowed are {', '.join(COLORMAPS)}")
    table = np.asarray(cmap.Colormap(name).lut(256))[:, :3]
    colours: ImageArray = np.rint(table * 255).astype(np.uint8)
    return colours


def _check_unit(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; allowed are numbers from 0 to 1")


def colourise(values: FloatArray, style: RenderStyle) -> ImageArray:
    """Values of any shape to colours (..., 3)."""
    # As rows of any length: OpenCV looks colours up several times faster than NumPy.
    shares = style.range.normalise(values).reshape(-1, values.shape[-1])
    if style.gamma != 1.0:  # a power of every pixel costs more than all the rest
        shares = cv2.pow(shares, style.gamma)
    entries = cv2.convertScaleAbs(shares, alpha=255)
    table = colour_table(style.colormap).reshape(256, 1, 3)
    colours = cv2.applyColorMap(entries, table)
    return np.asarray(colours, dtype=np.uint8).reshape(*values.shape, 3)


def upsample(
    heatmap: Heatmap, frame_index: int, size: tuple[int, int], *, smooth: bool
) -> FloatArray:
    """Values at picture size, (height, width), for one source frame.

    A picture of another size than the frame shows the same scene, pixel edges on pixel edges.
    Each picture pixel takes the value at its own place on the token grid, clamped to the grid:
    never a stretch of the grid to the picture.
    """
    plane = heatmap.values[heatmap.token_time(frame_index)]  # (Y', X')
    width, height = size
    rows = _weights(height, heatmap.frame_size[1], heatmap.y_px, plane.shape[0], smooth)
    columns = _weights(width, heatmap.frame_size[0], heatmap.x_px, plane.shape[1], smooth)
    values: FloatArray = rows @ plane @ columns.T
    return values


def heat_layer(
    heatmap: Heatmap, frame_index: int, style: RenderStyle, size: tuple[int, int] | None = None
) -> HeatLayer:
    """The coloured map for one source frame at picture size (the frame's own by default)."""
    width, height = size or heatmap.frame_size
    values = upsample(heatmap, frame_index, (width, height), smooth=style.smooth)
    alpha = np.zeros((height, width), dtype=np.uint8)
    alpha[_box(heatmap, (width, height))] = round(style.opacity * 255)
    if style.threshold > 0:
        alpha[style.range.normalise(values) < style.threshold] = 0
    return HeatLayer(colourise(values, style), alpha)


def overlay(
    frame: ImageArray, heatmap: Heatmap, frame_index: int, style: RenderStyle
) -> ImageArray:
    """The frame (H, W, 3) with the heat on it, at the frame's size."""
    height, width = frame.shape[:2]
    layer = heat_layer(heatmap, frame_index, style, (width, height))
    return blend(frame, layer)


def blend(frame: ImageArray, layer: HeatLayer) -> ImageArray:
    """``frame * (1 - alpha) + colours * alpha``, rounded; the frame itself stays as it is."""
    opacity = float(layer.alpha.max()) / 255
    mixed = cv2.addWeighted(frame, 1 - opacity, layer.colours, opacity, 0)
    return np.asarray(cv2.copyTo(mixed, layer.alpha, frame.copy()), dtype=np.uint8)


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


def _box(heatmap: Heatmap, size: tuple[int, int]) -> tuple[slice, slice]:
    left, top, right, bottom = heatmap.box_px
    fx, fy = size[0] / heatmap.frame_size[0], size[1] / heatmap.frame_size[1]
    return (
        slice(round(top * fy), round(bottom * fy)),
        slice(round(left * fx), round(right * fx)),
    )
