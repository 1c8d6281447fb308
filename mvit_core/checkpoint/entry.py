"""Declares an entry of ``FORMATS``, and the plain values that it returns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.model.config import MViTConfig
from mvit_core.video.clip import ClipSpec

__all__ = [
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "CheckpointFormat",
    "FamilyReader",
    "Setup",
    "image_clip",
    "video_clip",
]

Configuration = Mapping[str, Any]
"""A configuration in its upstream's own words."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Setup:
    """Architecture and preprocessing that a configuration states."""

    architecture: MViTConfig
    clip: ClipSpec
    notes: tuple[str, ...] = ()
    """Notes for readers of the result."""


@dataclass(frozen=True)
class CheckpointFormat:
    """One way in which people keep MViT weights."""

    name: str
    """Its key in ``FORMATS``."""
    title: str
    """Its name in reports."""
    matches: Callable[[StateDict, Configuration | None], bool]
    """Are these its keys? The configuration, where there is one, settles look-alikes."""
    reads: Callable[[Configuration], bool]
    """Is this mapping a configuration in this upstream's own words?"""
    configure: Callable[[Configuration], Setup]
    """Architecture and preprocessing from such a configuration."""
    convert: Callable[[StateDict, MViTConfig | None], StateDict]
    """Its keys and shapes to those of our model; None where no architecture is decided yet."""
    adapt: Callable[[MViTConfig], MViTConfig]
    """Applies what its forward pass does differently to a preset or another's configuration."""
    clip: Callable[[MViTConfig], ClipSpec]
    """Its published preprocessing, for weights without a configuration."""
    interpolates: bool = True
    """Its forward pass resizes relative positions where a grid does not divide evenly."""
    left_out: re.Pattern[str] | None = None
    """Weights, by our names, that are not needed for one clip alone and only reported."""


@dataclass(frozen=True)
class FamilyReader:
    """Tells a family of networks from PySlowFast's configuration, or from weights alone."""

    family: str
    """A key of ``FAMILIES``."""
    applies: Callable[[Configuration], bool]
    """Does this configuration, complete with its defaults, describe the family?"""
    configure: Callable[[Configuration, dict[str, Any]], MViTConfig]
    """The architecture from such a configuration and the arguments of a classifier's."""
    marks: Callable[[StateDict], bool]
    """Do these weights, under our names, belong to the family?"""
    adapt: Callable[[MViTConfig, StateDict], MViTConfig]
    """A preset made one of the family, for weights without a configuration."""
    notes: Callable[[MViTConfig], tuple[str, ...]]
    """Notes for readers of the result."""
    left_out: re.Pattern[str] | None = None
    """Weights that the family's network has no place for, by design."""
    is_marked_always: bool = False
    """All weights of the family bear its marks: a configuration that says otherwise is refused."""


def video_clip(architecture: MViTConfig, **changes: Any) -> ClipSpec:  # noqa: ANN401
    """Kinetics preprocessing for an architecture: short side 256 for 224, and in proportion."""
    frames, height, width = architecture.input_shape
    size = max(height, width)
    spec = {
        "frames": frames,
        "rate": {16: 4.0, 32: 3.0, 40: 3.0}.get(frames, 4.0),
        "size": size,
        "short_side": max(size, round(size * 256 / 224)),
    }
    return ClipSpec(**{**spec, **changes})


def image_clip(architecture: MViTConfig, *, crop_share: float = 0.875) -> ClipSpec:
    """ImageNet preprocessing for an architecture.

    Args:
        architecture: gives the size of the crop.
        crop_share: crop over short side.
    """
    size = max(architecture.input_shape[1:])
    return ClipSpec(
        frames=1,
        rate=1.0,
        size=size,
        short_side=max(size, int(size / crop_share)),
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        interpolation="bicubic",
        antialias=True,
    )
