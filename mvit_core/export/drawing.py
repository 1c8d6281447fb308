"""Drawing the pictures of an export: in RGB, or on the planes that encoders take."""

from dataclasses import dataclass

import cv2
import numpy as np

from mvit_core.export.box_drawing import draw_boxes
from mvit_core.export.caption import Caption
from mvit_core.export.figure import BACKGROUND, Figure
from mvit_core.export.lettering import TEXT, WARNING, extent, wrapped, write
from mvit_core.export.remarks import DAMAGED, verdicts_of
from mvit_core.export.request import ExportRequest
from mvit_core.export.scene import Shot
from mvit_core.export.tube_drawing import draw_tubes
from mvit_core.pipeline import Explanation
from mvit_core.render import (
    HeatLayer,
    ImageArray,
    PlaneHeat,
    RenderStyle,
    blend,
    hatched,
    heat_layer,
    lay,
    plane_heat,
)
from mvit_core.video.decode.matrices import Matrix
from mvit_core.video.decode.planes import PlaneCanvas, Planes, planes_of

_BLACK, _GREY, _WHITE = 16, 128, 235
"""Luma of black and white, and chroma of both, in limited range."""


class Artist:
    """Draws the pictures of one export in RGB; what does not change is kept.

    Args:
        figure: the measures.
        request: what is exported.
    """

    def __init__(self, figure: Figure, request: ExportRequest) -> None:
        self._figure = figure
        self._caption, self._heats = Caption(figure, request), _Heats(figure.panel_size)
        self._is_bare = not request.caption
        width, height = figure.size
        self._picture: ImageArray = np.full((height, width, 3), BACKGROUND, dtype=np.uint8)

    def draw(self, frame: ImageArray, frame_index: int, shot: Shot) -> ImageArray:
        """The picture of one frame, (H, W, 3); the next one is drawn over it."""
        frame = scaled(frame, self._figure.panel_size)
        height, width = frame.shape[:2]
        for number, panel in enumerate(shot.panels):
            x, y = self._figure.place(number)
            cell = self._picture[y : y + height, x : x + width]
            if panel.heat:
                cell[:] = blend(frame, self._heats.layer(number, frame_index, shot))
                ring = ring_of(panel.explanation, frame_index, self._figure.panel_size)
                if ring is not None:
                    draw_ring(cell, ring)
            else:
                cell[:] = frame
            source = panel.explanation.heatmap.frame_size
            draw_tubes(cell, panel.explanation.capture.changes.tubes, frame_index, source)
            draw_boxes(cell, shot.boxes, source, self._figure.font_px)
            if panel.label:
                tag(cell, panel.label, self._figure.font_px)
            if self._is_bare:
                warn(cell, warnings_of(number, shot), self._figure.font_px)
        rows = self._caption.update(frame_index, shot)
        if rows is not None:
            self._picture[self._figure.caption_top :][rows] = self._caption.strip[rows]
        return self._picture


class PlaneArtist:
    """Draws a single panel of the frame's own size on planes, with no pass over RGB.

    Args:
        figure: the measures of a layout with one panel.
        request: what is exported.
        matrix: of the frames.
    """

    def __init__(self, figure: Figure, request: ExportRequest, matrix: Matrix) -> None:
        self._figure, self._matrix = figure, matrix
        self._caption, self._heats = Caption(figure, request), _Heats(figure.panel_size)
        self._is_bare = not request.caption
        self._made: tuple[HeatLayer, PlaneHeat] | None = None
        self._canvas = PlaneCanvas(figure.size, matrix)
        width, height = figure.size
        ground: ImageArray = np.full((height, width, 3), BACKGROUND, dtype=np.uint8)
        self._canvas.planes().take(planes_of(ground, matrix))

    def draw(self, frame: Planes, frame_index: int, shot: Shot) -> PlaneCanvas:
        """The picture of one frame; the next one is drawn over it."""
        figure, whole = self._figure, self._canvas.planes()
        x, y = figure.place(0)
        cell = whole.part(x, y, *figure.panel_size)
        lay(frame, self._heat(frame_index, shot), cell)
        ring = ring_of(shot.panels[0].explanation, frame_index, figure.panel_size)
        if ring is not None:
            _draw_ring_on_planes(cell, ring)
        said = warnings_of(0, shot) if self._is_bare else ()
        if said:
            sign = sign_of(said, figure.font_px, figure.panel_size)
            height, width = sign.shape[:2]
            place = whole.part(x, y + _sign_top(sign, figure.panel_size[1]), width, height)
            place.take(planes_of(sign, self._matrix))
        self._finish_edges(whole)
        rows = self._caption.update(frame_index, shot)
        if rows is not None:
            strip = planes_of(self._caption.strip[rows], self._matrix)
            top, count = figure.caption_top + rows.start, rows.stop - rows.start
            whole.part(0, top, figure.width, count).take(strip)
        return self._canvas

    def _heat(self, frame_index: int, shot: Shot) -> PlaneHeat:
        layer = self._heats.layer(0, frame_index, shot)
        if self._made is None or self._made[0] is not layer:
            self._made = layer, plane_heat(layer, self._matrix)
        return self._made[1]

    def _finish_edges(self, whole: Planes) -> None:
        """An odd picture grows by repeating its last column and row: chroma is shared by two."""
        width, height = self._figure.panel_size
        x, y = self._figure.place(0)
        if width % 2:
            whole.y[y : y + height, x + width] = whole.y[y : y + height, x + width - 1]
        if height % 2:
            right = x + width + width % 2
            whole.y[y + height, x:right] = whole.y[y + height - 1, x:right]


class _Heats:
    """The heat of each panel, made anew only where its map, its token time or style changes."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._made: dict[int, tuple[Explanation, int, RenderStyle, HeatLayer]] = {}

    def layer(self, number: int, frame_index: int, shot: Shot) -> HeatLayer:
        explanation, style = shot.panels[number].explanation, shot.styles[number]
        time = explanation.heatmap.token_time(frame_index)
        made = self._made.get(number)
        if made is None or made[0] is not explanation or made[1:3] != (time, style):
            layer = heat_layer(explanation.heatmap, frame_index, style, self._size)
            if shot.damaged[number]:
                layer = hatched(layer)
            made = self._made[number] = explanation, time, style, layer
        return made[3]


@dataclass(frozen=True)
class Ring:
    """The mark of a picked token, in pixels of its panel."""

    centre: tuple[int, int]
    radius: int
    is_now: bool
    """The frame is nearest to the token's own time: a full ring, else a thin one."""


def ring_of(explanation: Explanation, frame_index: int, size: tuple[int, int]) -> Ring | None:
    """The ring of a picked token on a panel of a size (width, height); None without any."""
    picked = explanation.picked
    if picked is None:
        return None
    (width, height), (source_width, source_height) = size, explanation.heatmap.frame_size
    x = (picked.centre_px[0] + 0.5) * width / source_width - 0.5
    y = (picked.centre_px[1] + 0.5) * height / source_height - 0.5
    radius = max(min(width, height) // 40, 4)
    is_now = picked.is_at(explanation.heatmap, frame_index)
    return Ring((round(x), round(y)), radius, is_now)


def draw_ring(picture: ImageArray, ring: Ring, dark: int = 0, bright: int = 255) -> None:
    """Draw a ring on a picture (H, W, 3) or one plane of it."""
    # Black below white, so that the ring is seen on any colour.
    for level, width in ((dark, 4 if ring.is_now else 3), (bright, 2 if ring.is_now else 1)):
        cv2.circle(picture, ring.centre, ring.radius, (level,) * 3, width, cv2.LINE_AA)


def _draw_ring_on_planes(picture: Planes, ring: Ring) -> None:
    draw_ring(picture.y, ring, _BLACK, _WHITE)
    centre = ring.centre[0] // 2, ring.centre[1] // 2
    for plane in (picture.u, picture.v):
        cv2.circle(plane, centre, ring.radius // 2, (_GREY,), 2, cv2.LINE_AA)


def tag(picture: ImageArray, text: str, font_px: int) -> None:
    """Write a name in the upper left corner of a panel."""
    x, y, width, height = extent(text, font_px)
    pad = font_px // 2
    box = picture[: height + 2 * pad, : width + 2 * pad]
    box[:] = box // 3
    write(picture, text, (pad - x, pad - y), font_px, TEXT)


def warnings_of(number: int, shot: Shot) -> tuple[str, ...]:
    """What must be read on a panel itself, where nothing is written below it."""
    panel = shot.panels[number]
    return (*verdicts_of(panel), *((DAMAGED,) if shot.damaged[number] and panel.heat else ()))


def warn(picture: ImageArray, said: tuple[str, ...], font_px: int) -> None:
    """Write warnings in the lower left corner of a panel (H, W, 3)."""
    if said:
        sign = sign_of(said, font_px, (picture.shape[1], picture.shape[0]))
        top = _sign_top(sign, picture.shape[0])
        picture[top : top + sign.shape[0], : sign.shape[1]] = sign


def sign_of(said: tuple[str, ...], font_px: int, size: tuple[int, int]) -> ImageArray:
    """Words on a ground of their own, (h, w, 3), of even size within a panel (width, height)."""
    pad, line_px = font_px // 2, round(font_px * 1.6)
    lines = [line for words in said for line in wrapped(words, font_px, size[0] - 2 * pad)]
    width = max(extent(line, font_px)[2] for line in lines) + 2 * pad
    height = len(lines) * line_px + pad
    sign: ImageArray = np.full((height + height % 2, width + width % 2, 3), BACKGROUND, np.uint8)
    for number, line in enumerate(lines, start=1):
        write(sign, line, (pad, number * line_px - pad // 2), font_px, WARNING)
    return sign[: size[1] - size[1] % 2, : size[0] - size[0] % 2]


def _sign_top(sign: ImageArray, height: int) -> int:
    """Top row of a sign on a panel: even, as halved chroma wants it."""
    top: int = height - sign.shape[0]
    return top - top % 2


def scaled(frame: ImageArray, size: tuple[int, int]) -> ImageArray:
    """A picture (H, W, 3) at another (width, height)."""
    if (frame.shape[1], frame.shape[0]) == size:
        return frame
    method = cv2.INTER_AREA if size[0] < frame.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, size, interpolation=method), dtype=np.uint8)
