"""The strip below exported pictures: which map, what the model said, and the colour bar."""

from dataclasses import dataclass

import cv2
import numpy as np

from mvit_core.attribution import METHODS, HeadChoice, HeadSet
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.export.evidence_facts import evidence_words
from mvit_core.export.figure import BACKGROUND, Figure
from mvit_core.export.layouts import LAYOUTS, Layout
from mvit_core.export.request import ExportRequest
from mvit_core.export.scene import Shot
from mvit_core.pipeline import Explanation
from mvit_core.render import (
    UNITS,
    HeatSettings,
    ImageArray,
    bar_number,
    bar_picture,
    range_text,
    share_text,
)
from mvit_core.render.ranges import SIGNED_PERCENT

TEXT = (236, 236, 240)
_MUTED = (168, 170, 178)
_WARNING = (255, 200, 110)

DAMAGED = " · damaged frames in this window"


@dataclass(frozen=True)
class _Line:
    """A line of text."""

    text: str
    colour: tuple[int, int, int]


class Caption:
    """The strip of one export; only the lines that change are drawn anew.

    Args:
        figure: its measures.
        request: what is exported.
    """

    def __init__(self, figure: Figure, request: ExportRequest) -> None:
        self._figure, self._request = figure, request
        height = figure.size[1] - figure.caption_top
        self.strip: ImageArray = np.full((height, figure.width, 3), BACKGROUND, dtype=np.uint8)
        self._blank = np.full((figure.line_px, figure.width, 3), BACKGROUND, dtype=np.uint8)
        self._shown: list[_Line | Shot | None] = [None] * figure.caption_lines

    def update(self, frame_index: int, shot: Shot) -> slice | None:
        """Draw what differs from the last frame; the rows touched, even at both ends."""
        wanted = self._wanted(frame_index, shot)
        changed = [n for n, line in enumerate(wanted) if line != self._shown[n]]
        for number in changed:
            self._draw(number, wanted[number])
        self._shown = wanted
        if not changed:
            return None
        top, bottom = self._band(changed[0]).start, self._band(changed[-1]).stop
        return slice(top - top % 2, min(bottom + bottom % 2, self.strip.shape[0]))

    def _wanted(self, frame_index: int, shot: Shot) -> list[_Line | Shot | None]:
        """Lines of the caption: words, then the note if there is room, then the colour bar."""
        if not self._figure.caption_lines:
            return []
        first = shot.panels[0].explanation
        words = caption_lines(first, frame_index, LAYOUTS[self._request.layout])
        if shot.is_damaged:
            words[0] += DAMAGED
        lines = [_Line(w, c) for w, c in zip(words, (TEXT, _MUTED, TEXT), strict=True)]
        if self._figure.caption_lines > len(lines) + 1:
            lines.append(_Line(first.maps.note, _WARNING))
        return [*lines, shot]

    def _draw(self, number: int, line: _Line | Shot | None) -> None:
        font, base = self._figure.font_px, (number + 1) * self._figure.line_px
        self.strip[self._band(number)] = self._blank  # far faster than filling with a colour
        if isinstance(line, _Line):
            text = _fitted(line.text, font, self._figure.width - 2 * font)
            write(self.strip, text, (font, base), font, line.colour)
        elif line is not None:
            self._draw_bar(base, line)

    def _band(self, number: int) -> slice:
        """The rows of a line: all that letters above and below its base line may touch."""
        top = (number + 1) * self._figure.line_px - round(1.2 * self._figure.font_px)
        return slice(top, top + self._figure.line_px)

    def _draw_bar(self, y: int, shot: Shot) -> None:
        """The colour bar on a base line, with its ends in numbers."""
        picture, font, heat = self.strip, self._figure.font_px, self._request.heat
        keys = {panel.explanation.maps.key_count for panel in shot.panels}
        evidence = shot.panels[0].explanation.evidence
        # uniform differs between layers, and means nothing of evidence
        units = heat.units if len(keys) == 1 and evidence is None else "probability"
        words, first = _range_words(heat, shot), shot.styles[0]
        low, high = (bar_number(v, units, min(keys)) for v in (first.range.low, first.range.high))
        if any(style.range != first.range for style in shot.styles):
            low, high = "low", "high"
            words += ", each panel its own"
        words += f" · {UNITS[units] if evidence is None else EVIDENCE[evidence.method].unit}"
        texts = sum(extent(text, font)[2] for text in (low, high, words))
        room = self._figure.width - texts - 4 * font  # for the colours, before words are cut
        x = font
        write(picture, low, (x, y), font, TEXT)
        x += extent(low, font)[2] + font // 2
        width = max(min(room, self._figure.width // 4), 48)
        picture[y - font + 2 : y + 2, x : x + width] = bar_picture(first, width, font)
        x += width + font // 2
        write(picture, high, (x, y), font, TEXT)
        x += extent(high, font)[2] + font
        write(picture, _fitted(words, font, self._figure.width - font - x), (x, y), font, _MUTED)


def _range_words(heat: HeatSettings, shot: Shot) -> str:
    """Words for what the ends of the colour bar are taken from."""
    if shot.panels[0].explanation.is_signed and heat.is_automatic:
        return f"around 0, {SIGNED_PERCENT:g} %"
    return range_text(heat)


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
    if explanation.evidence is not None:
        which, reduced = evidence_words(explanation)
    else:
        reduced = f"{METHODS[maps.method].title} · {query_text(explanation)}"
    if sink is not None and not several:
        reduced += f" · class key takes {share_text(sink)}"
    best = next(iter(seen.predictions), None)  # an encoder of pre-training has no classes
    said = "no classes" if best is None else f"{best.name} {share_text(best.probability)}"
    window = f"window {seen.window.index + 1}"  # counted from 1, as the timeline counts
    said += f" · frame {frame_index} · {window}"
    return [which, reduced, said]


def head_text(head: HeadChoice) -> str:
    """A head choice in words."""
    if isinstance(head, HeadSet):
        return f"heads {', '.join(map(str, head.indices))} averaged"
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


def _face() -> cv2.FontFace:
    return cv2.FontFace("sans")


def extent(text: str, font_px: int) -> tuple[int, int, int, int]:
    """(x, y, width, height) of a text that is written at (0, 0)."""
    x, y, width, height = cv2.getTextSize((1, 1), text, (0, 0), _face(), font_px, 400)
    return x, y, width, height


def write(
    picture: ImageArray, text: str, at: tuple[int, int], font_px: int, colour: tuple[int, int, int]
) -> None:
    """Write with the left end of the base line at a pixel (x, y)."""
    cv2.putText(picture, text, at, colour, _face(), font_px, 400)


def _fitted(text: str, font_px: int, room: int) -> str:
    if room <= 0:
        return ""
    if extent(text, font_px)[2] <= room:
        return text
    while text and extent(text + "…", font_px)[2] > room:
        text = text[:-1]
    return text + "…"
