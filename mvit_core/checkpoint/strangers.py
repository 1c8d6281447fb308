"""Networks that look like an MViT and are none, each with its own name."""

import re
from collections.abc import Callable

from mvit_core.checkpoint.contents import StateDict

__all__ = ["stranger_of"]


def _has(pattern: str) -> Callable[[StateDict], bool]:
    compiled = re.compile(pattern)
    return lambda state: any(map(compiled.match, state))


def _is_hiera(state: StateDict) -> bool:
    """Blocks that widen in a fused attention of three times as many rows, and pool no weights."""
    widening = (name for name in state if re.fullmatch(r"blocks\.\d+\.proj\.weight", name))
    first = next(widening, None)
    qkv = state.get(f"{first.removesuffix('proj.weight')}attn.qkv.weight") if first else None
    return (
        qkv is not None
        and qkv.ndim == 2
        and first is not None
        and qkv.shape[0] == 3 * state[first].shape[0]
        and "cls_token" not in state
        and not any(".attn.pool_" in name or ".attn.norm_" in name for name in state)
    )


_STRANGERS: tuple[tuple[Callable[[StateDict], bool], str], ...] = (
    (
        _has(r"(?:.*\.)?(?:proposal_generator|roi_heads)\."),
        "a detector of detectron2 (MViTv2 with windowed attention, for pictures): another network, "
        "which cannot be shown",
    ),
    (
        _has(r"(?:.*\.)?(?:sam_mask_decoder|sam_prompt_encoder|image_encoder\.trunk)\."),
        "SAM 2 (its encoder is Hiera, with attention inside windows): another network, which "
        "cannot be shown",
    ),
    (
        _is_hiera,
        "a Hiera network (attention inside windows, pooled without weights): another network, "
        "which cannot be shown",
    ),
)


def stranger_of(state: StateDict) -> str | None:
    """The name of a known network that these weights belong to, if it is no MViT."""
    return next((words for is_it, words in _STRANGERS if is_it(state)), None)
