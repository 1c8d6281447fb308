"""mmaction2: converted files and training files of mmengine.

The class token is stored even where it is not used, the norm after the last stage is called
``norm<stage>``, and with more than one entry in ``out_scales`` the norms between stages lie in
the stream that the next stage gets.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup, video_clip
from mvit_core.checkpoint.naming import compiled, renamed
from mvit_core.checkpoint.yacs import kernel_of, triple_of
from mvit_core.errors import ArchitectureError
from mvit_core.model.config import BlockConfig, Kernel, MViTConfig, check_depth
from mvit_core.printable import brief
from mvit_core.video.clip import ClipSpec

ZOO: Mapping[str, Configuration] = {
    name: {"embed_dims": dim, "num_layers": depth, "num_heads": heads, "downscale_indices": stages}
    for name, dim, depth, heads, stages in (
        ("tiny", 96, 10, 1, (1, 3, 8)),
        ("small", 96, 16, 1, (1, 3, 14)),
        ("base", 96, 24, 1, (2, 5, 21)),
        ("large", 144, 48, 2, (2, 8, 44)),
        ("huge", 192, 80, 3, (4, 12, 72)),
    )
}
"""``arch`` by name, the same in mmaction2 and mmpretrain."""

_RULES = compiled(
    (r"backbone\.patch_embed\.projection\.", "patch_embed.proj."),
    (r"patch_embed\.projection\.", "patch_embed.proj."),
    (r"backbone\.", ""),
    (r"cls_head\.fc_cls\.", "head.projection."),
)


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    del configuration
    return any(name.removeprefix("backbone.") == "patch_embed.projection.weight" for name in state)


def model_of(configuration: Configuration) -> Configuration:
    """The model dict, given itself or as a part of a whole configuration."""
    model = configuration.get("model", configuration)
    return model if isinstance(model, Mapping) else {}


def _reads(configuration: Configuration) -> bool:
    model = model_of(configuration)
    return isinstance(model.get("backbone"), Mapping) or model.get("type") == "MViT"


def arch_of(backbone: Configuration, title: str) -> Configuration:
    """Width, depth, heads and stages of a backbone, by name or spelt out.

    Raises:
        ArchitectureError: there is none of that name.
    """
    arch = backbone.get("arch", "base")
    if isinstance(arch, Mapping):
        return arch
    if str(arch).lower() not in ZOO:
        raise ArchitectureError(f"{title}'s arch is {brief(arch)}; there are {', '.join(ZOO)}")
    return ZOO[str(arch).lower()]


def _configure(configuration: Configuration) -> Setup:
    model = model_of(configuration)
    backbone: Configuration = model.get("backbone", model)
    if backbone.get("type", "MViT") != "MViT":
        raise ArchitectureError(f"mmaction2's backbone is {backbone['type']}, not MViT")
    if set(backbone.get("pool_kernel", (3,))) == {1}:
        raise ArchitectureError("mmaction2's pool_kernel is (1, 1, 1); larger ones are shown")
    head: Configuration = model.get("cls_head") or {}
    arch = arch_of(backbone, "mmaction2")
    in_attention = bool(backbone.get("dim_mul_in_attention", True))
    side = int(backbone.get("spatial_size", 224))
    patch: Configuration = backbone.get("patch_cfg") or {}
    relative = bool(backbone.get("rel_pos_embed", True))
    eps = eps_of(backbone)
    architecture = MViTConfig(
        blocks=stage_blocks(
            backbone,
            arch,
            kernel=kernel_of(backbone.get("pool_kernel", (3, 3, 3))),
            first_kv=kernel_of(backbone.get("adaptive_kv_stride", (1, 8, 8))),
            in_attention=in_attention,
        ),
        input_shape=(int(backbone.get("temporal_size", 16)), side, side),
        num_classes=int(head.get("num_classes", 400)),
        in_channels=int(backbone.get("in_channels", 3)),
        patch_kernel=_patch(patch, "kernel_size", (3, 7, 7)),
        patch_stride=_patch(patch, "stride", (2, 4, 4)),
        patch_padding=_patch(patch, "padding", (1, 3, 3)),
        qkv_bias=bool(backbone.get("qkv_bias", True)),
        mlp_ratio=float(backbone.get("mlp_ratio", 4.0)),
        has_cls_embed=bool(backbone.get("with_cls_token", True)),
        use_abs_pos=bool(backbone.get("use_abs_pos_embed", False)),
        sep_pos_embed=False,
        rel_pos_spatial=relative,
        rel_pos_temporal=relative,
        residual_pooling=bool(backbone.get("residual_pooling", True)),
        dim_mul_in_att=in_attention,
        norm_after=norm_after(arch["downscale_indices"], backbone.get("out_scales", -1)),
        norm_eps=eps,
        pool_norm_eps=eps,
        readout=_readout(backbone, head),
    )
    return Setup(architecture, _clip(architecture, model.get("data_preprocessor") or {}))


def _patch(patch: Configuration, name: str, default: tuple[int, ...]) -> tuple[int, int, int]:
    value = patch.get(name, default)
    return triple_of(value if isinstance(value, Sequence) else (value,) * 3, 0, flat=False)


def eps_of(backbone: Configuration) -> float:
    """The epsilon of all norms.

    Raises:
        ArchitectureError: the norms are no LayerNorms.
    """
    norm: Configuration = backbone.get("norm_cfg") or {"type": "LN", "eps": 1e-6}
    if norm.get("type", "LN") != "LN":
        raise ArchitectureError(f"the backbone's norm_cfg is {norm['type']}; only LN is shown")
    return float(norm.get("eps", 1e-5))  # torch's own default where the configuration is silent


def stage_blocks(
    backbone: Configuration,
    arch: Configuration,
    *,
    kernel: Kernel,
    first_kv: Kernel,
    in_attention: bool,
) -> tuple[BlockConfig, ...]:
    """The blocks of a backbone of OpenMMLab.

    Widths and heads are multiplied exactly, heads at every index of either list, widths at
    ``dim_mul_indices`` (the same as ``downscale_indices`` by default). Key and value strides are
    halved wherever queries stride, that of time too.

    Args:
        backbone: its options.
        arch: its depth, width, heads and stages.
        kernel: of every pool.
        first_kv: stride of keys and values before the first stage ends.
        in_attention: a block widens in its attention, not in the MLP of the one before.
    """
    dim, depth, heads = int(arch["embed_dims"]), arch["num_layers"], int(arch["num_heads"])
    downscale = set(arch["downscale_indices"])
    widening = set(arch.get("dim_mul_indices", downscale))
    check_depth(depth)
    dim_mul, head_mul = int(backbone.get("dim_mul", 2)), int(backbone.get("head_mul", 2))
    stride_kv, blocks = first_kv, []
    for index in range(depth):
        heads *= head_mul if index in downscale | widening else 1
        stride_q = (1, 2, 2) if index in downscale else (1, 1, 1)
        if index in downscale:
            stride_kv = tuple(max(s // 2, 1) for s in stride_kv)
        widens = (index if in_attention else index + 1) in widening
        dim_out = dim * dim_mul if widens else dim
        blocks.append(BlockConfig(dim, dim_out, heads, kernel, kernel, stride_q, stride_kv))
        dim = dim_out
    return tuple(blocks)


def norm_after(downscale: Sequence[int], out_scales: int | Sequence[int]) -> tuple[int, ...]:
    """Last blocks of the stages, before the last one, whose output is normed in passing.

    Raises:
        ArchitectureError: the last stage is not among those that are given out.
    """
    last = len(downscale)
    scales = [out_scales] if isinstance(out_scales, int) else list(out_scales)
    scales = sorted({last + 1 + scale if scale < 0 else scale for scale in scales})
    if last not in scales:
        raise ArchitectureError(
            f"the backbone's out_scales are {scales}: the head reads before the last stage "
            f"({last}), which cannot be shown"
        )
    return tuple(downscale[scale] - 1 for scale in scales if scale < last)


def _readout(backbone: Configuration, head: Configuration) -> Any:  # noqa: ANN401 - a Literal
    reads_class = head.get("with_cls_token", True)
    gives_class = backbone.get("with_cls_token", True) and backbone.get("output_cls_token", True)
    return "class" if reads_class and gives_class else "mean"


def _clip(architecture: MViTConfig, preprocessor: Configuration) -> ClipSpec:
    """Tested at the short side of the crop, at an exact stride; statistics are for 0-255."""
    size = max(architecture.input_shape[1:])
    mean = preprocessor.get("mean", (114.75,) * 3)
    std = preprocessor.get("std", (57.375,) * 3)
    return video_clip(
        architecture,
        short_side=size,
        sampling="segments" if architecture.num_classes == 174 else "stride",
        mean=tuple(float(v) / 255 for v in mean),
        std=tuple(float(v) / 255 for v in std),
        reverse_channels=bool(preprocessor.get("to_rgb", False)),
    )


def our_names(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    """The weights of a backbone of OpenMMLab under our names."""
    return _norms_named(renamed(state, _RULES), architecture)


def _convert(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    converted = our_names(state, architecture)
    if architecture is not None and not architecture.has_cls_embed:
        converted.pop("cls_token", None)
        if "pos_embed" in converted:  # a row for the class token is kept all the same
            converted["pos_embed"] = converted["pos_embed"][:, 1:]
    return converted


def _norms_named(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    stages = sorted(int(m[1]) for name in state if (m := re.match(r"norm(\d+)\.weight$", name)))
    if not stages:
        return state
    names = {stages[-1]: "norm"}
    if architecture is not None and len(architecture.norm_after) == len(stages) - 1:
        blocks = zip(stages, architecture.norm_after, strict=False)
        names.update({stage: f"stage_norms.{block}" for stage, block in blocks})
    return renamed(state, compiled(*((rf"norm{s}\.", f"{name}.") for s, name in names.items())))


def _adapt(architecture: MViTConfig) -> MViTConfig:
    """Its head reads the class token wherever there is one."""
    readout = architecture.readout
    if readout == "mean_before_norm":
        readout = "class" if architecture.has_cls_embed else "mean"
    return replace(architecture, residual_on_cls=False, readout=readout)


MMACTION2 = CheckpointFormat(
    name="mmaction2",
    title="mmaction2",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=_convert,
    adapt=_adapt,
    clip=lambda architecture: _clip(architecture, {}),
)
