"""Edges of what is drawn on the canvas, kept within the frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvit_core.video.boxes import Box

if TYPE_CHECKING:
    from app.results import Results

LEAST_PX = 1.0
"""Least side of a box in stored pixels."""


def frame_size(results: Results) -> tuple[int, int]:
    """(width, height) of the frames in stored pixels; zero without a video."""
    return (0, 0) if results.video is None else results.video.size


def within(box: Box, size: tuple[int, int]) -> Box | None:
    """The part of a box that lies on a frame; None where it is smaller than a pixel."""
    width, height = size
    left, right = max(box.left, 0.0), min(box.right, float(width))
    top, bottom = max(box.top, 0.0), min(box.bottom, float(height))
    if right - left < LEAST_PX or bottom - top < LEAST_PX:
        return None
    return Box(left, top, right, bottom, box.name)


def nudged(box: Box, x: int, y: int, size: tuple[int, int], *, grow: bool) -> Box:
    """A box moved by stored pixels within a frame, or its right and lower edges alone."""
    width, height = size
    if grow:
        right = min(max(box.right + x, box.left + LEAST_PX), width)
        bottom = min(max(box.bottom + y, box.top + LEAST_PX), height)
        return replace(box, right=right, bottom=bottom)
    x_px = min(max(x, -box.left), width - box.right)
    y_px = min(max(y, -box.top), height - box.bottom)
    return moved(box, x_px, y_px)


def moved(box: Box, x_px: float, y_px: float) -> Box:
    """A box moved by stored pixels."""
    return Box(box.left + x_px, box.top + y_px, box.right + x_px, box.bottom + y_px, box.name)
