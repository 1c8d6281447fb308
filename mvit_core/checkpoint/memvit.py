"""MeMViT (facebookresearch/MeMViT): PySlowFast's dialect with keys of past clips before its own.

Without the past it is a pooling-first MViTv2 whose queries are added to the weighted values, as
they are or after a convolution (``MVIT.CONV_Q``). A clip is shown as its network's first one.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup
from mvit_core.checkpoint.pyslowfast import PYSLOWFAST

_MEMORY = re.compile(
    r"(?:blocks|box_blocks)\.\d+\.attn\.(?:compress_[kv]|norm_compress_[kv]|rel_pos_mem_[thw])"
)
"""Weights that only the keys of past clips need."""


def _matches(state: StateDict, configuration: Configuration | None) -> bool:
    if configuration is not None and "MVIT" in configuration:
        return _reads(configuration)
    return PYSLOWFAST.matches(state, None) and any(map(_MEMORY.match, state))


def _reads(configuration: Configuration) -> bool:
    return isinstance(configuration.get("MEMVIT"), Mapping) and PYSLOWFAST.reads(configuration)


def _configure(configuration: Configuration) -> Setup:
    setup = PYSLOWFAST.configure(configuration)
    if not configuration["MEMVIT"].get("ENABLE"):
        return setup
    note = (
        "a network with memory (MeMViT): each clip is shown as the first of its video; the keys "
        "of past clips, which it would attend to as well, are left out"
    )
    return replace(setup, notes=(*setup.notes, note))


MEMVIT = CheckpointFormat(
    name="memvit",
    title="MeMViT",
    matches=_matches,
    reads=_reads,
    configure=_configure,
    convert=PYSLOWFAST.convert,
    adapt=PYSLOWFAST.adapt,
    clip=PYSLOWFAST.clip,
    left_out=_MEMORY,
)
