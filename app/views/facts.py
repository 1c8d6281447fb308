"""What the views beside the single frame show: frozen values, as in ``app/facts.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.facts import LayerFacts, MapAnswer
    from app.state import ViewName
    from app.views.cells import CellsPicture
    from mvit_core.render import ValueRange


@dataclass(frozen=True, eq=False)
class GridRow:
    """One block of a grid."""

    layer: LayerFacts
    answer: MapAnswer | None
    """Its maps; None while they are not there."""
    picture: CellsPicture | None
    """All its heads in colours; of an earlier token time while the right one is painted."""


@dataclass(frozen=True, eq=False)
class GridFacts:
    """All that a grid shows."""

    view: ViewName
    rows: tuple[GridRow, ...]
    range: ValueRange | None
    """The one range of all cells; None where rows or cells have their own."""
    policy: str
    """How the range is chosen, in words."""

    @property
    def missing(self) -> int:
        """Blocks whose maps are not there yet."""
        return sum(row.answer is None for row in self.rows)
