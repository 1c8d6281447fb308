"""A clip cut into tubes, some frames long and some pixels wide, on which any map can be ranked.

Maps of different methods lie on different grids; ranked on the same tubes, they can be compared.

Axis legend: (t, y, x) tubes, (T, H, W) pixels of the clip, (T', Y', X') tokens of a map.
"""

from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mvit_core.attribution.maps import FloatArray, Saliency
from mvit_core.geometry import Triple

__all__ = ["SIDE_PX", "Mode", "Tubes"]

SIDE_PX = 8
"""Width and height of a tube, in pixels of the model's input."""

Mode = Literal["space-time", "space", "time"]
"""What is ranked: tubes, columns of tubes over all frames, or whole times."""


@dataclass(frozen=True)
class Tubes:
    """The tubes of a clip."""

    clip_shape: Triple
    """(T, H, W)."""
    frames: int = 2
    """Frames of a tube: those of a token."""
    side_px: int = SIDE_PX

    @property
    def shape(self) -> Triple:
        """(t, y, x); the last along an axis may be cut short."""
        t, y, x = (
            ceil(size / step) for size, step in zip(self.clip_shape, self._steps, strict=True)
        )
        return t, y, x

    @property
    def _steps(self) -> Triple:
        return self.frames, self.side_px, self.side_px

    def values(self, saliency: Saliency) -> FloatArray:
        """The mean of a map over the pixels of each tube, (t, y, x); linear between tokens."""
        values = saliency.values.astype(np.float64)
        for axis in range(3):
            matrix = self._means(axis, saliency)  # (tubes, tokens)
            values = np.moveaxis(np.tensordot(matrix, values, (1, axis)), 0, axis)
        return values.astype(np.float32)

    def _means(self, axis: int, saliency: Saliency) -> NDArray[np.float64]:
        size, tokens = self.clip_shape[axis], saliency.shape[axis]
        scale, offset = saliency.geometry.scale[axis], saliency.geometry.offset[axis]
        places = np.clip((np.arange(size) - offset) / scale, 0, tokens - 1)
        low = np.minimum(np.floor(places).astype(int), max(tokens - 2, 0))
        high = np.minimum(low + 1, tokens - 1)
        means = np.zeros((self.shape[axis], tokens))
        tube = np.arange(size) // self._steps[axis]
        np.add.at(means, (tube, low), 1 - (places - low))
        np.add.at(means, (tube, high), places - low)
        sums: NDArray[np.float64] = means / means.sum(axis=1, keepdims=True)
        return sums

    def centre(self) -> FloatArray:
        """(t, y, x): how near a tube lies to the middle of the picture, a Gaussian of a quarter."""
        t, rows, columns = self.shape
        y = (np.arange(rows) + 0.5) / rows - 0.5
        x = (np.arange(columns) + 0.5) / columns - 0.5
        plane = np.exp(-(y[:, None] ** 2 + x**2) / (2 * 0.25**2))
        return np.broadcast_to(plane, (t, rows, columns)).astype(np.float32)

    def order(self, values: FloatArray, mode: Mode) -> NDArray[np.int64]:
        """What is ranked, highest first: indices of tubes, of columns or of times."""
        if mode == "space":
            values = values.mean(axis=0)
        if mode == "time":
            values = values.mean(axis=(1, 2))
        order: NDArray[np.int64] = np.argsort(-values.ravel(), kind="stable")
        return order

    def mask(self, order: NDArray[np.int64], share: float, mode: Mode) -> NDArray[np.bool_]:
        """(T, H, W): the pixels of the first share of an order; at least one of it is taken."""
        count = max(round(share * len(order)), 1) if share else 0
        chosen = np.zeros(len(order), dtype=bool)
        chosen[order[:count]] = True
        t, y, x = self.shape
        shapes = {"space-time": (t, y, x), "space": (1, y, x), "time": (t, 1, 1)}
        chosen = np.broadcast_to(chosen.reshape(shapes[mode]), self.shape)
        for axis, step in enumerate(self._steps):
            chosen = chosen.repeat(step, axis=axis)
        frames, height, width = self.clip_shape
        return chosen[:frames, :height, :width]
