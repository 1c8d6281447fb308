"""Sample clips: scenes as ordinary videos, with their truth beside them."""

import colorsys
import json
from collections.abc import Callable
from dataclasses import asdict
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mvit_core.demo.classes import CLASSES
from mvit_core.demo.samples import INDEX_NAME, LABELS_NAME, SampleTruth
from mvit_core.system.atomic_file import whole_file
from mvit_core.training.motion import FRAMES
from mvit_core.training.rendering import actor_masks, render
from mvit_core.training.saving import prepare_folder
from mvit_core.training.scene import Scene, Thing, draw_scene
from mvit_core.video import VideoWriter

__all__ = ["SAMPLES", "write_clips"]

SAMPLES: tuple[tuple[str, int], ...] = (
    ("circles clockwise", 22),
    ("moves left", 1),
    ("bounces", 253),
    ("spins", 318),
    ("grows", 92),
    ("shakes", 230),
    ("moves up", 32),
    ("shrinks", 157),
    ("moves right", 267),
    ("moves down", 450),
    ("circles counter-clockwise", 234),
)
"""Class and scene seed of each shipped clip, in the order of the window's list."""

CLIP_SIZE = 384
"""Side of a sample clip, in pixels."""

CLIP_FRAMES = 64
"""Frames that one window spans: 16 samples, every 4th frame, at 30 frames per second."""

FPS = Fraction(30)

_CHUNK = 8
"""Frames rendered at a time: all at once would take hundreds of megabytes."""

_HUES = (
    "red",
    "orange",
    "yellow",
    "lime",
    "green",
    "mint",
    "cyan",
    "azure",
    "blue",
    "violet",
    "magenta",
    "pink",
)
"""Names of the twelve parts of the colour circle, each around a multiple of 30 degrees."""

OnClip = Callable[[int, int], None]


def write_clips(
    folder: Path,
    samples: tuple[tuple[str, int], ...] = SAMPLES,
    on_clip: OnClip = lambda _, __: None,
    *,
    size: int = CLIP_SIZE,
) -> tuple[SampleTruth, ...]:
    """Write the clips, their truth and the class names into a folder.

    Args:
        folder: made if need be.
        samples: class and scene seed of each.
        on_clip: progress, (clips done, clips in all).
        size: side of the clips, in pixels.

    Raises:
        ExportError: the folder cannot be written to, or the disk is full.
    """
    prepare_folder(folder)
    truths = []
    for done, (name, seed) in enumerate(samples, start=1):
        truths.append(_write_clip(folder, draw_scene(seed, CLASSES.index(name)), size))
        on_clip(done, len(samples))
    index = {"samples": [asdict(truth) for truth in truths]}
    _write_text(folder / INDEX_NAME, json.dumps(index) + "\n")
    _write_text(folder / LABELS_NAME, "\n".join(CLASSES) + "\n")
    return tuple(truths)


def _write_clip(folder: Path, scene: Scene, size: int) -> SampleTruth:
    path = folder / f"{scene.class_name.replace(' ', '_')}.mp4"
    times = np.linspace(0, FRAMES - 1, CLIP_FRAMES)
    boxes = []
    with VideoWriter(path, size=(size, size), fps=FPS, comment=_title(scene)) as writer:
        for part in np.split(times, range(_CHUNK, CLIP_FRAMES, _CHUNK)):
            for frame in render(scene, size, part).frames:
                writer.write(frame)
            boxes += [_box(mask) for mask in actor_masks(scene, size, part)]
    first, last = (time / (FRAMES - 1) * (CLIP_FRAMES - 1) for time in scene.active)
    return SampleTruth(
        file=path.name,
        title=_title(scene),
        class_name=scene.class_name,
        seed=scene.seed,
        size=size,
        active_frames=(ceil(first), floor(last)),
        boxes_px=tuple(boxes),
    )


def _box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Edges (left, top, right, bottom) of the pixels that are set."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _title(scene: Scene) -> str:
    """For example: The blue drop moves left."""
    return f"The {_hue(scene.actor)} {scene.actor.shape} {scene.class_name}"


def _hue(thing: Thing) -> str:
    hue = colorsys.rgb_to_hsv(*thing.colour)[0]
    return _HUES[round(hue * len(_HUES)) % len(_HUES)]


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
