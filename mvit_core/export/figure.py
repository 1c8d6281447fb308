"""The measures of exported pictures: where panels and caption lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from mvit_core.export.layouts import Panel

MAX_WIDTH = 1920
"""Panels that stand together are scaled down to this width."""
MIN_WIDTH = 320
"""Narrower pictures are padded, so that the caption can be read."""

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
        """Where the strip below the panels begins: an even row, as halved chroma wants it."""
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


def plan(display_size: tuple[int, int], panels: Sequence[Panel], *, caption: bool) -> Figure:
    """Measures for a video of ``display_size`` and a first set of panels."""
    count = len(panels)
    columns = count if count <= 2 else ceil(sqrt(count))
    room = MAX_WIDTH - (columns - 1) * GAP
    scale = min(1.0, room / (columns * display_size[0])) if count > 1 else 1.0
    size = (max(round(display_size[0] * scale), 1), max(round(display_size[1] * scale), 1))
    width = max(columns * size[0] + (columns - 1) * GAP, MIN_WIDTH if caption else 1)
    noted = any(panel.explanation.maps.note for panel in panels)
    return Figure(
        columns=columns,
        rows=ceil(count / columns),
        panel_size=size,
        width=width + width % 2,
        font_px=min(max(round(width / 42), 12), 26),
        caption_lines=(4 + noted) if caption else 0,
    )
