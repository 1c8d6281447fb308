"""Small models and their configurations in PySlowFast's words."""

from dataclasses import replace
from typing import Any, TypeVar

import torch
import yaml
from torch import nn

from mvit_core.model import MViTConfig, multiscale_blocks
from tests.toys import toy_config

Network = TypeVar("Network", bound=nn.Module)

STAGES = {1: 2.0, 3: 2.0}


def tiny(**changes: Any) -> MViTConfig:
    """MViTv2-S in miniature: 4 blocks, 8 to 32 channels."""
    return toy_config(**changes)


def tiny_v1(**changes: Any) -> MViTConfig:
    """MViTv1-B in miniature: separable positions, queries pooled in two blocks only."""
    blocks = multiscale_blocks(
        depth=4, embed_dim=8, num_heads=1, dim_mul=STAGES, head_mul=STAGES,
        q_strides=dict.fromkeys(STAGES, (1, 2, 2)), kv_stride_adaptive=(1, 4, 4),
        kernel=(3, 3, 3),
    )  # fmt: skip
    return replace(MViTConfig(blocks=blocks, input_shape=(4, 32, 32), num_classes=7), **changes)


def weights(model: Network, seed: int = 0) -> Network:
    """Weights far from where they start, so that a wrong option shows."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in sorted(model.state_dict().items()):
            if value.is_floating_point():
                noise = torch.randn(value.shape, generator=generator) * 0.3
                value.copy_(noise.abs() + 0.5 if name.endswith("running_var") else noise)
    return model


def cfg(config: MViTConfig) -> dict[str, Any]:
    """The configuration as PySlowFast's own file would hold it."""
    frames, side, _ = config.input_shape
    v2 = config.dim_mul_in_att
    q_strides = [[i, *b.stride_q] for i, b in enumerate(config.blocks) if b.stride_q]
    mul = [[i, factor] for i, factor in STAGES.items()]
    mvit = {
        "DEPTH": config.depth, "EMBED_DIM": config.embed_dim, "NUM_HEADS": 1,
        "PATCH_KERNEL": [3, 7, 7], "PATCH_STRIDE": [2, 4, 4], "PATCH_PADDING": [1, 3, 3],
        "DIM_MUL": mul, "HEAD_MUL": mul, "DIM_MUL_IN_ATT": v2, "POOL_KVQ_KERNEL": [3, 3, 3],
        "POOL_KV_STRIDE_ADAPTIVE": [1, 4, 4], "POOL_Q_STRIDE": q_strides,
        "USE_ABS_POS": config.use_abs_pos, "SEP_POS_EMBED": config.sep_pos_embed,
        "USE_FIXED_SINCOS_POS": config.use_fixed_sincos_pos,
        "REL_POS_SPATIAL": config.rel_pos_spatial, "REL_POS_TEMPORAL": config.rel_pos_temporal,
        "RESIDUAL_POOLING": config.residual_pooling, "SEPARATE_QKV": config.separate_qkv,
        "CLS_EMBED_ON": config.has_cls_embed,
    }  # fmt: skip
    return {
        "DATA": {"NUM_FRAMES": frames, "TRAIN_CROP_SIZE": side, "SAMPLING_RATE": 4},
        "MODEL": {"NUM_CLASSES": config.num_classes, "MODEL_NAME": "MViT"},
        "MVIT": mvit,
    }


def cfg_text(config: MViTConfig) -> str:
    """The same as YAML."""
    return yaml.safe_dump(cfg(config))
