"""Published architectures as data.

Sources: Fan et al., ICCV 2021, tables 1-2 (MViTv1); Li et al., CVPR 2022, tables 1 and 10
(MViTv2); Dosovitskiy et al., ICLR 2021 (plain ViT); Mangalam et al., CVPR 2022 (reversible);
hyper-parameters as the model zoos of PySlowFast and pytorchvideo state them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from mvit_core.geometry import Triple
from mvit_core.model.config import (
    AttentionKind,
    BlockConfig,
    Kernel,
    MViTConfig,
    multiscale_blocks,
)
from mvit_core.model.pretraining import PretrainingConfig
from mvit_core.model.reversible import ReversibleConfig


@dataclass(frozen=True)
class _Scale:
    """Settings that set one published size apart from another."""

    depth: int
    embed_dim: int
    num_heads: int
    stages: tuple[int, int, int]
    """The blocks at which a new stage begins."""


_B16 = _Scale(16, 96, 1, (1, 3, 14))
_B24 = _Scale(24, 96, 1, (2, 5, 21))
_L48 = _Scale(48, 144, 2, (2, 8, 44))
_T10 = _Scale(10, 96, 1, (1, 3, 8))
_H80 = _Scale(80, 192, 3, (4, 12, 72))


def _version_1(scale: _Scale, kv: Kernel, kernel: Kernel | None, shape: Triple) -> MViTConfig:
    doubled = dict.fromkeys(scale.stages, 2.0)
    blocks = multiscale_blocks(
        depth=scale.depth,
        embed_dim=scale.embed_dim,
        num_heads=scale.num_heads,
        dim_mul=doubled,
        head_mul=doubled,
        q_strides=dict.fromkeys(scale.stages, (1, 2, 2)),
        kv_stride_adaptive=kv,
        kernel=kernel,
    )
    return MViTConfig(blocks=blocks, input_shape=shape)


def _version_2(
    scale: _Scale, kv: Kernel, kernel: Kernel, shape: Triple, *, in_attention: bool = True
) -> MViTConfig:
    doubled = dict.fromkeys(scale.stages, 2.0)
    strides = {i: (1, 2, 2) if i in scale.stages else (1, 1, 1) for i in range(scale.depth)}
    blocks = multiscale_blocks(
        depth=scale.depth,
        embed_dim=scale.embed_dim,
        num_heads=scale.num_heads,
        dim_mul=doubled,
        head_mul=doubled,
        dim_mul_in_att=in_attention,
        q_strides=strides,
        kv_stride_adaptive=kv,
        kernel=kernel,
    )
    return MViTConfig(
        blocks=blocks,
        input_shape=shape,
        use_abs_pos=False,
        sep_pos_embed=False,
        rel_pos_spatial=True,
        rel_pos_temporal=True,
        residual_pooling=True,
        dim_mul_in_att=in_attention,
    )


def _image(config: MViTConfig, *, cls: bool, num_classes: int = 1000) -> MViTConfig:
    return replace(
        config,
        num_classes=num_classes,
        patch_2d=True,
        patch_kernel=(1, 7, 7),
        patch_stride=(1, 4, 4),
        patch_padding=(0, 3, 3),
        rel_pos_temporal=False,
        has_cls_embed=cls,
        readout="class" if cls else "mean",
    )


def plain_vit(
    *,
    depth: int,
    embed_dim: int,
    num_heads: int,
    input_shape: Triple = (16, 224, 224),
    patch: Triple = (2, 16, 16),
    num_classes: int = 400,
    attention: AttentionKind = "pooling",
) -> MViTConfig:
    """A ViT on video without pooling (Dosovitskiy et al., ICLR 2021), tubelet patches.

    With ``attention='pooling'`` it is the ViT of PySlowFast's masked-SSL configurations (class
    token present, mean readout); with ``'multi_head'`` the blocks are the unpooled baseline
    ``MultiHeadedAttention`` and the head is ``ClassificationHead``.

    Args:
        depth: blocks.
        embed_dim: channels of a token.
        num_heads: of every block.
        input_shape: (frames, height, width) of the model's input.
        patch: (t, y, x) of a tubelet.
        num_classes: of the head.
        attention: see above.
    """
    baseline = attention == "multi_head"
    return MViTConfig(
        blocks=(BlockConfig(embed_dim, embed_dim, num_heads),) * depth,
        input_shape=input_shape,
        num_classes=num_classes,
        patch_kernel=patch,
        patch_stride=patch,
        patch_padding=(0, 0, 0),
        attention=attention,
        has_cls_embed=not baseline,
        readout="classification_head" if baseline else "mean_before_norm",
    )


_VIDEO_KERNEL, _IMAGE_KERNEL = (3, 3, 3), (1, 3, 3)
_VIDEO_KV, _IMAGE_KV = (1, 8, 8), (1, 4, 4)
_IMAGE = (1, 224, 224)


def _image_v2(scale: _Scale, *, cls: bool = False, in_attention: bool = True) -> MViTConfig:
    config = _version_2(scale, _IMAGE_KV, _IMAGE_KERNEL, _IMAGE, in_attention=in_attention)
    return _image(config, cls=cls, num_classes=19168 if cls else 1000)


def _fine_tuned(config: MViTConfig) -> MViTConfig:
    """Readout of the masked-SSL fine-tunes: the class token is kept, the mean is read."""
    return replace(config, readout="mean_before_norm")


def _maskfeat(scale: _Scale) -> PretrainingConfig:
    """The encoder that MaskFeat trains on video: the last stage widens and does not pool.

    Source: Wei et al., CVPR 2022, section 4.1.
    """
    whole = _version_2(scale, _VIDEO_KV, _VIDEO_KERNEL, (16, 224, 224), in_attention=False)
    last = scale.stages[-1]
    blocks = tuple(
        replace(block, stride_q=(1, 1, 1), stride_kv=whole.blocks[last - 1].stride_kv)
        if index >= last
        else block
        for index, block in enumerate(whole.blocks)
    )
    options = {field.name: getattr(whole, field.name) for field in fields(whole)}
    encoder = {"blocks": blocks, "num_classes": 0, "readout": "none"}
    return PretrainingConfig(**{**options, **encoder})


def _reversible(config: MViTConfig, **changes: Any) -> ReversibleConfig:  # noqa: ANN401
    """Source: Mangalam et al., CVPR 2022, table 9."""
    options = {field.name: getattr(config, field.name) for field in fields(config)}
    settled = {"has_cls_embed": False, "readout": "mean", "dim_mul_in_att": True}
    return ReversibleConfig(**{**options, **settled, **changes})


def _reversible_stages(kv: Kernel, kernel: Kernel, shape: Triple) -> MViTConfig:
    """MViTv1-B whose layers widen where they pool."""
    doubled = dict.fromkeys(_B16.stages, 2.0)
    blocks = multiscale_blocks(
        depth=_B16.depth,
        embed_dim=_B16.embed_dim,
        num_heads=_B16.num_heads,
        dim_mul=doubled,
        head_mul=doubled,
        dim_mul_in_att=True,
        q_strides=dict.fromkeys(_B16.stages, (1, 2, 2)),
        kv_stride_adaptive=kv,
        kernel=kernel,
    )
    return MViTConfig(blocks=blocks, input_shape=shape, dim_mul_in_att=True)


def _picture_vit(*, depth: int, embed_dim: int, num_heads: int) -> MViTConfig:
    vit = plain_vit(
        depth=depth,
        embed_dim=embed_dim,
        num_heads=num_heads,
        input_shape=_IMAGE,
        patch=(1, 16, 16),
        num_classes=1000,
    )
    return replace(vit, patch_2d=True, sep_pos_embed=False)


def _presets(items: Iterable[tuple[str, MViTConfig]]) -> Mapping[str, MViTConfig]:
    return MappingProxyType(dict(items))


PRESETS: Mapping[str, MViTConfig] = _presets(
    [
        ("mvit_v1_b_16x4", _version_1(_B16, _VIDEO_KV, _VIDEO_KERNEL, (16, 224, 224))),
        ("mvit_v1_b_32x3", _version_1(_B24, _VIDEO_KV, None, (32, 224, 224))),
        ("mvit_v1_b_32x3_d16", _version_1(_B16, _VIDEO_KV, _VIDEO_KERNEL, (32, 224, 224))),
        (
            "mvit_v1_b_image",
            replace(
                _image(_version_1(_B16, _IMAGE_KV, _IMAGE_KERNEL, _IMAGE), cls=True),
                sep_pos_embed=False,
            ),
        ),
        ("mvit_v2_s_16x4", _version_2(_B16, _VIDEO_KV, _VIDEO_KERNEL, (16, 224, 224))),
        ("mvit_v2_b_32x3", _version_2(_B24, _VIDEO_KV, _VIDEO_KERNEL, (32, 224, 224))),
        ("mvit_v2_l_40x3", _version_2(_L48, _VIDEO_KV, _VIDEO_KERNEL, (40, 312, 312))),
        (
            "mvit_v2_l_40x3_mlp",
            _version_2(_L48, _VIDEO_KV, _VIDEO_KERNEL, (40, 312, 312), in_attention=False),
        ),
        (
            "mvit_v2_s_16x4_mlp",
            _fine_tuned(
                _version_2(_B16, _VIDEO_KV, _VIDEO_KERNEL, (16, 224, 224), in_attention=False)
            ),
        ),
        (
            "mvit_v2_l_16x4_mlp",
            _fine_tuned(
                _version_2(_L48, _VIDEO_KV, _VIDEO_KERNEL, (16, 224, 224), in_attention=False)
            ),
        ),
        ("mvit_v2_s_16x4_maskfeat", _maskfeat(_B16)),
        ("mvit_v2_l_16x4_maskfeat", _maskfeat(_L48)),
        ("mvit_v2_t_image", _image_v2(_T10)),
        ("mvit_v2_s_image", _image_v2(_B16)),
        ("mvit_v2_b_image", _image_v2(_B24)),
        ("mvit_v2_l_image", _image_v2(_L48, in_attention=False)),
        ("mvit_v2_s_image_cls", replace(_image_v2(_B16, cls=True), num_classes=1000)),
        ("mvit_v2_b_image_in21k", _image_v2(_B24, cls=True)),
        ("mvit_v2_l_image_in21k", _image_v2(_L48, cls=True)),
        ("mvit_v2_h_image_in21k", _image_v2(_H80, cls=True)),
        ("vit_b_16x4", plain_vit(depth=12, embed_dim=768, num_heads=12)),
        ("vit_l_16x4", plain_vit(depth=24, embed_dim=1024, num_heads=16)),
        ("vit_h_16x4", plain_vit(depth=32, embed_dim=1280, num_heads=16)),
        ("vit_b_image", _picture_vit(depth=12, embed_dim=768, num_heads=12)),
        ("vit_l_image", _picture_vit(depth=24, embed_dim=1024, num_heads=16)),
        (
            "vit_b_16x4_multi_head",
            plain_vit(depth=12, embed_dim=768, num_heads=12, attention="multi_head"),
        ),
        (
            "rev_mvit_b_16x4",
            _reversible(
                _reversible_stages(_VIDEO_KV, _VIDEO_KERNEL, (16, 224, 224)),
                transitions=_B16.stages,
                qkv_bias=False,
            ),
        ),
        (
            "rev_mvit_b_image",
            _reversible(
                _image(_reversible_stages(_IMAGE_KV, _IMAGE_KERNEL, _IMAGE), cls=False),
                transitions=_B16.stages,
                transition_fusion="concat_linear_2",
                sep_pos_embed=False,
            ),
        ),
        (
            "rev_vit_s_image",
            _reversible(_picture_vit(depth=12, embed_dim=384, num_heads=6)),
        ),
        (
            "rev_vit_b_image",
            _reversible(_picture_vit(depth=12, embed_dim=768, num_heads=12)),
        ),
    ]
)
"""Published architectures by name; ``_d16`` is pytorchvideo's 16-block variant of 32x3."""
