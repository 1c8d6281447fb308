"""What the user asks of the atlas of heads, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from mvit_core.attribution import Queries

AtlasScope = Literal["window", "clip", "batch"]
ATLAS_SCOPES: tuple[AtlasScope, ...] = get_args(AtlasScope)
"""What the numbers are of: the window shown, or the mean over the windows of the clip that ran, or
over the rows of a batch result that are listed."""

HeadField = Literal[
    "block",
    "head",
    "stage",
    "entropy",
    "distance_px",
    "distance_frames",
    "sink",
    "centre",
    "effect",
    "on",
]
HEAD_NUMBERS: tuple[HeadField, ...] = get_args(HeadField)


@dataclass(frozen=True)
class AtlasChoices:
    """Numbers that are compared, and how."""

    scope: AtlasScope = "window"
    queries: Queries = "all"
    up: HeadField = "distance_px"
    """Number along the vertical axis of the scatter plot."""
    across: HeadField = "block"
    """Number along its horizontal axis."""
    size: HeadField = "effect"
    """Number that the size of its points stands for."""
    sorted_by: HeadField = "block"
    """Column of the table that its rows are sorted by."""
    is_falling: bool = False
    """The largest row comes first."""
