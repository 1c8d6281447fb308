"""The colour tables on offer, what each is good for, and how each lies over a frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import cmap
import numpy as np
from numpy.typing import NDArray

ImageArray = NDArray[np.uint8]

MapKind = Literal["sequential", "signed"]

FOR, AGAINST = "#e0560b", "#2f7de1"
"""Colours of values above and below 0: their contrast is 5.5 and 5.1 to black, 3.8 and 4.1 to
white, and protanopes, deuteranopes and tritanopes tell them apart."""

MIDDLE = 128
"""Entry of a signed table that stands for 0; the ends are entries 1 and 255."""


@dataclass(frozen=True)
class ColourMap:
    """One table of 256 colours."""

    source: str | tuple[str, ...]
    """Its name in the cmap library, or colours at equal distances."""
    kind: MapKind = "sequential"
    """Sequential for amounts; signed for values around 0, of which its middle shows nothing."""
    perceptual: bool = True
    """Equal steps of the value look like equal steps."""
    colour_blind_safe: bool = True
    """Its order can be read without telling red from green."""
    cut: tuple[float, float] = (0.0, 1.0)
    """Part of the table that a tint lays over a frame: ends that darken every frame, or vanish on
    a bright one, are left out. Chosen by how rarely a higher value brings a picture back nearer
    to its frame (CIE76 on clips): 1 % of steps for inferno, 12 % with its ends."""
    power: float = 1.0
    """The opacity of a tint is the value to this power."""

    @property
    def is_recommended(self) -> bool:
        """Nothing about the colours misleads."""
        return self.perceptual and self.colour_blind_safe


COLORMAPS: Mapping[str, ColourMap] = MappingProxyType(
    {
        "inferno": ColourMap("bids:inferno", cut=(0.30, 0.85)),
        "viridis": ColourMap("bids:viridis", cut=(0.30, 1.0)),
        "magma": ColourMap("bids:magma", cut=(0.30, 0.85)),
        "cividis": ColourMap("cividis:cividis", cut=(0.30, 1.0)),
        "batlow": ColourMap("crameri:batlow", cut=(0.30, 0.85)),
        "lime": ColourMap(("#000000", "#7cff00"), cut=(1.0, 1.0), power=0.7),
        "gray": ColourMap("matlab:gray"),
        "turbo": ColourMap(
            "google:turbo", perceptual=False, colour_blind_safe=False, cut=(0.30, 0.85)
        ),
        "signed": ColourMap((AGAINST, "#000000", FOR), kind="signed", power=0.7),
    }
)
"""Every table by the name users give, the recommended ones first."""

COMPONENTS = "components"
"""Stands for the colours that a map brings itself: red, green and blue for three components."""

SIGNED = "signed"
"""The table of values around 0: evidence for and against, differences."""


@dataclass(frozen=True, eq=False)
class Tint:
    """A table as it lies over a frame."""

    colours: ImageArray
    """(256, 3)."""
    opacity: NDArray[np.float32]
    """(256,): 0 to 1."""


def colormaps(kind: MapKind) -> tuple[str, ...]:
    """The names of all tables of a kind."""
    return tuple(name for name, entry in COLORMAPS.items() if entry.kind == kind)


@cache
def colour_table(name: str) -> ImageArray:
    """256 RGB colours, (256, 3), as they are without a frame below.

    Raises:
        ValueError: there is no such colour map.
    """
    return _colours(name, np.linspace(0.0, 1.0, 256))


@cache
def tint_of(name: str) -> Tint:
    """The table of a map that lies over a frame, and the opacity of each entry.

    Where a value is lowest, or 0 in a signed table, the frame is seen as it is.

    Raises:
        ValueError: there is no such colour map.
    """
    _check(name)
    entry, entries = COLORMAPS[name], np.arange(256)
    if entry.kind == "signed":
        shares = np.minimum(np.abs(entries - MIDDLE) / (255 - MIDDLE), 1.0)
        places = (entries > MIDDLE).astype(float)
    else:
        shares = entries / 255
        places = entry.cut[0] + (entry.cut[1] - entry.cut[0]) * shares
    return Tint(_colours(name, places), np.asarray(shares**entry.power, dtype=np.float32))


def _colours(name: str, places: NDArray[np.floating]) -> ImageArray:
    """Colours of a table at places from 0 to 1, (places, 3)."""
    _check(name)
    source = COLORMAPS[name].source
    table = np.asarray(cmap.Colormap(source if isinstance(source, str) else list(source))(places))
    colours: ImageArray = np.rint(table[:, :3] * 255).astype(np.uint8)
    return colours


def _check(name: str) -> None:
    if name not in COLORMAPS:
        raise ValueError(f"colormap is {name!r}; allowed are {', '.join(COLORMAPS)}")
