"""The colour tables on offer, and what each is good for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import cmap
import numpy as np
from numpy.typing import NDArray

ImageArray = NDArray[np.uint8]

MapKind = Literal["sequential", "diverging"]


@dataclass(frozen=True)
class ColourMap:
    """One table of 256 colours."""

    source: str
    """Its name in the cmap library."""
    kind: MapKind = "sequential"
    """Sequential for amounts; diverging for differences, its middle standing for none."""
    perceptual: bool = True
    """Equal steps of the value look like equal steps."""
    colour_blind_safe: bool = True
    """Its order can be read without telling red from green."""

    @property
    def is_recommended(self) -> bool:
        """Nothing about the colours misleads."""
        return self.perceptual and self.colour_blind_safe


COLORMAPS: Mapping[str, ColourMap] = MappingProxyType(
    {
        "inferno": ColourMap("bids:inferno"),
        "viridis": ColourMap("bids:viridis"),
        "magma": ColourMap("bids:magma"),
        "cividis": ColourMap("cividis:cividis"),
        "batlow": ColourMap("crameri:batlow"),
        "gray": ColourMap("matlab:gray"),
        "turbo": ColourMap("google:turbo", perceptual=False, colour_blind_safe=False),
        "vik": ColourMap("crameri:vik", kind="diverging"),
    }
)
"""Every table by the name users give, the recommended ones first."""


def colormaps(kind: MapKind) -> tuple[str, ...]:
    """The names of all tables of a kind."""
    return tuple(name for name, entry in COLORMAPS.items() if entry.kind == kind)


@cache
def colour_table(name: str) -> ImageArray:
    """256 RGB colours, (256, 3).

    Raises:
        ValueError: there is no such colour map.
    """
    if name not in COLORMAPS:
        raise ValueError(f"colormap is {name!r}; allowed are {', '.join(COLORMAPS)}")
    table = np.asarray(cmap.Colormap(COLORMAPS[name].source).lut(256))[:, :3]
    colours: ImageArray = np.rint(table * 255).astype(np.uint8)
    return colours
