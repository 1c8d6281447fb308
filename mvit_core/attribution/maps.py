"""Token-grid maps of one layer: what a method gives, and how heads are picked from it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mvit_core.attribution.heads import HEAD_REDUCTIONS, HeadChoice, head_indices
from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry, Triple

FloatArray = NDArray[np.float32]

Query = Literal["readout", "class"] | Triple
"""Whose attention: of the tokens the prediction reads, the class token, or a patch (t, y, x)."""


@dataclass(frozen=True, eq=False)
class MapColours:
    """Colours that a map brings, in place of those of a table."""

    rgb: FloatArray
    """(T', Y', X', 3): red, green and blue from 0 to 1."""
    variance: tuple[float, float, float]
    """Share of the variance of all tokens that each of the three stands for, 0 to 1."""


@dataclass(frozen=True)
class Saliency:
    """One map on a token grid, in the method's own unit."""

    values: FloatArray
    """(T', Y', X')."""
    geometry: GridGeometry
    """Places of its tokens on the model's input."""
    sink: float | None
    """Share of the attention that the class key takes, 0 to 1; None where there is none."""
    colours: MapColours | None = None
    """Colours of its own; None for those of a table."""

    @property
    def shape(self) -> Triple:
        """The token grid."""
        t, y, x = self.values.shape
        return t, y, x


@dataclass(frozen=True)
class HeadMaps:
    """The maps of all heads of one layer, by one method and for one query."""

    values: FloatArray
    """(heads, T', Y', X'): attention probabilities."""
    geometry: GridGeometry
    sinks: FloatArray | None
    """(heads,): share on the class key; None without a class token or for columns."""
    key_count: int
    """Keys that a row's probabilities are spread over; 1 / key_count is uniform attention."""
    method: str
    block: int
    stage: int
    query: Query
    note: str = ""
    """Note to read before trusting the picture; empty where nothing is unusual."""
    colours: MapColours | None = None
    """Colours of its own, of a map that is of no head; None for those of a table."""

    @property
    def heads(self) -> int:
        """Number of heads."""
        return len(self.values)

    def pick(self, head: HeadChoice) -> Saliency:
        """One head, the mean of several, or the mean, maximum or minimum over all.

        Raises:
            CaptureError: the layer has no such head.
        """
        indices = list(head_indices(head))
        missing = [index for index in indices if not 0 <= index < self.heads]
        if missing:
            raise CaptureError(
                f"block {self.block} has {self.heads} heads, 0 to {self.heads - 1}; "
                f"got head {', '.join(map(str, missing))}"
            )
        reduce = HEAD_REDUCTIONS[head if isinstance(head, str) else "mean"]
        chosen = indices or slice(None)
        sink = None if self.sinks is None else float(reduce(self.sinks[chosen]))
        return Saliency(reduce(self.values[chosen]), self.geometry, sink, self.colours)
