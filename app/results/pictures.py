"""Coloured maps, each with the key that decides its colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.results.maps import MapRequest, MapResult
    from mvit_core.attribution import HeadChoice
    from mvit_core.render import HeatSettings, Outline, RenderStyle, ValueRange
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True)
class HeatKey:
    """Everything that decides the colours of a map; equal keys give equal pictures."""

    map_number: int
    token_time: int
    style: RenderStyle
    """Style at full opacity; the user's is applied when the heat is laid over the frame."""


@dataclass(frozen=True, eq=False)
class HeatPicture:
    """A coloured map, to be laid over the frame at the user's opacity."""

    key: HeatKey
    image: QImage
    """ARGB; the style's own opacity in each pixel."""
    window: ClipWindow
    outlines: tuple[Outline, ...] = ()
    """Outlines of what reaches half of the range, where the style has them."""


@dataclass(frozen=True, eq=False)
class StripPicture:
    """Small pictures of all heads of a block, on one scale."""

    request: MapRequest
    """Request of the map that the heads belong to."""
    images: tuple[QImage, ...]
    sinks: tuple[float, ...] | None
    """(heads,): share of each head on the class key."""
    style: RenderStyle
    """Range and colours of the pictures."""


@dataclass(frozen=True)
class CellsKey:
    """Everything that decides the colours of cells of a block; equal keys give equal pictures."""

    result: MapResult
    heads: tuple[HeadChoice, ...]
    token_time: int
    """Time of the tokens; below 0 the mean over all times, within the seen box alone."""
    heat: HeatSettings
    """At full opacity: the user's is applied when the cells are laid over the frame."""
    size: tuple[int, int]
    """(width, height) of one cell in device pixels."""


@dataclass(frozen=True, eq=False)
class CellsPicture:
    """Pictures of some heads of a block."""

    key: CellsKey
    images: tuple[QImage, ...]
    ranges: tuple[ValueRange, ...]
    """Values at the ends of the colour table, one range for each cell."""

    @property
    def nbytes(self) -> int:
        """Bytes of all images."""
        return sum(image.sizeInBytes() for image in self.images)
