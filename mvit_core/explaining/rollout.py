"""Rollout of attention (Abnar and Zuidema, ACL 2020), through pools: of no class.

Each block mixes skip and attention in equal parts, and the pooled queries where residual pooling
adds them. Offered because it is often asked for; it does not change when the last block's weights
are drawn anew, so it says little of what the network has learnt.
"""

import torch
from torch import Tensor

from mvit_core.explaining.evidence import Evidence, Target, on_grid
from mvit_core.explaining.footprints import (
    push_footprint,
    push_skip,
    query_footprint,
    skips,
    value_footprint,
)
from mvit_core.explaining.relevance import read_out_row
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.tapping import Tapped, by_key, tapped

__all__ = ["rollout"]


def rollout(subject: Subject, target: Target, baseline: str) -> Evidence:
    """The share of each patch that enters the first block; all, with the class token, sum to 1.

    Raises:
        CaptureError: the network has two streams.
    """
    del baseline
    model, blocks = subject.model, range(subject.config.depth)
    with (
        torch.no_grad(),
        skips(subject, blocks, "rollout") as taken,
        tapped(subject, blocks) as heard,
    ):
        tokens, grid = model.embed(subject.clip)
        subject.resume(tokens, grid, 0)
        first = int(subject.config.has_cls_embed)
        row = read_out_row(subject, heard[blocks[-1]][1])
        for block in reversed(blocks):
            row = _through(subject, block, heard[block][0], taken.get(block), row)
    values = row.cpu().numpy()
    return Evidence(
        method="rollout",
        target=target,
        saliency=on_grid(values, grid, subject.config.patch_geometry, first),
        probability=subject.probability(subject.run.logits, target),
        block=0,
        class_token=float(values[0]) if first else None,
    )


def _through(
    subject: Subject, block: int, known: Tapped, taken: Tensor | None, row: Tensor
) -> Tensor:
    """Shares (N,) of the tokens that enter a block, of shares (Nq,) of those that leave it."""
    layer, entering = subject.model.layers[block], known.inputs.input_shape
    first = int(known.inputs.has_class_token)
    parts = torch.full_like(row, 0.5), torch.zeros_like(row)
    attention = getattr(layer, "attn", None)
    if getattr(attention, "residual_pooling", False):
        own = int(first and not getattr(attention, "residual_on_cls", False))
        parts[0][own:], parts[1][own:] = 1 / 3, 1 / 3
    mixed, queried = parts[0] * row, parts[1] * row
    to_keys = by_key(known, "attention", subject.steps, mixed).mean(dim=0)
    return (
        push_skip(mixed, taken, entering, first)
        + push_footprint(to_keys, value_footprint(layer), entering, first)
        + push_footprint(queried, query_footprint(layer), entering, first)
    )
