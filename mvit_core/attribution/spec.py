"""Names a map of a captured window: one value for the window, the pipeline and the exporters."""

from dataclasses import dataclass, replace
from typing import Protocol, Self

from mvit_core.attribution.feature_table import LAYER_MAPS
from mvit_core.attribution.heads import HeadChoice
from mvit_core.attribution.maps import Query
from mvit_core.attribution.methods import ATTENDS_TO
from mvit_core.geometry import GridGeometry, PlacedGrid, Triple


class LayerGrids(Protocol):
    """Grids and geometries of a layer; before a run, geometries are not known."""

    @property
    def block(self) -> int:
        """Its number, from 0."""

    @property
    def q_shape(self) -> Triple:
        """Grid of the queries, class token not counted."""

    @property
    def k_shape(self) -> Triple:
        """Grid of the keys."""

    @property
    def q_geometry(self) -> GridGeometry | None:
        """Geometry of the queries."""

    @property
    def k_geometry(self) -> GridGeometry | None:
        """Geometry of the keys."""


@dataclass(frozen=True)
class MapSpec:
    """Names a map of a captured window."""

    block: int | None = None
    """Attention layer from 0; None is the last."""
    head: HeadChoice = "mean"
    method: str = ATTENDS_TO
    """A name in ``METHODS``; in ``FEATURES``, of no one head; or in ``EVIDENCE``, of no one block,
    head or query."""
    query: Query = "readout"
    target: int | None = None
    """The class that evidence is for; None is the most probable of the window."""
    against: int | None = None
    """The class instead of which; None for the class alone."""

    def on_layer(self, here: LayerGrids, there: LayerGrids) -> Self:
        """The same map of another layer: a picked token is that at the same place.

        Args:
            here: the layer that this is of.
            there: the other layer.
        """
        query = same_query(self.query, self.method, here, there)
        return replace(self, block=there.block, query=query)


def query_grid(method: str, layer: LayerGrids) -> PlacedGrid:
    """The grid that a method's query is picked from: of keys for "attended by", else of queries.

    Args:
        method: a name in ``LAYER_MAPS``.
        layer: the layer that the map is of.
    """
    if LAYER_MAPS[method].query_is_key:
        return PlacedGrid(layer.k_shape, layer.k_geometry)
    return PlacedGrid(layer.q_shape, layer.q_geometry)


def same_query(query: Query, method: str, here: LayerGrids, there: LayerGrids) -> Query:
    """The query of another layer that is at the same place; see ``PlacedGrid.same_token``.

    Evidence has no query: whatever stands there stays.

    Args:
        query: a token of the first layer, the readout or the class token.
        method: a name in ``LAYER_MAPS``.
        here: the layer that the query is of.
        there: the other layer.
    """
    if isinstance(query, str) or method not in LAYER_MAPS:
        return query
    return query_grid(method, there).same_token(query, query_grid(method, here))
