"""Reads pixel, token, value and rank under the pointer, on every view."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.results import Readout
from mvit_core.attribution import FEATURES, METHODS
from mvit_core.explaining.methods import EVIDENCE

if TYPE_CHECKING:
    from app.results import ShownMap
    from mvit_core.attribution import HeadChoice
    from mvit_core.heatmap import Heatmap


def readout_of(
    place: tuple[float, float],
    frame_size: tuple[int, int],
    heatmap: Heatmap | None,
    frame_index: int,
    row_sum: float | None = None,
) -> Readout | None:
    """Read the map at a source pixel; None outside the frame.

    Args:
        place: source pixel (x, y), fractions of it kept.
        frame_size: (width, height) of the source frame.
        heatmap: the map on screen there.
        frame_index: the frame on screen there.
        row_sum: from ``row_sum_of``.
    """
    x, y = place
    pixel = (int(np.floor(x + 0.5)), int(np.floor(y + 0.5)))
    if not (0 <= pixel[0] < frame_size[0] and 0 <= pixel[1] < frame_size[1]):
        return None
    token = None if heatmap is None else heatmap.token_at(x, y, frame_index)
    if heatmap is None or token is None:
        return Readout(pixel)
    value = float(heatmap.values[token])
    mean = float(heatmap.values.mean())
    return Readout(
        pixel=pixel,
        token=token,
        value=value,
        times_mean=value / mean if mean > 0 else 0.0,
        rank=int((heatmap.values > value).sum()) + 1,
        count=heatmap.values.size,
        row_sum=row_sum,
    )


def readout_on(
    place: tuple[float, float], frame_size: tuple[int, int], shown: ShownMap | None, frame: int
) -> Readout | None:
    """Read the map of the canvas at a source pixel; None outside the frame.

    Args:
        place: source pixel (x, y), fractions of it kept.
        frame_size: (width, height) of the source frame.
        shown: the map; None where there is none.
        frame: the frame on screen.
    """
    if shown is None:
        return readout_of(place, frame_size, None, frame)
    method = shown.result.maps.method
    total = row_sum_of(method, shown.head, shown.heatmap)
    found = readout_of(place, frame_size, shown.heatmap, frame, total)
    row = EVIDENCE.get(method) or FEATURES.get(method)
    return found if found is None or row is None else replace(found, unit=row.unit)


def row_sum_of(method: str, head: HeadChoice, heatmap: Heatmap) -> float | None:
    """Sum a row of the attention matrix with the class key, which is 1 unless something is wrong.

    None for maps that are no row: columns, sums over queries, the largest over heads, evidence.
    """
    if method not in METHODS or not METHODS[method].is_row or head in ("max", "min"):
        return None
    return float(heatmap.values.sum(dtype=np.float64)) + (heatmap.sink or 0.0)
