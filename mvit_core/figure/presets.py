"""Presets of figures: what journals and conferences ask of a figure's size, words and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Preset:
    """The rules of one place that prints figures."""

    title: str
    """Title in dialogs."""
    width_mm: float
    """Width of the page, which another width breaks; the default of a preset without such a rule.
    """
    most_height_mm: float | None
    """Greatest height of the page; None where there is no rule."""
    text_pt: tuple[float, float]
    """Smallest and largest size of letters."""
    least_dpi: int = 300
    """Pixels of a frame in each inch of paper, at the least."""
    fixed_width: bool = True
    """The width is a rule."""
    editable_text: bool = False
    """Letters must be text that can be edited, so that a PNG will not do."""

    @property
    def usual_pt(self) -> float:
        """Size of letters where none is asked for: above the smallest, for a reader's sake."""
        return min(self.text_pt[0] + 1, self.text_pt[1])


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "nature-89": Preset("Nature, one column (89 mm)", 89, 170, (5, 7), editable_text=True),
        "nature-183": Preset("Nature, two columns (183 mm)", 183, 170, (5, 7), editable_text=True),
        "conference-83": Preset("Conference, one column (83 mm)", 82.55, 225, (6, 10)),
        "conference-175": Preset("Conference, whole width (175 mm)", 174.6, 225, (6, 10)),
        "own": Preset("Own size", 170, None, (5, 12), fixed_width=False),
    }
)
"""By the name users give, the default first.

Nature: figures are 89 or 183 mm wide and at most 170 mm high, letters 5 to 7 points in fonts that
are embedded and can be edited, pictures at least 300 dpi, nothing written on them (Nature, final
submission, "Figures"). A conference column is that of the CVPR author kit: 3.25 of 6.875 inches.
"""
