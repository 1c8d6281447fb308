"""Scores how well a map finds the actor, whose pixels are known.

Scores are taken from what a user would see: the heatmap projected on the frame's own pixels by
the project's geometry, so that a map drawn half a cell off scores worse.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mvit_core.attribution import Saliency
from mvit_core.geometry import GridGeometry
from mvit_core.heatmap import Heatmap
from mvit_core.render import upsample

__all__ = ["Score", "mean_score", "nearest_tokens", "score", "shifted"]

Masks = NDArray[np.bool_]


@dataclass(frozen=True)
class Score:
    """Agreement of a map with the actor's pixels, over one clip or as a mean of clips."""

    share: float
    """Share of the map's mass that lies on the actor, 0 to 1."""
    lift: float
    """That share over the actor's share of the picture; 1 is a flat map."""
    hit: float
    """Share of the frames in which the peak token's cell touches the actor."""
    hit_strict: float
    """Share of the frames in which the peak token's centre lies on the actor."""
    hit_chance: float
    """``hit`` of a token picked at random."""


def score(heatmap: Heatmap, masks: Masks) -> Score:
    """Score a map on every frame of its clip.

    Args:
        heatmap: values of at least 0.
        masks: (F, H, W), the actor's pixels in each frame of the clip, in the frame's size.
    """
    on_actor = total = 0.0
    touches = nearest_tokens(heatmap)
    hits = []
    for frame, mask in enumerate(masks):
        heat = upsample(heatmap, frame, heatmap.frame_size, smooth=True)
        on_actor += float(heat[mask].sum())
        total += float(heat.sum())
        hits.append(_hits(heatmap, frame, mask, touches))
    hit, strict, chance = (float(v) for v in np.mean(hits, axis=0))
    share = on_actor / total if total > 0 else 0.0
    return Score(share, share / float(masks.mean()), hit, strict, chance)


def nearest_tokens(heatmap: Heatmap) -> NDArray[np.int64]:
    """(H, W): for each pixel of the frame the nearest token of the plane, row by row."""
    width, height = heatmap.frame_size
    rows, columns = heatmap.shape[1:]
    y = _nearest(np.arange(height), heatmap.y_px, rows)
    x = _nearest(np.arange(width), heatmap.x_px, columns)
    nearest: NDArray[np.int64] = y[:, None] * columns + x
    return nearest


def _nearest(pixels: NDArray[np.int64], line: tuple[float, float], count: int) -> NDArray[np.int64]:
    places = np.floor((pixels - line[1]) / line[0] + 0.5)
    nearest: NDArray[np.int64] = np.clip(places, 0, count - 1).astype(np.int64)
    return nearest


def _hits(
    heatmap: Heatmap, frame: int, mask: NDArray[np.bool_], nearest: NDArray[np.int64]
) -> tuple[bool, bool, float]:
    plane = heatmap.values[heatmap.token_time(frame)]
    peak = int(plane.argmax())
    touched = np.unique(nearest[mask])
    y, x = divmod(peak, plane.shape[1])
    centre_x, centre_y = heatmap.token_centre_px(y, x)
    row = min(max(round(centre_y), 0), mask.shape[0] - 1)
    column = min(max(round(centre_x), 0), mask.shape[1] - 1)
    return bool(peak in touched), bool(mask[row, column]), len(touched) / plane.size


def shifted(saliency: Saliency, cells_y: float, cells_x: float) -> Saliency:
    """The map moved by a part of its own cells, as a wrong geometry would draw it."""
    scale, offset = saliency.geometry.scale, saliency.geometry.offset
    moved = (offset[0], offset[1] + cells_y * scale[1], offset[2] + cells_x * scale[2])
    return replace(saliency, geometry=GridGeometry(scale, moved))


def mean_score(scores: Iterable[Score]) -> Score:
    """The mean of each part."""
    rows = np.array([tuple(vars(each).values()) for each in scores])
    return Score(*(float(value) for value in rows.mean(axis=0)))
