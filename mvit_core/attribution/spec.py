"""Which map is wanted of a window: one value for the window, the pipeline and the exporters."""

from dataclasses import dataclass

from mvit_core.attribution.heads import HeadChoice
from mvit_core.attribution.maps import Query


@dataclass(frozen=True)
class MapSpec:
    """Which map is wanted of a captured window."""

    block: int | None = None
    """Attention layer from 0; None is the last."""
    head: HeadChoice = "mean"
    method: str = "row"
    """A name in ``METHODS``."""
    query: Query = "readout"
