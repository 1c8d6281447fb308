"""The one font of figures: how wide its letters are, and which it has.

Only what the layout needs is read of the TrueType file (Apple, TrueType Reference Manual, tables
``cmap``, ``head``, ``hhea`` and ``hmtx``); writers embed the file itself.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mvit_core.figure.scene import MM_PER_PT, Box, Words
from mvit_core.system.assets import asset

FAMILY = "WenQuanYi Micro Hei"

ASCENT, DESCENT = 0.94, 0.24
"""What letters reach above and below their base line, in their size."""

LINE = 1.25
"""Distance of two base lines, in the size of letters."""

_BEYOND_UNICODE = 0x110000


@dataclass(frozen=True, eq=False)
class Font:
    """Widths of letters."""

    path: Path
    glyphs: NDArray[np.int32]
    """Glyph of each code point; 0 where the font has none."""
    advances: NDArray[np.float64]
    """Width of each glyph, in the size of letters."""

    def width(self, text: str) -> float:
        """Width of a line in the size of its letters."""
        return float(self.advances[self.glyphs[_codes(text)]].sum())

    def missing(self, text: str) -> str:
        """Characters that the font lacks, each once."""
        codes = _codes(text)
        return "".join(dict.fromkeys(chr(code) for code in codes[self.glyphs[codes] == 0]))

    def wrapped(self, text: str, size_pt: float, room_mm: float) -> tuple[str, ...]:
        """A text broken into lines that a room holds; nothing is left out.

        Lines break at spaces, and within a word where it alone is wider than the room.
        """
        room, lines, line = room_mm / (size_pt * MM_PER_PT), [], ""
        for piece in _pieces(text):
            if line and self.width((line + piece).rstrip()) > room:
                lines.append(line.rstrip())
                line = ""
            line = line + piece if line else piece.lstrip()
            while len(line) > 1 and self.width(line.rstrip()) > room:
                whole = self._fitting(line, room)
                lines.append(line[:whole])
                line = line[whole:]
        return (*lines, line.rstrip()) if line.strip() else tuple(lines)

    def _fitting(self, text: str, room: float) -> int:
        """How many characters of a text a room holds, one at the least."""
        reached = np.cumsum(self.advances[self.glyphs[_codes(text)]])
        return max(int(np.searchsorted(reached, room, side="right")), 1)

    def box_of(self, words: Words) -> Box:
        """The room that a line takes on the page."""
        width = self.width(words.text) * words.size_mm
        left = words.x - {"start": 0.0, "middle": width / 2, "end": width}[words.anchor]
        top = words.y - ASCENT * words.size_mm
        return Box(left, top, width, (ASCENT + DESCENT) * words.size_mm)

    def widest(self, texts: Iterable[str], size_pt: float) -> float:
        """Width of the widest of some lines in mm; 0 of none."""
        return max((self.width(text) for text in texts), default=0.0) * size_pt * MM_PER_PT


@cache
def figure_font() -> Font:
    """The font of figures.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    path = asset("fonts", "WenQuanYiMicroHei.ttf")
    content = path.read_bytes()
    tables = dict(_tables(content))
    head, hhea = tables["head"], tables["hhea"]
    (units,) = struct.unpack(">H", head[18:20])
    (measured,) = struct.unpack(">H", hhea[34:36])
    pairs = np.frombuffer(tables["hmtx"][: 4 * measured], dtype=">u2").reshape(-1, 2)
    (count,) = struct.unpack(">H", tables["maxp"][4:6])
    # Glyphs behind the measured ones are as wide as the last of these.
    advances = np.full(count, pairs[-1, 0], dtype=np.float64)
    advances[:measured] = pairs[:, 0]
    return Font(path, _glyphs(tables["cmap"]), advances / units)


def _codes(text: str) -> NDArray[np.int64]:
    return np.fromiter(map(ord, text), dtype=np.int64, count=len(text))


def _pieces(text: str) -> list[str]:
    """Words and the spaces between them."""
    return ["".join(piece) for _, piece in groupby(text, key=str.isspace)]


def _tables(content: bytes) -> Iterable[tuple[str, bytes]]:
    (count,) = struct.unpack(">H", content[4:6])
    for number in range(count):
        at = 12 + 16 * number
        tag, _, offset, length = struct.unpack(">4sIII", content[at : at + 16])
        yield tag.decode("ascii"), content[offset : offset + length]


def _glyphs(table: bytes) -> NDArray[np.int32]:
    """Glyph of each code point, of a ``cmap`` with segments of 32 bits (format 12)."""
    (count,) = struct.unpack(">H", table[2:4])
    offsets = [struct.unpack(">HHI", table[at : at + 8])[2] for at in range(4, 4 + 8 * count, 8)]
    at = next(each for each in offsets if table[each : each + 2] == b"\x00\x0c")
    (groups,) = struct.unpack(">I", table[at + 12 : at + 16])
    segments = np.frombuffer(table[at + 16 : at + 16 + 12 * groups], dtype=">u4").reshape(-1, 3)
    glyphs = np.zeros(_BEYOND_UNICODE, dtype=np.int32)
    for first, last, glyph in segments.tolist():
        glyphs[first : last + 1] = np.arange(glyph, glyph + last - first + 1)
    return glyphs
