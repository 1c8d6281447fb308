"""How shares of tokens go back through one pooling block: its skip, its values, its queries.

Each is a matrix whose rows sum to 1, never built: a row of shares is pushed through it. Where a
pool convolves, a token's share goes to the tokens under its kernel by the mean absolute weight;
where it takes the maximum, to the token of which each channel was taken.

Axis legend: N tokens (class token first), (T, Y, X) a grid of patch tokens, C channels.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mvit_core.errors import CaptureError
from mvit_core.explaining.subject import Subject
from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.blocks import MultiScaleBlock, PlainBlock

__all__ = ["Skips", "push_footprint", "push_skip", "query_footprint", "skips", "value_footprint"]


@dataclass(frozen=True)
class Kernel:
    """What a pool weighs the tokens under its window by."""

    weights: Tensor
    """(1, 1, kT, kY, kX), of at least 0."""
    window: SlidingWindow


Skips = dict[int, Tensor]
"""By block: which patch token each channel of a pooled skip was taken of, (C, T'*Y'*X')."""


@contextmanager
def skips(subject: Subject, blocks: Iterable[int], method: str) -> Iterator[Skips]:
    """Hears where the pooled skips of blocks take their maxima.

    Raises:
        CaptureError: the network is not one stream of tokens with skips.
    """
    taken: Skips = {}
    layers = subject.model.layers

    def hook_of(block: int, pool: nn.MaxPool3d) -> Callable[..., None]:
        def on_pooled(_: nn.Module, given: tuple[Tensor], __: Tensor) -> None:
            with torch.no_grad():
                indices = functional.max_pool3d(
                    given[0].detach().float(),
                    pool.kernel_size,
                    pool.stride,
                    pool.padding,
                    return_indices=True,
                )[1]
            taken[block] = indices.flatten(0, 1).flatten(1)  # (C, T'*Y'*X')

        return on_pooled

    with ExitStack() as stack:
        for block in blocks:
            layer = layers[block]
            if not isinstance(layer, MultiScaleBlock | PlainBlock):
                raise CaptureError(
                    f"{method} follows one stream of tokens, and a {subject.config.family} network "
                    "has two; use stage_evidence or gradient_attention"
                )
            pool = layer.pool_skip if isinstance(layer, MultiScaleBlock) else None
            if pool is not None:
                stack.callback(pool.register_forward_hook(hook_of(block, pool)).remove)
        yield taken


def push_skip(row: Tensor, taken: Tensor | None, entering: Triple, first: int) -> Tensor:
    """Shares (Nq,) of the tokens that leave a skip, as shares (N,) of those that enter it."""
    if taken is None:
        return row
    count = entering[0] * entering[1] * entering[2]
    shares = (row[first:] / len(taken)).expand_as(taken)  # (C, Nq patches)
    patches = row.new_zeros(count).scatter_add_(0, taken.flatten(), shares.flatten())
    return torch.cat((row[:first], patches))


def value_footprint(layer: nn.Module) -> Kernel | None:
    """The footprint of the values' pool; None where it changes nothing."""
    return _footprint(layer, "pool_v", "kv_window")


def query_footprint(layer: nn.Module) -> Kernel | None:
    """The footprint of the queries' pool; None where it changes nothing."""
    return _footprint(layer, "pool_q", "q_window")


def _footprint(layer: nn.Module, pool: str, window: str) -> Kernel | None:
    attention = getattr(layer, "attn", None)
    pool_layer, passes = getattr(attention, pool, None), getattr(attention, window, None)
    if pool_layer is None or passes is None:
        return None
    weight = getattr(pool_layer, "weight", None)
    if weight is None:  # a mean or a maximum: every token under the window alike
        device = next(layer.parameters()).device
        return Kernel(torch.ones(1, 1, *passes.kernel, device=device), passes)
    mean = weight.detach().float().abs().mean(dim=(0, 1))
    return Kernel((mean if mean.any() else torch.ones_like(mean))[None, None], passes)


def push_footprint(row: Tensor, kernel: Kernel | None, entering: Triple, first: int) -> Tensor:
    """Shares (N',) of pooled tokens, as shares (N,) of the tokens under their windows."""
    if kernel is None:
        return row
    window = kernel.window
    weights = kernel.weights.to(row)
    ones = row.new_ones(1, 1, *entering)
    inside = functional.conv3d(ones, weights, stride=window.stride, padding=window.padding)
    volume = row[first:].view_as(inside) / inside  # what lies outside the grid gets nothing
    over = [
        size - ((count - 1) * stride - 2 * padding + kernel_size)
        for size, count, stride, padding, kernel_size in zip(
            entering, inside.shape[2:], window.stride, window.padding, window.kernel, strict=True
        )
    ]
    back = functional.conv_transpose3d(
        volume, weights, stride=window.stride, padding=window.padding, output_padding=over
    )
    return torch.cat((row[:first], back.flatten()))
