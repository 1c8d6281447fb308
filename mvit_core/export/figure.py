"""The measures of exported pictures: where panels and words lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from types import MappingProxyType

from mvit_core.export.layouts import Panel
from mvit_core.export.lettering import extent, wrapped
from mvit_core.export.remarks import remarks_of

MAX_WIDTH = 1920
"""Panels that stand together are scaled down to this width, where no size is asked for."""
MIN_WIDTH = 320
"""Narrower pictures are padded, so that the caption can be read."""

MIN_PANE_WIDTH = 220
"""The same of one pane with words of its own, of which the frame fills a part."""

DPI = 300
"""Dots per inch of pictures for print."""


@dataclass(frozen=True)
class Size:
    """How large a whole picture is, caption included: so many lines, or so wide."""

    most: tuple[int, int]
    """(width, height) in pixels that it must fit into."""
    title: str
    """Title in dialogs, in which ``{w}`` and ``{h}`` stand for the two."""
    dpi: int = 0
    """Dots per inch of a picture for print, which is as wide as asked for; 0 for any other, which
    has as many lines as asked for."""

    @property
    def least(self) -> tuple[int, int]:
        """(width, height) that it is padded to; 0 where its content decides."""
        width, height = self.most
        return (width, 0) if self.dpi else (0, height)


def _lines(width: int, height: int) -> Size:
    return Size((width, height), "{h} lines, at most {w} wide")


def _print(millimetres: int) -> Size:
    width = round(millimetres / 25.4 * DPI)
    return Size((width, 8 * width), f"{millimetres} mm wide at {DPI} dpi ({{w}} pixels)", DPI)


SIZES: Mapping[str, Size | None] = MappingProxyType(
    {
        "native": None,
        "2160p": _lines(3840, 2160),
        "1080p": _lines(1920, 1080),
        "720p": _lines(1280, 720),
        "480p": _lines(854, 480),
        "170mm": _print(170),
        "85mm": _print(85),
    }
)
"""Sizes of whole pictures, which are scaled up or down to them; ``native`` leaves frames as they
are. A page of a journal has columns of about 85 mm."""

_HALVINGS = 16
"""Width of the range of scales at which a panel is found to the pixel."""

BACKGROUND = (22, 23, 26)
GAP = 4
"""Between panels."""

_NUMBER = "−0.00e−00"
"""As wide as any number at an end of a colour bar."""
_BAR_PX = 48
"""Width of the colours that must be left beside numbers and words."""


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
    bar_lines: int = 1
    """Lines of the caption for the colour bar and its words; 0 where panels have bars of their
    own."""
    panel_lines: int = 0
    """Lines below each panel."""
    panel_bar_lines: int = 1
    """Those of them for its colour bar and its words."""
    least_height: int = 0
    """Lines that a picture is padded to, half of them above."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture, always even."""
        height = max(self._content_height, self.least_height)
        return self.width, height + height % 2

    @property
    def top(self) -> int:
        """Empty rows above the panels, an even number."""
        above = (self.size[1] - self._content_height) // 2
        return above - above % 2

    @property
    def caption_top(self) -> int:
        """Top of the strip below the panels: an even row, as halved chroma wants it."""
        return self.top + self._panels_height

    def place(self, number: int) -> tuple[int, int]:
        """Left and top edge of a panel; both are even for the first."""
        row, column = divmod(number, self.columns)
        step_x, step_y = self.panel_size[0] + GAP, self.panel_size[1] + self.words_height + GAP
        margin = (self.width - (self.columns * step_x - GAP)) // 2
        return margin - margin % 2 + column * step_x, self.top + row * step_y

    @property
    def line_px(self) -> int:
        """Distance between two lines of text."""
        return round(self.font_px * 1.6)

    @property
    def caption_height(self) -> int:
        """Height of the strip below the panels, where nothing is padded."""
        return self.caption_lines * self.line_px + self.font_px if self.caption_lines else 0

    @property
    def words_height(self) -> int:
        """Height of the words below each panel."""
        return self.panel_lines * self.line_px + self.font_px if self.panel_lines else 0

    @property
    def _panels_height(self) -> int:
        row = self.panel_size[1] + self.words_height
        height = self.rows * row + (self.rows - 1) * GAP
        return height + height % 2

    @property
    def _content_height(self) -> int:
        return self._panels_height + self.caption_height


def plan(
    display_size: tuple[int, int],
    panels: Sequence[Panel],
    *,
    caption: bool,
    size: str = "native",
    bars: Sequence[str] = (),
) -> Figure:
    """Measures for a video of ``display_size`` and a first set of panels.

    Args:
        display_size: (width, height) of the frames, pixel aspect applied.
        panels: what stands together.
        caption: leave room for words below.
        size: a name in ``SIZES``.
        bars: words of the colour bars, which are never cut: where a picture is narrow they get
            lines of their own.
    """
    shape = _Shape(display_size, tuple(panels), caption, tuple(bars))
    wanted = SIZES[size]
    if wanted is None:
        return shape.figure(shape.native_scale)
    low, high = 0.0, shape.widest(wanted.most)
    if _fits(shape.figure(high), wanted.most):
        low = high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _fits(shape.figure(middle), wanted.most) else (low, middle)
    figure = shape.figure(low)
    width, height = wanted.least
    return replace(figure, width=max(figure.width, width), least_height=height)


def _fits(figure: Figure, bound: tuple[int, int]) -> bool:
    return figure.size[0] <= bound[0] and figure.size[1] <= bound[1]


@dataclass(frozen=True)
class _Shape:
    """Plan of a figure but for its scale."""

    display_size: tuple[int, int]
    panels: tuple[Panel, ...]
    caption: bool
    bars: tuple[str, ...]

    @property
    def columns(self) -> int:
        count = len(self.panels)
        return count if count <= 2 else ceil(sqrt(count))

    @property
    def rows(self) -> int:
        return ceil(len(self.panels) / self.columns)

    @property
    def native_scale(self) -> float:
        """The scale at which frames keep their size, or stand together within ``MAX_WIDTH``."""
        if len(self.panels) == 1:
            return 1.0
        room = MAX_WIDTH - (self.columns - 1) * GAP
        return min(1.0, room / (self.columns * self.display_size[0]))

    def widest(self, bound: tuple[int, int]) -> float:
        """The scale at which the panels alone fill a size."""
        sides = zip(bound, self.display_size, (self.columns, self.rows), strict=True)
        return min((most - (count - 1) * GAP) / (count * side) for most, side, count in sides)

    def figure(self, scale: float) -> Figure:
        """The measures where a frame is scaled so."""
        panel = (
            max(round(self.display_size[0] * scale), 1),
            max(round(self.display_size[1] * scale), 1),
        )
        has_words = self.caption and bool(self.panels[0].name)
        if has_words:
            panel = max(panel[0], MIN_PANE_WIDTH), panel[1]
        gaps = (self.columns - 1) * GAP
        width = max(self.columns * panel[0] + gaps, MIN_WIDTH if self.caption else 1)
        width += width % 2
        letters = panel[0] / 30 if has_words else width / 42
        font_px = min(max(round(letters), 12), 26)
        figure = Figure(self.columns, self.rows, panel, width, font_px, caption_lines=0)
        return self._with_words(figure) if self.caption else figure

    def _with_words(self, figure: Figure) -> Figure:
        """Make room for all lines of words at a figure's width."""
        room = figure.width - 2 * figure.font_px
        said = dict.fromkeys(words for panel in self.panels for words in remarks_of(panel))
        remarks = sum(len(wrapped(words, figure.font_px, room)) for words in said)
        if any(panel.explanation.evidence is not None for panel in self.panels):
            remarks = max(remarks, 1)  # another window may have a remark
        if any(panel.name for panel in self.panels):
            sources = any(panel.source for panel in self.panels)  # others are named
            beside = max(
                _bar_lines(words, figure.font_px, figure.panel_size[0])
                for words in self.bars or ("",)
            )
            return replace(
                figure,
                caption_lines=2 + remarks,
                bar_lines=0,
                panel_lines=2 + sources + beside,
                panel_bar_lines=beside,
            )
        bars = max(_bar_lines(words, figure.font_px, figure.width) for words in self.bars or ("",))
        return replace(figure, caption_lines=3 + remarks + bars, bar_lines=bars)


def _bar_lines(words: str, font_px: int, width: int) -> int:
    """Lines of a colour bar: one, and more for its words where they find no room beside it."""
    texts = 2 * extent(_NUMBER, font_px)[2] + extent(words, font_px)[2]
    if texts + 4 * font_px + _BAR_PX <= width:
        return 1
    return 1 + len(wrapped(words, font_px, width - 2 * font_px))
