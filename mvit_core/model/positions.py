"""Positions: resized tables, relative offsets along one axis, and the augmented product.

Axis legend: B batch, h heads, q/k pooled patch tokens on grids (T, Y, X), d head channels.
Source: Li et al., MViTv2, CVPR 2022, section 4.1 (decomposed relative position embeddings).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from mvit_core.geometry import Triple


def resize_table(table: Tensor, rows: int) -> Tensor:
    """A relative-position table (R, d) resized to (rows, d), linearly, as the reference does."""
    if table.shape[0] == rows:
        return table
    resized = functional.interpolate(table.T[None], size=rows, mode="linear")  # (1, d, rows)
    return resized[0].T


def resize_joint(table: Tensor, built: Triple, wanted: Triple) -> Tensor:
    """Absolute patch positions (1, T*Y*X, C) resized trilinearly to another grid."""
    if built == wanted:
        return table
    volume = table.unflatten(1, built).permute(0, 4, 1, 2, 3)  # (1, C, T, Y, X)
    resized = functional.interpolate(volume, size=wanted, mode="trilinear")
    return resized.flatten(2).transpose(1, 2)  # (1, T*Y*X, C)


@lru_cache(maxsize=256)
@torch.inference_mode(False)  # a tensor born in inference mode could not meet autograd later
def relative_offsets(q_size: int, k_size: int, device: torch.device | str = "cpu") -> Tensor:
    """Table row for each pair of query and key along one axis, int64 of (q_size, k_size).

    The order of operations is the reference's and matters: where neither length divides the
    other, a regrouped formula truncates to other rows. Cached: one network asks for the same few
    pairs at each forward pass.
    """
    q_ratio, k_ratio = max(k_size / q_size, 1.0), max(q_size / k_size, 1.0)
    distance = torch.arange(q_size)[:, None] * q_ratio - torch.arange(k_size)[None, :] * k_ratio
    distance += (k_size - 1) * k_ratio
    return distance.long().to(device)


def gather_table(table: Tensor, q_size: int, k_size: int) -> Tensor:
    """Embeddings (q_size, k_size, d) of one axis, from a table of (R, d)."""
    rows = resize_table(table, 2 * max(q_size, k_size) - 1)
    return rows[relative_offsets(q_size, k_size, table.device)]


_PRODUCT = {0: "bhtyxd,tkd->bhtyxk", 1: "bhtyxd,ykd->bhtyxk", 2: "bhtyxd,xkd->bhtyxk"}


@dataclass(frozen=True)
class RelativePositions:
    """Relative embeddings of one layer, gathered for the grids at hand."""

    t: Tensor | None
    """(T_q, T_k, d), or None."""
    y: Tensor | None
    x: Tensor | None

    @property
    def axes(self) -> tuple[tuple[int, Tensor], ...]:
        """The axes in use, (0, 1 or 2 for t, y, x; its embeddings)."""
        both = ((0, self.t), (1, self.y), (2, self.x))
        return tuple((axis, table) for axis, table in both if table is not None)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(table.nbytes for _, table in self.axes)

    @property
    def width(self) -> int:
        """Columns that the positions add to queries and keys."""
        return sum(table.shape[1] for _, table in self.axes)

    def biases(self, patches: Tensor) -> list[Tensor]:
        """Terms of the bias of patch queries (B, h, T, Y, X, d): (B, h, T, Y, X, keys) per axis."""
        return [
            torch.einsum(_PRODUCT[axis], patches, table.to(patches.dtype))
            for axis, table in self.axes
        ]

    def of_query(self, at: Triple) -> "RelativePositions":
        """The embeddings of one query at (t, y, x): tables (1, keys, d)."""
        return self._picked(at, lambda table, i: table[i : i + 1])

    def of_key(self, at: Triple) -> "RelativePositions":
        """The embeddings of one key at (t, y, x): tables (queries, 1, d)."""
        return self._picked(at, lambda table, i: table[:, i : i + 1])

    def _picked(self, at: Triple, pick: Callable[[Tensor, int], Tensor]) -> "RelativePositions":
        tables = zip((self.t, self.y, self.x), at, strict=True)
        return RelativePositions(*(None if t is None else pick(t, i) for t, i in tables))


def augment_queries(
    q: Tensor, positions: RelativePositions, q_shape: Triple, class_tokens: int
) -> Tensor:
    """Queries whose product with ``augment_keys`` is the whole biased logit matrix.

    ``[q, q.R_t, q.R_y, q.R_x]``: the bias of the decomposed relative positions is a sum of one
    term per axis, so it is an inner product with one-hot key coordinates. Class rows get zeros,
    so they carry no bias. No pass over the (Nq, Nk) matrix remains for the bias.

    Args:
        q: (B, h, Nq, d), before scaling.
        positions: embeddings for the grids at hand.
        q_shape: grid of the patch queries.
        class_tokens: leading rows that are no patch, 0 or 1.

    Returns:
        (B, h, Nq, d + sum of key sizes of the axes in use).
    """
    if not positions.axes:
        return q
    patches = q[:, :, class_tokens:].unflatten(2, q_shape)  # (B, h, T, Y, X, d)
    biases = [bias.flatten(2, 4) for bias in positions.biases(patches)]  # (B, h, Q, K_axis)
    if class_tokens:
        biases = [functional.pad(bias, (0, 0, class_tokens, 0)) for bias in biases]
    return torch.cat((q, *biases), dim=-1)


def augment_keys(
    k: Tensor, scale: float, positions: RelativePositions, k_shape: Triple, class_tokens: int
) -> Tensor:
    """Scaled keys with one-hot grid coordinates behind them; class keys get zeros.

    The scale of the content product goes to the keys, of which there are fewer; positions are
    not scaled.

    Args:
        k: (B, h, Nk, d).
        scale: of the content product.
        positions: embeddings for the grids at hand.
        k_shape: grid of the patch keys.
        class_tokens: leading rows that are no patch, 0 or 1.

    Returns:
        (B, h, Nk, d + sum of key sizes of the axes in use).
    """
    if not positions.axes:
        return k * scale
    axes = tuple(axis for axis, _ in positions.axes)
    hot = one_hot_coordinates(k_shape, axes, class_tokens, k.dtype, k.device)  # (Nk, sum of sizes)
    return torch.cat((k * scale, hot.expand(*k.shape[:2], -1, -1)), dim=-1)


@lru_cache(maxsize=16)
@torch.inference_mode(False)
def one_hot_coordinates(
    shape: Triple,
    axes: tuple[int, ...],
    class_tokens: int,
    dtype: torch.dtype,
    device: torch.device,
) -> Tensor:
    """(N, sum of sizes): for each patch a one at its coordinate along each axis named.

    Class tokens come first and have none. Cached, like the rows of the tables.
    """
    parts = []
    for axis in axes:
        eye = torch.eye(shape[axis], dtype=dtype, device=device)
        view = [1, 1, 1, shape[axis]]
        view[axis] = shape[axis]
        parts.append(eye.view(*view).expand(*shape, shape[axis]).flatten(0, 2))
    return functional.pad(torch.cat(parts, dim=-1), (0, 0, class_tokens, 0))
