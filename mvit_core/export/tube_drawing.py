"""Draws the outlines of tubes that were painted on what the model saw, dashed, on exports."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mvit_core.explaining.painting import Tube
from mvit_core.render import ImageArray

__all__ = ["draw_tubes"]

_DASH, _GAP = 6, 4
"""Pixels along an outline that are white, and that are left black."""


def draw_tubes(
    picture: ImageArray, tubes: Sequence[Tube], frame_index: int, source: tuple[int, int]
) -> None:
    """Draw the tubes that span a frame, each white dashes on a black outline of 3 pixels.

    Args:
        picture: (H, W, 3), the frame at the size of its panel; drawn over.
        tubes: painted on the clip.
        frame_index: of the clip.
        source: (width, height) of the clip's frames, which the tubes are measured on.
    """
    height, width = picture.shape[:2]
    for tube in tubes:
        if frame_index not in tube.frames:
            continue
        edges = zip(tube.box.corners, source * 2, (width, height) * 2, strict=True)
        left, top, right, bottom = (round(edge * to / of) for edge, of, to in edges)
        _outline(picture, left, top, max(right - 1, left), max(bottom - 1, top))


def _outline(picture: ImageArray, left: int, top: int, right: int, bottom: int) -> None:
    """An outline through the middles of pixels; what lies beside the picture is cut off."""
    xs, ys = np.arange(left, right + 1), np.arange(top, bottom + 1)
    height, width = picture.shape[:2]
    for y in (top, bottom):
        picture[max(y - 1, 0) : y + 2, max(left - 1, 0) : right + 2] = 0
    for x in (left, right):
        picture[max(top - 1, 0) : bottom + 2, max(x - 1, 0) : x + 2] = 0
    for y in (top, bottom):
        if 0 <= y < height:
            picture[y, _dashes(xs, left, width)] = 255
    for x in (left, right):
        if 0 <= x < width:
            picture[_dashes(ys, top, height), x] = 255


def _dashes(places: NDArray[np.int_], start: int, stop: int) -> NDArray[np.int_]:
    """The places within a picture that a dash covers, the first of which begins at ``start``."""
    inside = (places >= 0) & (places < stop)
    found: NDArray[np.int_] = places[inside & ((places - start) % (_DASH + _GAP) < _DASH)]
    return found
