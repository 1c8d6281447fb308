"""What the views beside the single frame show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.results.maps import MapResult, TokenMark
    from app.results.model import LayerInfo
    from app.results.pictures import CellsPicture
    from app.results.video import FramePicture, VideoInfo
    from app.state.view_state import ViewName
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import HeatSettings, RenderStyle


@dataclass(frozen=True)
class Scale:
    """What a colour bar of one line shows and prints."""

    style: RenderStyle
    """How its colours are made; between the numbers, where there are any."""
    ends: tuple[str, str]
    """The numbers at the left and the right; empty where each map has its own."""
    unit: str
    """What the numbers count."""


@dataclass(frozen=True, eq=False)
class GridRow:
    """One block of a grid."""

    layer: LayerInfo
    result: MapResult | None
    """Its maps; None while they are not there."""
    picture: CellsPicture | None
    """All its heads in colours; of an earlier token time while the right one is painted."""


@dataclass(frozen=True, eq=False)
class GridInfo:
    """All that a grid shows."""

    view: ViewName
    rows: tuple[GridRow, ...]
    scale: Scale | None
    """Which colour is which number; None while there is no map."""
    policy: str
    """How the range is chosen, in words."""
    heat: HeatSettings
    """How the cells are drawn, at full opacity."""

    @property
    def missing(self) -> int:
        """Blocks whose maps are not there yet."""
        return sum(row.result is None for row in self.rows)


@dataclass(frozen=True, eq=False)
class PaneInfo:
    """One pane of the compare view."""

    place: int
    """0 is the selection, then the pins; the difference has a place of its own."""
    name: str
    """``Now``, ``A``, ``B``, ``C``, or the two that are subtracted."""
    title: str
    video: VideoInfo | None = None
    picture: FramePicture | None = None
    heatmap: Heatmap | None = None
    """The map below the pointer; None for a difference."""
    grid: Heatmap | None = None
    """Whose tokens the lines lie between; None where two grids of tokens were subtracted."""
    row_sum: float | None = None
    mark: TokenMark | None = None
    """The ring around the token that the map is of; of a difference, where both have the same."""
    heat: QImage | None = None
    scale: Scale | None = None
    """Which colour is which number; None while there is no heat."""
    remark: str = ""
    """Why there is no map yet, or never will be."""


PANE_NAMES = ("A", "B", "C")
"""Of the pinned panes."""

DIFFERENCE_PLACE = 9
"""Of the pane that shows the difference of two others."""


@dataclass(frozen=True)
class ViewSizes:
    """How large the views show maps on screen, in device pixels, and which blocks are in sight."""

    cell_px: tuple[int, int] = (160, 90)
    """(width, height) of a cell of the grid."""
    in_sight: frozenset[int] = frozenset()
    """Blocks of the grid."""
    pane_px: tuple[int, int] = (640, 360)
    """(width, height) of a pane of the compare view."""
