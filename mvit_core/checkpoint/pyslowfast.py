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
from mvit_core.checkpoint.families import FAMILY_READERS
from mvit_core.checkpoint.yacs import (
    DEFAULTS,
    by_index,
    check_options,
    kernel_of,
    merged,
    triple_of,
)
from mvit_core.errors import ArchitectureError
from mvit_core.model.config import BlockConfig, MViTConfig, multiscale_blocks
from mvit_core.printable import brief
from mvit_core.video.clip import ClipSpec

_SOMETHING_CLASSES = 174
"""Classes of Something-Something v2, whose clips are sampled in segments of the whole video."""

_INNER = "backbone."
"""Prefixes of networks with a head of the user's own around them."""


def is_image_dialect(configuration: Configuration) -> bool:
    """facebookresearch/mvit writes the same sections with two sizes where PySlowFast has three."""
    mvit = configuration.get("MVIT") or {}
    if "PATCH_2D" in mvit or "NUM_FRAMES" in (configuration.get("DATA") or {}):
        return False
    sizes = (mvit.get(k) for k in ("PATCH_KERNEL", "POOL_KVQ_KERNEL", "POOL_KV_STRIDE_ADAPTIVE"))
    rows = mvit.get("POOL_Q_STRIDE")
    flat_rows = isinstance(rows, Sequence) and any(
        isinstance(row, Sequence) and len(row) == 3 for row in rows
    )
    return flat_rows or any(isinstance(size, Sequence) and len(size) == 2 for size in sizes)


def _reads(configuration: Configuration) -> bool:
    return isinstance(configuration.get("MVIT"), Mapping) and not is_image_dialect(configuration)


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    del configuration
    names = {name.removeprefix(_INNER) for name in state}
    return "patch_embed.proj.weight" in names and any(
        name.startswith(("blocks.", "rev_backbone.layers.")) for name in names
    )


def _configure(configuration: Configuration) -> Setup:
    cfg = merged(configuration, DEFAULTS)
    if cfg["MVIT"]["NORM"] != "layernorm":
        raise ArchitectureError(f"MVIT.NORM is {brief(cfg['MVIT']['NORM'])}; only layernorm exists")
    check_options(cfg["MVIT"])
    blocks = _legacy_blocks(cfg["MVIT"]) if _is_legacy(cfg["MVIT"]) else _blocks(cfg["MVIT"])
    arguments = _arguments(cfg, blocks)
    reader = next((r for r in FAMILY_READERS if r.applies(cfg)), None)
    architecture = reader.configure(cfg, arguments) if reader else MViTConfig(**arguments)
    clip = _clip(cfg, architecture)
    notes = reader.notes(architecture) if reader else ()
    return Setup(architecture, clip, (*notes, *_scale_notes(clip)))


def _scale_notes(clip: ClipSpec) -> tuple[str, ...]:
    """Warning on means for colours of 0 to 255; PySlowFast divides by 255 before them."""
    if max(clip.mean) <= 2.0:
        return ()
    said, scaled = (
        f"{_listed(mean)} and DATA.STD {_listed(std)}"
        for mean, std in (
            (clip.mean, clip.std),
            ([v / 255 for v in clip.mean], [v / 255 for v in clip.std]),
        )
    )
    return (
        f"DATA.MEAN is {said}: values for colours of 0 to 255, while PySlowFast feeds 0 to 1; "
        f"they are used as stated. If the network was fed 0 to 255, set {scaled} instead",
    )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def _is_legacy(mvit: Configuration) -> bool:
    return bool(mvit.get("POOL_KV_KERNEL") or mvit.get("POOL_Q_KERNEL"))


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


def _arguments(cfg: Configuration, blocks: tuple[BlockConfig, ...]) -> dict[str, Any]:
    """The arguments of an ``MViTConfig``."""
    mvit, data = cfg["MVIT"], cfg["DATA"]
    flat = bool(mvit["PATCH_2D"])
    side = int(data["TRAIN_CROP_SIZE"])
    return {
        "blocks": blocks,
        "input_shape": (1 if flat else int(data["NUM_FRAMES"]), side, side),
        "num_classes": max(int(cfg["MODEL"]["NUM_CLASSES"]), 1),  # the weights tell
        "in_channels": int(data["INPUT_CHANNEL_NUM"][0]),
        "patch_kernel": triple_of(mvit["PATCH_KERNEL"], 1, flat),
        "patch_stride": triple_of(mvit["PATCH_STRIDE"], 1, flat),
        "patch_padding": triple_of(mvit["PATCH_PADDING"], 0, flat),
        "patch_2d": flat,
        "mode": mvit["MODE"],
        "pool_first": mvit["POOL_FIRST"],
        "separate_qkv": mvit["SEPARATE_QKV"],
        "qkv_bias": mvit["QKV_BIAS"],
        "mlp_ratio": float(mvit["MLP_RATIO"]),
        "has_cls_embed": mvit["CLS_EMBED_ON"],
        "use_abs_pos": mvit["USE_ABS_POS"],
        "sep_pos_embed": mvit["SEP_POS_EMBED"],
        "use_fixed_sincos_pos": mvit["USE_FIXED_SINCOS_POS"],
        "rel_pos_spatial": mvit["REL_POS_SPATIAL"],
        "rel_pos_temporal": mvit["REL_POS_TEMPORAL"],
        "residual_pooling": mvit["RESIDUAL_POOLING"] or mvit["CONV_Q"] > 0,
        "residual_conv": mvit["CONV_Q"] > 1,
        "dim_mul_in_att": mvit["DIM_MUL_IN_ATT"],
        "norm_stem": mvit["NORM_STEM"],
        "pool_norm_eps": 1e-5 if _is_legacy(mvit) else 1e-6,
        "readout": _readout(mvit),
        "head_act": cfg["MODEL"]["HEAD_ACT"],
    }


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
    return {name.removeprefix(_INNER): value for name, value in state.items()}


def _published_clip(architecture: MViTConfig) -> ClipSpec:
    if architecture.patch_2d:
        return image_clip(architecture)
    if architecture.num_classes == _SOMETHING_CLASSES:
        size = max(architecture.input_shape[1:])
        return video_clip(architecture, short_side=size, sampling="segments")
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
