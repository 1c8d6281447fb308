"""Position tables of another size, resized as PySlowFast's loader resizes them.

Axis legend: T, Y, X a token grid, C channels, d head channels, R rows of a relative table.
"""

from math import isqrt, prod

import torch
from torch import Tensor
from torch.nn import functional

from mvit_core.checkpoint.contents import StateDict
from mvit_core.errors import WeightsError
from mvit_core.geometry import Triple
from mvit_core.model.config import MViTConfig
from mvit_core.model.mvit import sincos_positions
from mvit_core.model.positions import resize_joint, resize_table

__all__ = ["is_table", "joint_grid", "resize_tables"]

TABLES = ("rel_pos_h", "rel_pos_w", "rel_pos_t", "pos_embed", "pos_embed_spatial",
          "pos_embed_temporal")  # fmt: skip


def is_table(name: str) -> bool:
    """Is this a position table, whose length follows the input size?"""
    return name.rpartition(".")[2] in TABLES


def resize_tables(
    state: StateDict,
    shapes: dict[str, torch.Size],
    architecture: MViTConfig,
    trained_grid: Triple | None = None,
) -> tuple[StateDict, tuple[str, ...]]:
    """Tables brought to the sizes of the model, and which were.

    Args:
        state: weights under our names.
        shapes: of the model to be filled.
        architecture: of the model to be filled.
        trained_grid: patch grid that the weights were trained on, where it is known.

    Raises:
        WeightsError: a table cannot be resized.
    """
    resized = dict(state)
    told = []
    for name, table in state.items():
        wanted = shapes.get(name)
        if wanted is None or not is_table(name):
            continue
        # A joint table of the same length may still be one of another grid.
        turned = name == "pos_embed" and trained_grid not in (None, architecture.patch_grid)
        if table.shape == wanted and not turned:
            continue
        if table.ndim != len(wanted) or table.shape[-1] != wanted[-1]:
            continue  # another width is no matter of size; the shape check names it
        words = ""
        if name == "pos_embed":
            resized[name], words = _resized_joint(table, architecture, trained_grid)
        else:
            resized[name] = _resized(name, table, wanted, architecture.patch_grid)
        told.append(f"{name}: {table.shape[-2]} -> {wanted[-2]} rows{words}")
    return resized, tuple(told)


def _resized(name: str, table: Tensor, wanted: torch.Size, grid: Triple) -> Tensor:
    if name == "pos_embed_spatial":
        return _resized_spatial(table, grid)
    if name == "pos_embed_temporal":
        return resize_table(table[0], wanted[1])[None]
    return resize_table(table, wanted[0])


def _resized_spatial(table: Tensor, grid: Triple) -> Tensor:
    rows = table.shape[1]
    side = isqrt(rows)
    if side * side != rows:
        raise WeightsError(
            f"pos_embed_spatial has {rows} rows, no square grid, so it cannot be resized to "
            f"{grid[1]}x{grid[2]}; use the size it was trained with"
        )
    plane = table.unflatten(1, (side, side)).permute(0, 3, 1, 2)  # (1, C, Y, X)
    resized = functional.interpolate(plane, size=grid[1:], mode="bicubic")
    return resized.flatten(2).transpose(1, 2)  # (1, Y*X, C)


def _resized_joint(
    table: Tensor, architecture: MViTConfig, trained_grid: Triple | None
) -> tuple[Tensor, str]:
    """Trilinearly, as at run time; PySlowFast's own loader would leave the table random."""
    cls, grid = int(architecture.has_cls_embed), architecture.patch_grid
    if architecture.use_fixed_sincos_pos:  # fixed, so the loader keeps what it has built
        return sincos_positions(architecture.embed_dim, grid, cls), ", computed anew"
    rows = table.shape[1] - cls
    built = trained_grid if trained_grid and prod(trained_grid) == rows else joint_grid(rows, grid)
    patches = resize_joint(table[:, cls:], built, grid)
    words = f", taken for a grid of {'x'.join(map(str, built))}"
    return torch.cat((table[:, :cls], patches), dim=1), words


def joint_grid(rows: int, wanted: Triple) -> Triple:
    """The grid a joint table of ``rows`` was built for: the one that shares most with ``wanted``.

    Raises:
        WeightsError: no square grid has that many patches.
    """
    t, y, x = wanted
    if rows == t * y * x:
        return wanted
    if rows % t == 0 and isqrt(rows // t) ** 2 == rows // t:
        return t, isqrt(rows // t), isqrt(rows // t)
    if rows % (y * x) == 0:
        return rows // (y * x), y, x
    squares = [s for s in range(1, isqrt(rows) + 1) if rows % (s * s) == 0]
    if len(squares) == 2:  # 1 always divides
        return rows // squares[1] ** 2, squares[1], squares[1]
    raise WeightsError(
        f"pos_embed has {rows} patch rows, and the grid behind them cannot be told; "
        "give the configuration it was trained with"
    )
