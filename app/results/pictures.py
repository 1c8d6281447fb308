"""Coloured maps, each with all that decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.results.maps import MapRequest, MapResult
    from mvit_core.attribution import HeadChoice
    from mvit_core.render import HeatSettings, RenderStyle, ValueRange
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True)
class HeatKey:
    """All that decides how a map is coloured; equal keys give equal pictures."""

    map_number: int
    token_time: int
    style: RenderStyle
    """At full opacity: the user's is applied when the heat is laid over the frame."""


@dataclass(frozen=True, eq=False)
class HeatPicture:
    """A coloured map, to be laid over the frame at the user's opacity."""

    key: HeatKey
    image: QImage
    """ARGB, opaque where the model looked."""
    window: ClipWindow


@dataclass(frozen=True, eq=False)
class StripPicture:
    """All heads of a block on one scale."""

    request: MapRequest
    """The map that the heads belong to."""
    images: tuple[QImage, ...]
    sinks: tuple[float, ...] | None
    """Share of each head on the class key."""


@dataclass(frozen=True)
class CellsKey:
    """All that decides how some heads of a block are coloured; equal keys give equal pictures."""

    result: MapResult
    heads: tuple[HeadChoice, ...]
    token_time: int
    """Below 0: the mean over all times, of what the model saw alone."""
    heat: HeatSettings
    """At full opacity: the user's is applied when the cells are laid over the frame."""
    size: tuple[int, int]
    """(width, height) of one cell in device pixels."""


@dataclass(frozen=True, eq=False)
class CellsPicture:
    """Some heads of a block in colours."""

    key: CellsKey
    images: tuple[QImage, ...]
    ranges: tuple[ValueRange, ...]
    """The numbers at the ends of the colour table, of each."""

    @property
    def nbytes(self) -> int:
        """Memory of all images."""
        return sum(image.sizeInBytes() for image in self.images)
