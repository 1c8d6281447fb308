"""Attention: multi-head, and multi-head pooling attention in every mode of the reference.

Axis legend: B batch, h heads, N tokens (class token first where there is one), d head channels,
C channels of all heads, (T, Y, X) the patch grid.
Sources: Vaswani et al. 2017, section 3.2; Fan et al., ICCV 2021, section 3.1 and appendix A
(pooling attention); Li et al., CVPR 2022, section 4.1 (relative positions, residual pooling).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.config import PoolMode, pool_window
from mvit_core.model.positions import (
    RelativePositions,
    augment_keys,
    augment_queries,
    gather_table,
)
from mvit_core.model.tap import AttentionInputs, AttentionTap

NormLayer = Callable[[int], nn.Module]
Pool = Callable[[Tensor], Tensor]
"""A 3-D pooling of (B, C, T, Y, X)."""

TILE_BYTES = 1 << 20
"""Logits computed at a time: a tile of rows stays in the second-level cache."""


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


def masked_softmax(logits: Tensor, mask: Tensor | None) -> Tensor:
    """Attention probabilities; pairs with ``mask == 0`` get none."""
    if mask is not None:
        logits = logits.masked_fill(mask == 0, -1e9)
    return logits.softmax(dim=-1)


def weighted_values(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(q k^T) v, a tile of query rows at a time so that no full map is ever stored.

    Args:
        q: (B, h, Nq, e), augmented.
        k: (B, h, Nk, e), scaled and augmented.
        v: (B, h, Nk, d).
        mask: broadcasts to (B, h, Nq, Nk); 0 forbids a pair.

    Returns:
        (B, h, Nq, d).
    """
    keys = k.transpose(-2, -1)
    row_bytes = q.shape[0] * q.shape[1] * k.shape[2] * q.element_size()
    rows = max(TILE_BYTES // max(row_bytes, 1), 16)
    starts = [*range(0, q.shape[2], rows), q.shape[2]]
    tiles = []
    for start, stop in pairwise(starts):
        part = mask if mask is None or mask.shape[-2] == 1 else mask[..., start:stop, :]
        tile = masked_softmax(q[:, :, start:stop] @ keys, part) @ v  # (B, h, rows, d)
        tiles.append(tile.transpose(1, 2))
    # Laid out as (B, Nq, h, d), so that joining the heads afterwards is a view.
    return torch.cat(tiles, dim=1).transpose(1, 2)


def _pool_layer(mode: PoolMode, channels: int, window: SlidingWindow, depthwise: bool) -> nn.Module:
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
        return functional.conv3d(
            volume, kernel, stride=pool.stride, padding=pool.padding, groups=channels
        )

    return convolve


class MultiScaleAttention(nn.Module):
    """Multi-head pooling attention; arguments, defaults and state-dict keys are PySlowFast's.

    Args:
        dim: channels that enter.
        dim_out: channels of all heads together, and of the output.
        input_size: (T, Y, X) that relative-position tables are sized for.
        num_heads: heads; must divide ``dim_out``.
        qkv_bias: the q, k and v projections have a bias.
        drop_rate: dropout after the output projection.
        kernel_q: query pooling kernel; () or all ones (with such strides) pools nothing.
        kernel_kv: key and value pooling kernel.
        stride_q: query pooling stride.
        stride_kv: key and value pooling stride.
        norm_layer: called with the channel count for each norm after a pooling convolution.
        has_cls_embed: token 0 is a class token, which is never pooled.
        mode: ``conv`` (one depthwise kernel for all heads), ``conv_unshared`` (one per head),
            ``avg`` or ``max``.
        pool_first: pool the input, then project it to q, k and v.
        rel_pos_spatial: decomposed relative positions along y and x.
        rel_pos_temporal: the same along t.
        rel_pos_zero_init: tables start at zero.
        residual_pooling: add the pooled queries to the weighted values.
        separate_qkv: three projections instead of one.
        residual_on_cls: residual pooling reaches the class row too (timm and pytorchvideo;
            PySlowFast never does).
        depthwise_conv: pooling convolutions keep channels apart; False mixes those of a head
            (pytorchvideo).

    Raises:
        ValueError: the heads do not divide the channels, or the mode is unknown or not allowed.
    """

    rel_pos_h: nn.Parameter | None
    rel_pos_w: nn.Parameter | None
    rel_pos_t: nn.Parameter | None

    def __init__(
        self,
        dim: int,
        dim_out: int,
        input_size: Sequence[int],
        num_heads: int = 8,
        qkv_bias: bool = False,
        drop_rate: float = 0.0,
        kernel_q: Sequence[int] = (1, 1, 1),
        kernel_kv: Sequence[int] = (1, 1, 1),
        stride_q: Sequence[int] = (1, 1, 1),
        stride_kv: Sequence[int] = (1, 1, 1),
        norm_layer: NormLayer = nn.LayerNorm,
        has_cls_embed: bool = True,
        mode: PoolMode = "conv",
        pool_first: bool = False,
        rel_pos_spatial: bool = False,
        rel_pos_temporal: bool = False,
        rel_pos_zero_init: bool = False,
        residual_pooling: bool = False,
        separate_qkv: bool = False,
        residual_on_cls: bool = False,
        depthwise_conv: bool = True,
    ) -> None:
        super().__init__()
        if mode not in ("conv", "avg", "max", "conv_unshared"):
            raise ValueError(f"mode is {mode!r}; allowed are conv, avg, max and conv_unshared")
        if mode == "conv_unshared" and not pool_first:
            raise ValueError("mode 'conv_unshared' needs pool_first=True")
        if dim_out % num_heads or (pool_first and dim % num_heads):
            raise ValueError(f"{num_heads = } must divide {dim = } and {dim_out = }")
        self.num_heads = num_heads
        self.has_cls_embed = has_cls_embed
        self.pool_first = pool_first
        self.separate_qkv = separate_qkv
        self.residual_pooling = residual_pooling
        self.residual_on_cls = residual_on_cls
        self.scale = (dim_out // num_heads) ** -0.5
        self.q_window = pool_window(tuple(kernel_q), tuple(stride_q))
        self.kv_window = pool_window(tuple(kernel_kv), tuple(stride_kv))

        if pool_first or separate_qkv:
            self.q = nn.Linear(dim, dim_out, bias=qkv_bias)
            self.k = nn.Linear(dim, dim_out, bias=qkv_bias)
            self.v = nn.Linear(dim, dim_out, bias=qkv_bias)
        else:
            self.qkv = nn.Linear(dim, dim_out * 3, bias=qkv_bias)
        self.proj = nn.Linear(dim_out, dim_out)
        self.proj_drop = nn.Dropout(drop_rate)

        pooled_dim = dim if pool_first else dim_out
        self._pool_heads = 1 if mode == "conv_unshared" else num_heads
        self._build_pools(mode, pooled_dim // self._pool_heads, norm_layer, depthwise_conv)
        self._build_tables(
            input_size, stride_q, stride_kv, rel_pos_spatial, rel_pos_temporal, rel_pos_zero_init
        )
        self.tap = AttentionTap()

    def _build_pools(
        self, mode: PoolMode, channels: int, norm_layer: NormLayer, depthwise: bool
    ) -> None:
        windows = {"q": self.q_window, "k": self.kv_window, "v": self.kv_window}
        for name, window in windows.items():
            pool = _pool_layer(mode, channels, window, depthwise) if window else None
            convolves = pool is not None and mode in ("conv", "conv_unshared")
            setattr(self, f"pool_{name}", pool)
            setattr(self, f"norm_{name}", norm_layer(channels) if convolves else None)
        # Kernels that mix a head's channels, and norms before the pool, work head by head.
        normed_before = isinstance(self.norm_q or self.norm_k, nn.BatchNorm3d)
        self._pools_by_head = not depthwise or normed_before

    def _build_tables(
        self,
        input_size: Sequence[int],
        stride_q: Sequence[int],
        stride_kv: Sequence[int],
        spatial: bool,
        temporal: bool,
        zero_init: bool,
    ) -> None:
        head_dim = self.proj.in_features // self.num_heads
        side = max(input_size[1:])
        q_side = side // stride_q[1] if stride_q else side
        kv_side = side // stride_kv[1] if stride_kv else side
        side_rows, time_rows = max(2 * max(q_side, kv_side) - 1, 1), 2 * input_size[0] - 1
        rows = {"h": (spatial, side_rows), "w": (spatial, side_rows), "t": (temporal, time_rows)}
        for name, (used, count) in rows.items():
            table = nn.Parameter(torch.zeros(count, head_dim)) if used else None
            if table is not None and not zero_init:
                nn.init.trunc_normal_(table, std=0.02)
            self.register_parameter(f"rel_pos_{name}", table)

    def forward(self, x: Tensor, thw_shape: Sequence[int]) -> tuple[Tensor, list[int]]:
        """Attend over the tokens of a grid.

        Args:
            x: (B, N, dim); N = has_cls_embed + T*Y*X.
            thw_shape: the grid (T, Y, X).

        Returns:
            (B, Nq, dim_out) and the query grid.
        """
        project = self._pool_then_project if self.pool_first else self._project_then_pool
        q, k, v, q_shape, k_shape = project(x, thw_shape)  # (B, h, Nq, d), (B, h, Nk, d) twice
        positions = self.relative_positions(q_shape, k_shape)
        cls = int(self.has_cls_embed)
        weighted = weighted_values(
            augment_queries(q, positions, q_shape, cls),
            augment_keys(k, self.scale, positions, k_shape, cls),
            v,
        )  # (B, h, Nq, d)
        heard = AttentionInputs(
            q, k, v, self.scale, positions, _triple(thw_shape), q_shape, k_shape,
            self.has_cls_embed, self.q_window, self.kv_window,
        )  # fmt: skip
        out = self._add_queries(self.tap(weighted, heard), q)
        out = out.transpose(1, 2).flatten(2)  # (B, Nq, C)
        return self.proj_drop(self.proj(out)), list(q_shape)

    def relative_positions(self, q_shape: Triple, k_shape: Triple) -> RelativePositions:
        """Relative embeddings of this layer for two grids."""
        tables = (self.rel_pos_t, self.rel_pos_h, self.rel_pos_w)
        t, y, x = (
            None if table is None else gather_table(table, q_size, k_size)
            for table, q_size, k_size in zip(tables, q_shape, k_shape, strict=True)
        )
        return RelativePositions(t, y, x)

    def _heads(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)  # (B, N, C) -> (B, heads, N, d)

    def _pool(self, name: str, x: Tensor, thw_shape: Sequence[int]) -> tuple[Tensor, Triple]:
        """(B, N, C) to (B, heads, N', d), pooled and normed by head, and the new grid."""
        pool, norm = getattr(self, f"pool_{name}"), getattr(self, f"norm_{name}")
        if self._pools_by_head:
            heads = self._heads(x, self._pool_heads)
            pooled, shape = attention_pool(heads, pool, thw_shape, self.has_cls_embed, norm)
            return pooled, _triple(shape)
        pool = for_all_heads(pool, x.shape[-1])
        pooled, shape = attention_pool(x, pool, thw_shape, self.has_cls_embed)
        heads = pooled.unflatten(-1, (self._pool_heads, -1))  # (B, N', heads, d), dense
        return (heads if norm is None else norm(heads)).transpose(1, 2), _triple(shape)

    def _project_then_pool(
        self, x: Tensor, thw_shape: Sequence[int]
    ) -> tuple[Tensor, Tensor, Tensor, Triple, Triple]:
        parts = self._projected(x)
        q, q_shape = self._pool("q", parts[0], thw_shape)
        k, k_shape = self._pool("k", parts[1], thw_shape)
        v, _ = self._pool("v", parts[2], thw_shape)
        return q, k, v, q_shape, k_shape

    def _projected(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values (B, N, C), each dense: pooling would copy a slice of one."""
        if self.separate_qkv:
            return self.q(x), self.k(x), self.v(x)
        weights = self.qkv.weight.chunk(3)
        biases = (None,) * 3 if self.qkv.bias is None else self.qkv.bias.chunk(3)
        q, k, v = (functional.linear(x, w, b) for w, b in zip(weights, biases, strict=True))
        return q, k, v

    def _pool_then_project(
        self, x: Tensor, thw_shape: Sequence[int]
    ) -> tuple[Tensor, Tensor, Tensor, Triple, Triple]:
        pooled, shapes = {}, {}
        for name in ("q", "k", "v"):
            part, shapes[name] = self._pool(name, x, thw_shape)  # (B, heads or 1, N', d)
            merged = part.transpose(1, 2).flatten(2)  # (B, N', dim)
            pooled[name] = self._heads(getattr(self, name)(merged), self.num_heads)
        return pooled["q"], pooled["k"], pooled["v"], shapes["q"], shapes["k"]

    def _add_queries(self, weighted: Tensor, q: Tensor) -> Tensor:
        if not self.residual_pooling:
            return weighted
        if self.has_cls_embed and not self.residual_on_cls:
            added = weighted + q
            added[:, :, 0] = weighted[:, :, 0]
            return added
        return weighted + q


class MultiHeadedAttention(nn.Module):
    """Unpooled multi-head attention (Vaswani et al. 2017, section 3.2.2), the baseline.

    Args:
        h: heads; must divide ``d_model``.
        d_model: channels that enter and leave.
        dropout: of the attention probabilities, in training.

    Raises:
        ValueError: the heads do not divide the channels.
    """

    def __init__(self, h: int, d_model: int, dropout: float = 0.1) -> None:
        super().__init__()
        if d_model % h:
            raise ValueError(f"{h = } heads do not divide {d_model = } channels")
        self.h = h
        self.d_k = d_model // h
        self.linears = nn.ModuleList(nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)
        self.tap = AttentionTap()
        self.has_cls_embed = False

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None = None,
        *,
        thw_shape: Sequence[int] | None = None,
    ) -> Tensor:
        """Attend from ``query`` to ``key``.

        Args:
            query: (B, Nq, d_model).
            key: (B, Nk, d_model).
            value: (B, Nk, d_model).
            mask: (B, Nq, Nk) or (B, 1, Nk); 0 forbids a pair.
            thw_shape: the grid of the tokens, for the recorder; a sequence has (1, 1, N).

        Returns:
            (B, Nq, d_model).
        """
        q, k, v = (
            linear(x).unflatten(-1, (self.h, self.d_k)).transpose(1, 2)  # (B, h, N, d)
            for linear, x in zip(self.linears, (query, key, value), strict=False)
        )
        if mask is not None:
            mask = mask.unsqueeze(1)  # the same for every head
        scale = self.d_k**-0.5
        if self.training and self.dropout.p:
            weights = self.dropout(masked_softmax((q * scale) @ k.transpose(-2, -1), mask))
            weighted = weights @ v
        else:
            weighted = weighted_values(q, k * scale, v, mask)
        q_shape, k_shape = self._grids(thw_shape, q.shape[2], k.shape[2])
        heard = AttentionInputs(
            q, k, v, scale, RelativePositions(None, None, None), q_shape, q_shape, k_shape,
            self.has_cls_embed, None, None, mask,
        )  # fmt: skip
        out = self.tap(weighted, heard)
        return self.linears[3](out.transpose(1, 2).flatten(2))  # (B, Nq, d_model)

    def _grids(
        self, thw_shape: Sequence[int] | None, queries: int, keys: int
    ) -> tuple[Triple, Triple]:
        if thw_shape is not None:
            return _triple(thw_shape), _triple(thw_shape)
        cls = int(self.has_cls_embed)
        return (1, 1, queries - cls), (1, 1, keys - cls)


def _triple(shape: Sequence[int]) -> Triple:
    t, y, x = shape
    return int(t), int(y), int(x)
