"""The auxiliary head: teaches features where the actor is and how it moves; dropped at export.

Classification alone does not leave chance within the budget. The head reads the tokens of the
block before the last; no attention weight is ever supervised. Targets are placed by the network's
own geometry: token j lies at input pixel ``scale * j + offset``, not at the middle of a cell.

Axes: B clips, t time slots, (Y, X) the token plane, C channels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mvit_core.geometry import GridGeometry, Triple
from mvit_core.model import MViTConfig
from mvit_core.training.batches import MOTION_SCALES, Batch

__all__ = ["BLOCK", "Auxiliary", "block_geometry", "focus_target"]

BLOCK = 3
"""Whose output the head reads."""

_SPREAD = 0.7
"""Width of the target's bell, in tokens."""

_READ_OUT_WEIGHT = 2.0


@dataclass(frozen=True, eq=False)
class AuxiliaryLosses:
    """Auxiliary losses of one batch."""

    focus: Tensor
    """Cross-entropy between the softmax over space and the bell around the actor."""
    read_out: Tensor
    """Smooth L1 of the motion that is read where the softmax looks."""

    @property
    def total(self) -> Tensor:
        """Weighted sum."""
        return self.focus + _READ_OUT_WEIGHT * self.read_out


class Auxiliary(nn.Module):
    """One softmax over space per time slot, and a read-out of the motion there.

    Args:
        dim: channels of the tokens.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.score = nn.Linear(dim, 1)
        self.hidden = nn.Linear(dim, dim)
        self.read_out = nn.Linear(dim, len(MOTION_SCALES))

    def forward(
        self, tokens: Tensor, grid: Triple, place: GridGeometry, batch: Batch
    ) -> AuxiliaryLosses:
        """Losses for the tokens (B, 1 + t*Y*X, C) that a block gave."""
        planes = self.norm(tokens[:, 1:]).unflatten(1, (grid[0], -1))  # (B, t, Y*X, C)
        logs = self.score(planes).squeeze(-1).log_softmax(dim=-1)  # (B, t, Y*X)
        target = focus_target(batch.centres_px, grid, place)
        seen = torch.einsum("btn,btnc->btc", logs.exp(), planes)
        told = self.read_out(functional.gelu(self.hidden(seen)))  # (B, t, 6)
        return AuxiliaryLosses(
            focus=-(target * logs).sum(dim=-1).mean(),
            read_out=functional.smooth_l1_loss(told, batch.motions),
        )


def block_geometry(config: MViTConfig, block: int) -> GridGeometry:
    """Geometry of the tokens that leave a block, on the model's input."""
    place = config.patch_geometry
    for each in config.blocks[: block + 1]:
        place = place.through(each.q_window)
    return place


def focus_target(centres_px: Tensor, grid: Triple, place: GridGeometry) -> Tensor:
    """A bell around the actor on the token plane, (B, t, Y*X), each plane summing to 1."""
    logs = []
    for axis, centre in ((1, centres_px[..., 0]), (2, centres_px[..., 1])):
        tokens = place.offset[axis] + place.scale[axis] * torch.arange(grid[axis])
        far = (tokens - centre[..., None]) / (place.scale[axis] * _SPREAD)  # (B, t, n)
        logs.append(-0.5 * far**2)
    plane = logs[0][..., :, None] + logs[1][..., None, :]  # (B, t, Y, X)
    return plane.flatten(2).softmax(dim=-1)
