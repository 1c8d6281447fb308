"""One number for a map: how spread it is, and how much of it lies on patches.

Both are plotted over a clip, one value per window, so both lie in 0 to 1.
"""

from dataclasses import dataclass

import numpy as np

from mvit_core.attribution.heads import HeadChoice, HeadSet
from mvit_core.attribution.maps import HeadMaps, Saliency

__all__ = ["LayerMeasures", "MapMeasures", "measures_of"]


@dataclass(frozen=True)
class MapMeasures:
    """Measures of one map."""

    entropy: float | None
    """-sum p ln p / ln n over its n tokens, the class key among them where it has a share; 1 is
    uniform, 0 is one token alone. What is no distribution (a column, a maximum over heads) is
    divided by its sum first. None for the mean of several heads: it does not follow from what
    is known of each."""
    kept: float | None
    """Share of the attention on patch keys: for a row, 1 minus its sink; None without a class
    key."""


@dataclass(frozen=True)
class LayerMeasures:
    """Measures of all heads of one layer, and of the maps that reduce them."""

    heads: tuple[MapMeasures, ...]
    mean: MapMeasures
    max: MapMeasures
    min: MapMeasures

    def of(self, head: HeadChoice) -> MapMeasures:
        """Those of one head or reduction.

        Raises:
            IndexError: the layer has no such head.
        """
        if isinstance(head, int):
            return self.heads[head]
        if isinstance(head, HeadSet):
            # Rows sum to 1, so the mean of the heads' shares is the share of their mean.
            shares = [share for h in head.indices if (share := self.heads[h].kept) is not None]
            return MapMeasures(None, sum(shares) / len(shares) if shares else None)
        return {"mean": self.mean, "max": self.max, "min": self.min}[head]


def measures_of(maps: HeadMaps) -> LayerMeasures:
    """Measure every map that a layer can show.

    Returns:
        The measures of each head and of each reduction.
    """
    return LayerMeasures(
        heads=tuple(_measure(maps.pick(head)) for head in range(maps.heads)),
        mean=_measure(maps.pick("mean")),
        max=_measure(maps.pick("max")),
        min=_measure(maps.pick("min")),
    )


def _measure(saliency: Saliency) -> MapMeasures:
    sink = saliency.sink
    weights = saliency.values.ravel().astype(np.float64)
    if sink is not None:
        weights = np.append(weights, sink)
    total = weights.sum()
    if total <= 0 or len(weights) < 2:
        return MapMeasures(0.0, None if sink is None else 0.0)
    share = weights[weights > 0] / total
    entropy = float(-(share * np.log(share)).sum() / np.log(len(weights)))
    kept = None if sink is None else float(1 - sink / total)
    return MapMeasures(min(max(entropy, 0.0), 1.0), kept)
