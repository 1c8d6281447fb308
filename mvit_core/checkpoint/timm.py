"""timm's MViTv2 for images: blocks counted per stage, configuration in ``config.json`` beside.

Residual pooling reaches the class row, unlike in facebookresearch/mvit, whose weights timm runs.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup, image_clip
from mvit_core.checkpoint.naming import compiled, renamed, with_time_axis
from mvit_core.checkpoint.yacs import triple_of
from mvit_core.errors import ArchitectureError
from mvit_core.model.config import BlockConfig, Kernel, MViTConfig, check_depth
from mvit_core.printable import brief
from mvit_core.video.clip import ClipSpec

_DEFAULTS: Configuration = {
    "depths": (2, 3, 16, 3),
    "embed_dim": 96,
    "num_heads": 1,
    "mlp_ratio": 4.0,
    "pool_first": False,
    "expand_attn": True,
    "qkv_bias": True,
    "use_cls_token": False,
    "use_abs_pos": False,
    "residual_pooling": True,
    "mode": "conv",
    "kernel_qkv": (3, 3),
    "stride_q": ((1, 1), (2, 2), (2, 2), (2, 2)),
    "stride_kv": None,
    "stride_kv_adaptive": (4, 4),
    "patch_kernel": (7, 7),
    "patch_stride": (4, 4),
    "patch_padding": (3, 3),
    "rel_pos_type": "spatial",
    "norm_layer": "layernorm",
    "norm_eps": 1e-6,
    "img_size": (224, 224),
    "num_classes": 1000,
    "in_chans": 3,
    "global_pool": None,
}
"""Defaults of ``MultiScaleVitCfg`` and ``MultiScaleVit``."""

_LARGE = {"depths": (2, 6, 36, 4), "embed_dim": 144, "num_heads": 2}
_HUGE = {"depths": (4, 8, 60, 8), "embed_dim": 192, "num_heads": 3}
_NAMED: Mapping[str, Configuration] = {
    "mvitv2_tiny": {"depths": (1, 2, 5, 2)},
    "mvitv2_small": {"depths": (1, 2, 11, 2)},
    "mvitv2_base": {},
    "mvitv2_large": {**_LARGE, "expand_attn": False},
    "mvitv2_small_cls": {"depths": (1, 2, 11, 2), "use_cls_token": True},
    "mvitv2_base_cls": {"use_cls_token": True},
    "mvitv2_large_cls": {**_LARGE, "use_cls_token": True},
    "mvitv2_huge_cls": {**_HUGE, "use_cls_token": True},
}
"""Presets by ``architecture`` in ``config.json``."""

_BLOCK = re.compile(r"stages\.(\d+)\.blocks\.(\d+)\.")

_RULES = compiled(
    (r"head\.fc\.", "head.projection."),
    (r"(blocks\.\d+)\.shortcut_proj_(?:attn|mlp)\.", r"\1.proj."),
)


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    del configuration
    return any(_BLOCK.match(name) for name in state)


def _reads(configuration: Configuration) -> bool:
    return "depths" in configuration or str(configuration.get("architecture")) in _NAMED


def _arguments(configuration: Configuration) -> dict[str, Any]:
    """Keyword arguments as given, or as ``config.json`` states them."""
    args = {**_DEFAULTS, **_NAMED.get(str(configuration.get("architecture")), {})}
    args.update(configuration.get("model_args") or {})
    args.update({k: v for k, v in configuration.items() if k in args})
    stages = len(args["depths"])
    for name in ("embed_dim", "num_heads"):
        if not isinstance(args[name], Sequence):
            args[name] = [args[name] * 2**stage for stage in range(stages)]
    if not isinstance(args["img_size"], Sequence):
        args["img_size"] = (args["img_size"],) * 2
    return args


def _configure(configuration: Configuration) -> Setup:
    args = _arguments(configuration)
    if args["norm_layer"] not in ("layernorm", "LayerNorm"):
        raise ArchitectureError(
            f"timm's norm_layer is {args['norm_layer']}; only layernorm is shown"
        )
    height, width = args["img_size"]
    eps = float(args["norm_eps"])
    architecture = MViTConfig(
        blocks=_blocks(args),
        input_shape=(1, int(height), int(width)),
        num_classes=max(int(args["num_classes"]), 1),  # 0 is a model without a head
        in_channels=int(args["in_chans"]),
        patch_kernel=triple_of(args["patch_kernel"], 1, flat=True),
        patch_stride=triple_of(args["patch_stride"], 1, flat=True),
        patch_padding=triple_of(args["patch_padding"], 0, flat=True),
        patch_2d=True,
        mode=args["mode"],
        pool_first=args["pool_first"],
        qkv_bias=args["qkv_bias"],
        mlp_ratio=float(args["mlp_ratio"]),
        has_cls_embed=args["use_cls_token"],
        use_abs_pos=args["use_abs_pos"],
        sep_pos_embed=False,
        rel_pos_spatial=args["rel_pos_type"] == "spatial",
        residual_pooling=args["residual_pooling"],
        residual_on_cls=True,
        dim_mul_in_att=args["expand_attn"],
        norm_eps=eps,
        pool_norm_eps=eps,
        readout=_readout(args),
    )
    pretrained = configuration.get("pretrained_cfg") or {}
    return Setup(architecture, _clip(architecture, pretrained))


def _flat(stride: Sequence[int]) -> Kernel:
    return triple_of(stride, 1, flat=True)


def _kv_strides(args: Configuration) -> list[Kernel]:
    if args["stride_kv"] is not None:
        return [_flat(stride) for stride in args["stride_kv"]]
    strides, stride = [], tuple(args["stride_kv_adaptive"])
    for q in args["stride_q"]:
        if min(q) > 1:
            stride = tuple(max(kv // s, 1) for kv, s in zip(stride, q, strict=True))
        strides.append(_flat(stride))
    return strides


def _blocks(args: Configuration) -> tuple[BlockConfig, ...]:
    """The first block of a stage pools; its last widens where attention does not expand."""
    check_depth(sum(args["depths"]))
    kernel, widths = _flat(args["kernel_qkv"]), args["embed_dim"]
    kv_strides = _kv_strides(args)
    blocks, dim = [], int(widths[0])
    for stage, depth in enumerate(args["depths"]):
        following = int(widths[min(stage + 1, len(widths) - 1)])
        for index in range(depth):
            if args["expand_attn"]:
                dim_out = int(widths[stage])
            else:
                dim_out = following if index == depth - 1 else dim
            stride_q = _flat(args["stride_q"][stage]) if index == 0 else (1, 1, 1)
            heads = int(args["num_heads"][stage])
            blocks.append(
                BlockConfig(dim, dim_out, heads, kernel, kernel, stride_q, kv_strides[stage])
            )
            dim = dim_out
    return tuple(blocks)


def _readout(args: Configuration) -> Any:  # noqa: ANN401 - a Literal of MViTConfig
    pool = args["global_pool"]
    if pool is None:
        pool = "token" if args["use_cls_token"] else "avg"
    if pool == "avg":
        return "mean"
    if pool == "token" and args["use_cls_token"]:
        return "class"
    raise ArchitectureError(
        f"timm's global_pool is {brief(pool)} with use_cls_token={args['use_cls_token']}; "
        "shown are avg, and token with a class token"
    )


def _clip(architecture: MViTConfig, pretrained: Configuration) -> ClipSpec:
    spec = image_clip(architecture, crop_share=float(pretrained.get("crop_pct", 0.9)))
    return replace(
        spec,
        mean=tuple(pretrained.get("mean", spec.mean)),
        std=tuple(pretrained.get("std", spec.std)),
        interpolation="bilinear" if pretrained.get("interpolation") == "bilinear" else "bicubic",
    )


def _convert(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    del architecture
    places = {found.groups() for found in map(_BLOCK.match, state) if found}
    lengths = Counter(stage for stage, _ in places)
    first = {stage: sum(lengths[s] for s in lengths if int(s) < int(stage)) for stage in lengths}
    counted = {
        _BLOCK.sub(lambda m: f"blocks.{first[m[1]] + int(m[2])}.", name): value
        for name, value in state.items()
    }
    return with_time_axis(renamed(counted, _RULES))


def _adapt(architecture: MViTConfig) -> MViTConfig:
    return replace(architecture, residual_on_cls=True)


TIMM = CheckpointFormat(
    name="timm",
    title="timm",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=_convert,
    adapt=_adapt,
    clip=lambda architecture: _clip(architecture, {}),
    interpolates=False,
)
