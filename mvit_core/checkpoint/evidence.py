"""Reads the architecture from weights alone, and finds where a configuration contradicts them."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt

import torch
from torch import Tensor, nn

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.limits import Check
from mvit_core.checkpoint.report import listed
from mvit_core.checkpoint.tables import is_table, joint_grid
from mvit_core.errors import ArchitectureError, WeightsError
from mvit_core.model import MViT
from mvit_core.model.config import MViTConfig
from mvit_core.model.families import build_network
from mvit_core.printable import brief

__all__ = [
    "Evidence",
    "check_agreement",
    "check_consistency",
    "check_floating",
    "check_unused",
    "empty_model",
    "widths_as_told",
    "with_evidence",
]


_BLOCK = re.compile(r"(?:blocks|rev_backbone\.layers)\.(\d+)\.")

_DECIDED_BY = (
    (re.compile(r"cls_token$"), ("has_cls_embed",)),
    (re.compile(r"pos_embed"), ("use_abs_pos", "sep_pos_embed", "has_cls_embed")),
    (re.compile(r"norm_stem\."), ("norm_stem",)),
    (re.compile(r".*\.rel_pos_t$"), ("rel_pos_temporal",)),
    (re.compile(r".*\.rel_pos_[hw]$"), ("rel_pos_spatial",)),
    (re.compile(r".*\.attn\.(?:pool|norm)_[qkv]\."), ("mode", "norm")),
    (re.compile(r".*\.attn\.(?:qkv|[qkv])\."), ("qkv_bias", "pool_first", "attention")),
    (re.compile(r".*\.attn\."), ("attention",)),
)
"""Weights that every format uses where it stores them, and the options that build them."""


@dataclass(frozen=True)
class Evidence:
    """Facts that can be read off the shapes of weights under our names."""

    depth: int
    embed_dim: int
    widths: tuple[int, ...]
    """Channels that enter each block, and those that leave the last; 0 where it cannot be told."""
    num_classes: int | None
    """Rows of the classifier; None where there are none."""
    has_cls_embed: bool
    separate_qkv: bool | None
    """Three projections instead of one; None where attention has neither."""
    separable: bool
    """Absolute positions are two tables, space and time."""

    @classmethod
    def of(cls, state: StateDict) -> "Evidence":
        """Read the facts.

        Raises:
            WeightsError: there are no blocks, or no patch embedding.
        """
        depth = _depth(state)
        if "patch_embed.proj.weight" not in state or not depth:
            raise WeightsError(
                "the weights have no patch embedding or no blocks; use a complete file"
            )
        widths = [_rows(state, f"blocks.{i}.norm1.weight") for i in range(depth)]
        widths.append(_rows(state, f"blocks.{depth - 1}.mlp.fc2.weight"))
        return cls(
            depth=depth,
            embed_dim=_rows(state, "patch_embed.proj.weight"),
            widths=tuple(widths),
            num_classes=_rows(state, "head.projection.weight") or None,
            has_cls_embed="cls_token" in state,
            separate_qkv=_separate(state),
            separable="pos_embed_spatial" in state,
        )


def _depth(state: StateDict) -> int:
    """Blocks up to the last of which there is more than a stray tensor or two."""
    sizes = Counter(int(found[1]) for found in map(_BLOCK.match, state) if found)
    return max((index + 1 for index, tensors in sizes.items() if tensors > 2), default=0)


def _separate(state: StateDict) -> bool | None:
    if any(name.endswith(".attn.q.weight") for name in state):
        return True
    return False if any(name.endswith(".attn.qkv.weight") for name in state) else None


def _rows(state: StateDict, name: str) -> int:
    return state[name].shape[0] if name in state and state[name].ndim else 0


def empty_model(architecture: MViTConfig) -> MViT:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return build_network(architecture)


def with_evidence(architecture: MViTConfig, evidence: Evidence) -> MViTConfig:
    """The architecture with what the weights settle beyond doubt: classes and qkv layout.

    Fused and separate projections are the same function, so the file's own layout is kept.
    """
    separate = architecture.separate_qkv
    if evidence.separate_qkv is not None and not architecture.pool_first:
        separate = evidence.separate_qkv
    return replace(
        architecture,
        num_classes=evidence.num_classes or architecture.num_classes,
        separate_qkv=separate,
    )


def without_last_pools(architecture: MViTConfig, state: StateDict) -> MViTConfig:
    """Drop key and value pools of stride 1 where the weights have none in any such block.

    The code of 2021 built none there (SlowFast issue 456).
    """
    if architecture.mode != "conv" or architecture.residual_pooling or architecture.rel_pos_spatial:
        return architecture
    still = [
        i for i, b in enumerate(architecture.blocks) if b.kv_window and set(b.stride_kv) == {1}
    ]
    pooled = {
        int(block[1])
        for name in state
        if (block := _BLOCK.match(name)) and re.search(r"\.attn\.(?:pool|norm)_[kv]\.", name)
    }
    if not still or pooled.intersection(still):
        return architecture
    blocks = tuple(
        replace(b, kernel_kv=(), stride_kv=()) if i in still else b
        for i, b in enumerate(architecture.blocks)
    )
    return replace(architecture, blocks=blocks, pool_norm_eps=1e-5)


def sized_as_weights(architecture: MViTConfig, state: StateDict) -> MViTConfig:
    """The architecture at the input size that the position tables were made for."""
    t, y, x = architecture.patch_grid
    temporal, spatial = state.get("pos_embed_temporal"), state.get("pos_embed_spatial")
    joint = state.get("pos_embed")
    if temporal is not None and spatial is not None:
        t, y = temporal.shape[1], isqrt(spatial.shape[1])
        x = y if y * y == spatial.shape[1] else 0
    elif joint is not None:
        t, y, x = joint_grid(joint.shape[1] - int(architecture.has_cls_embed), (t, y, x))
    if (table := state.get("blocks.0.attn.rel_pos_t")) is not None:
        t = (table.shape[0] + 1) // 2
    if (table := state.get("blocks.0.attn.rel_pos_h")) is not None:
        stride = architecture.blocks[0].stride_q
        y = x = (table.shape[0] + 1) // 2 * (stride[1] if stride else 1)
    if x == 0 or (t, y, x) == architecture.patch_grid:
        return architecture
    strides = architecture.patch_stride
    return architecture.resized((t * strides[0], y * strides[1], x * strides[2]))


def uneven_blocks(architecture: MViTConfig) -> list[int]:
    """Blocks whose relative tables do not have the rows that their grids ask for."""
    if not architecture.rel_pos_spatial:
        return []
    grids = zip(
        architecture.blocks, architecture.table_grids(), architecture.block_grids(), strict=True
    )
    uneven = []
    for index, (block, built, (q_shape, k_shape)) in enumerate(grids):
        side = max(built[1:])
        strides = [stride[1] if stride else 1 for stride in (block.stride_q, block.stride_kv)]
        if max(side // stride for stride in strides) != max(*q_shape[1:], *k_shape[1:]):
            uneven.append(index)
    return uneven


def check_consistency(state: StateDict, check: Check = lambda: None) -> None:
    """Refuse weights that contradict themselves, or are no numbers.

    Args:
        state: the weights.
        check: called between them; raising from it ends the look.

    Raises:
        WeightsError: a bias that does not fit its weight, or values that are not finite.
    """
    for name, weight in state.items():
        bias = state.get(f"{name.removesuffix('.weight')}.bias")
        if not name.endswith(".weight") or bias is None or not weight.ndim:
            continue
        if bias.ndim != 1 or weight.shape[0] != bias.shape[0]:
            raise WeightsError(
                f"{name} has {weight.shape[0]} rows but its bias has shape {tuple(bias.shape)}; "
                "the file is damaged or was edited"
            )
    bad = []
    for name, value in state.items():
        check()
        if not _is_finite(value):
            bad.append(name)
    if bad:
        raise WeightsError(
            f"weights are NaN or infinite in {listed(bad)}; training has diverged, "
            "use an earlier checkpoint"
        )


def check_floating(state: StateDict, shapes: Mapping[str, torch.Size]) -> None:
    """Refuse weights that are whole numbers; the model's counters may be.

    Raises:
        WeightsError: it names the first and its type.
    """
    for name, value in state.items():
        counts = name.endswith(".num_batches_tracked")
        if name in shapes and not counts and not value.is_floating_point():
            raise WeightsError(
                f"{name} is of type {value.dtype}; dense floating-point weights are needed: save "
                "the state_dict() of the model in float32 or half precision"
            )


def _is_finite(value: Tensor) -> bool:
    # A sum is finite only if all terms are; it is several times faster than looking at each.
    return not value.is_floating_point() or bool(
        torch.isfinite(value.sum()) or torch.isfinite(value).all()
    )


def widths_as_told(architecture: MViTConfig, evidence: Evidence) -> tuple[int, ...]:
    """An architecture's channels, 0 where the weights do not tell theirs."""
    widths = (*(block.dim for block in architecture.blocks), architecture.blocks[-1].dim_out)
    if len(widths) != len(evidence.widths):
        return widths
    return tuple(s if f else 0 for s, f in zip(widths, evidence.widths, strict=True))


def check_agreement(architecture: MViTConfig, origin: str, evidence: Evidence) -> None:
    """Refuse an architecture that is otherwise than the weights.

    Args:
        architecture: from a configuration or a preset.
        origin: which, in words.
        evidence: from the weights.

    Raises:
        ArchitectureError: it names both values.
    """
    widths = widths_as_told(architecture, evidence)
    pairs: Mapping[str, tuple[object, object]] = {
        "embed_dim": (architecture.embed_dim, evidence.embed_dim),
        "depth": (architecture.depth, evidence.depth),
        "channels of the blocks": (widths, evidence.widths),
    }
    for name, (said, found) in pairs.items():
        if said != found:
            raise ArchitectureError(
                f"{origin} and the weights disagree: {name} is {said} there and {found} in the "
                "weights; give the right configuration or preset"
            )


def check_unused(architecture: MViTConfig, origin: str, state: StateDict) -> None:
    """Refuse an architecture that leaves weights of its own attention or positions unused.

    Weights of other kinds, and of blocks beyond the last, are only reported.

    Args:
        architecture: as it would be built.
        origin: what it was decided from, in words.
        state: the weights that have no place in it.

    Raises:
        ArchitectureError: it names the weights and the options that leave them out.
    """
    unused = {name: said for name in state if (said := _options(name, architecture))}
    if unused:
        raise ArchitectureError(
            f"{origin} and the weights disagree: the weights hold {listed(list(unused))}, which "
            f"{next(iter(unused.values()))} there leaves unused; give the configuration that the "
            "weights were built from"
        )


def _options(name: str, architecture: MViTConfig) -> str:
    """The options that decide whether there is such a weight; empty if none is known."""
    block = _BLOCK.match(name)
    if block and int(block[1]) >= architecture.depth:
        return ""
    options = next((names for pattern, names in _DECIDED_BY if pattern.match(name)), ())
    words = ", ".join(f"{option}={brief(getattr(architecture, option))}" for option in options)
    if block and "mode" in options:
        stride = "stride_q" if re.search(r"_q\.", name) else "stride_kv"
        built = getattr(architecture.blocks[int(block[1])], stride) or "none"
        return f"block {block[1]} with {words}, {stride}={built}"
    return words


def shapes_of(model: nn.Module) -> dict[str, torch.Size]:
    """Shape of every weight a model wants."""
    return {name: value.shape for name, value in model.state_dict().items()}


def mismatches(
    state: StateDict, shapes: Mapping[str, torch.Size], *, ignoring_tables: bool = False
) -> list[str]:
    """Weights whose shape is not the model's, each as ``name (file, model)``."""
    return [
        f"{name} ({tuple(value.shape)} in the file, {tuple(shapes[name])} by the architecture)"
        for name, value in state.items()
        if name in shapes and value.shape != shapes[name]
        if not (ignoring_tables and is_table(name))
    ]
