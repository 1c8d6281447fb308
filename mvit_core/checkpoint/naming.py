"""Renaming by an explicit table of patterns."""

import re
from collections.abc import Sequence

from mvit_core.checkpoint.contents import StateDict

__all__ = ["Rules", "compiled", "renamed", "with_time_axis"]

Rules = Sequence[tuple[re.Pattern[str], str]]
"""Patterns for whole names, and what each becomes."""


def compiled(*pairs: tuple[str, str]) -> Rules:
    """Rules from (pattern, replacement); a pattern must match from the start of a name."""
    return tuple((re.compile(pattern), replacement) for pattern, replacement in pairs)


def renamed(state: StateDict, rules: Rules) -> StateDict:
    """The weights under new names; the first rule that matches decides, others keep theirs."""
    return {_renamed(name, rules): value for name, value in state.items()}


def with_time_axis(state: StateDict) -> StateDict:
    """The weights, pooling kernels of image code (4-D) with a time axis of 1 as ours have."""
    return {
        name: value.unsqueeze(2) if ".attn.pool_" in name and value.ndim == 4 else value
        for name, value in state.items()
    }


def _renamed(name: str, rules: Rules) -> str:
    for pattern, replacement in rules:
        if pattern.match(name):
            return pattern.sub(replacement, name, count=1)
    return name
