"""Rendered scenes to batches: inputs, labels, and what the auxiliary head is taught.

Axes: B clips, T sampled frames, S side in pixels, t time slots (one per two frames).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mvit_core.demo.classes import CLASSES
from mvit_core.training.motion import Track
from mvit_core.training.recipe import clip_spec
from mvit_core.training.rendering import Rendered, render
from mvit_core.training.scene import draw_scene

__all__ = ["HELD_OUT", "MOTION_SCALES", "Batch", "make_batch", "training_seeds"]

HELD_OUT = 1_000_000_000
"""Scene seeds below it are for tests, samples and evaluation; training never draws them."""

MOTION_SCALES = (10.0, 10.0, 5.0, 1.0, 2.0, 2.0)
"""Bring dx, dy, dr/r, turn (each per frame), x and y to similar sizes."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Clips and their truth."""

    inputs: Tensor
    """float32 (B, 3, T, S, S), normalised."""
    labels: Tensor
    """int64 (B,)."""
    centres_px: Tensor
    """(B, t, 2): y and x of the actor on the input's pixels, the first pixel's centre at 0."""
    motions: Tensor
    """(B, t, 6): see ``MOTION_SCALES``."""


def training_seeds(run_seed: int, step: int, batch: int) -> range:
    """Scene seeds of one step: no two steps of a run share one."""
    start = HELD_OUT * (run_seed + 1) + step * batch
    return range(start, start + batch)


def make_batch(seeds: Sequence[int], size: int) -> Batch:
    """Draw, render and augment one clip per seed; classes take turns."""
    clips = [_augmented(render(draw_scene(s, s % len(CLASSES)), size), s) for s in seeds]
    return Batch(
        inputs=normalised(np.stack([clip.frames for clip in clips])),
        labels=torch.tensor([clip.label for clip in clips]),
        centres_px=torch.from_numpy(np.stack([_centres(clip.track, size) for clip in clips])),
        motions=torch.from_numpy(np.stack([_motions(clip.track) for clip in clips])),
    )


def normalised(frames: NDArray[np.uint8]) -> Tensor:
    """(B, T, S, S, 3) pixels as the model takes them, (B, 3, T, S, S)."""
    spec = clip_spec()
    pixels = torch.from_numpy(frames.astype(np.float32) / 255.0)
    values = (pixels - torch.tensor(spec.mean)) / torch.tensor(spec.std)
    return values.permute(0, 4, 1, 2, 3).contiguous()


def _augmented(clip: Rendered, seed: int) -> Rendered:
    """Mirrored, reversed, with other colours and another gain, each at random."""
    random = np.random.Generator(np.random.PCG64([seed, 1]))
    mirrored_x, mirrored_y, backwards = (bool(flag) for flag in random.integers(2, size=3))
    clip = clip.mirrored_x() if mirrored_x else clip
    # A ball that bounces on the ceiling is no class of the task.
    clip = clip.mirrored_y() if mirrored_y and CLASSES[clip.label] != "bounces" else clip
    clip = clip.reversed_in_time() if backwards else clip
    gain = float(random.uniform(0.85, 1.15))
    frames = clip.frames[..., random.permutation(3)] * gain
    return Rendered(np.clip(np.rint(frames), 0, 255).astype(np.uint8), clip.label, clip.track)


def _centres(track: Track, size: int) -> NDArray[np.float32]:
    """(t, 2) at the frames that the time slots are centred on."""
    places = np.stack((track.y, track.x), axis=1)[::2]
    return (places * size - 0.5).astype(np.float32)


def _motions(track: Track) -> NDArray[np.float32]:
    """(t, 6): changes per frame around each slot's frame, and the place."""
    rates = [np.gradient(values) for values in (track.x, track.y, np.log(track.radius))]
    columns = [*rates, np.gradient(track.angle), track.x - 0.5, track.y - 0.5]
    scaled = [c * scale for c, scale in zip(columns, MOTION_SCALES, strict=True)]
    return np.stack(scaled, axis=1)[::2].astype(np.float32)
