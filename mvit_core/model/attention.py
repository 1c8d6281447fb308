"""Multi-head pooling attention in every mode of the reference.

Axis legend: B batch, h heads, N tokens (class token first where there is one), d head channels,
C channels of all heads, (T, Y, X) the patch grid.
Sources: Fan et al., ICCV 2021, section 3.1 and appendix A
(pooling attention); Li et al., CVPR 2022, section 4.1 (relative positions, residual pooling).
"""

from collections.abc import Callable, Sequence
from typing import TypedDict

import torch
from torch import Tensor, nn

from mvit_core.geometry import Triple
from mvit_core.model.config import PoolMode, pool_window
from mvit_core.model.kernels import Linear, linear
from mvit_core.model.pooling import attention_pool, for_all_heads, pool_layer, triple
from mvit_core.model.positions import RelativePositions, gather_table
from mvit_core.model.tap import AttentionInputs, AttentionTap

NormLayer = Callable[[int], nn.Module]


class AttentionOptions(TypedDict, total=False):
    """Arguments of ``MultiScaleAttention`` that a block hands on as they came."""

    qkv_bias: bool
    kernel_q: Sequence[int]
    kernel_kv: Sequence[int]
    stride_q: Sequence[int]
    stride_kv: Sequence[int]
    mode: PoolMode
    pool_first: bool
    rel_pos_spatial: bool
    rel_pos_temporal: bool
    rel_pos_zero_init: bool
    residual_pooling: bool
    separate_qkv: bool
    residual_on_cls: bool
    depthwise_conv: bool
    residual_conv: bool


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
        residual_conv: residual pooling adds the queries after a depthwise convolution with the
            kernel of keys and values (MeMViT).

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
        residual_conv: bool = False,
    ) -> None:
        super().__init__()
        _check_mode(mode, pool_first)
        if dim_out % num_heads or (pool_first and dim % num_heads):
            raise ValueError(f"{num_heads = } must divide {dim = } and {dim_out = }")
        self.num_heads, self.has_cls_embed = num_heads, has_cls_embed
        self.pool_first, self.separate_qkv = pool_first, separate_qkv
        self.residual_pooling, self.residual_on_cls = residual_pooling, residual_on_cls
        self.scale = (dim_out // num_heads) ** -0.5
        self.q_window = pool_window(tuple(kernel_q), tuple(stride_q))
        self.kv_window = pool_window(tuple(kernel_kv), tuple(stride_kv))
        self._build_projections(dim, dim_out, qkv_bias, drop_rate)
        pooled_dim = dim if pool_first else dim_out
        self._pool_heads = 1 if mode == "conv_unshared" else num_heads
        self._build_pools(mode, pooled_dim // self._pool_heads, norm_layer, depthwise_conv)
        self._build_tables(
            input_size, stride_q, stride_kv, rel_pos_spatial, rel_pos_temporal, rel_pos_zero_init
        )
        channels = dim_out // num_heads
        self.conv_q_func = _residual_conv(channels, kernel_kv) if residual_conv else None
        self.tap = AttentionTap()

    def _build_projections(self, dim: int, dim_out: int, bias: bool, drop_rate: float) -> None:
        if self.pool_first or self.separate_qkv:
            self.q = Linear(dim, dim_out, bias=bias)
            self.k = Linear(dim, dim_out, bias=bias)
            self.v = Linear(dim, dim_out, bias=bias)
        else:
            self.qkv = Linear(dim, dim_out * 3, bias=bias)
        self.proj = Linear(dim_out, dim_out)
        self.proj_drop = nn.Dropout(drop_rate)

    def _build_pools(
        self, mode: PoolMode, channels: int, norm_layer: NormLayer, depthwise: bool
    ) -> None:
        windows = {"q": self.q_window, "k": self.kv_window, "v": self.kv_window}
        for name, window in windows.items():
            pool = pool_layer(mode, channels, window, depthwise) if window else None
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
        inputs = AttentionInputs(
            q,
            k,
            v,
            scale=self.scale,
            positions=self.relative_positions(q_shape, k_shape),
            input_shape=triple(thw_shape),
            q_shape=q_shape,
            k_shape=k_shape,
            has_class_token=self.has_cls_embed,
            q_window=self.q_window,
            k_window=self.kv_window,
        )
        out = self._add_queries(self.tap(inputs), self._residual(q, q_shape))  # (B, h, Nq, d)
        out = out.transpose(1, 2).flatten(2)  # (B, Nq, C)
        return self.proj_drop(self.proj(out)), list(q_shape)

    def relative_positions(self, q_shape: Triple, k_shape: Triple) -> RelativePositions:
        """Relative embeddings of this layer for two grids.

        Args:
            q_shape: (T, Y, X) of the queries.
            k_shape: (T, Y, X) of the keys.
        """
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
            return pooled, triple(shape)
        pool = for_all_heads(pool, x.shape[-1])
        pooled, shape = attention_pool(x, pool, thw_shape, self.has_cls_embed)
        heads = pooled.unflatten(-1, (self._pool_heads, -1))  # (B, N', heads, d), dense
        return (heads if norm is None else norm(heads)).transpose(1, 2), triple(shape)

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
        q, k, v = (linear(x, w, b) for w, b in zip(weights, biases, strict=True))
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

    def _residual(self, q: Tensor, q_shape: Triple) -> Tensor:
        """Adds the pooled queries, or their convolution, to the output (residual pooling)."""
        if self.conv_q_func is None:
            return q
        return attention_pool(q, self.conv_q_func, q_shape, self.has_cls_embed)[0]

    def _add_queries(self, weighted: Tensor, q: Tensor) -> Tensor:
        """Residual pooling; the sum is laid out as q, so that joining the heads is a view."""
        if not self.residual_pooling:
            return weighted
        added = q + weighted
        if self.has_cls_embed and not self.residual_on_cls:
            added[:, :, 0] = weighted[:, :, 0]
        return added


def _check_mode(mode: str, pool_first: bool) -> None:
    if mode not in ("conv", "avg", "max", "conv_unshared"):
        raise ValueError(f"mode is {mode!r}; allowed are conv, avg, max and conv_unshared")
    if mode == "conv_unshared" and not pool_first:
        raise ValueError("mode 'conv_unshared' needs pool_first=True")


def _residual_conv(channels: int, kernel: Sequence[int]) -> nn.Conv3d:
    """The depthwise convolution through which MeMViT adds the pooled queries."""
    kt, ky, kx = kernel
    padding = (kt // 2, ky // 2, kx // 2)
    return nn.Conv3d(channels, channels, (kt, ky, kx), padding=padding, groups=channels)
