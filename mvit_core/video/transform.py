"""From a clip to the tensor that a model reads, as PySlowFast's test path makes it.

Shapes: (1, C, T, S, S); C channels, T sampled frames, S the crop's side.
"""

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from mvit_core.errors import ClipError
from mvit_core.geometry import PixelMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mvit_core.video.clip import Clip, ClipSpec
    from mvit_core.video.multi_view import Crop


@dataclass(frozen=True, eq=False)
class ModelInput:
    """One input of a model, and how its pixels lie on the source."""

    tensor: torch.Tensor
    """float32 (1, 3, T, S, S), normalised."""
    pixel_map: PixelMap
    """Model pixels to source pixels (upright, stored) and back."""
    frame_indices: tuple[int, ...]
    """The T source frames shown."""


def transform(clip: "Clip", spec: "ClipSpec", crop: "Crop" = "centre") -> ModelInput:
    """Normalise, resize the short side, crop the centre or one end of the longer side.

    Raises:
        ClipError: the crop is larger than the resized frame, or the clip is of another length.
    """
    if len(clip.frames) != spec.frames:
        message = f"the clip has {len(clip.frames)} frames, the model wants {spec.frames}"
        raise ClipError(f"{message}; read it again with this specification")
    height, width = clip.frames.shape[1:3]
    pixel_map = pixel_map_for((width, height), spec, crop)
    # Frame by frame: a long 1080p clip as floats at once would take hundreds of megabytes.
    frames = [_one(frame, pixel_map, spec) for frame in clip.frames]  # T x (3, S, S)
    tensor = torch.stack(frames, dim=1).unsqueeze(0)  # (1, 3, T, S, S)
    return ModelInput(tensor, pixel_map, clip.frame_indices)


def pixel_map_for(
    source_size: tuple[int, int], spec: "ClipSpec", crop: "Crop" = "centre"
) -> PixelMap:
    """Resize and crop for a source of (width, height).

    Raises:
        ClipError: the crop is larger than the resized frame.
    """
    if spec.short_side < spec.size:
        message = f"the crop of {spec.size} pixels exceeds the short side of {spec.short_side}"
        raise ClipError(f"{message}; set short_side to at least {spec.size}")
    width, height = source_size
    # The reference's own order of operations: multiplied first, some sizes would floor otherwise.
    if width < height:
        resized = (spec.short_side, floor(height / width * spec.short_side))
    else:
        resized = (floor(width / height * spec.short_side), spec.short_side)
    room = (resized[0] - spec.size, resized[1] - spec.size)
    offset = (ceil(room[0] / 2), ceil(room[1] / 2))
    if crop != "centre":
        end = 1 if crop == "end" else 0
        offset = (offset[0], end * room[1]) if height > width else (end * room[0], offset[1])
    return PixelMap(source_size, resized, offset, (spec.size, spec.size))


def _one(frame: "NDArray[np.uint8]", pixel_map: PixelMap, spec: "ClipSpec") -> torch.Tensor:
    """One frame (H, W, 3) as (3, S, S)."""
    channels = frame[..., ::-1] if spec.reverse_channels else frame
    pixels = torch.from_numpy(channels.astype(np.float32)) / 255.0  # (H, W, 3)
    normalised = (pixels - torch.tensor(spec.mean)) / torch.tensor(spec.std)
    resized = _resize(normalised.permute(2, 0, 1).contiguous(), pixel_map, spec)  # (3, H', W')
    (left, top), side = pixel_map.crop_offset, spec.size
    return resized[:, top : top + side, left : left + side]  # (3, S, S)


def _resize(image: torch.Tensor, pixel_map: PixelMap, spec: "ClipSpec") -> torch.Tensor:
    """(3, H, W) to (3, H', W'); a frame that already fits stays as it is."""
    if pixel_map.resized_size == pixel_map.source_size:
        return image
    width, height = pixel_map.resized_size
    return functional.interpolate(
        image.unsqueeze(0),
        size=(height, width),
        mode=spec.interpolation,
        align_corners=False,
        antialias=spec.antialias,
    ).squeeze(0)
