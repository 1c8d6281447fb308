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


def toy_cfg(**mvit) -> dict:
    """``toy_config`` as the part of a PySlowFast configuration that builds it."""
    return {
        "DATA": {
            "NUM_FRAMES": 4,
            "SAMPLING_RATE": 4,
            "TARGET_FPS": 30,
            "TRAIN_CROP_SIZE": 32,
            "TEST_CROP_SIZE": 32,
            "TRAIN_JITTER_SCALES": [40, 48],
            "INPUT_CHANNEL_NUM": [3],
            "MEAN": [0.45] * 3,
            "STD": [0.225] * 3,
            "REVERSE_INPUT_CHANNEL": False,
        },
        "MODEL": {"ARCH": "mvit", "MODEL_NAME": "MViT", "NUM_CLASSES": 7},
        "TEST": {"NUM_SPATIAL_CROPS": 1},
        "MVIT": {
            "CLS_EMBED_ON": True,
            "DEPTH": 4,
            "DIM_MUL": [[1, 2.0], [3, 2.0]],
            "HEAD_MUL": [[1, 2.0], [3, 2.0]],
            "DIM_MUL_IN_ATT": True,
            "EMBED_DIM": 8,
            "NUM_HEADS": 1,
            "MLP_RATIO": 4.0,
            "MODE": "conv",
            "NORM": "layernorm",
            "PATCH_KERNEL": [3, 7, 7],
            "PATCH_STRIDE": [2, 4, 4],
            "PATCH_PADDING": [1, 3, 3],
            "POOL_KVQ_KERNEL": [3, 3, 3],
            "POOL_KV_STRIDE_ADAPTIVE": [1, 4, 4],
            "POOL_Q_STRIDE": [[0, 1, 1, 1], [1, 1, 2, 2], [2, 1, 1, 1], [3, 1, 2, 2]],
            "QKV_BIAS": True,
            "REL_POS_SPATIAL": True,
            "REL_POS_TEMPORAL": True,
            "RESIDUAL_POOLING": True,
            "SEP_POS_EMBED": False,
            "USE_ABS_POS": False,
            **mvit,
        },
    }


def toy_model():
    """A small MViTv2 in evaluation mode, its weights drawn so that attention is far from flat."""
    import torch

    from mvit_core.model import MViT

    torch.manual_seed(0)
    model = MViT(toy_config()).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                parameter.mul_(8 if "qkv" in name or "rel_pos" in name else 3)
    return model


def write_toy_checkpoint(path, model):
    """``model`` as PySlowFast saves it: weights, an epoch and the configuration as YAML."""
    import torch
    import yaml

    cfg = toy_cfg()
    cfg["MODEL"]["NUM_CLASSES"] = model.config.num_classes
    torch.save({"epoch": 3, "model_state": model.state_dict(), "cfg": yaml.safe_dump(cfg)}, path)
    return path
