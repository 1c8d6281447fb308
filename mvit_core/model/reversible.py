"""Reversible vision transformers: two streams, each updated from the other.

Axis legend: B batch, N tokens, C channels of one stream.
Source: Mangalam et al., Reversible Vision Transformers, CVPR 2022, section 3.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal, cast, get_args

import torch
from torch import Tensor, nn
from typing_extensions import override

from mvit_core.errors import ArchitectureError
from mvit_core.geometry import Triple
from mvit_core.model.attention import MultiScaleAttention, NormLayer
from mvit_core.model.blocks import Mlp, norm_layers, skip_pool
from mvit_core.model.config import MViTConfig
from mvit_core.model.kernels import Linear
from mvit_core.model.mvit import MViT
from mvit_core.model.pooling import attention_pool, triple

__all__ = ["ReversibleConfig", "ReversibleMViT"]

ResidualPath = Literal["conv", "max"]

_FUSION = re.compile(
    r"(?P<plain>add|max|min|avg|concat)|(?P<norm>ln\+)?concat_linear(?:_(?P<ratio>\d+(?:\.\d+)?))?"
    r"(?:_\d*(?:\.\d+)?)?"
)
"""Names of fusions, as PySlowFast's configuration writes them; a drop rate may stand last."""


@dataclass(frozen=True)
class ReversibleConfig(MViTConfig):
    """A reversible network: ``blocks[i]`` tells the width of one stream."""

    family: ClassVar[str] = "reversible"

    transitions: tuple[int, ...] = ()
    """Layers that fuse the two streams into one; the next layer begins with two again."""
    stream_fusion: str = "concat"
    """Fusion of the streams before the head: add, max, min, avg, concat or [ln+]concat_linear_K."""
    transition_fusion: str = "avg"
    """Fusion of the streams before a transition, likewise."""
    residual_path: ResidualPath = "conv"
    """A transition's skip is pooled as its queries are, or by maximum."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.has_cls_embed:
            raise ArchitectureError(
                "a reversible network has no class token, but has_cls_embed is True"
            )
        for name in ("stream_fusion", "transition_fusion"):
            if not _FUSION.fullmatch(str(getattr(self, name))):
                raise ArchitectureError(
                    f"{name} is {getattr(self, name)!r}; allowed are add, max, min, avg, concat, "
                    "concat_linear_K and ln+concat_linear_K"
                )
        if self.residual_path not in get_args(ResidualPath):
            raise ArchitectureError(f"residual_path is {self.residual_path!r}, not conv or max")
        self._check_layers()

    def _check_layers(self) -> None:
        kept = [index for index in range(self.depth) if index not in self.transitions]
        if any(index - 1 not in kept or index >= self.depth for index in self.transitions):
            raise ArchitectureError(
                f"transitions {self.transitions} must each follow one of the other layers, which "
                f"hands two streams on; the network has layers 0 to {self.depth - 1}"
            )
        for index in kept:
            block = self.blocks[index]
            if block.dim != block.dim_out or (block.stride_q and max(block.stride_q) > 1):
                raise ArchitectureError(
                    f"layer {index} changes width or grid, which only transitions can; these are "
                    f"{self.transitions}"
                )
        if self.readout == "mean" and "concat" not in self.stream_fusion:
            raise ArchitectureError(
                f"stream_fusion {self.stream_fusion!r} needs the mean before the norm: "
                "readout='mean_before_norm' (USE_MEAN_POOLING)"
            )

    @property
    def head_dim(self) -> int:
        """Both streams where they are kept apart, else one."""
        return self.blocks[-1].dim_out * (2 if "concat" in self.stream_fusion else 1)

    def layer_dim(self, index: int) -> int:
        """Channels that a layer's attention takes: both streams in a transition that keeps them."""
        both = index in self.transitions and "concat" in self.transition_fusion
        return self.blocks[index].dim * (2 if both else 1)


class ReversibleMViT(MViT):
    """A reversible MViT or ViT; state-dict keys are PySlowFast's (``rev_backbone.layers.N``)."""

    config: ReversibleConfig

    def _build_trunk(self) -> None:
        config = self.config
        self.rev_backbone = nn.ModuleDict(
            {
                "layers": nn.ModuleList(
                    (Transition if index in config.transitions else ReversibleLayer)(
                        config, index, grid
                    )
                    for index, grid in enumerate(config.table_grids())
                )
            }
        )
        width = 2 * config.blocks[-1].dim_out
        self.fuse = StreamFusion(config.stream_fusion, width)

    @property
    @override
    def layers(self) -> nn.ModuleList:
        """The layers between patch embedding and head, in the order of execution."""
        return cast("nn.ModuleList", self.rev_backbone["layers"])

    def _trunk(self, tokens: Tensor, grid: Triple, first: int = 0) -> tuple[Tensor, Triple]:
        """Both streams side by side (B, N, 2C); after a transition they begin equal again.

        Behind the first layer, tokens are both streams side by side already.
        """
        attended, hidden = tokens.chunk(2, dim=-1) if first else (tokens, tokens)
        for index, layer in enumerate(self.layers[first:], start=first):
            if index in self.config.transitions:
                tokens, grid = layer(torch.cat((attended, hidden), dim=-1), grid)
                attended, hidden = tokens, tokens
            else:
                attended, hidden = layer(attended, hidden, grid)
        return torch.cat((attended, hidden), dim=-1), grid

    def _read_mean(self, tokens: Tensor) -> Tensor:
        assert self.norm is not None
        return self.fuse(self.norm(tokens)).mean(dim=1)

    def _read_mean_before_norm(self, tokens: Tensor) -> Tensor:
        assert self.norm is not None
        return self.norm(self.fuse(tokens).mean(dim=1))


class StreamFusion(nn.Module):
    """Two streams side by side (B, N, 2C) to what the next layer reads.

    Args:
        kind: add, max, min or avg of both halves; concat changes nothing; ``concat_linear_K``
            adds an MLP of both, K times as wide inside, with a LayerNorm before it for ``ln+``.
        dim: channels of both together.
    """

    def __init__(self, kind: str, dim: int) -> None:
        super().__init__()
        found = _FUSION.fullmatch(kind)
        assert found is not None  # the configuration has checked it
        self.kind = found["plain"] or "concat_linear"
        self.fuse_fn: nn.Module | None = None
        if self.kind == "concat_linear":
            mlp = Mlp(dim, int(dim * float(found["ratio"] or 1)))
            self.fuse_fn = nn.Sequential(nn.LayerNorm(dim), mlp) if found["norm"] else mlp

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, 2C) to (B, N, C) or, for the kinds of concat, (B, N, 2C)."""
        if self.kind == "concat":
            return x
        if self.fuse_fn is not None:
            return x + self.fuse_fn(x)
        one, other = x.chunk(2, dim=-1)
        if self.kind == "max":
            return torch.maximum(one, other)
        if self.kind == "min":
            return torch.minimum(one, other)
        return one + other if self.kind == "add" else (one + other) / 2


class AttentionBranch(nn.Module):
    """LayerNorm and pooling attention: the function F of a layer."""

    def __init__(self, config: ReversibleConfig, index: int, input_size: Triple) -> None:
        super().__init__()
        block, (norm_layer, pool_norm_layer) = config.blocks[index], norm_layers(config)
        dim = config.layer_dim(index)
        self.norm = norm_layer(dim)
        self.attn = MultiScaleAttention(
            dim,
            block.dim_out,
            input_size,
            num_heads=block.num_heads,
            qkv_bias=config.qkv_bias,
            drop_rate=config.drop_rate,
            kernel_q=block.kernel_q,
            kernel_kv=block.kernel_kv,
            stride_q=block.stride_q,
            stride_kv=block.stride_kv,
            norm_layer=pool_norm_layer,
            has_cls_embed=False,
            mode=config.mode,
            pool_first=config.pool_first,
            rel_pos_spatial=config.rel_pos_spatial,
            rel_pos_temporal=config.rel_pos_temporal,
            rel_pos_zero_init=config.rel_pos_zero_init,
            residual_pooling=config.residual_pooling,
            separate_qkv=config.separate_qkv,
        )

    def forward(self, x: Tensor, grid: Triple) -> tuple[Tensor, Triple]:
        """(B, N, dim) on a grid to (B, Nq, dim_out) on the query grid."""
        attended, q_shape = self.attn(self.norm(x), grid)
        return attended, triple(q_shape)


class MlpBranch(nn.Module):
    """LayerNorm and MLP: the function G of a layer."""

    def __init__(self, dim: int, mlp_ratio: float, norm_layer: NormLayer) -> None:
        super().__init__()
        self.norm = norm_layer(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio))

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, dim) to the same shape."""
        return self.mlp(self.norm(x))


class ReversibleLayer(nn.Module):
    """Equations 5 and 6: Y1 = X1 + F(X2), Y2 = X2 + G(Y1)."""

    def __init__(self, config: ReversibleConfig, index: int, input_size: Triple) -> None:
        super().__init__()
        self.F = AttentionBranch(config, index, input_size)
        norm_layer, _ = norm_layers(config)
        self.G = MlpBranch(config.blocks[index].dim_out, config.mlp_ratio, norm_layer)

    def forward(self, x1: Tensor, x2: Tensor, grid: Triple) -> tuple[Tensor, Tensor]:
        """Both streams (B, N, C) to both streams."""
        attended, _ = self.F(x2, grid)
        y1 = x1 + attended
        return y1, x2 + self.G(y1)


class Transition(nn.Module):
    """One stream through attention and MLP, where width and grid may change (section 3.3.1)."""

    def __init__(self, config: ReversibleConfig, index: int, input_size: Triple) -> None:
        super().__init__()
        block, dim = config.blocks[index], config.layer_dim(index)
        self.pre_q_fuse = StreamFusion(config.transition_fusion, 2 * block.dim)
        self.F = AttentionBranch(config, index, input_size)
        norm_layer, _ = norm_layers(config)
        self.G = MlpBranch(block.dim_out, config.mlp_ratio, norm_layer)
        self.res_proj = Linear(dim, block.dim_out) if dim != block.dim_out else None
        self._pool_first = config.pool_first
        self._heads = 1 if config.mode == "conv_unshared" else block.num_heads
        self._pool_skip = skip_pool(block.stride_q) if config.residual_path == "max" else None
        self._pools_as_queries = config.residual_path == "conv"

    def forward(self, x: Tensor, grid: Triple) -> tuple[Tensor, Triple]:
        """(B, N, 2C) on a grid to (B, Nq, dim_out) on the query grid."""
        x = self.pre_q_fuse(x)
        skip = x if self._pool_first else self._projected(x)
        skip = self._pooled(skip, grid)
        if self._pool_first:
            skip = self._projected(skip)
        attended, q_shape = self.F(x, grid)
        x = skip + attended
        return x + self.G(x), q_shape

    def _projected(self, x: Tensor) -> Tensor:
        return x if self.res_proj is None else self.res_proj(x)

    def _pooled(self, x: Tensor, grid: Triple) -> Tensor:
        if not self._pools_as_queries:
            return attention_pool(x, self._pool_skip, grid, has_cls_embed=False)[0]
        attn = self.F.attn
        heads = x.unflatten(-1, (self._heads, -1)).transpose(1, 2)  # (B, h, N, d)
        pool, norm = getattr(attn, "pool_q"), getattr(attn, "norm_q")  # noqa: B009 - set by name
        pooled, _ = attention_pool(heads, pool, grid, has_cls_embed=False, norm=norm)
        return pooled.transpose(1, 2).flatten(2)  # (B, Nq, C)
