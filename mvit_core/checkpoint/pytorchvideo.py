"""pytorchvideo: hub files, and those of its current code with every pool stored twice.

Differs from PySlowFast in that residual pooling reaches the class row, and in options of its own:
batch norm before the pools, pooling convolutions that mix channels, layers without bias.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import (
    CheckpointFormat,
    Configuration,
    Setup,
    image_clip,
    video_clip,
)
from mvit_core.checkpoint.naming import compiled, renamed
from mvit_core.checkpoint.yacs import by_index, kernel_of, triple_of
from mvit_core.errors import ArchitectureError
from mvit_core.model.config import BlockConfig, MViTConfig, multiscale_blocks
from mvit_core.video.clip import ClipSpec

_RULES = compiled(
    (r"patch_embed\.patch_model\.", "patch_embed.proj."),
    (r"cls_positional_encoding\.", ""),
    (r"norm_embed\.", "norm."),
    (r"head\.proj\.", "head.projection."),
    (r"(blocks\.\d+\.attn)\._attention_pool_([qkv])\.(pool|norm)\.", r"\1.\3_\2."),
)

_DEFAULTS: Configuration = {
    "cls_embed_on": True,
    "sep_pos_embed": True,
    "depth": 16,
    "norm": "layernorm",
    "enable_patch_embed": True,
    "input_channels": 3,
    "patch_embed_dim": 96,
    "conv_patch_embed_kernel": (3, 7, 7),
    "conv_patch_embed_stride": (2, 4, 4),
    "conv_patch_embed_padding": (1, 3, 3),
    "use_2d_patch": False,
    "num_heads": 1,
    "mlp_ratio": 4.0,
    "qkv_bias": True,
    "pooling_mode": "conv",
    "pool_first": False,
    "residual_pool": False,
    "depthwise_conv": True,
    "separate_qkv": True,
    "embed_dim_mul": None,
    "atten_head_mul": None,
    "dim_mul_in_att": False,
    "pool_q_stride_size": None,
    "pool_kv_stride_size": None,
    "pool_kv_stride_adaptive": None,
    "pool_kvq_kernel": None,
    "head_num_classes": 400,
}
"""Defaults of ``create_multiscale_vision_transformers``."""


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    del configuration
    return "patch_embed.patch_model.weight" in state or any(
        name.startswith("cls_positional_encoding.") for name in state
    )


def _reads(configuration: Configuration) -> bool:
    return "spatial_size" in configuration and "block_setting" not in configuration


def _configure(configuration: Configuration) -> Setup:
    args = {**_DEFAULTS, **configuration}
    if not args["enable_patch_embed"]:
        raise ArchitectureError(
            "pytorchvideo's enable_patch_embed is False: the model takes features, not frames"
        )
    flat = bool(args["use_2d_patch"])
    size = args["spatial_size"]
    height, width = size if isinstance(size, Sequence) else (size, size)
    architecture = MViTConfig(
        blocks=_blocks(args),
        input_shape=(int(args["temporal_size"]), int(height), int(width)),
        num_classes=args["head_num_classes"],
        in_channels=args["input_channels"],
        patch_kernel=triple_of(args["conv_patch_embed_kernel"], 1, flat),
        patch_stride=triple_of(args["conv_patch_embed_stride"], 1, flat),
        patch_padding=triple_of(args["conv_patch_embed_padding"], 0, flat),
        patch_2d=flat,
        mode=args["pooling_mode"],
        pool_first=args["pool_first"],
        separate_qkv=args["separate_qkv"],
        qkv_bias=args["qkv_bias"],
        mlp_ratio=float(args["mlp_ratio"]),
        has_cls_embed=args["cls_embed_on"],
        sep_pos_embed=args["sep_pos_embed"],
        residual_pooling=args["residual_pool"],
        residual_on_cls=True,
        dim_mul_in_att=args["dim_mul_in_att"],
        depthwise_pool=args["depthwise_conv"],
        norm=args["norm"],
        readout="class" if args["cls_embed_on"] else "mean",
    )
    return Setup(architecture, _clip(architecture))


def _blocks(args: Configuration) -> tuple[BlockConfig, ...]:
    return multiscale_blocks(
        depth=args["depth"],
        embed_dim=args["patch_embed_dim"],
        num_heads=args["num_heads"],
        dim_mul=by_index(args["embed_dim_mul"]),
        head_mul=by_index(args["atten_head_mul"]),
        dim_mul_in_att=args["dim_mul_in_att"],
        q_strides=by_index(args["pool_q_stride_size"]),
        kv_strides=by_index(args["pool_kv_stride_size"]),
        kv_stride_adaptive=kernel_of(args["pool_kv_stride_adaptive"]) or None,
        kernel=kernel_of(args["pool_kvq_kernel"]) or None,
    )


def _clip(architecture: MViTConfig) -> ClipSpec:
    return image_clip(architecture) if architecture.patch_2d else video_clip(architecture)


def _convert(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    del architecture
    # Stored twice, the pools come out as one: both names hold the same tensor.
    return _with_zero_biases(renamed(state, _RULES))


def _with_zero_biases(state: StateDict) -> StateDict:
    """``bias_on=False`` leaves out every bias of the blocks; a bias of zero is the same layer."""
    linear = [
        name.removesuffix("weight")
        for name, value in state.items()
        if name.startswith("blocks.") and name.endswith("weight") and value.ndim == 2
        if ".attn.q" not in name and ".attn.k." not in name and ".attn.v." not in name
    ]
    if any(f"{stem}bias" in state for stem in linear):
        return state
    zeros = {f"{stem}bias": torch.zeros(state[f"{stem}weight"].shape[0]) for stem in linear}
    return {**state, **zeros}


def _adapt(architecture: MViTConfig) -> MViTConfig:
    return replace(architecture, residual_on_cls=True)


PYTORCHVIDEO = CheckpointFormat(
    name="pytorchvideo",
    title="pytorchvideo",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=_convert,
    adapt=_adapt,
    clip=_clip,
)
