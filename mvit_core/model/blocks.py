"""The parts around attention: patch embedding, MLP, blocks and heads.

Axis legend: B batch, N tokens, C channels, (T, Y, X) the patch grid.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Unpack

import torch
from torch import Tensor, nn
from typing_extensions import override

from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.attention import AttentionOptions, MultiScaleAttention, NormLayer
from mvit_core.model.config import BlockConfig, MViTConfig
from mvit_core.model.kernels import Linear, recorded
from mvit_core.model.multi_head import MultiHeadedAttention
from mvit_core.model.pooling import attention_pool

TILE_TOKENS = 2048
"""Tokens that go through an MLP at a time."""


class PatchEmbed(nn.Module):
    """Overlapping patches to tokens by one convolution (Fan et al., ICCV 2021, section 3.2).

    Args:
        dim_in: channels of the input.
        dim_out: channels of a token.
        window: footprint of the convolution.
        conv_2d: the weights are those of a Conv2d, and the input has one frame.
    """

    def __init__(
        self, dim_in: int, dim_out: int, window: SlidingWindow, conv_2d: bool = False
    ) -> None:
        super().__init__()
        self.conv_2d = conv_2d
        self.proj: nn.Conv2d | nn.Conv3d
        if conv_2d:
            self.proj = nn.Conv2d(
                dim_in,
                dim_out,
                window.kernel[1:],
                stride=window.stride[1:],
                padding=window.padding[1:],
            )
        else:
            self.proj = nn.Conv3d(
                dim_in, dim_out, window.kernel, stride=window.stride, padding=window.padding
            )

    def forward(self, x: Tensor) -> tuple[Tensor, Triple]:
        """Tokens (B, T*Y*X, C) and grid of a clip (B, channels, frames, height, width)."""
        tokens = self.proj(x[:, :, 0]).unsqueeze(2) if self.conv_2d else self.proj(x)
        _, _, t, y, x_size = tokens.shape
        return tokens.flatten(2).transpose(1, 2), (t, y, x_size)


class TokenBatchNorm(nn.BatchNorm1d):
    """Batch normalisation over the channels of tokens (B, N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, C) to the same shape."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


def norm_layers(config: MViTConfig) -> tuple[NormLayer, NormLayer]:
    """Makers of the norms of tokens, and of those at the pools."""
    if config.norm == "batchnorm":
        return TokenBatchNorm, nn.BatchNorm3d
    return (
        partial(nn.LayerNorm, eps=config.norm_eps),
        partial(nn.LayerNorm, eps=config.pool_norm_eps),
    )


class Mlp(nn.Module):
    """Two linear layers with an activation between them, on each token by itself.

    Args:
        in_features: channels that enter.
        hidden_features: channels between the layers; as many as enter by default.
        out_features: channels that leave; as many as enter by default.
        act_layer: builds the activation.
        drop_rate: dropout after each layer.
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: int | None = None,
        out_features: int | None = None,
        act_layer: Callable[[], nn.Module] = nn.GELU,
        drop_rate: float = 0.0,
    ) -> None:
        super().__init__()
        hidden = hidden_features or in_features
        self.fc1 = Linear(in_features, hidden)
        self.act = act_layer()
        self.fc2 = Linear(hidden, out_features or in_features)
        self.drop = nn.Dropout(drop_rate)

    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) to (..., out_features).

        Many tokens go through in tiles: their hidden layer, four times as wide, would else be
        fresh memory at every call, which costs more than the arithmetic saves.
        """
        if x.ndim < 2 or x.shape[-2] <= 2 * TILE_TOKENS:
            return self._tile(x)
        return torch.cat([self._tile(tile) for tile in x.split(TILE_TOKENS, dim=-2)], dim=-2)

    def _tile(self, x: Tensor) -> Tensor:
        return self.drop(self.fc2(self.drop(self._hidden(x))))

    def _hidden(self, x: Tensor) -> Tensor:
        """act(fc1(x)), within one product where nobody asks for what lies between."""
        fc1, act = self.fc1, self.act
        exact = type(fc1) is Linear and type(act) is nn.GELU and act.approximate == "none"
        heard = fc1._forward_hooks or act._forward_hooks or act._forward_pre_hooks
        if exact and not heard and not recorded(*fc1.parameters()):
            return fc1(x, gelu=True)
        return act(fc1(x))


class DropPath(nn.Module):
    """Drops a whole branch per sample, in training (Huang et al. 2016, stochastic depth)."""

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """``x`` itself outside training; else samples are zeroed and the rest scaled up."""
        if not self.training or self.rate == 0.0:
            return x
        keep = 1.0 - self.rate
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        return x * torch.empty(shape, dtype=x.dtype, device=x.device).bernoulli_(keep) / keep


class MultiScaleBlock(nn.Module):
    """Pooling attention and MLP, each with a skip; arguments and keys are PySlowFast's.

    The skip is max-pooled with kernel ``stride + 1`` where queries stride. A channel change is a
    projection of ``norm1(x)`` before it (``dim_mul_in_att``) or of ``norm2(x)`` at the MLP.

    Args:
        dim: channels that enter.
        dim_out: channels that leave.
        num_heads: heads.
        input_size: grid that relative tables are sized for.
        mlp_ratio: hidden channels of the MLP over its input's.
        drop_rate: dropout in attention and MLP.
        drop_path: rate of stochastic depth.
        act_layer: activation of the MLP.
        norm_layer: builds the norms.
        has_cls_embed: token 0 is a class token.
        dim_mul_in_att: the channel change happens in attention.
        pool_norm_layer: builds the norms after pooling; ``norm_layer`` by default.
        attention: further arguments of ``MultiScaleAttention``.
    """

    def __init__(
        self,
        dim: int,
        dim_out: int,
        num_heads: int,
        input_size: Sequence[int],
        mlp_ratio: float = 4.0,
        drop_rate: float = 0.0,
        drop_path: float = 0.0,
        act_layer: Callable[[], nn.Module] = nn.GELU,
        norm_layer: NormLayer = nn.LayerNorm,
        has_cls_embed: bool = True,
        dim_mul_in_att: bool = False,
        pool_norm_layer: NormLayer | None = None,
        **attention: Unpack[AttentionOptions],
    ) -> None:
        super().__init__()
        att_dim = dim_out if dim_mul_in_att else dim
        self.has_cls_embed = has_cls_embed
        self.norm1 = norm_layer(dim)
        self.attn = MultiScaleAttention(
            dim,
            att_dim,
            input_size,
            num_heads=num_heads,
            drop_rate=drop_rate,
            norm_layer=pool_norm_layer or norm_layer,
            has_cls_embed=has_cls_embed,
            **attention,
        )
        self.drop_path = DropPath(drop_path)
        self.norm2 = norm_layer(att_dim)
        self.mlp = Mlp(att_dim, int(att_dim * mlp_ratio), dim_out, act_layer, drop_rate)
        self.proj = Linear(dim, dim_out) if dim != dim_out else None
        self._project_in_attention = dim_mul_in_att and self.proj is not None
        self._project_in_mlp = not dim_mul_in_att and self.proj is not None
        self.pool_skip = skip_pool(attention.get("stride_q", ()))

    def forward(
        self,
        x: Tensor,
        thw_shape: Sequence[int],
        class_alone: bool = False,
        exact: bool = True,
    ) -> tuple[Tensor, list[int]]:
        """Attention, then MLP.

        Args:
            x: (B, N, dim).
            thw_shape: the grid (T, Y, X).
            class_alone: nothing but the class token is read of the result, so no gradient of the
                others is wanted.
            exact: with frozen weights the class token alone has the value of the plain pass, bit
                for bit, which costs one without gradient: a product of one row is rounded
                otherwise than that row of many.

        Returns:
            (B, Nq, dim_out), or (B, 1, dim_out) of the class token alone, and the query grid.
        """
        normed = self.norm1(x)
        attended, q_shape = self.attn(normed, thw_shape)
        if self._project_in_attention and self.proj is not None:
            x = self.proj(normed)
        skip, _ = attention_pool(x, self.pool_skip, thw_shape, self.has_cls_embed)
        x = skip + self.drop_path(attended)
        if not class_alone:
            return self.through_mlp(x), q_shape
        alone = self.through_mlp(x[:, :1])
        if recorded(*self.mlp.parameters()) or not exact:
            return alone, q_shape
        with torch.no_grad():
            plain = self.through_mlp(x)[:, :1]
        return plain + (alone - alone.detach()), q_shape

    def through_mlp(self, x: Tensor) -> Tensor:
        """The second half of the block, token by token: (B, N, C) that attention was added to."""
        normed = self.norm2(x)
        hidden = self.mlp(normed)
        if self._project_in_mlp and self.proj is not None:
            x = self.proj(normed)
        return x + self.drop_path(hidden)


def skip_pool(stride: Sequence[int]) -> nn.MaxPool3d | None:
    """The pooling of a skip where queries stride, by maximum with kernel ``stride + 1``."""
    if not stride or max(stride) == 1:
        return None
    kernel = tuple(s + 1 if s > 1 else s for s in stride)
    return nn.MaxPool3d(kernel, tuple(stride), tuple(k // 2 for k in kernel))


class PlainBlock(nn.Module):
    """A pre-norm ViT block with unpooled attention (Dosovitskiy et al., ICLR 2021, equation 2).

    Args:
        dim: channels.
        num_heads: heads.
        mlp_ratio: hidden channels of the MLP over ``dim``.
        drop_rate: dropout of attention probabilities and MLP.
        drop_path: rate of stochastic depth.
        norm_layer: builds the norms.
        has_cls_embed: token 0 is a class token.
    """

    def __init__(
        self,
        dim: int,
        num_heads: int,
        mlp_ratio: float = 4.0,
        drop_rate: float = 0.0,
        drop_path: float = 0.0,
        norm_layer: NormLayer = nn.LayerNorm,
        has_cls_embed: bool = False,
    ) -> None:
        super().__init__()
        self.norm1 = norm_layer(dim)
        self.attn = MultiHeadedAttention(num_heads, dim, drop_rate)
        self.attn.has_cls_embed = has_cls_embed
        self.drop_path = DropPath(drop_path)
        self.norm2 = norm_layer(dim)
        self.mlp = Mlp(dim, int(dim * mlp_ratio), drop_rate=drop_rate)

    def forward(self, x: Tensor, thw_shape: Sequence[int]) -> tuple[Tensor, list[int]]:
        """(B, N, dim) to the same shape; the grid stays."""
        normed = self.norm1(x)
        x = x + self.drop_path(self.attn(normed, normed, normed, thw_shape=thw_shape))
        return self.through_mlp(x), list(thw_shape)

    def through_mlp(self, x: Tensor) -> Tensor:
        """The second half of the block, token by token: (B, N, C) that attention was added to."""
        return x + self.drop_path(self.mlp(self.norm2(x)))


def build_block(config: MViTConfig, index: int, input_size: Triple) -> nn.Module:
    """Block ``index`` of a configuration, its tables sized for ``input_size``."""
    block: BlockConfig = config.blocks[index]
    drop_path = config.drop_path_rate * index / max(config.depth - 1, 1)
    norm_layer, pool_norm_layer = norm_layers(config)
    if config.attention == "multi_head":
        return PlainBlock(
            block.dim,
            block.num_heads,
            config.mlp_ratio,
            config.drop_rate,
            drop_path,
            norm_layer,
            config.has_cls_embed,
        )
    return MultiScaleBlock(
        block.dim,
        block.dim_out,
        block.num_heads,
        input_size,
        mlp_ratio=config.mlp_ratio,
        qkv_bias=config.qkv_bias,
        drop_rate=config.drop_rate,
        drop_path=drop_path,
        norm_layer=norm_layer,
        kernel_q=block.kernel_q,
        kernel_kv=block.kernel_kv,
        stride_q=block.stride_q,
        stride_kv=block.stride_kv,
        mode=config.mode,
        has_cls_embed=config.has_cls_embed,
        pool_first=config.pool_first,
        rel_pos_spatial=config.rel_pos_spatial,
        rel_pos_temporal=config.rel_pos_temporal,
        rel_pos_zero_init=config.rel_pos_zero_init,
        residual_pooling=config.residual_pooling,
        dim_mul_in_att=config.dim_mul_in_att,
        separate_qkv=config.separate_qkv,
        residual_on_cls=config.residual_on_cls,
        depthwise_conv=config.depthwise_pool,
        residual_conv=config.residual_conv,
        pool_norm_layer=pool_norm_layer,
    )


class ClassificationHead(nn.Module):
    """Mean over tokens, LayerNorm, Linear.

    Weights are loaded under our names and under the reference's, where the head is a sequence of
    mean (0), norm (1) and linear layer (2).

    Args:
        emb_size: channels of a token.
        n_classes: classes.
    """

    def __init__(self, emb_size: int = 768, n_classes: int = 1000) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(emb_size)
        self.projection = Linear(emb_size, n_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, n_classes) of tokens (B, N, emb_size)."""
        return self.projection(self.norm(x.mean(dim=1)))

    @override
    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *others: Any) -> None:
        """Take the reference's names for ours, where the weights come under them."""
        for theirs, ours in (("1.", "norm."), ("2.", "projection.")):
            for part in ("weight", "bias"):
                if f"{prefix}{theirs}{part}" in state_dict:
                    value = state_dict.pop(f"{prefix}{theirs}{part}")
                    state_dict[f"{prefix}{ours}{part}"] = value
        super()._load_from_state_dict(state_dict, prefix, *others)


class LinearHead(nn.Module):
    """Dropout and one linear layer on the read-out vector; logits, never probabilities.

    The reference's head applies softmax in evaluation; here the record does, in one place.
    """

    def __init__(self, dim: int, num_classes: int, dropout_rate: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout_rate)
        self.projection = Linear(dim, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, classes) of vectors (B, dim)."""
        return self.projection(self.dropout(x))
