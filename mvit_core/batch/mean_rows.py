"""Rows of ``means``: the mean output of every head, of a clip and of a shard.

A shard has one row for each model, block and head, so the table stays small however many clips a
batch has. A mean over all of them weighs each row by its ``windows``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mvit_core.explaining.heads_off import HeadMeans

__all__ = ["MEANS", "joined_rows", "mean_rows"]

MEANS = "means"
"""Name of the table."""


def mean_rows(checkpoint: str, means: HeadMeans) -> list[dict[str, Any]]:
    """A row for each head of a network.

    Args:
        checkpoint: name of the model.
        means: over some windows.
    """
    return [
        {
            "checkpoint": checkpoint,
            "block": block,
            "head": head,
            "windows": means.windows,
            "mean": mean,
        }
        for block, values in enumerate(means.blocks)
        for head, mean in enumerate(values.double().numpy())
    ]


def joined_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a shard: the mean over the windows of rows that are of the same head."""
    found: dict[tuple[Any, ...], tuple[int, Any]] = {}
    for row in rows:
        key = row["checkpoint"], row["block"], row["head"]
        windows, total = found.get(key, (0, 0.0))
        own = row["windows"] * np.asarray(row["mean"], np.float64)
        found[key] = windows + row["windows"], total + own
    return [
        {
            "checkpoint": checkpoint,
            "block": block,
            "head": head,
            "windows": windows,
            "mean": (total / windows).tolist(),
        }
        for (checkpoint, block, head), (windows, total) in sorted(found.items(), key=_place)
    ]


def _place(item: tuple[tuple[Any, ...], object]) -> tuple[Any, ...]:
    return item[0]
