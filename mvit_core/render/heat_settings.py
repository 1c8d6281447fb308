"""Settings of heat: requested as ``HeatSettings``, settled as a ``RenderStyle`` for one map."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from mvit_core.attribution import FEATURES, PCA
from mvit_core.attribution.maps import FloatArray, HeadMaps, Saliency
from mvit_core.explaining.methods import is_signed
from mvit_core.render.colours import COMPONENTS, SIGNED, colour_table
from mvit_core.render.ranges import (
    RANGE_POLICIES,
    TAILS_PERCENT,
    UNITS,
    RangePolicy,
    Units,
    ValueRange,
    automatic_range,
    symmetric_range,
)

Mode = Literal["tint", "even", "spotlight"]
MODES: Mapping[Mode, str] = MappingProxyType(
    {
        "tint": "Colours lie over the frame, the denser the higher the value",
        "even": "Colours lie over the whole frame with one opacity",
        "spotlight": "The frame darkens where attention is low",
    }
)
"""Effect of a value on the frame."""

OPACITIES: Mapping[Mode, float] = MappingProxyType({"tint": 0.85, "even": 0.6, "spotlight": 0.6})
"""Opacity of each mode at first."""


@dataclass(frozen=True)
class RenderStyle:
    """Drawing of a heatmap with its range known; made by ``HeatSettings.style``."""

    range: ValueRange
    colormap: str = "inferno"
    """Colour table of the tint; a spotlight has no colours."""
    opacity: float = OPACITIES["tint"]
    """Opacity over the frame, 0 to 1: of the highest values in a tint, of everything in an even
    tint, of the darkest part in a spotlight."""
    smooth: bool = True
    """Interpolate between token centres; otherwise each pixel shows its nearest token."""
    gamma: float = 1.0
    """Exponent on the normalised value; below 1 lifts weak attention."""
    threshold: float = 0.0
    """Normalised values below it are not drawn; in a spotlight they are the darkest."""
    mode: Mode = "tint"
    outline: bool = False
    """Outline what reaches half of the range; dashed where values are below 0."""

    @property
    def is_signed(self) -> bool:
        """Values lie around 0, in the middle of the range."""
        return self.colormap == SIGNED

    @property
    def without_frame(self) -> "RenderStyle":
        """The style of a map with no frame below it: the whole table, nothing faded."""
        return replace(self, mode="even", opacity=1.0, outline=False)


@dataclass(frozen=True)
class HeatSettings:
    """Drawing of heat before the values are known; see ``RenderStyle`` for units."""

    colormap: str = "inferno"
    opacity: float = OPACITIES["tint"]
    smooth: bool = True
    gamma: float = 1.0
    threshold: float = 0.0
    range_policy: RangePolicy = "layer"
    manual_range: ValueRange | None = None
    """Used by the policy ``manual``, which falls back on ``layer`` while there is none."""
    locked_range: ValueRange | None = None
    """Numbers that were frozen; they win over any policy."""
    mode: Mode = "tint"
    tails_percent: tuple[float, float] = TAILS_PERCENT
    """Percentiles of the values that become the ends of an automatic range."""
    units: Units = "probability"
    """Unit of the numbers on the colour bar."""
    outline: bool = False

    def __post_init__(self) -> None:
        _check_name("range policy", self.range_policy, RANGE_POLICIES)
        _check_name("mode", self.mode, MODES)
        _check_name("units", self.units, UNITS)
        colour_table(self.colormap)
        _check_unit(opacity=self.opacity, threshold=self.threshold)
        if not 0 < self.gamma < float("inf"):
            raise ValueError(f"gamma is {self.gamma}; allowed are numbers above 0")
        low, high = self.tails_percent
        if not 0 <= low < high <= 100:
            raise ValueError(
                f"tails are {low:g} and {high:g} %; allowed are two rising numbers from 0 to 100"
            )

    @property
    def is_automatic(self) -> bool:
        """The ends follow the values."""
        if self.locked_range is not None:
            return False
        return self.range_policy != "manual" or self.manual_range is None

    def ends(
        self, maps: HeadMaps, saliency: Saliency, pool: FloatArray | None = None
    ) -> ValueRange:
        """The values at the two ends of the colour table for one map.

        Values for and against have ends that lie as far below 0 as above, whatever they are taken
        from.

        Args:
            maps: all heads of its layer.
            saliency: the map.
            pool: all values that the policies ``clip`` and ``model`` look at, in any shape;
                while they are not known, the layer stands for them.
        """
        if maps.method in FEATURES and self.is_automatic:
            return ValueRange(*FEATURES[maps.method].ends)
        if is_signed(maps.method) and self.is_automatic:
            return symmetric_range(maps.values if pool is None else pool)
        given = self._ends(maps, saliency, pool)
        if not is_signed(maps.method):
            return given
        most = max(abs(given.low), abs(given.high))
        return ValueRange(-most, most)

    def _ends(self, maps: HeadMaps, saliency: Saliency, pool: FloatArray | None) -> ValueRange:
        if self.locked_range is not None:
            return self.locked_range
        if self.range_policy == "manual" and self.manual_range is not None:
            return self.manual_range
        values = maps.values
        if self.range_policy == "map":
            values = saliency.values
        elif self.range_policy in ("clip", "model") and pool is not None:
            values = pool
        return automatic_range(values, self.tails_percent)

    def style(
        self, maps: HeadMaps, saliency: Saliency, pool: FloatArray | None = None
    ) -> RenderStyle:
        """The style for one map, its range taken from what the policy names; see ``ends``.

        Args:
            maps: all heads of its layer.
            saliency: the map.
            pool: (N,) values that the policy looks at beyond the layer; None while not known.
        """
        return self.style_of(maps.method, self.ends(maps, saliency, pool))

    def style_of(self, method: str, ends: ValueRange) -> RenderStyle:
        """The style of maps of a method with ends that are known: of amounts, or around 0."""
        if method == PCA:
            return replace(RenderStyle(ends, COMPONENTS, self.opacity, self.smooth), mode="even")
        return self.signed_style(ends) if is_signed(method) else self.with_range(ends)

    def with_range(self, ends: ValueRange) -> RenderStyle:
        """The style with ends that are known already."""
        return RenderStyle(
            range=ends,
            colormap=self.colormap,
            opacity=self.opacity,
            smooth=self.smooth,
            gamma=self.gamma,
            threshold=self.threshold,
            mode=self.mode,
            outline=self.outline,
        )

    def signed_style(self, ends: ValueRange) -> RenderStyle:
        """The style of values for and against, with ends that are symmetrical around 0.

        It is a tint in any mode: where a value is 0, nothing may lie over the frame.
        """
        return replace(self.with_range(ends), colormap=SIGNED, mode="tint")


def range_text(heat: HeatSettings, known: tuple[int, int] | None = None) -> str:
    """Words for the values that the ends of the colour bar are taken from.

    Args:
        heat: names the policy and its tails.
        known: how many windows of the clip (or layers of the model) were looked at, and how many
            there are; None where the policy looks at no others, or at all of them.
    """
    if heat.locked_range is not None:
        return "locked range"
    if not heat.is_automatic:
        return RANGE_POLICIES["manual"]
    policy = "layer" if heat.range_policy == "manual" else heat.range_policy
    words = RANGE_POLICIES[policy]
    if known is not None and known[0] < known[1]:
        parts = {"clip": "this layer, {} of {} windows", "model": "{} of {} layers"}
        words = parts[policy].format(*known)
    low, high = heat.tails_percent
    return f"{words}, {low:g}–{high:g} %"


def _check_name(what: str, value: str, allowed: Iterable[str]) -> None:
    names = tuple(allowed)
    if value not in names:
        raise ValueError(f"{what} is {value!r}; allowed are {', '.join(names)}")


def _check_unit(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; allowed are numbers from 0 to 1")
