"""Attribution methods: pure functions of a record; the model is never run here.

``METHODS`` is the extension point: a row of it appears in the menus, the command line and the
tests (docs/how-to/add-a-method.md).
"""

from mvit_core.attribution.attention import NOTES, dead_reason
from mvit_core.attribution.details import BlockDetails, block_details
from mvit_core.attribution.feature_table import (
    FEATURES,
    LAYER_MAPS,
    PCA,
    SIMILARITY,
    FeatureMap,
    needs_token,
)
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
from mvit_core.attribution.maps import HeadMaps, MapColours, Query, Saliency
from mvit_core.attribution.measures import LayerMeasures, MapMeasures, measures_of
from mvit_core.attribution.methods import ATTENDED_BY, ATTENDS_TO, METHODS, Method
from mvit_core.attribution.spec import LayerGrids, MapSpec, query_grid, same_query
from mvit_core.attribution.split import SPLIT_NOTES
from mvit_core.attribution.statistics import (
    HEAD_FIELDS,
    HEAD_QUERIES,
    HeadStatistics,
    Queries,
    head_statistics,
    mean_statistics,
)

__all__ = [
    "ATTENDED_BY",
    "ATTENDS_TO",
    "FEATURES",
    "HEAD_FIELDS",
    "HEAD_QUERIES",
    "HEAD_REDUCTIONS",
    "LAYER_MAPS",
    "METHODS",
    "NOTES",
    "PCA",
    "SIMILARITY",
    "SPLIT_NOTES",
    "BlockDetails",
    "FeatureMap",
    "HeadChoice",
    "HeadMaps",
    "HeadSet",
    "HeadStatistics",
    "LayerGrids",
    "LayerMeasures",
    "MapColours",
    "MapMeasures",
    "MapSpec",
    "Method",
    "Queries",
    "Query",
    "Saliency",
    "block_details",
    "dead_reason",
    "head_indices",
    "head_json",
    "head_of",
    "head_statistics",
    "head_within",
    "mean_statistics",
    "measures_of",
    "needs_token",
    "parse_head",
    "query_grid",
    "same_query",
]
