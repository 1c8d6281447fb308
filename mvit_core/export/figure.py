"""One exported picture: panels of frame and heat, and a caption that says what they show."""

from dataclasses import dataclass
from math import ceil, sqrt

import cv2
import numpy as np

from mvit_core.attribution import METHODS
from mvit_core.export.layouts import LAYOUTS, Layout, Panel
from mvit_core.export.request import ExportRequest
from mvit_core.pipeline import Explanation
from mvit_core.render import (
    UNITS,
    ImageArray,
    Look,
    RenderStyle,
    bar_colours,
    bar_number,
    blend,
    heat_layer,
    range_text,
)

MAX_WIDTH = 1920
"""Panels that stand together are scaled down to this width."""
MIN_WIDTH = 320
"""Narrower pictures are padded, so that the caption can be read."""

_BACKGROUND = (22, 23, 26)
_TEXT = (236, 236, 240)
_MUTED = (168, 170, 178)
_WARNING = (255, 200, 110)
_GAP = 4


@dataclass(frozen=True)
class Figure:
    """The fixed measures of one export, so that every picture of it has the same size."""

    columns: int
    rows: int
    panel_size: tuple[int, int]
    """(width, height) of each panel, pixel aspect applied."""
    width: int
    font_px: int
    caption_lines: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture, always even."""
        height = self.rows * self.panel_size[1] + (self.rows - 1) * _GAP
        height += self.caption_height
        return self.width, height + height % 2

    @property
    def line_px(self) -> int:
        """Distance between two lines of text."""
        return round(self.font_px * 1.6)

    @property
    def caption_height(self) -> int:
        """Height of the strip below the panels."""
        return self.caption_lines * self.line_px + self.font_px if self.caption_lines else 0


def plan(display_size: tuple[int, int], panels: list[Panel], *, caption: bool) -> Figure:
    """Measures for a video of ``display_size`` and a first set of panels."""
    count = len(panels)
    columns = count if count <= 2 else ceil(sqrt(count))
    room = MAX_WIDTH - (columns - 1) * _GAP
    scale = min(1.0, room / (columns * display_size[0])) if count > 1 else 1.0
    size = (max(round(display_size[0] * scale), 1), max(round(display_size[1] * scale), 1))
    width = max(columns * size[0] + (columns - 1) * _GAP, MIN_WIDTH if caption else 1)
    noted = any(panel.explanation.maps.note for panel in panels)
    return Figure(
        columns=columns,
        rows=ceil(count / columns),
        panel_size=size,
        width=width + width % 2,
        font_px=min(max(round(width / 42), 12), 26),
        caption_lines=(4 + noted) if caption else 0,
    )


def draw(
    figure: Figure,
    frame: ImageArray,
    frame_index: int,
    panels: list[Panel],
    request: ExportRequest,
) -> ImageArray:
    """The picture of one frame, (H, W, 3)."""
    look, layout = request.look, LAYOUTS[request.layout]
    width, height = figure.size
    picture: ImageArray = np.full((height, width, 3), _BACKGROUND, dtype=np.uint8)
    step_x, step_y = figure.panel_size[0] + _GAP, figure.panel_size[1] + _GAP
    used = figure.columns * step_x - _GAP
    styles = [_style(panel, look) for panel in panels]
    for place, (panel, style) in enumerate(zip(panels, styles, strict=True)):
        row, column = divmod(place, figure.columns)
        x, y = (width - used) // 2 + column * step_x, row * step_y
        cell = _panel(figure, frame, frame_index, panel, style)
        picture[y : y + cell.shape[0], x : x + cell.shape[1]] = cell
    if figure.caption_lines:
        _caption(picture, figure, frame_index, panels, styles, (look, layout))
    return picture


def _style(panel: Panel, look: Look) -> RenderStyle:
    if panel.ends is not None:
        return look.with_range(panel.ends)
    return look.style(panel.explanation.maps, panel.explanation.saliency)


def _panel(
    figure: Figure, frame: ImageArray, frame_index: int, panel: Panel, style: RenderStyle
) -> ImageArray:
    size = figure.panel_size
    if (frame.shape[1], frame.shape[0]) != size:
        shrinks = size[0] < frame.shape[1]
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        frame = np.asarray(cv2.resize(frame, size, interpolation=method), dtype=np.uint8)
    if panel.heat:
        frame = blend(frame, heat_layer(panel.explanation.heatmap, frame_index, style, size))
        _ring(frame, panel.explanation, frame_index)
    if panel.label:
        frame = np.ascontiguousarray(frame).copy()
        _tag(frame, panel.label, figure.font_px)
    return frame


def _ring(picture: ImageArray, explanation: Explanation, frame_index: int) -> None:
    """Mark the picked token: a full ring at its own time, a thin one at others."""
    picked = explanation.picked
    if picked is None:
        return
    height, width = picture.shape[:2]
    source_width, source_height = explanation.heatmap.frame_size
    x = (picked.centre_px[0] + 0.5) * width / source_width - 0.5
    y = (picked.centre_px[1] + 0.5) * height / source_height - 0.5
    radius = max(min(width, height) // 40, 4)
    now = picked.is_at(explanation.heatmap, frame_index)
    centre = (round(x), round(y))
    # Black below white, so that the ring is seen on any colour.
    cv2.circle(picture, centre, radius, (0, 0, 0), 4 if now else 3, cv2.LINE_AA)
    cv2.circle(picture, centre, radius, (255, 255, 255), 2 if now else 1, cv2.LINE_AA)


def _tag(picture: ImageArray, text: str, font_px: int) -> None:
    x, y, width, height = _extent(text, font_px)
    pad = font_px // 2
    box = picture[: height + 2 * pad, : width + 2 * pad]
    box[:] = box // 3
    _write(picture, text, (pad - x, pad - y), font_px, _TEXT)


def _caption(
    picture: ImageArray,
    figure: Figure,
    frame_index: int,
    panels: list[Panel],
    styles: list[RenderStyle],
    style_of: tuple[Look, Layout],
) -> None:
    look, layout = style_of
    first = panels[0].explanation
    y = figure.rows * (figure.panel_size[1] + _GAP) - _GAP + figure.line_px
    lines = caption_lines(first, frame_index, layout)
    colours = [_TEXT, _MUTED, _TEXT]
    if figure.caption_lines > len(lines) + 1:
        lines.append(first.maps.note)
        colours.append(_WARNING)
    x, room = figure.font_px, figure.width - 2 * figure.font_px
    for line, colour in zip(lines, colours, strict=True):
        _write(picture, _fitted(line, figure.font_px, room), (x, y), figure.font_px, colour)
        y += figure.line_px
    _colour_bar(picture, figure, y, panels, styles, look)


def caption_lines(
    explanation: Explanation, frame_index: int, layout: Layout = LAYOUTS["single"]
) -> list[str]:
    """Three lines: which map, what it reduces, and what the model said."""
    maps, spec, seen = explanation.maps, explanation.spec, explanation.capture
    several = layout.varies != "nothing"
    where = f"Block {maps.block} · stage {maps.stage}"
    if layout.varies == "block":
        where = "Last block of each stage"
    which = f"{where} · {'each head' if layout.varies == 'head' else head_text(spec.head)}"
    sink = explanation.saliency.sink
    reduced = f"{METHODS[maps.method].title} · {query_text(explanation)}"
    if sink is not None and not several:
        reduced += f" · class key takes {sink:.1%}"
    best = seen.predictions[0]
    window = f"window {seen.window.index + 1}"  # counted from 1, as the timeline counts
    said = f"{best.name} {best.probability:.1%} · frame {frame_index} · {window}"
    return [which, reduced, said]


def head_text(head: int | str) -> str:
    """A head choice in words."""
    return f"head {head}" if isinstance(head, int) else f"{head} of heads"


def query_text(explanation: Explanation) -> str:
    """The query in words."""
    query = explanation.maps.query
    if not METHODS[explanation.maps.method].needs_query:
        return "all queries"
    if query == "readout":
        token = "class token" if explanation.capture.record.readout == "class" else "patch mean"
        return f"readout ({token})"
    return "class token" if query == "class" else "token t{} y{} x{}".format(*query)


def _colour_bar(
    picture: ImageArray,
    figure: Figure,
    y: int,
    panels: list[Panel],
    styles: list[RenderStyle],
    look: Look,
) -> None:
    font, x = figure.font_px, figure.font_px
    keys = {panel.explanation.maps.key_count for panel in panels}
    units = look.units if len(keys) == 1 else "probability"  # uniform differs between layers
    words = f"{UNITS[units]}, {range_text(look)}"
    ends = styles[0].range
    low, high = (bar_number(end, units, min(keys)) for end in (ends.low, ends.high))
    if any(style.range != ends for style in styles):
        low, high = "low", "high"
        words += ", each panel its own"
    _write(picture, low, (x, y), font, _TEXT)
    x += _extent(low, font)[2] + font // 2
    width = max(figure.width // 4, 48)
    picture[y - font + 2 : y + 2, x : x + width] = bar_colours(styles[0], width, _BACKGROUND)
    x += width + font // 2
    _write(picture, high, (x, y), font, _TEXT)
    x += _extent(high, font)[2] + font
    _write(picture, _fitted(words, font, figure.width - font - x), (x, y), font, _MUTED)


def _face() -> cv2.FontFace:
    return cv2.FontFace("sans")


def _extent(text: str, font_px: int) -> tuple[int, int, int, int]:
    x, y, width, height = cv2.getTextSize((1, 1), text, (0, 0), _face(), font_px, 400)
    return x, y, width, height


def _write(
    picture: ImageArray, text: str, at: tuple[int, int], font_px: int, colour: tuple[int, int, int]
) -> None:
    cv2.putText(picture, text, at, colour, _face(), font_px, 400)


def _fitted(text: str, font_px: int, room: int) -> str:
    if room <= 0:
        return ""
    if _extent(text, font_px)[2] <= room:
        return text
    while text and _extent(text + "…", font_px)[2] > room:
        text = text[:-1]
    return text + "…"
