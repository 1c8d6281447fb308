"""A figure as a frozen value: what lies where on a page, in millimetres, and in which colour.

A frame and the heat on it are two objects, so that a drawing program can move or hide either.
"""

from dataclasses import dataclass
from typing import Literal

from mvit_core.render import ImageArray

Colour = tuple[int, int, int]

MM_PER_INCH = 25.4
MM_PER_PT = MM_PER_INCH / 72

INK: Colour = (0, 0, 0)
MUTED: Colour = (90, 90, 96)
WARNING: Colour = (170, 60, 0)
"""Dark enough for white paper: its contrast is 6.7."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, in mm from its left and upper edge."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + self.height

    def overlaps(self, other: "Box", by_mm: float = 0.0) -> bool:
        """Both have more than an edge of ``by_mm`` in common."""
        across = min(self.right, other.right) - max(self.x, other.x)
        return across > by_mm and min(self.bottom, other.bottom) - max(self.y, other.y) > by_mm


@dataclass(frozen=True, eq=False)
class Picture:
    """An embedded picture: one frame, without heat."""

    box: Box
    pixels: ImageArray
    """(H, W, 3), stretched over the box."""
    name: str
    """What it is, in words: ``frame 12``."""

    @property
    def dpi(self) -> float:
        """Pixels in each inch of paper, in the direction that has fewer."""
        height, width = self.pixels.shape[:2]
        return float(min(width / self.box.width, height / self.box.height)) * MM_PER_INCH


@dataclass(frozen=True)
class Cell:
    """A rectangle of one colour."""

    box: Box
    colour: Colour
    opacity: float = 1.0


@dataclass(frozen=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    """(x, y) in mm."""
    width: float
    colour: Colour = INK
    dash_mm: tuple[float, float] | None = None
    """Lengths of its dashes and of the gaps between them; None draws it through."""


@dataclass(frozen=True)
class Heat:
    """The heat of one map over one picture."""

    box: Box
    """That of its picture."""
    cells: tuple[Cell, ...]
    strokes: tuple[Stroke, ...]
    """Outlines."""
    scale: int
    """The number of its colour scale; a ``Ramp`` of the same number says which colour is what."""
    name: str


@dataclass(frozen=True, eq=False)
class Ramp:
    """A colour bar, its low end below: a gradient."""

    box: Box
    stops: ImageArray
    """(stops, 3): colours at equal distances from the low end to the high end."""
    scale: int
    steps: bool = False
    """Each stop is a patch of its own, and nothing lies between them."""


@dataclass(frozen=True)
class Words:
    """One line of text."""

    x: float
    """Where the anchor lies, in mm."""
    y: float
    """Base line, in mm from the upper edge of the page."""
    text: str
    size_pt: float
    anchor: Anchor = "start"
    colour: Colour = INK

    @property
    def size_mm(self) -> float:
        """Size of letters in mm."""
        return self.size_pt * MM_PER_PT


Item = Picture | Heat | Ramp | Words | Stroke | Cell


@dataclass(frozen=True, eq=False)
class FigureScene:
    """A page and all that lies on it."""

    width: float
    """In mm."""
    height: float
    items: tuple[Item, ...]
    """In the order in which they are drawn."""
    title: str
    provenance: str
    """Model, video, rows and settings as JSON; no path of this machine."""
    labelled: bool = True
    """Rows and columns say what they are."""
    notes: tuple[str, ...] = ()
    """Notes for readers: damaged frames, repeated ones, dead queries."""
