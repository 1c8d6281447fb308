"""Content of the grid and compare views, and of colour bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.results.maps import MapResult, TokenMark
    from app.results.model import LayerInfo, PredictionInfo
    from app.results.pictures import CellsPicture
    from app.results.video import FramePicture, VideoInfo
    from app.state.view_state import ViewName
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import HeatSettings, RenderStyle
    from mvit_core.video.boxes import Box


@dataclass(frozen=True)
class Scale:
    """Colours and numbers of a colour bar."""

    style: RenderStyle
    """Style of its colours, from the low to the high number where there are any."""
    ends: tuple[str, str]
    """The numbers at the left and the right; empty where each map has its own."""
    unit: str
    """Unit of the numbers."""


@dataclass(frozen=True, eq=False)
class GridRow:
    """One block of a grid."""

    layer: LayerInfo
    result: MapResult | None
    """Maps of the block; None while they are not made."""
    picture: CellsPicture | None
    """Pictures of all heads; of an earlier token time while the right one is painted."""


@dataclass(frozen=True, eq=False)
class GridInfo:
    """Content of a grid of maps."""

    view: ViewName
    rows: tuple[GridRow, ...]
    scale: Scale | None
    """Scale of all cells; None while there is no map."""
    policy: str
    """Range policy in words."""
    heat: HeatSettings
    """Settings that the cells are drawn with, at full opacity."""

    @property
    def missing(self) -> int:
        """Number of blocks whose maps are not made yet."""
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
    """Map that the readout reads; None for a difference."""
    grid: Heatmap | None = None
    """Map whose token grid is drawn; None where two different grids were subtracted."""
    row_sum: float | None = None
    mark: TokenMark | None = None
    """Ring around the query token; on a difference only where both maps have the same."""
    tubes: tuple[Box, ...] = ()
    """Edges of the tubes painted on the frame shown, in stored pixels."""
    heat: QImage | None = None
    is_heat_old: bool = False
    """The heat is of another window than the one requested for some time."""
    is_heat_damaged: bool = False
    """The map is of damaged frames."""
    scale: Scale | None = None
    """Scale of the heat; None while there is none."""
    remark: str = ""
    """Reason why there is no map yet, or never will be."""
    predictions: tuple[PredictionInfo, ...] = ()
    """Classes of the pane's window, the most probable first; empty before they are known."""


PANE_NAMES = ("A", "B", "C")
"""Names of the pinned panes, in order of their places."""

DIFFERENCE_PLACE = 9
"""Place of the pane that shows the difference of two others."""


@dataclass(frozen=True)
class ViewSizes:
    """Sizes of maps on screen in device pixels, and the blocks of the grid in sight."""

    cell_px: tuple[int, int] = (160, 90)
    """(width, height) of a cell of the grid."""
    in_sight: frozenset[int] = frozenset()
    """Numbers of the blocks that the grid's scroll area shows."""
    pane_px: tuple[int, int] = (640, 360)
    """(width, height) of a pane of the compare view."""
