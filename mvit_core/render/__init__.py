"""Values to colours to pictures: the only place that upsamples a map and applies a colour table."""

from mvit_core.render.colours import COLORMAPS, ColourMap, ImageArray, colormaps, colour_table
from mvit_core.render.compositing import PlaneHeat, lay, plane_heat
from mvit_core.render.differences import Side, difference_layer, difference_range
from mvit_core.render.heat_settings import MODES, HeatSettings, Mode, RenderStyle, range_text
from mvit_core.render.layers import (
    HeatLayer,
    bar_colours,
    blend,
    colourise,
    heat_layer,
    overlay,
    seen_box,
    upsample,
)
from mvit_core.render.ranges import (
    RANGE_POLICIES,
    TAILS_PERCENT,
    UNITS,
    RangePolicy,
    Units,
    ValueRange,
    automatic_range,
    bar_number,
    times_text,
    value_text,
)

__all__ = [
    "COLORMAPS",
    "MODES",
    "RANGE_POLICIES",
    "TAILS_PERCENT",
    "UNITS",
    "ColourMap",
    "HeatLayer",
    "HeatSettings",
    "ImageArray",
    "Mode",
    "PlaneHeat",
    "RangePolicy",
    "RenderStyle",
    "Side",
    "Units",
    "ValueRange",
    "automatic_range",
    "bar_colours",
    "bar_number",
    "blend",
    "colormaps",
    "colour_table",
    "colourise",
    "difference_layer",
    "difference_range",
    "heat_layer",
    "lay",
    "overlay",
    "plane_heat",
    "range_text",
    "seen_box",
    "times_text",
    "upsample",
    "value_text",
]
