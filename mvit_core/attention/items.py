"""One clip of a forward pass that ran on several at once."""

from dataclasses import fields, replace
from typing import Any

from torch import Tensor

from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.attention.statistics import LayerStatistics
from mvit_core.attention.summary import MapSummary
from mvit_core.errors import CaptureError
from mvit_core.model.tap import AttentionInputs

__all__ = ["item_of"]


def item_of(record: AttentionRecord, item: int) -> AttentionRecord:
    """The record of one clip, as if it had run alone; its tensors are views with B = 1.

    Args:
        record: of a forward pass on B clips.
        item: place of the clip in the batch, from 0.

    Raises:
        CaptureError: there is no such clip.
    """
    items = record.layers[0].map_shape[0] if record.layers else len(record.logits)
    if not 0 <= item < items:
        raise CaptureError(f"item {item} is none of this pass, which ran on {items} clips")
    if items == 1:
        return record
    rows = slice(item, item + 1)
    said: slice | Tensor = rows
    boxes = record.boxes
    if boxes is not None:  # logits are of boxes, which say their clip
        said = boxes[:, 0] == item
        boxes = boxes[said].clone()
        boxes[:, 0] = 0
    return replace(
        record,
        logits=record.logits[said],
        layers=tuple(_layer(layer, rows) for layer in record.layers),
        heads=tuple(replace(head, logits=head.logits[said]) for head in record.heads),
        boxes=boxes,
    )


def _layer(layer: LayerAttention, rows: slice) -> LayerAttention:
    return replace(
        layer,
        inputs=_inputs(layer.inputs, rows),
        summary=replace(layer.summary, **_sliced(layer.summary, rows)),
        output_gradient=None if layer.output_gradient is None else layer.output_gradient[rows],
    )


def _inputs(inputs: AttentionInputs, rows: slice) -> AttentionInputs:
    mask = inputs.mask
    if mask is not None and mask.dim() == 4 and mask.shape[0] > 1:
        mask = mask[rows]
    return replace(inputs, q=inputs.q[rows], k=inputs.k[rows], v=inputs.v[rows], mask=mask)


def _sliced(value: MapSummary | LayerStatistics, rows: slice) -> dict[str, Any]:
    """Every field of a value whose tensors all begin with the axis of clips."""
    found: dict[str, Any] = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if isinstance(part, Tensor):
            found[field.name] = part[rows]
        elif isinstance(part, LayerStatistics):
            found[field.name] = replace(part, **_sliced(part, rows))
    return found
