"""Makes the scales of colour bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results import Scale
from app.text.phrases import signed_words, unit_names, value_words
from app.text.terms import term
from mvit_core.attribution import ATTENDS_TO, FEATURES, PCA
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.render import ValueRange, bar_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mvit_core.render import HeatSettings, Units


def scale_of(
    heat: HeatSettings,
    ends: ValueRange | None,
    key_counts: Collection[int],
    names: Mapping[Units, str] | None = None,
    method: str = ATTENDS_TO,
) -> Scale:
    """The scale of maps that are drawn with the same settings.

    Args:
        heat: settings of the maps, at the user's opacity.
        ends: range of all maps; None where each has its own.
        key_counts: number of keys of each layer. Multiples of uniform attention are not comparable
            between layers with unequal keys: there the numbers stay probabilities.
        names: names of the units; the full ones by default.
        method: of all maps; evidence has a unit of its own.
    """
    if method in EVIDENCE:
        words = ("", "") if ends is None else (value_words(ends.low), value_words(ends.high))
        style = heat.style_of(method, ends or ValueRange(-1.0, 1.0))
        return Scale(style, words, term(EVIDENCE[method].unit))
    if method in FEATURES:
        words = ("", "")
        if ends is not None and method != PCA:
            words = signed_words(ends.low), signed_words(ends.high)
        style = heat.style_of(method, ends or ValueRange(*FEATURES[method].ends))
        return Scale(style, words, term(FEATURES[method].unit))
    keys = set(key_counts)
    units = heat.units if len(keys) == 1 else "probability"
    numbers = ("", "")
    if ends is not None:
        low, high = (bar_number(value, units, max(keys)) for value in (ends.low, ends.high))
        numbers = low, high
    return Scale(
        heat.with_range(ends or ValueRange(0.0, 1.0)), numbers, (names or unit_names())[units]
    )


def difference_scale(heat: HeatSettings, ends: ValueRange, unit: str) -> Scale:
    """The scale of a signed difference; its colours follow no choice of colours."""
    numbers = signed_words(ends.low), signed_words(ends.high)
    return Scale(heat.signed_style(ends), numbers, unit)
