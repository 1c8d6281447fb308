"""Token-grid maps of one layer: what a method gives, and how heads are picked from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry, Triple

FloatArray = NDArray[np.float32]

HeadChoice = int | Literal["mean", "max", "min"]
"""One head by its index, or a reduction over all of them."""

Query = Literal["readout", "class"] | Triple
"""Whose attention: of the tokens the prediction reads, the class token, or a patch (t, y, x)."""

Reduction = Callable[[FloatArray], FloatArray]

HEAD_REDUCTIONS: Mapping[str, Reduction] = MappingProxyType(
    {
        "mean": lambda values: values.mean(axis=0),
        "max": lambda values: values.max(axis=0),
        "min": lambda values: values.min(axis=0),
    }
)
"""Over the first axis, the heads."""


@dataclass(frozen=True)
class Saliency:
    """One map on a token grid, in the method's own unit."""

    values: FloatArray
    """(T', Y', X')."""
    geometry: GridGeometry
    """Where its tokens lie on the model's input."""
    sink: float | None
    """Share of the attention that the class key takes, 0 to 1; None where there is none."""

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
    """What a reader must know before trusting the picture; empty when all is well."""

    @property
    def heads(self) -> int:
        """Number of heads."""
        return len(self.values)

    def pick(self, head: HeadChoice) -> Saliency:
        """One head, or the mean, maximum or minimum over heads.

        Raises:
            CaptureError: the layer has no such head.
        """
        if isinstance(head, str):
            reduce = HEAD_REDUCTIONS[head]
            sink = None if self.sinks is None else float(reduce(self.sinks))
            return Saliency(reduce(self.values), self.geometry, sink)
        if not 0 <= head < self.heads:
            raise CaptureError(
                f"block {self.block} has {self.heads} heads, 0 to {self.heads - 1}; got head {head}"
            )
        sink = None if self.sinks is None else float(self.sinks[head])
        return Saliency(self.values[head], self.geometry, sink)


def parse_head(text: str) -> HeadChoice:
    """A head from its command-line form: a number, mean, max or min.

    Raises:
        CaptureError: the text is none of these.
    """
    if text in HEAD_REDUCTIONS:
        return text  # type: ignore[return-value]  # its keys are the literals
    if text.isdecimal():
        return int(text)
    raise CaptureError(f"head is {text!r}; allowed are a number from 0, mean, max and min")
