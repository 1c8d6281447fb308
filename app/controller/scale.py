"""Which colour is which number, where a bar of one line says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results import Scale
from app.text.phrases import unit_names, value_words
from mvit_core.render import RenderStyle, ValueRange, bar_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mvit_core.render import HeatSettings, Units


def scale_of(
    heat: HeatSettings,
    ends: ValueRange | None,
    key_counts: Collection[int],
    names: Mapping[Units, str] | None = None,
) -> Scale:
    """The scale of maps that are drawn with one heat.

    Args:
        heat: as they are drawn, at the user's opacity.
        ends: of all of them; None where they have ranges of their own.
        key_counts: keys of their layers. Multiples of uniform attention mean another number in
            each of two layers with unequal keys: there the numbers stay probabilities.
        names: of the units; the full ones by default.
    """
    keys = set(key_counts)
    units = heat.units if len(keys) == 1 else "probability"
    numbers = ("", "")
    if ends is not None:
        low, high = (bar_number(value, units, max(keys)) for value in (ends.low, ends.high))
        numbers = low, high
    return Scale(
        heat.with_range(ends or ValueRange(0.0, 1.0)), numbers, (names or unit_names())[units]
    )


def difference_scale(ends: ValueRange, unit: str) -> Scale:
    """The scale of a signed difference: its colours follow no heat."""
    style = RenderStyle(ends, colormap="vik", opacity=1.0)
    return Scale(style, (value_words(ends.low), value_words(ends.high)), unit)
