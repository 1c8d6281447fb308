"""The tiny model's weights under each upstream's names, and its configuration in their words."""

import re
from typing import Any

from torch import Tensor

from mvit_core.model import MViTConfig
from tests.checkpoint.tiny import cfg

State = dict[str, Tensor]


def as_torchvision(state: State, config: MViTConfig) -> tuple[State, dict[str, Any]]:
    out = {}
    for name, value in state.items():
        name = name.replace("patch_embed.proj.", "conv_proj.")
        name = name.replace("head.projection.", "head.1.")
        name = re.sub(r"attn\.proj\.", "attn.project.0.", name)
        name = re.sub(r"(blocks\.\d+)\.proj\.", r"\1.project.", name)
        name = re.sub(r"attn\.pool_([qkv])\.", r"attn.pool_\1.pool.", name)
        name = re.sub(r"attn\.norm_([qkv])\.", r"attn.pool_\1.norm_act.0.", name)
        name = name.replace("mlp.fc1", "mlp.0").replace("mlp.fc2", "mlp.3")
        if name == "cls_token":
            name, value = "pos_encoding.class_token", value[0, 0]
        out[name] = value
    fields = ("num_heads", "kernel_q", "kernel_kv", "stride_q", "stride_kv")
    settings = [
        {
            **{f: getattr(b, f) for f in fields},
            "input_channels": b.dim,
            "output_channels": b.dim_out,
        }
        for b in config.blocks
    ]
    frames, height, width = config.input_shape
    return out, {
        "spatial_size": (height, width),
        "temporal_size": frames,
        "block_setting": settings,
        "num_classes": config.num_classes,
        "residual_pool": True,
        "residual_with_cls_embed": False,
        "rel_pos_embed": True,
        "proj_after_attn": True,
    }


def as_mmaction2(state: State, config: MViTConfig) -> tuple[State, dict[str, Any]]:
    out = {}
    for name, value in state.items():
        name = name.replace("patch_embed.proj.", "patch_embed.projection.")
        name = re.sub(r"^norm\.", "norm2.", name)
        head = name.startswith("head.")
        name = name.replace("head.projection.", "cls_head.fc_cls.")
        out[name if head else f"backbone.{name}"] = value
    arch = {"embed_dims": 8, "num_layers": 4, "num_heads": 1, "downscale_indices": [1, 3]}
    frames, side, _ = config.input_shape
    backbone = {
        "type": "MViT",
        "arch": arch,
        "temporal_size": frames,
        "spatial_size": side,
        "adaptive_kv_stride": (1, 4, 4),
    }
    return out, {
        "type": "Recognizer3D",
        "backbone": backbone,
        "cls_head": {"type": "MViTHead", "num_classes": config.num_classes},
    }


def as_pytorchvideo(state: State, config: MViTConfig) -> tuple[State, dict[str, Any]]:
    out = {}
    for name, value in state.items():
        name = name.replace("patch_embed.proj.", "patch_embed.patch_model.")
        name = re.sub(r"^(cls_token|pos_embed)", r"cls_positional_encoding.\1", name)
        name = re.sub(r"^norm\.", "norm_embed.", name)
        out[name.replace("head.projection.", "head.proj.")] = value
        duplicate = re.sub(r"attn\.(pool|norm)_([qkv])\.", r"attn._attention_pool_\2.\1.", name)
        out[duplicate if duplicate != name else name.replace("head.projection.", "head.proj.")] = (
            value
        )
    frames, side, _ = config.input_shape
    mul = [[1, 2.0], [3, 2.0]]
    return out, {
        "spatial_size": side,
        "temporal_size": frames,
        "depth": 4,
        "patch_embed_dim": 8,
        "num_heads": 1,
        "embed_dim_mul": mul,
        "atten_head_mul": mul,
        "pool_q_stride_size": [[1, 1, 2, 2], [3, 1, 2, 2]],
        "pool_kv_stride_adaptive": [1, 4, 4],
        "pool_kvq_kernel": [3, 3, 3],
        "head_num_classes": config.num_classes,
        "separate_qkv": config.separate_qkv,
        "pooling_mode": config.mode,
        "norm": config.norm,
        "depthwise_conv": config.depthwise_pool,
        "sep_pos_embed": config.sep_pos_embed,
    }


def as_timm(state: State, config: MViTConfig) -> tuple[State, dict[str, Any]]:
    places = {0: "0.blocks.0", 1: "1.blocks.0", 2: "1.blocks.1", 3: "2.blocks.0"}
    out = {}
    for name, value in state.items():
        name = re.sub(r"^(blocks\.\d+)\.proj\.", r"\1.shortcut_proj_attn.", name)
        name = re.sub(r"^blocks\.(\d+)", lambda m: f"stages.{places[int(m[1])]}", name)
        value = value.squeeze(2) if ".attn.pool_" in name else value
        out[name.replace("head.projection.", "head.fc.")] = value
    return out, {
        "depths": (1, 2, 1),
        "embed_dim": (8, 16, 32),
        "num_heads": (1, 2, 4),
        "stride_q": ((1, 1), (2, 2), (2, 2)),
        "use_cls_token": config.has_cls_embed,
        "img_size": config.input_shape[1:],
        "num_classes": config.num_classes,
    }


def as_facebook_mvit(state: State, config: MViTConfig) -> tuple[State, dict[str, Any]]:
    out = {n: v.squeeze(2) if ".attn.pool_" in n else v for n, v in state.items()}
    mul = [[1, 2.0], [3, 2.0]]
    mvit = {
        "PATCH_KERNEL": [7, 7],
        "DEPTH": 4,
        "EMBED_DIM": 8,
        "DIM_MUL": mul,
        "HEAD_MUL": mul,
        "DIM_MUL_IN_ATT": True,
        "POOL_KVQ_KERNEL": [3, 3],
        "POOL_KV_STRIDE_ADAPTIVE": [4, 4],
        "POOL_Q_STRIDE": [[0, 1, 1], [1, 2, 2], [2, 1, 1], [3, 2, 2]],
        "CLS_EMBED_ON": config.has_cls_embed,
        "USE_ABS_POS": False,
        "REL_POS_SPATIAL": True,
        "RESIDUAL_POOLING": True,
    }
    data = {"TRAIN_CROP_SIZE": config.input_shape[1]}
    return out, {"MVIT": mvit, "DATA": data, "MODEL": {"NUM_CLASSES": config.num_classes}}


def as_mmpretrain(state: State, config: MViTConfig) -> tuple[State, dict[str, Any]]:
    flat = {n: v.squeeze(2) if ".attn.pool_" in n else v for n, v in state.items()}
    out, configuration = as_mmaction2(flat, config)
    renamed = {name.replace("cls_head.fc_cls.", "head.fc."): value for name, value in out.items()}
    arch = configuration["backbone"]["arch"]
    backbone = {
        "type": "MViT",
        "arch": arch,
        "img_size": config.input_shape[1],
        "adaptive_kv_stride": 4,
    }
    return renamed, {
        "type": "ImageClassifier",
        "backbone": backbone,
        "head": {"type": "LinearClsHead", "num_classes": config.num_classes},
    }


def as_memvit(state: State, config: MViTConfig) -> tuple[State, dict[str, Any]]:
    configuration = cfg(config)
    configuration["MVIT"] |= {"POOL_FIRST": True, "CONV_Q": 2 if config.residual_conv else 1}
    del configuration["MVIT"]["RESIDUAL_POOLING"], configuration["MVIT"]["SEPARATE_QKV"]
    return dict(state), {**configuration, "MEMVIT": {"ENABLE": True}}
