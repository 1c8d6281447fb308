"""Draws boxes and their words on exported pictures."""

import cv2

from mvit_core.export.box_labels import BoxLabel
from mvit_core.export.lettering import TEXT, extent, write
from mvit_core.render import ImageArray

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


def draw_boxes(
    picture: ImageArray, labels: tuple[BoxLabel, ...], source: tuple[int, int], font_px: int
) -> None:
    """Draw boxes white on black, each with its words above or within it.

    Args:
        picture: (H, W, 3), the frame at the size of its panel; drawn over.
        labels: of the window shown.
        source: (width, height) that the boxes are measured on.
        font_px: height of letters.
    """
    height, width = picture.shape[:2]
    for label in labels:
        edges = zip(label.box.corners, source * 2, (width, height) * 2, strict=True)
        left, top, right, bottom = (round(edge * to / of) for edge, of, to in edges)
        for colour, thick in ((_BLACK, 3), (_WHITE, 1)):
            cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), colour, thick)
        _chip(picture, label.words, (left, top), font_px)


def _chip(picture: ImageArray, words: str, corner: tuple[int, int], font_px: int) -> None:
    x, y, width, height = extent(words, font_px)
    pad = max(font_px // 4, 2)
    left = max(min(corner[0], picture.shape[1] - width - 2 * pad), 0)
    above = corner[1] - height - 2 * pad
    top = above if above >= 0 else max(corner[1], 0)
    room = picture[top : top + height + 2 * pad, left : left + width + 2 * pad]
    room[:] = room // 4
    write(picture, words, (left + pad - x, top + pad - y), font_px, TEXT)
