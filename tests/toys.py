"""Toy networks made by code: small enough for tests, with every stage transition."""

from dataclasses import replace

from mvit_core.model import MViTConfig, multiscale_blocks


def toy_config(**changes) -> MViTConfig:
    """Four blocks in three stages on 4 frames of 32x32, MViTv2 options."""
    in_attention = changes.get("dim_mul_in_att", True)
    blocks = multiscale_blocks(
        depth=4,
        embed_dim=8,
        num_heads=1,
        dim_mul={1: 2.0, 3: 2.0},
        head_mul={1: 2.0, 3: 2.0},
        dim_mul_in_att=in_attention,
        q_strides={0: (1, 1, 1), 1: (1, 2, 2), 2: (1, 1, 1), 3: (1, 2, 2)},
        kv_stride_adaptive=(1, 4, 4),
        kernel=(3, 3, 3),
    )
    config = MViTConfig(
        blocks=blocks,
        input_shape=(4, 32, 32),
        num_classes=7,
        use_abs_pos=False,
        sep_pos_embed=False,
        rel_pos_spatial=True,
        rel_pos_temporal=True,
        residual_pooling=True,
        dim_mul_in_att=True,
    )
    return replace(config, **changes)
