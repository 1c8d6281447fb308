"""Single-layer attention maps. No target class enters them: they are the same for every class.

With A of (heads, 1+Q, 1+K) after softmax, token 0 the class token:
row is A[h, i, 1:] on the key grid; column is A[h, 1:, j] on the query grid; received is the mean
of A[h, :, 1:] over queries, on the key grid.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from mvit_core.attribution.maps import FloatArray, HeadMaps, Query
from mvit_core.errors import CaptureError

if TYPE_CHECKING:  # the window imports this module before torch is there
    from collections.abc import Mapping

    from torch import Tensor

    from mvit_core.attention.record import AttentionRecord, LayerAttention
    from mvit_core.geometry import Grid


NOTES: Mapping[str, str] = MappingProxyType(
    {
        "mean of all rows": (
            "only the class row of the last block reaches the prediction; this mean has all rows"
        ),
        "column of queries": "patch queries of the last block do not reach the prediction",
        "dead patch": (
            "the prediction reads only the class token: patch rows of the last block are unused"
        ),
        "dead class": (
            "the prediction reads the mean of patch tokens: the last block's class row is unused"
        ),
    }
)
"""Notes on maps of the last block, by their fault; windows translate them."""


def row_maps(record: AttentionRecord, layer: LayerAttention, query: Query) -> HeadMaps:
    """Row of the query: what it looks at, on the key grid."""
    return _on_keys(
        layer, query_row(record, layer, query), "row", query, dead_reason(record, layer, query)
    )


def received_maps(record: AttentionRecord, layer: LayerAttention, query: Query) -> HeadMaps:
    """Attention that each key receives from all queries, on the key grid."""
    note = ""
    if record.readout == "class" and record.is_last(layer):
        note = NOTES["mean of all rows"]
    return _on_keys(layer, layer.received(), "received", query, note)


def column_maps(record: AttentionRecord, layer: LayerAttention, query: Query) -> HeadMaps:
    """Column of the picked key: how much every query looks at it, on the query grid.

    Raises:
        CaptureError: no key is picked, or it lies outside the key grid.
    """
    if query == "readout":
        raise CaptureError(
            "'attended by' needs a key: the class token, or a patch t,y,x of the key grid "
            f"{layer.k_shape}"
        )
    column = layer.column(_index(layer.k_grid, query, "key"))[0]  # (heads, Nq)
    values = column[:, int(layer.has_class_token) :].unflatten(1, layer.q_shape)
    note = ""
    if record.readout == "class" and record.is_last(layer):
        note = NOTES["column of queries"]
    return HeadMaps(
        values=_array(values),
        geometry=layer.q_geometry,
        sinks=None,
        key_count=layer.k_grid.token_count,
        method="column",
        block=layer.block,
        stage=layer.stage,
        query=query,
        note=note,
    )


def dead_reason(record: AttentionRecord, layer: LayerAttention, query: Query) -> str:
    """Why this query's row cannot have moved the prediction; empty when it can.

    Args:
        record: of a run.
        layer: one of its layers.
        query: whose row.
    """
    if not record.is_last(layer) or query == "readout":
        return ""
    if record.readout == "class" and query != "class":
        return NOTES["dead patch"]
    if record.readout == "mean" and query == "class":
        return NOTES["dead class"]
    return ""


def query_row(record: AttentionRecord, layer: LayerAttention, query: Query) -> Tensor:
    """Row of a query, (B, heads, Nk): of the readout that of the class token, or the patches' mean.

    Raises:
        CaptureError: there is no such query.
    """
    if query == "readout" and not (record.readout == "class" and layer.has_class_token):
        return layer.patch_rows_mean()
    return layer.row(_index(layer.q_grid, "class" if query == "readout" else query, "query"))


def _index(grid: Grid, query: Query, what: str) -> int:
    if isinstance(query, str):
        if not grid.has_class_token:
            raise CaptureError(
                f"this model has no class token to pick as {what}; pick a patch t,y,x of the grid "
                f"{grid.shape}, or the readout"
            )
        return 0
    try:
        return grid.index(*query)
    except IndexError:
        raise CaptureError(
            f"{what} {query} lies outside the grid {grid.shape}; each number counts from 0"
        ) from None


def _on_keys(layer: LayerAttention, rows: Tensor, method: str, query: Query, note: str) -> HeadMaps:
    probabilities = rows[0]  # (heads, Nk) of the first item of the batch
    cls = int(layer.has_class_token)
    return HeadMaps(
        values=_array(probabilities[:, cls:].unflatten(1, layer.k_shape)),
        geometry=layer.k_geometry,
        sinks=_array(probabilities[:, 0]) if cls else None,
        key_count=layer.k_grid.token_count,
        method=method,
        block=layer.block,
        stage=layer.stage,
        query=query,
        note=note,
    )


def _array(values: Tensor) -> FloatArray:
    return np.ascontiguousarray(values.float().numpy())
