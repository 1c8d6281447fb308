"""What the attention of some blocks computed in one pass, and the gradient of what it gave.

The gradient of a map A is that of the weighted values times the values, dO v^T, so that no map is
kept: it is computed again tile by tile.

Axis legend: h heads, Nq/Nk pooled query/key tokens (class token first), d head channels.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from mvit_core.attribution.maps import FloatArray, Saliency
from mvit_core.explaining.evidence import Target, on_grid
from mvit_core.explaining.subject import StageRun, Subject, entering_geometry, margin
from mvit_core.explaining.watching import Steps
from mvit_core.model.kernels import product, used_rows
from mvit_core.model.products import flat_mask, tile_softmax, tiles_of
from mvit_core.model.tap import AttentionInputs, tap_of

__all__ = ["Tapped", "by_key", "gradients", "on_keys", "tap_of", "tapped"]

Weighing = Literal["attention", "signed", "positive"]
"""A map as it is, times its gradient, or the part of that above zero."""


@dataclass(frozen=True)
class Tapped:
    """The attention of one block, in one pass over one clip."""

    inputs: AttentionInputs
    """Queries, keys and values, (1, h, N, d), without a graph."""
    gradient: Tensor | None = None
    """(1, h, Nq, d): of what is explained, with respect to the weighted values."""


@contextmanager
def tapped(subject: Subject, blocks: Iterable[int]) -> Iterator[dict[int, tuple[Tapped, Tensor]]]:
    """Hears the attention of some blocks: what entered it, and the weighted values.

    Under grad the graph begins at the weighted values of the first of them, and no earlier. Values
    are heard before a head that is off gives others, so that its own have no gradient.
    """
    heard: dict[int, tuple[Tapped, Tensor]] = {}

    def hook_of(block: int) -> Any:  # noqa: ANN401 - torch's hooks have no better type
        def on_weighted(
            _: nn.Module, given: tuple[AttentionInputs, ...], weighted: Tensor
        ) -> Tensor:
            inputs = given[0]
            if torch.is_grad_enabled() and not weighted.requires_grad:
                weighted = weighted.detach().requires_grad_(True)
            q, k, v = inputs.q.detach(), inputs.k.detach(), inputs.v.detach()
            heard[block] = Tapped(replace(inputs, q=q, k=k, v=v)), weighted
            return weighted

        return on_weighted

    with ExitStack() as stack:
        for block in blocks:
            tap = tap_of(subject.model.layers[block])
            stack.callback(tap.register_forward_hook(hook_of(block), prepend=True).remove)
        yield heard


def gradients(
    subject: Subject, start: StageRun, target: Target, blocks: Iterable[int]
) -> dict[int, Tapped]:
    """The attention of blocks at or behind ``start.block``, with gradients of what is explained."""
    with tapped(subject, blocks) as heard, torch.enable_grad():
        logits = subject.resume(start.tokens, start.grid, start.block)
        ends = [weighted for _, weighted in heard.values()]
        found = torch.autograd.grad(margin(logits, target).sum(), ends)
    return {
        block: replace(known, gradient=gradient.detach())
        for (block, (known, _)), gradient in zip(heard.items(), found, strict=True)
    }


def by_key(heard: Tapped, weighing: Weighing, steps: Steps, rows: Tensor | None = None) -> Tensor:
    """The map summed over queries, (h, Nk) in float32 at least.

    Args:
        heard: with a gradient, but for plain attention.
        weighing: what is summed.
        steps: checked at each tile.
        rows: (Nq,) weights of the queries; all 1 by default.
    """
    q, k = _promoted(heard.inputs.queries()[0]), _promoted(heard.inputs.keys()[0])  # (h, N, e)
    v, mask = _promoted(heard.inputs.v[0]), flat_mask(heard.inputs.mask, q[None], k[None])
    to_output, used = None, q.shape[1]
    if heard.gradient is not None and weighing != "attention":
        to_output = _promoted(heard.gradient[0])
        used = used_rows(to_output)  # of a class readout the last block has one
    total = q.new_zeros(len(q), k.shape[1])  # (h, Nk)
    for tile in tiles_of((len(q), used, k.shape[1]), q):
        steps.check()
        _, part = tile_softmax(q, k, mask, tile)  # (maps, rows, Nk)
        if to_output is not None:
            part = part * product(to_output[tile.maps, tile.rows].contiguous(), v[tile.maps])
        if weighing == "positive":
            part = part.clamp(min=0)
        if rows is not None:
            part = part * rows[tile.rows, None]
        total[tile.maps] += part.sum(dim=1)
    return total


def on_keys(subject: Subject, inputs: AttentionInputs, values: FloatArray) -> Saliency:
    """The saliency of values (Nk,) of the last block's keys, class token first if there is one."""
    last = subject.config.depth - 1
    geometry = entering_geometry(subject.config, last).through(inputs.k_window)
    return on_grid(values, inputs.k_shape, geometry, int(inputs.has_class_token))


def _promoted(tensor: Tensor) -> Tensor:
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32)).contiguous()
