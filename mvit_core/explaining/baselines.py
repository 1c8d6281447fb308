"""Clips that show less: what a clip is compared with, and what covers a part of it.

A baseline is only as good as it hides the class, so p(class) of it is always printed beside it.

Axis legend: clips (1, 3, T, H, W), normalised as the model takes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

__all__ = ["BASELINES", "HIGH_BASELINE", "Baseline", "doubt"]

HIGH_BASELINE = 0.2
"""p(class) of a baseline from which on it still shows the class."""

_BLUR_SHARE = 0.1
"""Standard deviation of the blur, of the picture's shorter side."""


@dataclass(frozen=True)
class Baseline:
    """One way to hide what a clip shows."""

    title: str
    description: str
    clip: Callable[[Tensor, int], Tensor]
    """Makes it of a clip (1, 3, T, H, W) and the number of frames of a token."""


def _mean_colour(clip: Tensor, frames: int) -> Tensor:
    del frames
    return clip.mean(dim=(2, 3, 4), keepdim=True).expand_as(clip)


def _blurred(clip: Tensor, frames: int) -> Tensor:
    import torch
    from torch.nn import functional

    del frames
    sigma = _BLUR_SHARE * min(clip.shape[-2:])
    reach = min(int(3 * sigma), min(clip.shape[-2:]) - 1)
    places = torch.arange(-reach, reach + 1, dtype=torch.float32, device=clip.device)
    kernel = torch.exp(-(places**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).to(clip.dtype)
    planes = clip.transpose(1, 2).flatten(0, 1).flatten(0, 1).unsqueeze(1)  # (T*3, 1, H, W)
    planes = functional.pad(planes, (reach, reach, reach, reach), mode="reflect")
    planes = functional.conv2d(planes, kernel.view(1, 1, 1, -1))
    planes = functional.conv2d(planes, kernel.view(1, 1, -1, 1))
    _, channels, times, height, width = clip.shape
    return planes.view(1, times, channels, height, width).transpose(1, 2)


def _frozen_neighbour(clip: Tensor, frames: int) -> Tensor:
    """Each run of frames shows the frame before it; the first shows the frame behind it."""
    times = clip.shape[2]
    before = [t // frames * frames - 1 for t in range(times)]
    return clip[:, :, [min(frames, times - 1) if t < 0 else t for t in before]]


BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "mean": Baseline(
            "Mean colour", "The clip's mean colour everywhere, and nothing else.", _mean_colour
        ),
        "blur": Baseline("Blur", "Each frame blurred by a tenth of its shorter side.", _blurred),
        "freeze": Baseline(
            "Frozen neighbour",
            "The frame before: what stands is still there, what moves stops.",
            _frozen_neighbour,
        ),
    }
)
"""By the names that the command line uses; the first is the default."""


def doubt(name: str, probability: float) -> str:
    """What to say of a baseline that still gives the class; empty where it hides it."""
    if probability < HIGH_BASELINE:
        return ""
    others = ", ".join(other for other in BASELINES if other != name)
    return (
        f"the baseline ({name}) still gives the class {probability:.2f}: what it hides is not all "
        f"that shows the class; try {others}"
    )
