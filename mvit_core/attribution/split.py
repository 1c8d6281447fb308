"""The row of a query taken apart: by what the tokens hold, by where they lie, by what values say.

A logit of attention is a product of content plus a relative position; each alone makes a row too. A
row says where a head looks, not how much it takes from there: that needs the length of the values
(Kobayashi et al., EMNLP 2020, section 3).
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from mvit_core.attribution.attention import row_maps
from mvit_core.errors import CaptureError

if TYPE_CHECKING:  # the window imports this module before torch is there
    from collections.abc import Mapping

    from mvit_core.attention.record import AttentionRecord, LayerAttention
    from mvit_core.attribution.maps import HeadMaps, Query

__all__ = ["SPLIT_NOTES", "content_maps", "position_maps", "value_maps"]

SPLIT_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "class row": "the class token has no position term: content is all of its row",
        "no positions": "this block has no relative positions: content is all of its rows",
    }
)
"""Notes on rows in which position has no part; windows translate them."""


def content_maps(record: AttentionRecord, layer: LayerAttention, query: Query) -> HeadMaps:
    """Row of the query by content alone: softmax of q k, without relative positions."""
    return _alone(record, layer, query, "content")


def position_maps(record: AttentionRecord, layer: LayerAttention, query: Query) -> HeadMaps:
    """Row of the query by relative positions alone: flat where there are none."""
    return _alone(record, layer, query, "position")


def value_maps(record: AttentionRecord, layer: LayerAttention, query: Query) -> HeadMaps:
    """Row of the query, each key weighted by the length of what its value gives: |a v W_o|.

    A row is divided by its sum, so that it is a share as attention is.

    Raises:
        CaptureError: the layer has no output projection that is known.
    """
    norms = layer.summary.value_norms
    if norms is None:
        raise CaptureError(
            f"{layer.name or 'this layer'} has no output projection that values go through; use row"
        )
    row, lengths, first = (
        row_maps(record, layer, query),
        norms[0].numpy(),
        int(layer.has_class_token),
    )
    values = row.values * lengths[:, first:].reshape(row.values.shape)
    sinks = None if row.sinks is None else row.sinks * lengths[:, 0]
    total = values.sum(axis=(1, 2, 3), dtype=np.float64) + (0.0 if sinks is None else sinks)
    whole = np.maximum(total, np.finfo(np.float32).tiny).astype(np.float32)
    return replace(
        row,
        values=(values / whole[:, None, None, None]).astype(np.float32),
        sinks=None if sinks is None else (sinks / whole).astype(np.float32),
        method="value",
    )


def _alone(
    record: AttentionRecord,
    layer: LayerAttention,
    query: Query,
    part: Literal["content", "position"],
) -> HeadMaps:
    import torch

    from mvit_core.model.positions import RelativePositions

    inputs = layer.inputs
    if part == "content":
        inputs = replace(inputs, positions=RelativePositions(None, None, None))
    else:
        inputs = replace(inputs, k=torch.zeros_like(inputs.k))
    alone = replace(layer, inputs=inputs)
    of_mean = query == "readout" and not (record.readout == "class" and layer.has_class_token)
    first, sums = None, torch.zeros_like(layer.summary.column_sums)
    for _, tile in alone.tiles():
        first = tile[:, :, 0] if first is None else first
        sums += tile.sum(dim=2)
        if not of_mean:  # only the mean of all rows needs every tile
            break
    assert first is not None  # every layer has a query
    noted = replace(layer.summary, first_row=first, column_sums=sums, maps=None, statistics=None)
    found = row_maps(record, replace(alone, summary=noted), query)
    note = found.note or _note(record, layer, query)
    return replace(found, method=part, note=note)


def _note(record: AttentionRecord, layer: LayerAttention, query: Query) -> str:
    if not layer.inputs.positions.axes:
        return SPLIT_NOTES["no positions"]
    of_class = query == "class" or (query == "readout" and record.readout == "class")
    return SPLIT_NOTES["class row"] if of_class and layer.has_class_token else ""
