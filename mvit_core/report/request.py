"""Describes a report as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mvit_core.attribution import METHODS, MapSpec
from mvit_core.errors import ExportError
from mvit_core.explaining.baselines import BASELINES
from mvit_core.explaining.methods import DEFAULT_METHOD, EVIDENCE
from mvit_core.export import ExportRequest

ATTENTION: tuple[str, ...] = ("row", "received")
"""Maps of attention that a report holds where none are named; each more has about 70 kB for a
full-size MViTv2-S."""

WHY = "why"
"""Name of the map of the explanation, beside those of attention."""

MOST_HEIGHT = 540
"""Lines that frames have at most where no other number is asked for."""

MIN_HEIGHT, MAX_HEIGHT = 16, 4320

POSSIBLE: Mapping[str, str] = {
    name: method.title for name, method in METHODS.items() if not method.query_is_key
}
"""Maps of attention that a report can hold, with their titles: those that need no picked key."""


@dataclass(frozen=True)
class ReportRequest:
    """What a report holds, and what it shows first.

    Raises:
        ExportError: a value is none of those allowed.
    """

    shown: ExportRequest = field(default_factory=ExportRequest)
    """Map, heat and frame that are shown first; boxes, tiling and changes. What it says of layout,
    size and encoding does not count."""
    window: int | None = None
    """Clip window, from 0; None is that of the frame shown first, else the first."""
    attention: tuple[str, ...] = ATTENTION
    """Names in ``POSSIBLE``: the maps of every head that can be chosen."""
    why: MapSpec | None = field(default_factory=lambda: MapSpec(method=DEFAULT_METHOD))
    """Method and classes of the explanation; None leaves it out."""
    baseline: str = "mean"
    """A name in ``BASELINES``: what the clip is compared with, and what covers parts of it."""
    faithfulness: bool = True
    """Measure what removing the map of the explanation does to the class."""
    height: int = MOST_HEIGHT
    """Lines of a frame at most; taller ones are scaled down, and heat is drawn on what remains."""

    @property
    def first(self) -> str:
        """Name of the map that is shown first: one of ``attention``, or ``WHY``."""
        method = self.shown.map.method
        if self.why is not None and method in EVIDENCE:
            return WHY
        return method if method in self.attention else self.attention[0]

    def __post_init__(self) -> None:
        strange = [name for name in self.attention if name not in POSSIBLE]
        if strange or not self.attention or len(set(self.attention)) < len(self.attention):
            raise ExportError(
                f"maps of a report are {', '.join(self.attention) or 'none'}; allowed are one or "
                f"more of {', '.join(POSSIBLE)}, each once"
            )
        if self.why is not None and self.why.method not in EVIDENCE:
            raise ExportError(
                f"{self.why.method!r} explains no class; allowed are {', '.join(EVIDENCE)}"
            )
        if self.baseline not in BASELINES:
            raise ExportError(f"baseline is {self.baseline!r}; allowed are {', '.join(BASELINES)}")
        if not MIN_HEIGHT <= self.height <= MAX_HEIGHT:
            raise ExportError(
                f"frames of {self.height} lines; allowed are {MIN_HEIGHT} to {MAX_HEIGHT}"
            )
