"""facebookresearch/mvit: MViTv2 for images, PySlowFast's names without the time axis.

Pooling convolutions are 4-D in files its own code wrote and 5-D in the published ones. Its
forward pass equals PySlowFast's, except that it cannot resize relative positions.
"""

from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    CheckpointFormat,
    Configuration,
    Setup,
    image_clip,
)
from mvit_core.checkpoint.naming import with_time_axis
from mvit_core.checkpoint.pyslowfast import PYSLOWFAST, is_image_dialect
from mvit_core.checkpoint.yacs import merged
from mvit_core.model.config import MViTConfig


def _reads(configuration: Configuration) -> bool:
    return "MVIT" in configuration and is_image_dialect(configuration)


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    if not PYSLOWFAST.matches(state, configuration):
        return False
    if configuration is not None and "MVIT" in configuration:
        return _reads(configuration)
    pools = [value for name, value in state.items() if ".attn.pool_" in name]
    flat_pools = any(value.ndim == 4 for value in pools)
    # Published files have 5-D pools; without class token they can only be its image models.
    image = state["patch_embed.proj.weight"].ndim == 4
    return flat_pools or (image and "cls_token" not in state)


def _rows_with_time(rows: Any, first: int) -> list[list[int]]:  # noqa: ANN401 - of a YAML file
    return [[row[0], first, *row[1:]] for row in rows or []]


_DEFAULTS: Configuration = {
    "MODEL": {"NUM_CLASSES": 1000},
    "MVIT": {
        "CLS_EMBED_ON": False,
        "USE_ABS_POS": False,
        "REL_POS_SPATIAL": True,
        "RESIDUAL_POOLING": True,
        "DIM_MUL_IN_ATT": True,
        "POOL_KVQ_KERNEL": [3, 3],
        "PATCH_KERNEL": [7, 7],
        "PATCH_STRIDE": [4, 4],
        "PATCH_PADDING": [3, 3],
    },
    "DATA": {"MEAN": list(IMAGENET_MEAN), "STD": list(IMAGENET_STD), "NUM_FRAMES": 1},
}
"""Defaults of this project that differ from PySlowFast's."""

_SETTLED: Configuration = {
    "PATCH_2D": True,
    "SEP_POS_EMBED": False,
    "USE_MEAN_POOLING": False,
    "REL_POS_TEMPORAL": False,
}
"""Settings that its code fixes."""


def _configure(configuration: Configuration) -> Setup:
    """The configuration in PySlowFast's words, with a time axis of one."""
    full = merged(configuration, _DEFAULTS)
    mvit, data = full["MVIT"], full["DATA"]
    for key in ("POOL_Q_STRIDE", "POOL_KV_STRIDE"):
        mvit[key] = _rows_with_time(mvit.get(key), 1)
    for key in ("POOL_KVQ_KERNEL", "POOL_KV_STRIDE_ADAPTIVE"):
        if mvit.get(key):
            mvit[key] = [1, *mvit[key]]
    if "VAL_CROP_RATIO" in data:
        data["IN_VAL_CROP_RATIO"] = data["VAL_CROP_RATIO"]
    return PYSLOWFAST.configure({**full, "MVIT": {**mvit, **_SETTLED}})


def _convert(state: StateDict, architecture: MViTConfig | None) -> StateDict:
    del architecture
    return with_time_axis(state)


FACEBOOK_MVIT = CheckpointFormat(
    name="facebook_mvit",
    title="facebookresearch/mvit",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=_convert,
    adapt=lambda architecture: architecture,
    clip=image_clip,
    interpolates=False,
)
