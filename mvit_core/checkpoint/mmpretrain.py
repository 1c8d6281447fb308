"""mmpretrain: MViTv2 for pictures, and training files of mmengine.

Its keys are mmaction2's, told apart by a patch embedding without a time axis. There is no class
token: the head reads the mean of the normed map. Positions have no row for one either, and with
several ``out_scales`` the norms between stages lie in the stream that the next stage gets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup, image_clip
from mvit_core.checkpoint.mmaction2 import (
    MMACTION2,
    arch_of,
    eps_of,
    model_of,
    norm_after,
    our_names,
    stage_blocks,
)
from mvit_core.checkpoint.naming import compiled, renamed, with_time_axis
from mvit_core.geometry import Triple
from mvit_core.model.config import Kernel, MViTConfig
from mvit_core.video.clip import ClipSpec

_MEAN, _STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)

_NAMES = ("MViT", "mmpretrain.MViT", "mmcls.MViT")

_RULES = compiled((r"head\.fc\.", "head.projection."))


def _is_flat(state: StateDict) -> bool:
    names = ("backbone.patch_embed.projection.weight", "patch_embed.projection.weight")
    return any(name in state and state[name].ndim == 4 for name in names)


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    return MMACTION2.matches(state, configuration) and _is_flat(state)


def _reads(configuration: Configuration) -> bool:
    model = model_of(configuration)
    backbone = model.get("backbone", model)
    if not isinstance(backbone, Mapping) or backbone.get("type") not in _NAMES:
        return False
    pictures = model.get("type") == "ImageClassifier" or "img_size" in backbone
    return pictures and "temporal_size" not in backbone


def _configure(configuration: Configuration) -> Setup:
    model = model_of(configuration)
    backbone: Configuration = model.get("backbone", model)
    head: Configuration = model.get("head") or {}
    arch = {**arch_of(backbone, "mmpretrain")}
    arch.pop("dim_mul_indices", None)  # mmaction2's alone
    in_attention = bool(backbone.get("dim_mul_in_attention", True))
    height, width = _pair(backbone.get("img_size", 224))
    patch = backbone.get("patch_cfg") or {"kernel_size": 7, "stride": 4, "padding": 3}
    eps = eps_of(backbone)
    architecture = MViTConfig(
        blocks=stage_blocks(
            backbone,
            arch,
            kernel=_flat(backbone.get("pool_kernel", (3, 3))),
            first_kv=_flat(backbone.get("adaptive_kv_stride", 4)),
            in_attention=in_attention,
        ),
        input_shape=(1, height, width),
        num_classes=int(head.get("num_classes") or 1000),
        in_channels=int(backbone.get("in_channels", 3)),
        patch_kernel=_triple(patch["kernel_size"], 1),
        patch_stride=_triple(patch["stride"], 1),
        patch_padding=_triple(patch["padding"], 0),
        patch_2d=True,
        qkv_bias=bool(backbone.get("qkv_bias", True)),
        mlp_ratio=float(backbone.get("mlp_ratio", 4.0)),
        has_cls_embed=False,
        use_abs_pos=bool(backbone.get("use_abs_pos_embed", False)),
        sep_pos_embed=False,
        rel_pos_spatial=bool(backbone.get("rel_pos_spatial", True)),
        residual_pooling=bool(backbone.get("residual_pooling", True)),
        dim_mul_in_att=in_attention,
        norm_after=norm_after(arch["downscale_indices"], backbone.get("out_scales", -1)),
        norm_eps=eps,
        pool_norm_eps=eps,
        readout="mean",
    )
    whole = configuration.get("data_preprocessor") or {}
    return Setup(architecture, _clip(architecture, model.get("data_preprocessor") or whole))


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    height, width = value if isinstance(value, Sequence) else (value, value)
    return int(height), int(width)


def _triple(value: int | Sequence[int], first: int) -> Triple:
    """Sizes along (t, y, x) of one or two that have no time axis."""
    return (first, *_pair(value))


def _flat(value: int | Sequence[int]) -> Kernel:
    return _triple(value, 1)


def _clip(architecture: MViTConfig, preprocessor: Configuration) -> ClipSpec:
    """Short side 256 for 224, bicubic; statistics are for 0 to 255."""
    return replace(
        image_clip(architecture),
        mean=_scaled(preprocessor.get("mean", _MEAN)),
        std=_scaled(preprocessor.get("std", _STD)),
    )


def _scaled(values: Sequence[float]) -> tuple[float, float, float]:
    red, green, blue = (float(value) / 255 for value in values)
    return red, green, blue


def _convert(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    return with_time_axis(our_names(renamed(state, _RULES), architecture))


def _adapt(architecture: MViTConfig) -> MViTConfig:
    return replace(architecture, residual_on_cls=False)


MMPRETRAIN = CheckpointFormat(
    name="mmpretrain",
    title="mmpretrain",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=_convert,
    adapt=_adapt,
    clip=lambda architecture: _clip(architecture, {}),
)
