"""Stand-ins for networks of code bases that no wheel brings: their structure, in our own lines.

Attributes, order of operations and state-dict keys are those of the code base, so that a golden
case's weights load and give its maps; whatever the adapters do not look at is left out.

Axis legend: B batch, h heads, N tokens (class token first where there is one), C channels.
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from mvit_core.model import MViTConfig
from mvit_core.model.config import BlockConfig


def _pools(mode: str, channels: int, kernel, stride, flat: bool) -> nn.Module | None:
    """The pool of a block, None where it would change nothing."""
    if not kernel or max(*kernel, *stride) == 1:
        return None
    kernel, stride = (tuple(size)[1 if flat else 0 :] for size in (kernel, stride))
    padding = tuple(k // 2 for k in kernel)
    kinds = {
        "max": nn.MaxPool2d if flat else nn.MaxPool3d,
        "avg": nn.AvgPool2d if flat else nn.AvgPool3d,
    }
    if mode in kinds:
        return kinds[mode](kernel, stride, padding)
    convolution = nn.Conv2d if flat else nn.Conv3d
    return convolution(channels, channels, kernel, stride, padding, groups=channels, bias=False)


def _pooled(tokens: Tensor, pool, size, has_class: bool, norm=None, before: bool = False):
    """(B, h, N, d) through a pool, the class token past it."""
    if pool is None:
        return tokens, size
    head, patches = tokens[:, :, : int(has_class)], tokens[:, :, int(has_class) :]
    b, h, _, d = patches.shape
    volume = patches.reshape(b * h, *size, d).movedim(-1, 1).contiguous()
    if before:
        volume = functional.gelu(norm(volume))
    volume = pool(volume)
    size = list(volume.shape[2:])
    tokens = torch.cat((head, volume.reshape(b, h, d, -1).transpose(2, 3)), dim=2)
    return (tokens if norm is None or before else norm(tokens)), size


def _resized(table: Tensor, rows: int) -> Tensor:
    if len(table) == rows:
        return table
    return functional.interpolate(table.T[None], size=rows, mode="linear")[0].T


def _with_positions(attn, q, tables, q_size, k_size, cls: int):
    """Adds decomposed relative positions to the patch part of a logit matrix."""
    patches = q[:, :, cls:].unflatten(2, tuple(q_size))
    part = attn[:, :, cls:, cls:].unflatten(3, tuple(k_size)).unflatten(2, tuple(q_size))
    rank = len(q_size)
    for axis, table in enumerate(tables):
        if table is None:
            continue
        queries, keys = q_size[axis], k_size[axis]
        one, other = max(keys / queries, 1.0), max(queries / keys, 1.0)
        at = torch.arange(queries)[:, None] * one - torch.arange(keys)[None, :] * other
        at = (at + (keys - 1) * other).long()
        gathered = _resized(table, 2 * max(queries, keys) - 1)[at]
        letters = "tyx"[-rank:]
        bias = torch.einsum(f"bh{letters}d,{letters[axis]}kd->bh{letters}k", patches, gathered)
        shape = [*bias.shape[:-1], *(1,) * rank]
        shape[2 + rank + axis] = keys
        part = part + bias.reshape(shape)
    attn[:, :, cls:, cls:] = part.flatten(2 + rank).flatten(2, 1 + rank)
    return attn


def _add_tables(layer: nn.Module, config: MViTConfig, channels: int, flat: bool) -> None:
    """Relative tables of some length; a golden case's own take their place."""
    axes = ("h", "w") if config.rel_pos_spatial else ()
    for axis in (*axes, *(("t",) if config.rel_pos_temporal and not flat else ())):
        table = nn.Parameter(torch.randn(3 if axis == "t" else 15, channels) / 2)
        layer.register_parameter(f"rel_pos_{axis}", table)


class SlowFastAttention(nn.Module):
    """PySlowFast's and facebookresearch/mvit's ``MultiScaleAttention``."""

    def __init__(self, config: MViTConfig, block: BlockConfig, flat: bool) -> None:
        super().__init__()
        dim = block.dim
        dim_out = block.dim_out if config.dim_mul_in_att else dim
        heads = block.num_heads
        self.num_heads, self.dim_out, self.mode = heads, dim_out, config.mode
        self.scale, self.has_cls_embed = (dim_out // heads) ** -0.5, config.has_cls_embed
        self.pool_first, self.separate_qkv = config.pool_first, config.separate_qkv
        if config.pool_first or config.separate_qkv:
            for name in "qkv":
                self.add_module(name, nn.Linear(dim, dim_out, bias=config.qkv_bias))
        else:
            self.qkv = nn.Linear(dim, 3 * dim_out, bias=config.qkv_bias)
        self.proj = nn.Linear(dim_out, dim_out)
        inner = dim if config.pool_first else dim_out
        channels = inner if config.mode == "conv_unshared" else inner // heads
        for name in "qkv":
            kernel, stride = (
                (block.kernel_q, block.stride_q)
                if name == "q"
                else (block.kernel_kv, block.stride_kv)
            )
            pool = _pools(config.mode, channels, kernel, stride, flat)
            setattr(self, f"pool_{name}", pool)
            if config.mode.startswith("conv"):
                norm = None if pool is None else nn.LayerNorm(channels, eps=config.pool_norm_eps)
                setattr(self, f"norm_{name}", norm)
        _add_tables(self, config, dim_out // heads, flat)
        self.residual_pooling = config.residual_pooling

    def forward(self, x, thw_shape):
        """As the reference: pool, then project, or the other way round."""
        b, n, _ = x.shape
        split = partial(_heads, count=self.num_heads)
        if self.pool_first:
            q = k = v = _heads(x, 1 if self.mode == "conv_unshared" else self.num_heads)
        elif self.separate_qkv:
            q, k, v = split(self.q(x)), split(self.k(x)), split(self.v(x))
        else:
            joint = self.qkv(x).reshape(b, n, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
            q, k, v = joint[0], joint[1], joint[2]
        sizes = {}
        pooled = {}
        for name, tokens in (("q", q), ("k", k), ("v", v)):
            pool, norm = getattr(self, f"pool_{name}"), getattr(self, f"norm_{name}", None)
            pooled[name], sizes[name] = _pooled(tokens, pool, thw_shape, self.has_cls_embed, norm)
        if self.pool_first:
            for name in "qkv":
                merged = pooled[name].transpose(1, 2).flatten(2)
                pooled[name] = split(getattr(self, name)(merged))
        return self._attend(*pooled.values(), sizes["q"], sizes["k"]), sizes["q"]

    def _attend(self, q, k, v, q_size, k_size):
        attn = (q * self.scale) @ k.transpose(-2, -1)
        tables = [getattr(self, f"rel_pos_{axis}", None) for axis in "thw"][-len(q_size) :]
        attn = _with_positions(attn, q, tables, q_size, k_size, int(self.has_cls_embed))
        x = attn.softmax(dim=-1) @ v
        if self.residual_pooling and self.has_cls_embed:
            x[:, :, 1:] += q[:, :, 1:]
        elif self.residual_pooling:
            x = x + q
        return self.proj(x.transpose(1, 2).flatten(2))


class VideoPool(nn.Module):
    """pytorchvideo's ``_AttentionPool``: batch norm goes before the pool, other norms behind."""

    def __init__(self, pool: nn.Module | None, norm: nn.Module | None, has_class: bool) -> None:
        super().__init__()
        self.has_pool, self.has_cls_embed = pool is not None, has_class
        self.pool = nn.Identity() if pool is None else pool
        self.norm = nn.Identity() if norm is None else norm
        self.norm_before_pool = isinstance(norm, nn.BatchNorm3d)

    def forward(self, tokens, size):
        """(B, h, N, d) and its new size."""
        pool = self.pool if self.has_pool else None
        return _pooled(tokens, pool, size, self.has_cls_embed, self.norm, self.norm_before_pool)


class VideoAttention(nn.Module):
    """pytorchvideo's ``MultiScaleAttention``, with every pool under two names."""

    def __init__(self, config: MViTConfig, block: BlockConfig) -> None:
        super().__init__()
        dim = block.dim
        dim_out = block.dim_out if config.dim_mul_in_att else dim
        self.num_heads, self.scale = block.num_heads, (dim_out // block.num_heads) ** -0.5
        self.has_cls_embed, self.residual_pool = config.has_cls_embed, config.residual_pooling
        self.pool_first, self.separate_qkv = config.pool_first, config.separate_qkv
        self.q = self.k = self.v = self.qkv = nn.Identity()
        if config.pool_first or config.separate_qkv:
            self.q, self.k, self.v = (nn.Linear(dim, dim_out) for _ in range(3))
        else:
            self.qkv = nn.Linear(dim, 3 * dim_out)
        self.proj = nn.Linear(dim_out, dim_out)
        channels = (dim if config.pool_first else dim_out) // block.num_heads
        for name in "qkv":
            kernel, stride = (
                (block.kernel_q, block.stride_q)
                if name == "q"
                else (block.kernel_kv, block.stride_kv)
            )
            pool = _pools(config.mode, channels, kernel, stride, flat=False)
            normed = nn.BatchNorm3d if config.norm == "batchnorm" else nn.LayerNorm
            norm = None if pool is None else normed(channels, eps=config.pool_norm_eps)
            setattr(self, f"pool_{name}", pool)
            setattr(self, f"norm_{name}", norm)
            setattr(self, f"_attention_pool_{name}", VideoPool(pool, norm, config.has_cls_embed))

    def forward(self, x, thw_shape):
        """As the reference; no relative positions, and the class row is added to as well."""
        split = partial(_heads, count=self.num_heads)
        if self.pool_first:
            parts = dict.fromkeys("qkv", split(x))
        elif self.separate_qkv:
            parts = {"q": split(self.q(x)), "k": split(self.k(x)), "v": split(self.v(x))}
        else:
            joint = self.qkv(x).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
            parts = dict(zip("qkv", joint, strict=True))
        size = thw_shape
        for name in "qkv":
            pool = getattr(self, f"_attention_pool_{name}")
            parts[name], pooled_size = pool(parts[name], thw_shape)
            size = pooled_size if name == "q" else size
            if self.pool_first:
                parts[name] = split(getattr(self, name)(parts[name].transpose(1, 2).flatten(2)))
        q, k, v = parts.values()
        attn = torch.matmul(q * self.scale, k.transpose(-2, -1)).softmax(dim=-1)
        x = torch.matmul(attn, v) + q if self.residual_pool else torch.matmul(attn, v)
        return self.proj(x.transpose(1, 2).flatten(2)), size


class OpenMMLabAttention(nn.Module):
    """mmaction2's ``MultiScaleAttention``: always pooled, by a depthwise convolution."""

    def __init__(self, config: MViTConfig, block: BlockConfig) -> None:
        super().__init__()
        self.in_dims = block.dim
        self.out_dims = block.dim_out if config.dim_mul_in_att else block.dim
        self.num_heads, self.with_cls_token = block.num_heads, config.has_cls_embed
        channels = self.out_dims // block.num_heads
        self.scale, self.residual_pooling = channels**-0.5, config.residual_pooling
        self.qkv = nn.Linear(self.in_dims, 3 * self.out_dims)
        self.proj = nn.Linear(self.out_dims, self.out_dims)
        for name, stride in (("q", block.stride_q), ("k", block.stride_kv), ("v", block.stride_kv)):
            kernel = block.kernel_kv
            padding = tuple(k // 2 for k in kernel)
            pool = nn.Conv3d(channels, channels, kernel, stride, padding, 1, channels, False)
            setattr(self, f"pool_{name}", pool)
            setattr(self, f"norm_{name}", nn.LayerNorm(channels, eps=config.pool_norm_eps))
        _add_tables(self, config, channels, flat=False)

    def forward(self, x, in_size):
        """As the reference."""
        b, n, _ = x.shape
        joint = self.qkv(x).reshape(b, n, 3, self.num_heads, -1)
        q, k, v = joint.permute(2, 0, 3, 1, 4).unbind(0)
        cls = self.with_cls_token
        q, q_size = _pooled(q, self.pool_q, in_size, cls, self.norm_q)
        k, k_size = _pooled(k, self.pool_k, in_size, cls, self.norm_k)
        v, _ = _pooled(v, self.pool_v, in_size, cls, self.norm_v)
        attn = (q * self.scale) @ k.transpose(-2, -1)
        tables = [getattr(self, f"rel_pos_{axis}", None) for axis in "thw"]
        attn = _with_positions(attn, q, tables, q_size, k_size, int(cls))
        x = attn.softmax(dim=-1) @ v
        if self.residual_pooling and cls:
            x[:, :, 1:] += q[:, :, 1:]
        elif self.residual_pooling:
            x = x + q
        return self.proj(x.transpose(1, 2).flatten(2)), q_size


def _heads(x: Tensor, count: int) -> Tensor:
    """(B, N, C) to (B, h, N, d)."""
    return x.reshape(*x.shape[:2], count, -1).transpose(1, 2)


class Block(nn.Module):
    """A multiscale block around any of these attention layers."""

    def __init__(self, config: MViTConfig, block: BlockConfig, attn: nn.Module, flat: bool) -> None:
        super().__init__()
        inner = block.dim_out if config.dim_mul_in_att else block.dim
        norm = partial(nn.LayerNorm, eps=config.norm_eps)
        self.norm1, self.attn, self.norm2 = norm(block.dim), attn, norm(inner)
        self.mlp = nn.Module()
        self.mlp.fc1 = nn.Linear(inner, int(inner * config.mlp_ratio))
        self.mlp.fc2 = nn.Linear(int(inner * config.mlp_ratio), block.dim_out)
        self.proj = nn.Linear(block.dim, block.dim_out) if block.dim != block.dim_out else None
        self.in_attention, self.has_class = config.dim_mul_in_att, config.has_cls_embed
        stride = tuple(block.stride_q)[1 if flat else 0 :]
        self.pool_skip = None
        if stride and max(stride) > 1:
            kernel = tuple(s + 1 if s > 1 else s for s in stride)
            kind = nn.MaxPool2d if flat else nn.MaxPool3d
            self.pool_skip = kind(kernel, stride, tuple(k // 2 for k in kernel))

    def forward(self, x, size):
        """Attention, then MLP."""
        normed = self.norm1(x)
        attended, new_size = self.attn(normed, size)
        if self.proj is not None and self.in_attention:
            x = self.proj(normed)
        skip, _ = _pooled(x[:, None], self.pool_skip, size, self.has_class)
        x = skip[:, 0] + attended
        normed = self.norm2(x)
        hidden = self.mlp.fc2(functional.gelu(self.mlp.fc1(normed)))
        if self.proj is not None and not self.in_attention:
            x = self.proj(normed)
        return x + hidden, new_size
