"""The measures of exported pictures: where panels and caption lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from types import MappingProxyType

from mvit_core.export.layouts import Panel

MAX_WIDTH = 1920
"""Panels that stand together are scaled down to this width."""
MIN_WIDTH = 320
"""Narrower pictures are padded, so that the caption can be read."""

SIZES: Mapping[str, tuple[int, int] | None] = MappingProxyType(
    {
        "native": None,
        "2160p": (3840, 2160),
        "1080p": (1920, 1080),
        "720p": (1280, 720),
        "480p": (854, 480),
    }
)
"""(width, height) that a whole picture, caption included, must fit into; none is enlarged."""

_HALVINGS = 16
"""Width of the range of scales at which a panel is found to the pixel."""

BACKGROUND = (22, 23, 26)
GAP = 4
"""Between panels."""


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
        height = self.caption_top + self.caption_height
        return self.width, height + height % 2

    @property
    def caption_top(self) -> int:
        """Top of the strip below the panels: an even row, as halved chroma wants it."""
        height = self.rows * self.panel_size[1] + (self.rows - 1) * GAP
        return height + height % 2

    def place(self, number: int) -> tuple[int, int]:
        """Left and top edge of a panel; both are even for the first."""
        row, column = divmod(number, self.columns)
        step_x, step_y = self.panel_size[0] + GAP, self.panel_size[1] + GAP
        margin = (self.width - (self.columns * step_x - GAP)) // 2
        return margin - margin % 2 + column * step_x, row * step_y

    @property
    def line_px(self) -> int:
        """Distance between two lines of text."""
        return round(self.font_px * 1.6)

    @property
    def caption_height(self) -> int:
        """Height of the strip below the panels."""
        return self.caption_lines * self.line_px + self.font_px if self.caption_lines else 0


def plan(
    display_size: tuple[int, int], panels: Sequence[Panel], *, caption: bool, size: str = "native"
) -> Figure:
    """Measures for a video of ``display_size`` and a first set of panels.

    Args:
        display_size: (width, height) of the frames, pixel aspect applied.
        panels: what stands together.
        caption: leave room for the strip below.
        size: a name in ``SIZES``.
    """
    count = len(panels)
    columns = count if count <= 2 else ceil(sqrt(count))
    room = MAX_WIDTH - (columns - 1) * GAP
    scale = min(1.0, room / (columns * display_size[0])) if count > 1 else 1.0
    noted = any(panel.explanation.maps.note for panel in panels)
    lines = (4 + noted) if caption else 0
    shape = _Shape(display_size, columns, ceil(count / columns), lines)
    bound = SIZES[size]
    if bound is not None:
        scale = min(scale, shape.widest(bound))
    if bound is None or _fits(shape.figure(scale), bound):
        return shape.figure(scale)
    low, high = 0.0, scale
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _fits(shape.figure(middle), bound) else (low, middle)
    return shape.figure(low)


def _fits(figure: Figure, bound: tuple[int, int]) -> bool:
    return figure.size[0] <= bound[0] and figure.size[1] <= bound[1]


@dataclass(frozen=True)
class _Shape:
    """Plan of a figure but for its scale."""

    display_size: tuple[int, int]
    columns: int
    rows: int
    caption_lines: int

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
        gaps = (self.columns - 1) * GAP
        width = max(self.columns * panel[0] + gaps, MIN_WIDTH if self.caption_lines else 1)
        return Figure(
            columns=self.columns,
            rows=self.rows,
            panel_size=panel,
            width=width + width % 2,
            font_px=min(max(round(width / 42), 12), 26),
            caption_lines=self.caption_lines,
        )
