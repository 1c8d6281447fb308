"""Action detection: a prediction for each box, read from the tokens inside it.

Axis legend: B batch, N boxes, C channels, (T, Y, X) the token grid, R cells of a box's side.
Sources: He et al., Mask R-CNN, ICCV 2017, section 3 (RoIAlign); Fan et al., ICCV 2021, appendix
(MViT on AVA); Wu et al., MeMViT, CVPR 2022, appendix (attention among boxes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

import torch
from torch import Tensor, nn
from typing_extensions import override

from mvit_core.errors import ArchitectureError, ClipError
from mvit_core.geometry import Triple
from mvit_core.model.blocks import Mlp, norm_layers
from mvit_core.model.config import MViTConfig
from mvit_core.model.kernels import Linear
from mvit_core.model.mvit import MViT

__all__ = ["DetectionConfig", "DetectionMViT", "roi_align"]

_BOX_SLOTS = 100
"""Boxes of a clip that attend to each other in MeMViT, empty ones included."""
_MAX_SAMPLES = 1 << 22
"""Points at which one box reads the map; a box beyond sense would take memory without end."""


@dataclass(frozen=True)
class DetectionConfig(MViTConfig):
    """A trunk whose head reads boxes."""

    family: ClassVar[str] = "detection"

    roi_resolution: int = 7
    """Cells of a box's side."""
    roi_scale_factor: int = 16
    """Pixels of the crop over tokens of the last grid, as the configuration states it."""
    roi_aligned: bool = True
    """A pixel's centre, not its corner, is its coordinate."""
    box_depth: int = 0
    """Blocks in which the boxes of a clip attend to each other (MeMViT)."""
    box_residual: bool = True
    """Their queries are added to the weighted values."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, highest in (("roi_resolution", 64), ("roi_scale_factor", 1024)):
            value = getattr(self, name)
            if not isinstance(value, int) or not 1 <= value <= highest:
                raise ArchitectureError(f"{name} must be 1 to {highest}, got {value!r}")
        if not isinstance(self.box_depth, int) or not 0 <= self.box_depth <= 16:
            raise ArchitectureError(f"box_depth must be 0 to 16, got {self.box_depth!r}")


class DetectionMViT(MViT):
    """A trunk and a head that reads boxes; keys are PySlowFast's ``ResNetRoIHead``'s."""

    config: DetectionConfig

    def _build_head(self) -> None:
        super()._build_head()
        self.box_blocks = nn.ModuleList(BoxBlock(self.config) for _ in range(self.config.box_depth))

    def forward(self, x: Tensor, boxes: Tensor | None = None) -> Tensor:
        """Class scores of every box.

        Args:
            x: a clip as ``MViT`` takes it.
            boxes: (N, 5): clip in the batch, x1, y1, x2, y2 in pixels of the crop. Without any,
                the whole frame of each clip is one box.

        Returns:
            Logits (N, classes).

        Raises:
            ClipError: the input does not fit, or boxes are malformed.
        """
        tokens, grid = self._trunk(*self.embed(x))
        boxes = whole_frames(x) if boxes is None else checked_boxes(boxes, x)
        return self._of_boxes(tokens, grid, boxes)

    @override
    def resume(
        self, tokens: Tensor, grid: Sequence[int], block: int = 0, boxes: Tensor | None = None
    ) -> Tensor:
        """Class scores of the tokens that enter a block, as ``MViT.resume``.

        Args:
            tokens: (B, N, C) as they enter the block.
            grid: (T, Y, X) of the patch tokens.
            block: from 0.
            boxes: (N, 5) as ``forward`` takes them; the whole last grid of each clip by default.

        Returns:
            Logits (B, classes), or (N, classes) of boxes.

        Raises:
            CaptureError: there is no such block.
        """
        return self.scores(*self._trunk(tokens, self._at(block, grid), block), boxes)

    @override
    def scores(self, tokens: Tensor, grid: Triple, boxes: Tensor | None = None) -> Tensor:
        """Logits (N, classes) of boxes; by default the whole last grid of each clip is its box."""
        if boxes is None:
            pixels = self.config.roi_scale_factor
            frames = tokens.new_empty(tokens.shape[0], 0, grid[1] * pixels, grid[2] * pixels)
            boxes = whole_frames(frames)
        return self._of_boxes(tokens, grid, boxes)

    def _of_boxes(self, tokens: Tensor, grid: Triple, boxes: Tensor) -> Tensor:
        """Logits (N, classes) of boxes (N, 5)."""
        assert self.norm is not None
        patches = self._patches(self.norm(tokens)).unflatten(1, grid)  # (B, T, Y, X, C)
        plane = patches.mean(dim=1).permute(0, 3, 1, 2)  # (B, C, Y, X)
        config = self.config
        cells = roi_align(
            plane, boxes, config.roi_resolution, 1 / config.roi_scale_factor, config.roi_aligned
        )
        features = cells.amax(dim=(2, 3))  # (N, C)
        return self.head(self._among_boxes(features, boxes, tokens.shape[0]))

    def _among_boxes(self, features: Tensor, boxes: Tensor, clips: int) -> Tensor:
        """Features (N, C) after the boxes of each clip looked at each other."""
        if not len(self.box_blocks):
            return features
        among = features.clone()
        for clip in range(clips):
            own = boxes[:, 0].long() == clip
            slots = features.new_zeros(1, max(_BOX_SLOTS, int(own.sum())), features.shape[1])
            slots[0, : int(own.sum())] = features[own]
            for block in self.box_blocks:
                slots = block(slots)
            among[own] = slots[0, : int(own.sum())]
        return among


class BoxBlock(nn.Module):
    """A transformer block over the boxes of a clip, keys as MeMViT's ``box_blocks.N``.

    Its attention lies on no grid, so no recorder hears it.
    """

    def __init__(self, config: DetectionConfig) -> None:
        super().__init__()
        dim, (norm_layer, _) = config.head_dim, norm_layers(config)
        self.norm1 = norm_layer(dim)
        self.attn = nn.ModuleDict(
            {name: Linear(dim, dim, bias=config.qkv_bias) for name in ("q", "k", "v")}
        )
        self.attn["proj"] = Linear(dim, dim)
        self.norm2 = norm_layer(dim)
        self.mlp = Mlp(dim, int(dim * config.mlp_ratio))
        self._heads, self._residual = config.blocks[-1].num_heads, config.box_residual

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, C) to the same shape."""
        normed, attn = self.norm1(x), self.attn
        q, k, v = (
            layer(normed).unflatten(-1, (self._heads, -1)).transpose(1, 2)  # (B, h, N, d)
            for layer in (attn["q"], attn["k"], attn["v"])
        )
        weighted = (q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5).softmax(dim=-1) @ v
        weighted = weighted + q if self._residual else weighted
        x = x + attn["proj"](weighted.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm2(x))


def whole_frames(x: Tensor) -> Tensor:
    """One box (B, 5) for each clip of a batch: all of its frame."""
    boxes = torch.zeros(x.shape[0], 5, dtype=torch.float32, device=x.device)
    boxes[:, 0] = torch.arange(x.shape[0])
    boxes[:, 3], boxes[:, 4] = x.shape[-1], x.shape[-2]
    return boxes


def checked_boxes(boxes: Tensor, x: Tensor) -> Tensor:
    """The boxes on the input's device, in float32.

    Raises:
        ClipError: they have another shape, are no numbers, or name a clip that is not there.
    """
    if boxes.ndim != 2 or boxes.shape[-1] != 5 or not len(boxes):
        raise ClipError(
            f"boxes must be (N, 5) - clip, x1, y1, x2, y2 in pixels of the crop -, got "
            f"{tuple(boxes.shape)}"
        )
    boxes = boxes.to(x.device, torch.float32)
    if not bool(torch.isfinite(boxes).all()):
        raise ClipError("boxes hold values that are no finite numbers; give pixels of the crop")
    clips = boxes[:, 0]
    if bool((clips != clips.round()).any()) or not 0 <= int(clips.min()) <= int(clips.max()) < len(
        x
    ):
        raise ClipError(
            f"boxes name clips {clips.unique().tolist()}, the batch has clips 0 to {len(x) - 1}"
        )
    if bool((boxes[:, 1:].abs() > 8 * max(x.shape[-2:])).any()):
        raise ClipError(
            f"boxes reach far outside the crop of {x.shape[-1]}x{x.shape[-2]} pixels; give x1, y1, "
            "x2, y2 in pixels of the crop"
        )
    return boxes


def roi_align(
    plane: Tensor, boxes: Tensor, resolution: int, scale: float, aligned: bool = True
) -> Tensor:
    """Bilinear means of a feature plane inside the cells of boxes.

    Each cell is the mean of ``ceil(cell size)`` points a side, as detectron2 and torchvision
    take it with ``sampling_ratio=0``. A point more than one token outside counts as zero.

    Args:
        plane: (B, C, Y, X).
        boxes: (N, 5): clip, x1, y1, x2, y2 in pixels.
        resolution: R.
        scale: tokens over pixels.
        aligned: half a token is subtracted, and boxes may be smaller than a token.

    Returns:
        (N, C, R, R).
    """
    cells = [
        _cells(plane[int(box[0])], box[1:] * scale - (0.5 if aligned else 0.0), resolution, aligned)
        for box in boxes.to(torch.float64)
    ]
    return torch.stack(cells)


def _cells(plane: Tensor, box: Tensor, resolution: int, aligned: bool) -> Tensor:
    """(C, R, R) of one box in units of tokens."""
    x1, y1, x2, y2 = box.tolist()
    smallest = -float("inf") if aligned else 1.0
    width, height = max(x2 - x1, smallest), max(y2 - y1, smallest)
    rows = _weights(y1, height, resolution, plane.shape[1], plane)
    columns = _weights(x1, width, resolution, plane.shape[2], plane)
    return torch.einsum("cyx,ry,sx->crs", plane, rows, columns)


def _weights(start: float, length: float, cells: int, size: int, like: Tensor) -> Tensor:
    """Weights of the ``size`` tokens of an axis in each cell, (cells, size)."""
    step = length / cells
    count = max(ceil(step), 0)
    if cells * count > _MAX_SAMPLES:
        raise ClipError(f"a box spans {length:g} tokens; give pixels of the crop")
    weights = torch.zeros(cells, size, dtype=torch.float64)
    if not count:
        return weights.to(like)
    inner = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    points = start + step * (torch.arange(cells, dtype=torch.float64)[:, None] + inner)
    inside = ((points >= -1.0) & (points <= size)).double() / count
    points = points.clamp(0, size - 1)
    low = points.floor().long()
    high = (low + 1).clamp(max=size - 1)
    share = points - low
    weights.scatter_add_(1, low, inside * (1 - share))
    weights.scatter_add_(1, high, inside * share)
    return weights.to(like)
