"""The table of methods: each a pure function of a record."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from mvit_core.attribution.attention import column_maps, received_maps, row_maps
from mvit_core.attribution.split import content_maps, position_maps, value_maps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mvit_core.attention.record import AttentionRecord, LayerAttention
    from mvit_core.attribution.maps import HeadMaps, Query


@dataclass(frozen=True)
class Method:
    """One way to make a map of a layer."""

    title: str
    """Title in menus."""
    description: str
    """One line: which axis is reduced, and over what."""
    maps: Callable[[AttentionRecord, LayerAttention, Query], HeadMaps]
    grid: Literal["q", "k"]
    """Grid of the result: that of the queries or of the keys."""
    needs_query: bool
    """The result depends on the picked token."""
    query_is_key: bool = False
    """The picked token is a key. It is the class token or a patch: no readout is a key."""
    is_row: bool = False
    """A head's map is one row of the matrix: with the share on the class key it sums to 1."""
    is_noted: bool = False
    """Unless a patch is picked, all is noted while the model runs: the maps of any layer cost
    next to nothing."""
    source: str = ""
    """Paper and section that it is from."""

    @property
    def has_sink(self) -> bool:
        """A share of the attention may lie on the class key."""
        return self.grid == "k"

    @property
    def picks_query(self) -> bool:
        """The picked token is a query, which in the last layer may not reach the prediction."""
        return self.needs_query and not self.query_is_key


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "row": Method(
            "Attends to",
            "Where the query looks: one row of the attention matrix, on the key grid.",
            row_maps,
            grid="k",
            needs_query=True,
            is_row=True,
            is_noted=True,
            source="Fan et al., ICCV 2021, section 3.1",
        ),
        "column": Method(
            "Attended by",
            "Who looks at the picked key: one column of the matrix, on the query grid.",
            column_maps,
            grid="q",
            needs_query=True,
            query_is_key=True,
            source="Fan et al., ICCV 2021, section 3.1",
        ),
        "received": Method(
            "Received",
            "How much all queries together look at each key: the mean of all rows.",
            received_maps,
            grid="k",
            needs_query=False,
            is_noted=True,
            source="Fan et al., ICCV 2021, section 3.1",
        ),
        "value": Method(
            "Takes from",
            "What the query takes from each key: its attention times the length of the value.",
            value_maps,
            grid="k",
            needs_query=True,
            is_row=True,
            is_noted=True,
            source="Kobayashi et al., EMNLP 2020, section 3",
        ),
        "content": Method(
            "Attends to, by content",
            "Where the query would look by what the tokens hold alone, without positions.",
            content_maps,
            grid="k",
            needs_query=True,
            is_row=True,
            source="Li et al., CVPR 2022, section 4.1: the first of its two products",
        ),
        "position": Method(
            "Attends to, by position",
            "Where the query would look by relative positions alone, whatever the tokens hold.",
            position_maps,
            grid="k",
            needs_query=True,
            is_row=True,
            source="Li et al., CVPR 2022, section 4.1: the second of its two products",
        ),
    }
)
"""By the names that the command line and sessions use; menus show them in this order."""

ATTENDS_TO, ATTENDED_BY = "row", "column"
"""Methods of a picked query and of a picked key, which a click on the frame asks for."""
