"""Relevance of patches through the whole network (Chefer et al., ICCV 2021, rules 5 and 6).

One row of shares is pushed from what the prediction is read from down to the patches: through each
block's skip, and through the positive part of its attention times gradient and the footprint of its
pooled values, which is the rule's form for pooled attention. Rows are not normalised: that would
take the class out.
"""

import torch
from torch import Tensor

from mvit_core.explaining.evidence import Evidence, Target, class_share, on_grid
from mvit_core.explaining.footprints import (
    push_footprint,
    push_skip,
    skips,
    value_footprint,
)
from mvit_core.explaining.subject import StageRun, Subject
from mvit_core.explaining.tapping import by_key, gradients

__all__ = ["read_out_row", "relevance"]


def relevance(subject: Subject, target: Target, baseline: str) -> Evidence:
    """Relevance of each patch that enters the first block, of at least 0.

    Raises:
        CaptureError: the network has two streams.
    """
    del baseline
    model, blocks = subject.model, range(subject.config.depth)
    tokens, grid = model.embed(subject.clip)
    start = StageRun(tokens.detach(), grid, 0, subject.run.logits)
    with skips(subject, blocks, "relevance") as taken:
        heard = gradients(subject, start, target, blocks)
    first = int(subject.config.has_cls_embed)
    row = read_out_row(subject, heard[blocks[-1]].inputs.q)
    for block in reversed(blocks):
        known, layer = heard[block], model.layers[block]
        entering = known.inputs.input_shape
        to_keys = by_key(known, "positive", subject.steps, row).mean(dim=0)  # (Nk,)
        skipped = push_skip(row, taken.get(block), entering, first)
        row = skipped + push_footprint(to_keys, value_footprint(layer), entering, first)
    values = row.cpu().numpy()
    return Evidence(
        method="relevance",
        target=target,
        saliency=on_grid(values, grid, subject.config.patch_geometry, first),
        probability=subject.probability(subject.run.logits, target),
        block=0,
        class_token=class_share(values, float(values.sum()), first),
    )


def read_out_row(subject: Subject, queries: Tensor) -> Tensor:
    """Shares (Nq,) of the tokens that the prediction is read from, of queries (1, h, Nq, d)."""
    first = int(subject.config.has_cls_embed)
    kind = torch.promote_types(queries.dtype, torch.float32)
    row = torch.zeros(queries.shape[2], dtype=kind, device=queries.device)
    if subject.config.readout == "class":
        row[0] = 1
    else:
        row[first:] = 1 / (len(row) - first)
    return row
