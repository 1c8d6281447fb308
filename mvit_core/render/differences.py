"""The signed difference of two maps, pixel by pixel: values are upsampled first, then subtracted.

Maps of different grids have no tokens in common; on the pixels of a frame they can be compared.
"""

from dataclasses import dataclass, replace

import numpy as np

from mvit_core.attribution.maps import FloatArray
from mvit_core.heatmap import Heatmap
from mvit_core.render.heat_settings import RenderStyle
from mvit_core.render.layers import HeatLayer, colourise, seen_box, upsample
from mvit_core.render.ranges import ValueRange

COLORMAP = "vik"
"""Diverging: its middle stands for no difference."""

TAIL_PERCENT = 99.5
"""Share of all differences that the range holds."""

RANGE_SIDE_PX = 48
"""The range is found on pictures this large: a token is smaller on none."""


@dataclass(frozen=True)
class Side:
    """One of the two maps."""

    heatmap: Heatmap
    frame_index: int
    """The source frame that is compared."""
    factor: float = 1.0
    """On every value, so that both sides have one unit."""

    def values(self, size: tuple[int, int], *, smooth: bool) -> FloatArray:
        """(H, W) at a picture size (width, height)."""
        values: FloatArray = self.factor * upsample(
            self.heatmap, self.frame_index, size, smooth=smooth
        )
        return values


def difference_range(first: Heatmap, second: Heatmap, factors: tuple[float, float]) -> ValueRange:
    """A range around 0 that holds the differences of all times, so that it stands still.

    Times are paired in their order; where one map has fewer, each of its times stands for several.
    """
    times = max(first.shape[0], second.shape[0])
    size = (RANGE_SIDE_PX, RANGE_SIDE_PX)
    parts = []
    for time in range(times):
        sides = [
            factor * upsample(_at(heatmap, time * heatmap.shape[0] // times), 0, size, smooth=True)
            for heatmap, factor in zip((first, second), factors, strict=True)
        ]
        parts.append(np.abs(sides[0] - sides[1]))
    most = float(np.percentile(np.stack(parts), TAIL_PERCENT))
    return ValueRange(-most, most) if most > 0 else ValueRange(-1e-9, 1e-9)


def difference_layer(
    first: Side, second: Side, ends: ValueRange, size: tuple[int, int], *, smooth: bool
) -> HeatLayer:
    """The first minus the second in colours, where both models saw the frame.

    Args:
        first: its frame is the picture below.
        second: stretched to the same picture where its frame has another size.
        ends: symmetrical around 0.
        size: (width, height) of the picture.
        smooth: interpolate between token centres.
    """
    values = first.values(size, smooth=smooth) - second.values(size, smooth=smooth)
    alpha = np.zeros((size[1], size[0]), dtype=np.uint8)
    both = np.zeros_like(alpha)
    alpha[seen_box(first.heatmap, size)] = 255
    both[seen_box(second.heatmap, size)] = 255
    style = RenderStyle(ends, COLORMAP, opacity=1.0, smooth=smooth)
    return HeatLayer(colourise(values, style), np.minimum(alpha, both))


def _at(heatmap: Heatmap, time: int) -> Heatmap:
    """One time of a map as a map that has no other."""
    return replace(heatmap, values=heatmap.values[time : time + 1])
