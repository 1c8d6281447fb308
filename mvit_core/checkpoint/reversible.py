"""Reversible networks of PySlowFast: ``MVIT.REV``, weights under ``rev_backbone.layers.N``."""

from dataclasses import replace
from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import Configuration, FamilyReader
from mvit_core.checkpoint.yacs import by_index
from mvit_core.model.config import BlockConfig, MViTConfig, rounded_width
from mvit_core.model.reversible import ReversibleConfig


def _applies(cfg: Configuration) -> bool:
    return bool(cfg["MVIT"]["REV"]["ENABLE"])


def _configure(cfg: Configuration, arguments: dict[str, Any]) -> MViTConfig:
    mvit, rev = cfg["MVIT"], cfg["MVIT"]["REV"]
    options = {
        **arguments,
        "blocks": _blocks(mvit, arguments["blocks"]),
        "dim_mul_in_att": True,
        "has_cls_embed": False,  # its code refuses one, though a published file asks for it
        "readout": "mean_before_norm" if mvit["USE_MEAN_POOLING"] else "mean",
    }
    return ReversibleConfig(
        **options,
        transitions=tuple(sorted(int(index) for index in rev["BUFFER_LAYERS"])),
        stream_fusion=rev["RESPATH_FUSE"],
        transition_fusion=rev["PRE_Q_FUSION"],
        residual_path=rev["RES_PATH"],
    )


def _blocks(mvit: Configuration, pools: tuple[BlockConfig, ...]) -> tuple[BlockConfig, ...]:
    """Widths as the reversible code counts them: a layer itself widens, whatever the option says.

    Args:
        mvit: the section MVIT.
        pools: blocks of a classifier with the same section, for their kernels and strides.
    """
    dim_mul, head_mul = by_index(mvit["DIM_MUL"]), by_index(mvit["HEAD_MUL"])
    dim, heads, blocks = int(mvit["EMBED_DIM"]), int(mvit["NUM_HEADS"]), []
    for index, block in enumerate(pools):
        heads = rounded_width(heads, head_mul.get(index, 1.0))
        divisor = rounded_width(heads, head_mul.get(index + 1, 1.0))
        dim_out = rounded_width(dim, dim_mul.get(index, 1.0), divisor)
        blocks.append(replace(block, dim=dim, dim_out=dim_out, num_heads=heads))
        dim = dim_out
    return tuple(blocks)


def _marks(state: StateDict) -> bool:
    return any(name.startswith("rev_backbone.") for name in state)


def _adapt(preset: MViTConfig, state: StateDict) -> MViTConfig:
    del state
    return preset  # a network of another family has other weights, and will not fit


def _notes(architecture: MViTConfig) -> tuple[str, ...]:
    last = architecture.depth - 1
    if isinstance(architecture, ReversibleConfig) and last in architecture.transitions:
        return (
            f"layer {last}, the last one, is a transition and gives one stream, while the head "
            "reads two: it is taken for both, which PySlowFast cannot do",
        )
    return ()


REVERSIBLE = FamilyReader(
    family=ReversibleConfig.family,
    applies=_applies,
    configure=_configure,
    marks=_marks,
    adapt=_adapt,
    notes=_notes,
    is_marked_always=True,
)
