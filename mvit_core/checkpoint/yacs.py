"""PySlowFast's configuration as its code reads it: literals, defaults, and options refused by name.

yacs, which PySlowFast reads its files with, takes a text such as ``(3, 7, 7)`` for the Python
literal that it spells, and fills in whatever a file does not say.
"""

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from mvit_core.checkpoint.entry import Configuration
from mvit_core.checkpoint.report import listed
from mvit_core.errors import ArchitectureError
from mvit_core.geometry import Triple
from mvit_core.model.config import Kernel
from mvit_core.printable import brief

__all__ = ["DEFAULTS", "by_index", "check_options", "decoded", "kernel_of", "merged", "triple_of"]

_LONGEST_LITERAL = 4096
"""Characters of a text that may be a literal."""
_DEEPEST = 64
"""Sections within sections."""

DEFAULTS: Configuration = {
    "MODEL": {"MODEL_NAME": "MViT", "NUM_CLASSES": 400, "HEAD_ACT": "softmax"},
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
    "DETECTION": {
        "ENABLE": False,
        "ALIGNED": True,
        "SPATIAL_SCALE_FACTOR": 16,
        "ROI_XFORM_RESOLUTION": 7,
    },
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
        "CONV_Q": 0,
        "BOX_DEPTH": 0,
        "REV": {
            "ENABLE": False,
            "BUFFER_LAYERS": [],
            "RESPATH_FUSE": "concat",
            "PRE_Q_FUSION": "avg",
            "RES_PATH": "conv",
        },
    },
    "MASK": {"ENABLE": False, "MAE_ON": False, "PRETRAIN_DEPTH": [15]},
}
"""Defaults of PySlowFast where a YAML file is silent (slowfast/config/defaults.py)."""


def merged(configuration: Configuration, defaults: Configuration) -> dict[str, Any]:
    """The configuration over its defaults, section by section; null sections are defaults."""
    result = dict(configuration)
    for name, default in defaults.items():
        given = configuration.get(name, default)
        if isinstance(default, Mapping):
            given = merged(given, default) if isinstance(given, Mapping) else default
        result[name] = given
    return result


_TRAINING_ONLY = re.compile(r"\w*DROP\w*|ZERO_DECAY_POS_CLS|HEAD_INIT_SCALE|REL_POS_ZERO_INIT")
"""Options that change nothing in a trained network."""
_UNUSED = frozenset({"LAYER_SCALE_INIT_VALUE", "POOL_Q_KERNEL", "POOL_KV_KERNEL"})
"""Options of other years: the first is never handed on, the others are read where they are set."""


def check_options(mvit: Configuration) -> None:
    """Refuse options of forks that may change the arithmetic, unless they are switched off.

    Args:
        mvit: the section MVIT.

    Raises:
        ArchitectureError: it names the options and their values.
    """
    known = DEFAULTS["MVIT"].keys() | _UNUSED
    foreign = {
        str(name): value
        for name, value in mvit.items()
        if name not in known and not _TRAINING_ONLY.fullmatch(str(name)) and not _is_off(value)
    }
    if foreign:
        words = listed([f"MVIT.{name} = {brief(value, 40)}" for name, value in foreign.items()])
        raise ArchitectureError(
            f"the configuration sets {words}: options of another code base, which would change "
            "what the network computes and are not understood; remove them only if the weights "
            "were trained without them"
        )


def _is_off(value: object) -> bool:
    return value is None or value is False or value in (0, "", [], ()) or value == {}


def decoded(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - a tree of unknown shape
    """A configuration, each text that spells a Python literal replaced by it; nothing is run.

    Raises:
        ArchitectureError: sections lie too deep in each other.
    """
    if depth > _DEEPEST:
        raise ArchitectureError(
            f"the configuration has more than {_DEEPEST} sections in each other"
        )
    if isinstance(value, Mapping):
        return {key: decoded(item, depth + 1) for key, item in value.items()}
    if not isinstance(value, str) or len(value) > _LONGEST_LITERAL:
        return value
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the spelling of a text that is no literal
            return ast.literal_eval(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return value


def by_index(rows: Sequence[Sequence[Any]] | None) -> dict[int, Any]:
    """Rows of [block, value] or [block, t, y, x] as a mapping from the block."""
    rows = rows or ()
    return {int(index): tuple(rest) if len(rest) > 1 else rest[0] for index, *rest in rows}


def kernel_of(value: Sequence[int] | None) -> Kernel:
    """Three sizes, or () for none."""
    return tuple(int(v) for v in value or ())


def triple_of(value: Sequence[int], first: int, flat: bool) -> Triple:
    """Sizes along (t, y, x); a flat one has no time axis and gets ``first`` there."""
    t, y, x = (first, *value) if flat else value
    return int(t), int(y), int(x)
