"""Features: what the tokens of a block hold, as colours and as likeness to one of them.

Three principal components of the tokens, over a whole window, become red, green and blue (Oquab et
al., DINOv2, 2023, section 7.5; Amir et al. 2021): tokens of a colour hold alike things. Colours
have no meaning of their own. A basis is fitted once and used for the windows that follow, so that a
colour means the same along a clip.

Axis legend: N patch tokens on a grid (T, Y, X), C channels.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mvit_core.attribution.maps import FloatArray, Saliency
from mvit_core.errors import CaptureError
from mvit_core.explaining.subject import Subject, entering_geometry
from mvit_core.explaining.watching import OnStep
from mvit_core.geometry import Grid, GridGeometry, Triple
from mvit_core.model.pooling import triple

__all__ = ["FeatureBasis", "Features", "features"]

COMPONENTS = 3

_TAILS = (0.01, 0.99)
"""Shares of the tokens at which a colour is dark and full."""


@dataclass(frozen=True)
class Features:
    """The patch tokens that leave a block, in one window."""

    tokens: Tensor = field(repr=False)
    """(N, C) in float32 at least, on the CPU; of a reversible network both streams side by side."""
    grid: Triple
    geometry: GridGeometry
    """Their places on the model's input."""
    block: int

    def similarity(self, token: Triple) -> Saliency:
        """Cosine similarity of each token to one of them, -1 to 1.

        Args:
            token: (t, y, x) on the grid.

        Raises:
            CaptureError: the token lies outside the grid.
        """
        try:
            index = Grid(self.grid).index(*token)
        except IndexError:
            raise CaptureError(
                f"token {token} lies outside the grid {self.grid}; each number counts from 0"
            ) from None
        tiny = torch.finfo(self.tokens.dtype).tiny
        directions = self.tokens / self.tokens.norm(dim=1, keepdim=True).clamp(min=tiny)
        values = (directions @ directions[index]).clamp(-1, 1).reshape(self.grid)
        return Saliency(values.float().numpy(), self.geometry, None)


@dataclass(frozen=True)
class FeatureBasis:
    """Directions of the largest variance among the tokens of a block, and how they are coloured."""

    mean: Tensor = field(repr=False)
    """(C,)."""
    directions: Tensor = field(repr=False)
    """(3, C), of length 1 and at right angles; the largest variance first."""
    low: FloatArray
    """(3,): coordinates at which a colour is dark."""
    high: FloatArray
    """(3,): those at which it is full."""
    variance: tuple[float, ...]
    """Share of all variance along each direction, 0 to 1."""

    @classmethod
    def of(cls, found: Features) -> "FeatureBasis":
        """The basis of one window: the same whatever its tokens are called, as signs are fixed.

        The largest entry of each direction is positive.

        Raises:
            CaptureError: the tokens have fewer than three channels.
        """
        if found.tokens.shape[1] < COMPONENTS:
            raise CaptureError(
                f"tokens of {found.tokens.shape[1]} channels have no {COMPONENTS} components"
            )
        tokens = found.tokens.double()
        mean = tokens.mean(dim=0)
        centred = tokens - mean
        variances, vectors = torch.linalg.eigh(centred.T @ centred / len(tokens))
        directions = vectors.T.flip(0)[:COMPONENTS].contiguous()
        strongest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
        directions = directions * strongest.sign()
        total = max(float(variances.sum()), torch.finfo(torch.float64).tiny)
        shares = variances.flip(0)[:COMPONENTS].clamp(min=0) / total
        low, high = np.quantile((centred @ directions.T).numpy(), _TAILS, axis=0)
        return cls(
            mean=mean,
            directions=directions,
            low=low.astype(np.float32),
            high=high.astype(np.float32),
            variance=tuple(shares.tolist()),
        )

    def colours(self, found: Features) -> NDArray[np.float32]:
        """Colours (T, Y, X, 3), red, green and blue from 0 to 1, of the tokens of any window.

        Raises:
            CaptureError: the tokens are those of another block or network.
        """
        if found.tokens.shape[1] != len(self.mean):
            raise CaptureError(
                f"these tokens have {found.tokens.shape[1]} channels and the basis has "
                f"{len(self.mean)}; fit one on this block"
            )
        places = ((found.tokens.double() - self.mean) @ self.directions.T).numpy()
        wide = np.maximum(self.high - self.low, np.finfo(np.float32).tiny)
        coloured: NDArray[np.float32] = np.clip((places - self.low) / wide, 0, 1, dtype=np.float32)
        return coloured.reshape(*found.grid, COMPONENTS)


def features(subject: Subject, block: int, on_step: OnStep | None = None) -> Features:
    """The patch tokens that leave a block; one plain pass, for the last stage of its end alone.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: there is no such block.
    """
    depth = subject.config.depth
    if not 0 <= block < depth:
        raise CaptureError(f"block {block} does not exist; the model has blocks 0 to {depth - 1}")
    left: list[tuple[Tensor, Triple]] = []

    def on_block(_: nn.Module, given: tuple[object, ...], out: tuple[object, ...]) -> None:
        streams = [part for part in out if isinstance(part, Tensor)]
        grid = out[-1] if len(streams) == 1 else given[-1]
        left.append((torch.cat(streams, dim=-1), triple(grid)))  # type: ignore[arg-type]

    with subject.session(on_step), torch.no_grad():
        handle = subject.model.layers[block].register_forward_hook(on_block)
        try:
            run = subject.run if block >= subject.stage > 0 else None
            left.clear()  # the run may have heard it already
            if run is None:
                subject.logits_of(subject.clip)
            else:
                subject.resume(run.tokens, run.grid, run.block)
        finally:
            handle.remove()
    ((tokens, grid),) = left
    patches = tokens[0, int(subject.config.has_cls_embed) :]
    promoted = patches.to(torch.promote_types(patches.dtype, torch.float32)).cpu()
    return Features(promoted, grid, entering_geometry(subject.config, block + 1), block)
