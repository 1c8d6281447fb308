"""Pooling of tokens over their grid.

Axis legend: B batch, h heads, N tokens (class token first where there is one), d head channels,
C channels of all heads, (T, Y, X) the patch grid.
Source: Fan et al., ICCV 2021, section 3.1.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.config import PoolMode
from mvit_core.model.kernels import differentiable, recorded

Pool = Callable[[Tensor], Tensor]
"""A 3-D pooling of (B, C, T, Y, X)."""


def attention_pool(
    tensor: Tensor,
    pool: Pool | None,
    thw_shape: Sequence[int],
    has_cls_embed: bool = True,
    norm: nn.Module | None = None,
) -> tuple[Tensor, list[int]]:
    """Pool the patch tokens over their grid; the class token passes by and is normed with them.

    Args:
        tensor: (B, h, N, d) or (B, N, C).
        pool: a 3-D pooling or depthwise convolution, or None to change nothing at all.
        thw_shape: grid of the patch tokens.
        has_cls_embed: token 0 is a class token.
        norm: applied to every token after pooling; a ``BatchNorm3d`` to the patches before it,
            with a GELU, as pytorchvideo does.

    Returns:
        The pooled tensor with the axes that came in, and its grid.

    Raises:
        ValueError: the tensor has another rank, or its tokens do not fill the grid.
    """
    if pool is None:
        return tensor, list(thw_shape)
    if tensor.ndim not in (3, 4):
        raise ValueError(f"tokens must be (B, N, C) or (B, h, N, d), got {tensor.shape = }")
    tokens = tensor.unsqueeze(1) if tensor.ndim == 3 else tensor  # (B, h, N, d)
    if tokens.shape[2] != has_cls_embed + thw_shape[0] * thw_shape[1] * thw_shape[2]:
        raise ValueError(
            f"{tokens.shape[2]} tokens do not fill the grid {list(thw_shape)} ({has_cls_embed = })"
        )
    patches = tokens[:, :, int(has_cls_embed) :]
    volume = patches.flatten(0, 1).unflatten(1, tuple(thw_shape))  # (B*h, T, Y, X, d)
    volume = volume.permute(0, 4, 1, 2, 3)  # (B*h, d, T, Y, X)
    if isinstance(norm, nn.BatchNorm3d):
        volume, norm = functional.gelu(norm(volume)), None
    pooled = pool(volume)  # (B*h, d, T', Y', X')
    shape = list(pooled.shape[2:])
    pooled = pooled.flatten(2).transpose(1, 2).unflatten(0, tokens.shape[:2])  # (B, h, N', d)
    if has_cls_embed:
        pooled = torch.cat((tokens[:, :, :1], pooled), dim=2)
    if norm is not None:
        pooled = norm(pooled)
    return (pooled.squeeze(1) if tensor.ndim == 3 else pooled), shape


def pool_layer(mode: PoolMode, channels: int, window: SlidingWindow, depthwise: bool) -> nn.Module:
    """The pooling of one head's channels; average pooling counts its padding, as the reference."""
    if mode == "avg":
        return nn.AvgPool3d(window.kernel, window.stride, window.padding)
    if mode == "max":
        return nn.MaxPool3d(window.kernel, window.stride, window.padding)
    return nn.Conv3d(
        channels,
        channels,
        window.kernel,
        stride=window.stride,
        padding=window.padding,
        groups=channels if depthwise else 1,
        bias=False,
    )


def for_all_heads(pool: nn.Module | None, channels: int) -> Pool | None:
    """The pool of one head as a pool of the channels of all heads side by side.

    Heads share a depthwise kernel, so repeating it over the heads is the same pooling, and
    tokens need not be rearranged head by head: (B, N, C) already is what a channels-last
    convolution reads. The weights must be channels-last too, or torch copies the input.
    """
    if not isinstance(pool, nn.Conv3d):
        return pool
    kernel = pool.weight.repeat(channels // pool.in_channels, 1, 1, 1, 1)
    kernel = kernel.contiguous(memory_format=torch.channels_last_3d)

    def convolve(volume: Tensor) -> Tensor:
        if _has_own_gradient(volume, kernel):
            return differentiable(_DepthwisePool, volume, kernel, pool.stride, pool.padding)
        return functional.conv3d(
            volume, kernel, stride=pool.stride, padding=pool.padding, groups=channels
        )

    return convolve


def _has_own_gradient(volume: Tensor, kernel: Tensor) -> bool:
    """The gradient is wanted, of the volume alone, and is faster as a convolution of ours."""
    return (
        recorded(volume)
        and not kernel.requires_grad
        and volume.device.type == "cpu"
        and not torch.is_autocast_enabled("cpu")
    )


class _DepthwisePool(torch.autograd.Function):
    """A depthwise convolution with a frozen kernel, which is all that its gradient needs.

    The gradient is the convolution of its own, spread out by the stride, with the flipped kernel:
    torch's channels-last forward is several times as fast as its backward.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        volume: Tensor,
        kernel: Tensor,
        stride: tuple[int, int, int],
        padding: tuple[int, int, int],
    ) -> Tensor:
        ctx.save_for_backward(kernel)
        ctx.stride, ctx.padding, ctx.size = stride, padding, volume.shape[2:]
        return functional.conv3d(volume, kernel, stride=stride, padding=padding, groups=len(kernel))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:  # noqa: ANN401
        (kernel,) = ctx.saved_tensors
        padding = [k - 1 - p for k, p in zip(kernel.shape[2:], ctx.padding, strict=True)]
        sizes = [
            size + k - 1 - 2 * p
            for size, k, p in zip(ctx.size, kernel.shape[2:], padding, strict=True)
        ]
        t, y, x = ctx.stride
        spread = gradient.new_zeros(len(gradient), *sizes, gradient.shape[1])  # channels last
        spread[:, ::t, ::y, ::x] = gradient.permute(0, 2, 3, 4, 1)
        flipped = kernel.flip(2, 3, 4).contiguous(memory_format=torch.channels_last_3d)
        volume = functional.conv3d(
            spread.permute(0, 4, 1, 2, 3), flipped, padding=padding, groups=len(kernel)
        )
        return volume, None, None, None


def triple(shape: Sequence[int]) -> Triple:
    """A grid as three plain integers."""
    t, y, x = shape
    return int(t), int(y), int(x)
