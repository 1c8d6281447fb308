"""Drawing the panes of a comparison: each with its own frame, map, words and colour bar."""

import numpy as np

from mvit_core.export.box_drawing import draw_boxes
from mvit_core.export.caption import Caption, PaneWords
from mvit_core.export.comparison import Sources
from mvit_core.export.drawing import Ring, draw_ring, ring_of, scaled, tag, warn, warnings_of
from mvit_core.export.figure import BACKGROUND, Figure
from mvit_core.export.layouts import Panel
from mvit_core.export.request import ExportRequest
from mvit_core.export.scene import Shot
from mvit_core.export.styles import factors_of
from mvit_core.export.tube_drawing import draw_tubes
from mvit_core.render import (
    HeatLayer,
    ImageArray,
    Side,
    blend,
    difference_layer,
    hatched,
    heat_layer,
)

Frames = dict[int, ImageArray]
"""The frame (H, W, 3) of each source at one time."""


class PaneArtist:
    """Draws the pictures of one comparison in RGB; what does not change is kept.

    Args:
        figure: the measures.
        request: what is exported.
        sources: clips and models of the panes.
    """

    def __init__(self, figure: Figure, request: ExportRequest, sources: Sources) -> None:
        self._figure, self._request, self._sources = figure, request, sources
        self._caption = Caption(figure, request, sources.each[0])
        self._words = PaneWords(figure, request.heat, sources.each)
        self._heats: dict[int, tuple[Shot, tuple[int, int], HeatLayer]] = {}
        width, height = figure.size
        self._picture: ImageArray = np.full((height, width, 3), BACKGROUND, dtype=np.uint8)

    def draw(self, frames: Frames, frame_index: int, shot: Shot) -> ImageArray:
        """The picture at a frame of the first source, (H, W, 3); the next is drawn over it.

        Args:
            frames: of each source that a pane shows.
            frame_index: of the first source.
            shot: panes of the windows there.
        """
        figure = self._figure
        width, height = figure.panel_size
        for number, panel in enumerate(shot.panels):
            x, y = figure.place(number)
            cell = self._picture[y : y + height, x : x + width]
            self._draw_pane(cell, frames[panel.source], number, frame_index, shot)
            if figure.panel_lines:
                words = self._words.picture(number, shot)
                self._picture[y + height : y + height + words.shape[0], x : x + width] = words
        rows = self._caption.update(frame_index, shot)
        if rows is not None:
            self._picture[figure.caption_top :][rows] = self._caption.strip[rows]
        return self._picture

    def _draw_pane(
        self, cell: ImageArray, frame: ImageArray, number: int, frame_index: int, shot: Shot
    ) -> None:
        """A frame within its cell, with heat, ring, boxes and what must be read on it."""
        panel = shot.panels[number]
        seen = _fitting(cell, self._sources.each[panel.source].video.display_size)
        size = (seen.shape[1], seen.shape[0])
        cell[:] = 0
        seen[:] = blend(scaled(frame, size), self._heat(number, frame_index, shot, size))
        ring = self._ring(panel, frame_index, size)
        if ring is not None:
            draw_ring(seen, ring)
        font, source = self._figure.font_px, panel.explanation.heatmap.frame_size
        there = self._sources.frame_index(panel.source, frame_index)
        draw_tubes(seen, panel.explanation.capture.changes.tubes, there, source)
        if panel.source == 0:
            draw_boxes(seen, shot.boxes, source, font)
        if not self._figure.panel_lines:
            tag(cell, panel.label, font)
            warn(cell, warnings_of(number, shot), font)

    def _heat(self, number: int, frame_index: int, shot: Shot, size: tuple[int, int]) -> HeatLayer:
        """The heat of a pane, made anew only in another window or at another token time."""
        first, second = self._sides(shot.panels[number], frame_index)
        times = tuple(side.heatmap.token_time(side.frame_index) for side in (first, second))
        made = self._heats.get(number)
        if made is not None and made[0] is shot and made[1] == times:
            return made[2]
        style = shot.styles[number]
        if shot.panels[number].minus is None:
            layer = heat_layer(first.heatmap, first.frame_index, style, size)
        else:
            layer = difference_layer(first, second, style, size)
        if shot.damaged[number]:
            layer = hatched(layer)
        self._heats[number] = shot, (times[0], times[1]), layer
        return layer

    def _sides(self, panel: Panel, frame_index: int) -> tuple[Side, Side]:
        """A map and what is subtracted from it; of a map alone, twice the same."""
        other = panel.minus or panel
        factors = factors_of(panel, other)
        first, second = (
            Side(
                each.explanation.heatmap,
                self._sources.frame_index(each.source, frame_index),
                factor,
            )
            for each, factor in zip((panel, other), factors, strict=True)
        )
        return first, second

    def _ring(self, panel: Panel, frame_index: int, size: tuple[int, int]) -> Ring | None:
        """The ring of a pane; of a difference where both maps have the same token there."""
        there = self._sources.frame_index(panel.source, frame_index)
        ring = ring_of(panel.explanation, there, size)
        if panel.minus is None:
            return ring
        other = self._sources.frame_index(panel.minus.source, frame_index)
        return ring if ring == ring_of(panel.minus.explanation, other, size) else None


def _fitting(cell: ImageArray, display_size: tuple[int, int]) -> ImageArray:
    """The middle part of a cell (H, W, 3) that has the shape of a frame, as a view."""
    height, width = cell.shape[:2]
    scale = min(width / display_size[0], height / display_size[1])
    size = max(round(display_size[0] * scale), 1), max(round(display_size[1] * scale), 1)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    return cell[top : top + size[1], left : left + size[0]]
