"""PySlowFast, current and legacy (facebookresearch/SlowFast): our own key names.

Legacy files (2021) list kernels and strides per layer without a layer index, and were trained
with an epsilon of 1e-5 in the norms after pooling; see formats.md 0 and 4.1 of the study.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    CheckpointFormat,
    Configuration,
    Setup,
    image_clip,
    video_clip,
)
from mvit_core.errors import ArchitectureError
from mvit_core.geometry import Triple
from mvit_core.model.config import BlockConfig, Kernel, MViTConfig, multiscale_blocks
from mvit_core.printable import brief
from mvit_core.video.clip import ClipSpec

_DEFAULTS: Configuration = {
    "MODEL": {"MODEL_NAME": "MViT", "NUM_CLASSES": 400},
    "DATA": {
        "NUM_FRAMES": 8,
        "SAMPLING_RATE": 8,
        "TARGET_FPS": 30,
        "TRAIN_CROP_SIZE": 224,
        "INPUT_CHANNEL_NUM": [3],
        "MEAN": [0.45, 0.45, 0.45],
        "STD": [0.225, 0.225, 0.225],
        "TRAIN_JITTER_SCALES": [256, 320],
        "REVERSE_INPUT_CHANNEL": False,
        "IN_VAL_CROP_RATIO": 0.875,
    },
    "TEST": {"DATASET": "kinetics", "NUM_SPATIAL_CROPS": 3},
    "DETECTION": {"ENABLE": False},
    "MVIT": {
        "MODE": "conv",
        "POOL_FIRST": False,
        "CLS_EMBED_ON": True,
        "PATCH_KERNEL": [3, 7, 7],
        "PATCH_STRIDE": [2, 4, 4],
        "PATCH_PADDING": [2, 4, 4],
        "PATCH_2D": False,
        "EMBED_DIM": 96,
        "NUM_HEADS": 1,
        "MLP_RATIO": 4.0,
        "QKV_BIAS": True,
        "DEPTH": 16,
        "NORM": "layernorm",
        "DIM_MUL": [],
        "HEAD_MUL": [],
        "DIM_MUL_IN_ATT": False,
        "POOL_Q_STRIDE": [],
        "POOL_KV_STRIDE": [],
        "POOL_KV_STRIDE_ADAPTIVE": None,
        "POOL_KVQ_KERNEL": None,
        "NORM_STEM": False,
        "SEP_POS_EMBED": False,
        "USE_ABS_POS": True,
        "USE_FIXED_SINCOS_POS": False,
        "REL_POS_SPATIAL": False,
        "REL_POS_TEMPORAL": False,
        "RESIDUAL_POOLING": False,
        "SEPARATE_QKV": False,
        "USE_MEAN_POOLING": False,
        "REV": {"ENABLE": False},
    },
}
"""What PySlowFast assumes where a YAML file is silent (slowfast/config/defaults.py)."""


def merged(configuration: Configuration, defaults: Configuration) -> dict[str, Any]:
    """The configuration over its defaults, section by section; null sections are defaults."""
    result = dict(configuration)
    for name, default in defaults.items():
        given = configuration.get(name, default)
        if isinstance(default, Mapping):
            given = merged(given, default) if isinstance(given, Mapping) else default
        result[name] = given
    return result


def is_image_dialect(configuration: Configuration) -> bool:
    """facebookresearch/mvit writes the same sections with two sizes where PySlowFast has three."""
    mvit = configuration.get("MVIT") or {}
    if "PATCH_2D" in mvit or "NUM_FRAMES" in (configuration.get("DATA") or {}):
        return False
    sizes = (mvit.get(k) for k in ("PATCH_KERNEL", "POOL_KVQ_KERNEL", "POOL_KV_STRIDE_ADAPTIVE"))
    return any(isinstance(size, Sequence) and len(size) == 2 for size in sizes)


def _reads(configuration: Configuration) -> bool:
    return isinstance(configuration.get("MVIT"), Mapping) and not is_image_dialect(configuration)


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    del configuration
    return "patch_embed.proj.weight" in state and any(n.startswith("blocks.") for n in state)


def _configure(configuration: Configuration) -> Setup:
    cfg = merged(configuration, _DEFAULTS)
    _refuse_other_models(cfg)
    blocks = _legacy_blocks(cfg["MVIT"]) if _is_legacy(cfg["MVIT"]) else _blocks(cfg["MVIT"])
    architecture = _architecture(cfg, blocks)
    notes: tuple[str, ...] = ()
    if cfg["DETECTION"]["ENABLE"]:
        notes = ("a detection model: its head reads regions, so class scores mean nothing here",)
    return Setup(architecture, _clip(cfg, architecture), notes)


def _refuse_other_models(cfg: Configuration) -> None:
    if cfg["MVIT"]["REV"].get("ENABLE"):
        raise ArchitectureError(
            "MVIT.REV.ENABLE is set: a reversible MViT is another architecture and cannot be shown"
        )
    if cfg["MVIT"]["NORM"] != "layernorm":
        raise ArchitectureError(f"MVIT.NORM is {brief(cfg['MVIT']['NORM'])}; only layernorm exists")


def _is_legacy(mvit: Configuration) -> bool:
    return bool(mvit.get("POOL_KV_KERNEL") or mvit.get("POOL_Q_KERNEL"))


def by_index(rows: Sequence[Sequence[Any]] | None) -> dict[int, Any]:
    """Rows of [block, value] or [block, t, y, x] as a mapping from the block."""
    rows = rows or ()
    return {int(index): tuple(rest) if len(rest) > 1 else rest[0] for index, *rest in rows}


def kernel_of(value: Sequence[int] | None) -> Kernel:
    """Three sizes, or () for none."""
    return tuple(int(v) for v in value or ())


def _blocks(mvit: Configuration) -> tuple[BlockConfig, ...]:
    adaptive = mvit["POOL_KV_STRIDE_ADAPTIVE"]
    return multiscale_blocks(
        depth=mvit["DEPTH"],
        embed_dim=mvit["EMBED_DIM"],
        num_heads=mvit["NUM_HEADS"],
        dim_mul=by_index(mvit["DIM_MUL"]),
        head_mul=by_index(mvit["HEAD_MUL"]),
        dim_mul_in_att=mvit["DIM_MUL_IN_ATT"],
        q_strides=by_index(mvit["POOL_Q_STRIDE"]),
        kv_strides=by_index(mvit["POOL_KV_STRIDE"]),
        kv_stride_adaptive=kernel_of(adaptive) if adaptive else None,
        kernel=kernel_of(mvit["POOL_KVQ_KERNEL"]) or None,
    )


def _legacy_blocks(mvit: Configuration) -> tuple[BlockConfig, ...]:
    depth = mvit["DEPTH"]
    widths = multiscale_blocks(
        depth=depth,
        embed_dim=mvit["EMBED_DIM"],
        num_heads=mvit["NUM_HEADS"],
        dim_mul=by_index(mvit["DIM_MUL"]),
        head_mul=by_index(mvit["HEAD_MUL"]),
    )
    columns = []
    for key in ("POOL_Q_KERNEL", "POOL_KV_KERNEL", "POOL_Q_STRIDE", "POOL_KV_STRIDE"):
        rows = mvit.get(key) or [[]] * depth
        if len(rows) != depth:
            raise ArchitectureError(f"MVIT.{key} has {len(rows)} entries for {depth} blocks")
        columns.append([kernel_of(row) for row in rows])
    return tuple(
        BlockConfig(b.dim, b.dim_out, b.num_heads, *pools)
        for b, *pools in zip(widths, *columns, strict=True)
    )


def triple_of(value: Sequence[int], first: int, flat: bool) -> Triple:
    """Sizes along (t, y, x); a flat one has no time axis and gets ``first`` there."""
    t, y, x = (first, *value) if flat else value
    return int(t), int(y), int(x)


def _architecture(cfg: Configuration, blocks: tuple[BlockConfig, ...]) -> MViTConfig:
    mvit, data = cfg["MVIT"], cfg["DATA"]
    flat = bool(mvit["PATCH_2D"])
    side = int(data["TRAIN_CROP_SIZE"])
    return MViTConfig(
        blocks=blocks,
        input_shape=(1 if flat else int(data["NUM_FRAMES"]), side, side),
        num_classes=max(int(cfg["MODEL"]["NUM_CLASSES"]), 1),  # the weights tell
        in_channels=int(data["INPUT_CHANNEL_NUM"][0]),
        patch_kernel=triple_of(mvit["PATCH_KERNEL"], 1, flat),
        patch_stride=triple_of(mvit["PATCH_STRIDE"], 1, flat),
        patch_padding=triple_of(mvit["PATCH_PADDING"], 0, flat),
        patch_2d=flat,
        mode=mvit["MODE"],
        pool_first=mvit["POOL_FIRST"],
        separate_qkv=mvit["SEPARATE_QKV"],
        qkv_bias=mvit["QKV_BIAS"],
        mlp_ratio=float(mvit["MLP_RATIO"]),
        has_cls_embed=mvit["CLS_EMBED_ON"],
        use_abs_pos=mvit["USE_ABS_POS"],
        sep_pos_embed=mvit["SEP_POS_EMBED"],
        use_fixed_sincos_pos=mvit["USE_FIXED_SINCOS_POS"],
        rel_pos_spatial=mvit["REL_POS_SPATIAL"],
        rel_pos_temporal=mvit["REL_POS_TEMPORAL"],
        residual_pooling=mvit["RESIDUAL_POOLING"],
        dim_mul_in_att=mvit["DIM_MUL_IN_ATT"],
        norm_stem=mvit["NORM_STEM"],
        pool_norm_eps=1e-5 if _is_legacy(mvit) else 1e-6,
        readout=_readout(mvit),
    )


def _readout(mvit: Configuration) -> Any:  # noqa: ANN401 - a Literal of MViTConfig
    if mvit["USE_MEAN_POOLING"]:
        return "mean_before_norm"
    return "class" if mvit["CLS_EMBED_ON"] else "mean"


def _clip(cfg: Configuration, architecture: MViTConfig) -> ClipSpec:
    data, test = cfg["DATA"], cfg["TEST"]
    size = max(architecture.input_shape[1:])
    colours = {"mean": tuple(data["MEAN"]), "std": tuple(data["STD"])}
    if architecture.patch_2d:
        spec = image_clip(architecture, crop_share=float(data["IN_VAL_CROP_RATIO"]))
        return ClipSpec(**{**vars(spec), **colours})
    something = test["DATASET"] == "ssv2"  # its frames come from OpenCV, blue first
    one_crop = test["NUM_SPATIAL_CROPS"] == 1 and not something
    return video_clip(
        architecture,
        rate=float(data["SAMPLING_RATE"]),
        target_fps=float(data["TARGET_FPS"]),
        short_side=max(size, int(data["TRAIN_JITTER_SCALES"][0]) if one_crop else size),
        sampling="segments" if something else "linspace",
        reverse_channels=something != bool(data["REVERSE_INPUT_CHANNEL"]),
        **colours,
    )


def _convert(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    del architecture
    return state


def _published_clip(architecture: MViTConfig) -> ClipSpec:
    if architecture.patch_2d:
        return image_clip(architecture)
    if architecture.input_shape[0] == 40:  # MViTv2-L alone keeps the statistics of ImageNet
        size = max(architecture.input_shape[1:])
        return video_clip(architecture, short_side=size, mean=IMAGENET_MEAN, std=IMAGENET_STD)
    return video_clip(architecture)


PYSLOWFAST = CheckpointFormat(
    name="pyslowfast",
    title="PySlowFast",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=_convert,
    adapt=lambda architecture: architecture,
    clip=_published_clip,
)
