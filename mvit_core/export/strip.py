"""A strip of words and colour bars on a ground of its own, beside the panels of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mvit_core.export.figure import BACKGROUND
from mvit_core.export.lettering import MUTED, TEXT, Colour, extent, fitted, write
from mvit_core.render import ImageArray, RenderStyle, bar_picture

SMALLEST_BAR_PX = 48
"""Least width of the colours."""


@dataclass(frozen=True)
class Line:
    """A line of text, shortened where it is too long."""

    text: str
    colour: Colour = TEXT
    end: str = ""
    """What stands behind it, and is never shortened."""


@dataclass(frozen=True)
class Bar:
    """A colour bar between its two ends in numbers."""

    style: RenderStyle
    low: str
    high: str
    words: str = ""
    """Beside it; empty where they have lines of their own."""


class Strip:
    """Shows lines one below another; only those that change are drawn anew.

    Args:
        size: (width, height) in pixels.
        font_px: height of letters.
        line_px: distance between two lines.
    """

    def __init__(self, size: tuple[int, int], font_px: int, line_px: int) -> None:
        width, height = size
        self._font, self._line_px, self._width = font_px, line_px, width
        self.picture: ImageArray = np.full((height, width, 3), BACKGROUND, dtype=np.uint8)
        self._blank = np.full((line_px, width, 3), BACKGROUND, dtype=np.uint8)
        self._shown: Sequence[Line | Bar] = ()

    def show(self, lines: Sequence[Line | Bar]) -> slice | None:
        """Draw what differs from the last time; the rows touched, even at both ends."""
        known = (*self._shown, *(None,) * len(lines))
        changed = [n for n, line in enumerate(lines) if line != known[n]]
        for number in changed:
            self._draw(number, lines[number])
        self._shown = tuple(lines)
        if not changed:
            return None
        top, bottom = self._band(changed[0]).start, self._band(changed[-1]).stop
        return slice(top - top % 2, min(bottom + bottom % 2, self.picture.shape[0]))

    def _band(self, number: int) -> slice:
        """The rows of a line: all that letters above and below its base line may touch."""
        top = (number + 1) * self._line_px - round(1.2 * self._font)
        return slice(top, top + self._line_px)

    def _draw(self, number: int, line: Line | Bar) -> None:
        band = self._band(number)
        rows = self.picture[band]
        rows[:] = self._blank[: rows.shape[0]]  # far faster than filling with a colour
        base = (number + 1) * self._line_px
        if isinstance(line, Bar):
            self._draw_bar(base, line)
            return
        font = self._font
        room = self._width - 2 * font - (extent(line.end, font)[2] if line.end else 0)
        write(
            self.picture, fitted(line.text, font, room) + line.end, (font, base), font, line.colour
        )

    def _draw_bar(self, y: int, bar: Bar) -> None:
        """The colour bar on a base line, with its ends in numbers."""
        picture, font = self.picture, self._font
        texts = sum(extent(text, font)[2] for text in (bar.low, bar.high, bar.words))
        room = self._width - texts - 4 * font  # for the colours, before words are cut
        x = font
        write(picture, bar.low, (x, y), font, TEXT)
        x += extent(bar.low, font)[2] + font // 2
        width = max(min(room, self._width // 4), SMALLEST_BAR_PX)
        width = max(min(width, self._width - x), 1)
        picture[y - font + 2 : y + 2, x : x + width] = bar_picture(bar.style, width, font)
        x += width + font // 2
        write(picture, bar.high, (x, y), font, TEXT)
        x += extent(bar.high, font)[2] + font
        words = fitted(bar.words, font, self._width - font - x)
        write(picture, words, (x, y), font, MUTED)
