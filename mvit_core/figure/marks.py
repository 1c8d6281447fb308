"""Lines over the heat of a figure: outlines, a picked token, boxes and tubes, white on black."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import cos, pi, sin

from mvit_core.figure.content import Row
from mvit_core.figure.scene import Box, Stroke
from mvit_core.render import map_outlines

_BLACK_MM, _WHITE_MM = 0.5, 0.2
_DASH_MM = (1.0, 0.7)
_RING_SHARE = 1 / 40
"""Radius of the mark of a picked token, in the shorter side of the picture."""
_RING_POINTS = 24

Points = tuple[tuple[float, float], ...]


def marks_on(box: Box, row: Row, frame_index: int) -> Iterator[Stroke]:
    """The lines on one picture.

    Args:
        box: of the picture.
        row: its map.
        frame_index: of the picture.
    """
    explanation, style = row.explanation, replace(row.bar.style, smooth=False)
    heatmap, captured = explanation.heatmap, explanation.capture
    across, down = box.width / heatmap.frame_size[0], box.height / heatmap.frame_size[1]

    def on_page(points: Sequence[tuple[float, float]]) -> Points:
        """Places in pixels from the frame's edges, on the page."""
        return tuple((box.x + x * across, box.y + y * down) for x, y in points)

    if style.outline and row.panel.minus is None:
        for outline in map_outlines(heatmap, frame_index, style):
            places = [(float(x) + 0.5, float(y) + 0.5) for x, y in outline.points]
            yield from _line(on_page(places), dashed=outline.is_against)
    for tube in captured.changes.tubes:
        if frame_index in tube.frames:
            yield from _line(on_page(_corners(tube.box.corners)), dashed=True)
    for each in captured.boxes:
        yield from _line(on_page(_corners(each.corners)))
    picked = explanation.picked
    if picked is not None:
        ((x, y),) = on_page([(picked.centre_px[0] + 0.5, picked.centre_px[1] + 0.5)])
        is_now = picked.is_at(heatmap, frame_index)
        yield from _line(_ring(x, y, min(box.width, box.height) * _RING_SHARE), thin=not is_now)


def _line(points: Points, *, dashed: bool = False, thin: bool = False) -> Iterator[Stroke]:
    share = 0.6 if thin else 1.0
    yield Stroke(points, _BLACK_MM * share, (0, 0, 0))
    yield Stroke(points, _WHITE_MM * share, (255, 255, 255), _DASH_MM if dashed else None)


def _corners(edges: tuple[float, float, float, float]) -> Points:
    left, top, right, bottom = edges
    return (left, top), (right, top), (right, bottom), (left, bottom), (left, top)


def _ring(x: float, y: float, radius: float) -> Points:
    angles = (2 * pi * number / _RING_POINTS for number in range(_RING_POINTS + 1))
    return tuple((x + radius * cos(angle), y + radius * sin(angle)) for angle in angles)
