"""Describes a figure as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType

from mvit_core.errors import ExportError
from mvit_core.export import ExportRequest
from mvit_core.figure.presets import PRESETS, Preset
from mvit_core.render import HeatSettings

ROWS: Mapping[str, str] = MappingProxyType(
    {
        "stages": "The last block of each stage",
        "blocks": "Blocks, all or chosen",
        "heads": "Heads of one block, all or chosen",
        "map": "One map",
        "panes": "Panes of Compare",
    }
)
"""What the rows of a figure are."""

VIEWS: Mapping[str, str] = MappingProxyType(
    {
        "maps": "Maps over frames",
        "faithfulness": "What removing the map does to the class",
        "series": "Classes over the clip",
        "atlas": "All heads by numbers",
    }
)
"""What a figure shows: maps, or plots, which have neither rows nor frames."""

FRAMES = 4
"""Columns where none are asked for."""

MIN_WIDTH_MM, MAX_WIDTH_MM = 20.0, 1000.0
_MOST_COLUMNS = 64

OWN_RANGES = HeatSettings(range_policy="map")
"""Heat whose colours are of each row's own values, which is the default of figures."""


@dataclass(frozen=True)
class FigureRequest:
    """Rows, columns and measures of a figure.

    Raises:
        ExportError: a value is none of those allowed.
    """

    shown: ExportRequest = field(default_factory=lambda: ExportRequest(heat=OWN_RANGES))
    """Map, heat, boxes, tiling and changes; what it says of layout, frames and encoding does not
    count. Heat is of cells, whether or not it is smooth elsewhere."""
    view: str = "maps"
    """A name in ``VIEWS``."""
    rows: str = "stages"
    """A name in ``ROWS``."""
    blocks: tuple[int, ...] = ()
    """Blocks of the rows ``blocks``; () for all."""
    heads: tuple[int, ...] = ()
    """Heads of the rows ``heads``; () for all."""
    frames: int | tuple[int, ...] = FRAMES
    """So many sampled frames, evenly spread over the window; or these frames of the video."""
    window: int | None = None
    """Clip window, from 0; None is that of the first frame named, else the first."""
    preset: str = next(iter(PRESETS))
    """A name in ``PRESETS``."""
    width_mm: float | None = None
    """Width of the page; None is the preset's."""
    text_pt: float | None = None
    """Size of letters in points; None is the preset's usual one."""
    labels: bool = True
    """Print rows, columns, map and classes. Numbers of colour bars and remarks that a reader must
    know are printed in any case."""
    difference: tuple[int, int] | None = None
    """Places of two rows, from 0: a further row is the first minus the second, around 0."""
    shared_range: bool = False
    """One range of colours for all rows, taken from all maps shown."""

    def __post_init__(self) -> None:
        if self.view not in VIEWS:
            raise ExportError(f"view is {self.view!r}; allowed are {', '.join(VIEWS)}")
        if self.rows not in ROWS:
            raise ExportError(f"rows are {self.rows!r}; allowed are {', '.join(ROWS)}")
        if self.rows == "panes" and self.shown.comparison is None:
            raise ExportError(
                "rows are panes, and nothing is compared; compare with a clip or a checkpoint"
            )
        if self.preset not in PRESETS:
            raise ExportError(f"preset is {self.preset!r}; allowed are {', '.join(PRESETS)}")
        _check_chosen(self.rows, "blocks", self.blocks)
        _check_chosen(self.rows, "heads", self.heads)
        columns = self.frames if isinstance(self.frames, int) else len(self.frames)
        if not 1 <= columns <= _MOST_COLUMNS:
            raise ExportError(f"a figure has 1 to {_MOST_COLUMNS} frames in a row, not {columns}")
        if not (isfinite(self.width) and MIN_WIDTH_MM <= self.width <= MAX_WIDTH_MM):
            raise ExportError(
                f"the width is {self.width:g} mm; allowed are {MIN_WIDTH_MM:g} to {MAX_WIDTH_MM:g}"
            )
        if not (isfinite(self.letters_pt) and 1 <= self.letters_pt <= 72):
            raise ExportError(f"letters are {self.letters_pt:g} pt; allowed are 1 to 72")

    @property
    def rules(self) -> Preset:
        """The rules that the figure is to keep."""
        return PRESETS[self.preset]

    @property
    def width(self) -> float:
        """Width of the page in mm."""
        return self.rules.width_mm if self.width_mm is None else self.width_mm

    @property
    def letters_pt(self) -> float:
        """Size of letters in points."""
        return self.rules.usual_pt if self.text_pt is None else self.text_pt


def preset_for(preset: str | None, width_mm: float | None) -> str:
    """The preset that is meant: where only a width is given, that of an own size.

    Args:
        preset: a name in ``PRESETS``; None for none given.
        width_mm: width of the page; None for none given.
    """
    return preset or (next(iter(PRESETS)) if width_mm is None else "own")


def _check_chosen(rows: str, name: str, chosen: tuple[int, ...]) -> None:
    """Blocks and heads are chosen where they are the rows, and each once."""
    if chosen and rows != name:
        raise ExportError(f"{name} are chosen where they are the rows; these are of {rows}")
    if len(set(chosen)) < len(chosen) or any(number < 0 for number in chosen):
        raise ExportError(f"{name} are {list(chosen)}; each is a number from 0, and named once")
