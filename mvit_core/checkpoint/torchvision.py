"""torchvision's ``mvit_v1_b`` and ``mvit_v2_s``, and whatever its ``MViT`` class builds."""

from dataclasses import replace

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup, video_clip
from mvit_core.checkpoint.naming import compiled, renamed
from mvit_core.errors import ArchitectureError
from mvit_core.geometry import Triple
from mvit_core.model.config import BlockConfig, MViTConfig

_RULES = compiled(
    (r"conv_proj\.", "patch_embed.proj."),
    (r"pos_encoding\.class_token$", "cls_token"),
    (r"pos_encoding\.spatial_pos$", "pos_embed_spatial"),
    (r"pos_encoding\.temporal_pos$", "pos_embed_temporal"),
    (r"pos_encoding\.class_pos$", "pos_embed_class"),
    (r"head\.1\.", "head.projection."),
    (r"(blocks\.\d+)\.project\.", r"\1.proj."),
    (r"(blocks\.\d+\.attn)\.project\.0\.", r"\1.proj."),
    (r"(blocks\.\d+\.attn)\.pool_([qkv])\.pool\.", r"\1.pool_\2."),
    (r"(blocks\.\d+\.attn)\.pool_([qkv])\.norm_act\.0\.", r"\1.norm_\2."),
    (r"(blocks\.\d+\.mlp)\.0\.", r"\1.fc1."),
    (r"(blocks\.\d+\.mlp)\.3\.", r"\1.fc2."),
)

_WITH_BATCH_AXIS = {"cls_token": 3, "pos_embed_class": 3, "pos_embed_spatial": 3,
                    "pos_embed_temporal": 3}  # fmt: skip
"""Axes that our tables have; torchvision keeps them without the leading ones."""


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    del configuration
    return "conv_proj.weight" in state and "pos_encoding.class_token" in state


def _reads(configuration: Configuration) -> bool:
    return "block_setting" in configuration


def _triple(configuration: Configuration, name: str, default: Triple) -> Triple:
    t, y, x = configuration.get(name, default)
    return int(t), int(y), int(x)


def _block(setting: object) -> BlockConfig:
    fields = setting if isinstance(setting, dict) else vars(setting)
    kernels = {
        name: tuple(int(v) for v in fields[name])
        for name in ("kernel_q", "kernel_kv", "stride_q", "stride_kv")
    }
    return BlockConfig(
        int(fields["input_channels"]),
        int(fields["output_channels"]),
        int(fields["num_heads"]),
        **kernels,
    )


def _configure(configuration: Configuration) -> Setup:
    for name in ("block", "norm_layer"):
        if configuration.get(name) is not None:
            raise ArchitectureError(
                f"torchvision's {name} is replaced in this configuration; only its own is shown"
            )
    height, width = configuration["spatial_size"]
    relative = bool(configuration["rel_pos_embed"])
    architecture = MViTConfig(
        blocks=tuple(_block(setting) for setting in configuration["block_setting"]),
        input_shape=(int(configuration["temporal_size"]), int(height), int(width)),
        num_classes=int(configuration.get("num_classes", 400)),
        patch_kernel=_triple(configuration, "patch_embed_kernel", (3, 7, 7)),
        patch_stride=_triple(configuration, "patch_embed_stride", (2, 4, 4)),
        patch_padding=_triple(configuration, "patch_embed_padding", (1, 3, 3)),
        use_abs_pos=not relative,
        sep_pos_embed=not relative,
        rel_pos_spatial=relative,
        rel_pos_temporal=relative,
        residual_pooling=bool(configuration["residual_pool"]),
        residual_on_cls=bool(configuration["residual_with_cls_embed"]),
        dim_mul_in_att=bool(configuration["proj_after_attn"]),
    )
    return Setup(architecture, video_clip(architecture))


def _convert(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    del architecture
    converted = renamed(state, _RULES)
    for name, axes in _WITH_BATCH_AXIS.items():
        if name in converted:
            value = converted[name]
            converted[name] = value.reshape((1,) * (axes - value.ndim) + value.shape)
    return converted


def _adapt(architecture: MViTConfig) -> MViTConfig:
    return replace(architecture, residual_on_cls=False)


TORCHVISION = CheckpointFormat(
    name="torchvision",
    title="torchvision",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=_convert,
    adapt=_adapt,
    clip=video_clip,
)
