"""Statistics of heads over all their queries: how spread they look, how far, and when.

This is their one definition, for every reader. They are taken while the tiles of a map pass by in
the processor's cache (``Keep(statistics=True)``), or of tiles rebuilt from what a record keeps.

Axis legend: B batch, h heads, m maps of all items and heads, Nq/Nk tokens (class token first where
there is one), Tq/Tk times and Sq/Sk places of a frame on the two grids.
Sources: attention distance after Dosovitskiy et al., ICLR 2021, section 4.5, in space and in time.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import log

import torch
from torch import Tensor

from mvit_core.geometry import GridGeometry, Triple
from mvit_core.model.products import Tile, tile_softmax, tiles_of
from mvit_core.model.tap import AttentionInputs

__all__ = ["LayerStatistics", "StatisticsNotes", "distance_tables"]


@dataclass(frozen=True)
class LayerStatistics:
    """Statistics of all heads of one layer, over all queries of one forward pass."""

    entropy: Tensor
    """(B, h), 0 to 1: mean over all queries of -sum a ln a / ln Nk, the class key included."""
    distance_px: Tensor
    """(B, h), in pixels of the model's input: mean over patch queries of the distance within a
    frame from the query to what it looks at, weighted by its attention on patch keys alone.
    Queries that look at no patch at all are left out; 0 where none is left."""
    distance_frames: Tensor
    """(B, h), in sampled frames: the same distance along time."""
    sink: Tensor | None
    """(B, h), 0 to 1: mean over all queries of the attention on the class key; None without one."""
    profile: Tensor
    """(B, h, Tq, Tk): attention of the patch queries of a time on the patch keys of each time, a
    mean over these queries. A row sums to 1 with ``profile_sink``."""
    profile_sink: Tensor | None
    """(B, h, Tq): their attention on the class key; None without one."""

    @property
    def nbytes(self) -> int:
        """Memory held."""
        parts = (self.entropy, self.distance_px, self.distance_frames, self.profile)
        shares = (self.sink, self.profile_sink)
        return sum(part.nbytes for part in (*parts, *shares) if part is not None)


class StatisticsNotes:
    """What is noted of each row of a map while its tiles pass; float32 whatever the network has.

    Args:
        inputs: of the layer.
        q_geometry: places of its queries on the model's input.
        k_geometry: places of its keys.
    """

    def __init__(
        self, inputs: AttentionInputs, q_geometry: GridGeometry, k_geometry: GridGeometry
    ) -> None:
        q, k = inputs.q.detach(), inputs.k
        self._items, self._keys = q.shape[:2], k.shape[2]
        self._cls = cls = int(inputs.has_class_token)
        self._q_shape, self._k_shape = inputs.q_shape, inputs.k_shape
        self._dtype = dtype = torch.promote_types(q.dtype, torch.float32)
        maps, rows, times = q.shape[0] * q.shape[1], q.shape[2], cls + inputs.k_shape[0]
        self._entropy = q.new_zeros(maps, rows, dtype=dtype)
        self._pixels = q.new_zeros(maps, rows, dtype=dtype)
        self._times = q.new_zeros(maps, rows, times, dtype=dtype)
        shapes = inputs.q_shape, inputs.k_shape
        pixels, frames, places = distance_tables(*shapes, q_geometry, k_geometry, cls)
        # Numbers first, as not every device has those of double precision.
        self._distance_px = pixels.to(dtype).to(q.device)  # (Sq, Sk)
        self._distance_frames = frames.to(dtype).to(q.device)  # (Tq, Tk)
        self._places = places.to(q.device)  # (Nq,)

    def add(self, tile: Tile, logits: Tensor, weights: Tensor) -> None:
        """Add one tile, (maps, rows, Nk)."""
        logits, weights = logits.to(self._dtype), weights.to(self._dtype)
        place = tile.maps, tile.rows
        self._entropy[place] = _entropies(logits, weights)
        by_time = weights[..., self._cls :].unflatten(2, (self._k_shape[0], -1))
        self._times[place][..., self._cls :] = by_time.sum(dim=3)
        if self._cls:
            self._times[place][..., 0] = weights[..., 0]
        distances = self._distance_px[self._places[tile.rows]]  # (rows, Sk)
        self._pixels[place] = by_time.sum(dim=2).mul_(distances).sum(dim=2)

    def rebuild(self, q: Tensor, k: Tensor, mask: Tensor | None) -> None:
        """Add every tile of maps whose operands were kept, as ``tile_softmax`` takes them."""
        for tile in tiles_of((q.shape[0], q.shape[1], k.shape[1]), q):
            self.add(tile, *tile_softmax(q, k, mask, tile))

    def statistics(self) -> LayerStatistics:
        """The statistics, once all tiles have passed."""
        cls, times = self._cls, self._q_shape[0]
        patches = self._times[:, cls:].unflatten(1, (times, -1))  # (m, Tq, Sq, cls + Tk)
        by_time, profile = patches[..., cls:], patches.mean(dim=2)
        mass = by_time.sum(dim=3)  # (m, Tq, Sq)
        pixels = self._pixels[:, cls:].unflatten(1, (times, -1))
        frames = (by_time * self._distance_frames[:, None]).sum(dim=3)
        return LayerStatistics(
            entropy=self._of_heads(self._entropy.mean(dim=1) / max(log(self._keys), 1e-9)),
            distance_px=self._of_heads(_mean_over(pixels, mass)),
            distance_frames=self._of_heads(_mean_over(frames, mass)),
            sink=self._of_heads(self._times[..., 0].mean(dim=1)) if cls else None,
            profile=self._of_heads(profile[..., cls:]),
            profile_sink=self._of_heads(profile[..., 0]) if cls else None,
        )

    def _of_heads(self, values: Tensor) -> Tensor:
        """(m, ...) to (B, h, ...) in memory of the host."""
        by_head: Tensor = values.unflatten(0, self._items)
        return by_head.to("cpu").contiguous()


def _mean_over(sums: Tensor, mass: Tensor) -> Tensor:
    """Mean (m,) of sums over mass, of the queries (m, Tq, Sq) that have any."""
    tiny = torch.finfo(mass.dtype).tiny
    seen = mass >= tiny  # below, numbers have no digits left
    quotients = torch.where(seen, sums / mass.clamp(min=tiny), 0.0)
    return quotients.sum(dim=(1, 2)) / seen.sum(dim=(1, 2)).clamp(min=1)


def _entropies(logits: Tensor, weights: Tensor) -> Tensor:
    """-sum a ln a of each row, (maps, rows), without a logarithm for each probability.

    With the row's maximum m, where a is largest, ln a = logit - m + ln a_max; nothing of size
    cancels, and where every key is forbidden all logits are m.
    """
    below = (logits - logits.amax(dim=2, keepdim=True)).mul_(weights).sum(dim=2)
    return -(below + weights.amax(dim=2).log())


@lru_cache(maxsize=64)
@torch.inference_mode(False)  # a tensor born in inference mode could not meet autograd later
def distance_tables(
    q_shape: Triple,
    k_shape: Triple,
    q_geometry: GridGeometry,
    k_geometry: GridGeometry,
    class_tokens: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """Distances in pixels and in frames, and the place of each query within its frame.

    Returns:
        (Sq, Sk) and (Tq, Tk) in float64, and (Nq,), 0 for the class token.
    """
    axes = [
        (_centres(q_geometry, axis, q_shape[axis]), _centres(k_geometry, axis, k_shape[axis]))
        for axis in range(3)
    ]
    frames, down, right = ((q[:, None] - k[None]).abs() for q, k in axes)
    pixels = torch.hypot(down[:, None, :, None], right[None, :, None, :])  # (Yq, Xq, Yk, Xk)
    patches = torch.arange(q_shape[1] * q_shape[2]).repeat(q_shape[0])
    places = torch.cat((torch.zeros(class_tokens, dtype=torch.long), patches))
    return pixels.flatten(2).flatten(0, 1), frames, places


def _centres(geometry: GridGeometry, axis: int, size: int) -> Tensor:
    scale, offset = geometry.scale[axis], geometry.offset[axis]
    return torch.arange(size, dtype=torch.float64) * scale + offset
