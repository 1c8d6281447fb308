"""The signed difference of two maps, pixel by pixel: values are upsampled first, then subtracted.

Maps of different grids have no tokens in common; on the pixels of a frame they can be compared.
"""

from dataclasses import dataclass, replace

import numpy as np

from mvit_core.attribution.maps import FloatArray
from mvit_core.heatmap import Heatmap
from mvit_core.render.heat_settings import RenderStyle
from mvit_core.render.layers import HeatLayer, paint_values, seen_box, upsample
from mvit_core.render.outlines import draw_outlines, outlines_of
from mvit_core.render.ranges import ValueRange, symmetric_range

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
        """(H, W) at a picture size (width, height).

        Args:
            size: (width, height) of the picture.
            smooth: interpolate between token centres.
        """
        values: FloatArray = self.factor * upsample(
            self.heatmap, self.frame_index, size, smooth=smooth
        )
        return values


def common_factors(first: int, second: int) -> tuple[float, float]:
    """Factors on the values of two maps that give both one unit.

    Probabilities spread over unequal numbers of keys have no common measure: there both sides
    count in multiples of uniform attention.

    Args:
        first: keys of the first map.
        second: of the second.
    """
    return (1.0, 1.0) if first == second else (float(first), float(second))


def difference_range(first: Heatmap, second: Heatmap, factors: tuple[float, float]) -> ValueRange:
    """A range around 0 that holds the differences of all times, so that it stands still.

    Times are paired in their order; where one map has fewer, each of its times stands for several.

    Args:
        first: a map.
        second: what is subtracted from it.
        factors: on the values of both, as ``common_factors`` gives them.
    """
    times = max(first.shape[0], second.shape[0])
    size = (RANGE_SIDE_PX, RANGE_SIDE_PX)
    parts = []
    for time in range(times):
        sides = [
            factor * upsample(_at(heatmap, time * heatmap.shape[0] // times), 0, size, smooth=True)
            for heatmap, factor in zip((first, second), factors, strict=True)
        ]
        parts.append(sides[0] - sides[1])
    return symmetric_range(np.stack(parts))


def difference_layer(
    first: Side, second: Side, style: RenderStyle, size: tuple[int, int]
) -> HeatLayer:
    """The first minus the second in colours, where both models saw the frame.

    Args:
        first: its frame is the picture below.
        second: stretched to the same picture where its frame has another size.
        style: signed, with a range that is symmetrical around 0.
        size: (width, height) of the picture.
    """

    def sampler(wanted: tuple[int, int]) -> FloatArray:
        sides = (side.values(wanted, smooth=style.smooth) for side in (first, second))
        values: FloatArray = np.subtract(*sides)
        return values

    painted = paint_values(sampler(size), style)
    down, across = zip(*(seen_box(side.heatmap, size) for side in (first, second)), strict=True)
    alpha = np.zeros_like(painted.alpha)
    both = _common(down), _common(across)
    alpha[both] = painted.alpha[both]
    if style.outline:
        box = _common_box(first.heatmap, second.heatmap)
        source = first.heatmap.frame_size
        draw_outlines(painted.colours, alpha, outlines_of(sampler, style, source, box), source)
    return HeatLayer(painted.colours, alpha)


def _common(parts: tuple[slice, ...]) -> slice:
    return slice(max(part.start for part in parts), min(part.stop for part in parts))


def _common_box(first: Heatmap, second: Heatmap) -> tuple[float, float, float, float]:
    """What both models saw, as edges on the first one's frame."""
    fx, fy = (first.frame_size[axis] / second.frame_size[axis] for axis in (0, 1))
    left, top, right, bottom = first.box_px
    there = second.box_px
    return (
        max(left, there[0] * fx),
        max(top, there[1] * fy),
        min(right, there[2] * fx),
        min(bottom, there[3] * fy),
    )


def _at(heatmap: Heatmap, time: int) -> Heatmap:
    """One time of a map as a map that has no other."""
    return replace(heatmap, values=heatmap.values[time : time + 1])
