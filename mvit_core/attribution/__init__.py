"""Attribution methods: pure functions of a record; the model is never run here.

``METHODS`` is the extension point: an entry here appears in the menus, the command line and the
tests (docs/how-to/add-a-method.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from mvit_core.attribution.attention import column_maps, dead_reason, received_maps, row_maps
from mvit_core.attribution.heads import (
    HEAD_REDUCTIONS,
    HeadChoice,
    HeadSet,
    head_indices,
    head_json,
    head_of,
    head_within,
    parse_head,
)
from mvit_core.attribution.maps import HeadMaps, Query, Saliency
from mvit_core.attribution.measures import LayerMeasures, MapMeasures, measures_of
from mvit_core.attribution.spec import MapSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mvit_core.attention.record import AttentionRecord, LayerAttention

__all__ = [
    "HEAD_REDUCTIONS",
    "METHODS",
    "HeadChoice",
    "HeadMaps",
    "HeadSet",
    "LayerMeasures",
    "MapMeasures",
    "MapSpec",
    "Method",
    "Query",
    "Saliency",
    "dead_reason",
    "head_indices",
    "head_json",
    "head_of",
    "head_within",
    "measures_of",
    "parse_head",
]


@dataclass(frozen=True)
class Method:
    """One way to make a map of a layer."""

    title: str
    """As menus show it."""
    description: str
    """One line: which axis is reduced, and over what."""
    maps: Callable[[AttentionRecord, LayerAttention, Query], HeadMaps]
    grid: str
    """``q`` or ``k``: the grid of the result."""
    needs_query: bool
    """The result depends on the picked token."""


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "row": Method(
            "Attends to",
            "Where the query looks: one row of the attention matrix, on the key grid.",
            row_maps,
            grid="k",
            needs_query=True,
        ),
        "column": Method(
            "Attended by",
            "Who looks at the picked key: one column of the matrix, on the query grid.",
            column_maps,
            grid="q",
            needs_query=True,
        ),
        "received": Method(
            "Received",
            "How much all queries together look at each key: the mean of all rows.",
            received_maps,
            grid="k",
            needs_query=False,
        ),
    }
)
