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
from mvit_core.demo.samples import INDEX_NAME, LABELS_NAME, ActorTruth, SampleTruth
from mvit_core.system.atomic_file import whole_file
from mvit_core.training.motion import FRAMES
from mvit_core.training.rendering import actor_masks, render
from mvit_core.training.saving import prepare_folder
from mvit_core.training.scene import Scene, Thing, draw_pair, draw_scene
from mvit_core.video import VideoWriter

__all__ = ["SAMPLES", "TWO_ACTORS", "write_clips"]

TWO_ACTORS = "two actors"
"""Stands in place of a class where the seed draws two actors and the class of each."""

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
    (TWO_ACTORS, 98),
    (TWO_ACTORS, 300),
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

Box = tuple[int, int, int, int]


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
        samples: class, or ``TWO_ACTORS``, and scene seed of each.
        on_clip: progress, (clips done, clips in all).
        size: side of the clips, in pixels.

    Raises:
        ExportError: the folder cannot be written to, or the disk is full.
    """
    prepare_folder(folder)
    truths = []
    for done, (name, seed) in enumerate(samples, start=1):
        is_pair = name == TWO_ACTORS
        scene = draw_pair(seed) if is_pair else draw_scene(seed, CLASSES.index(name))
        truths.append(_write_clip(folder, scene, size))
        on_clip(done, len(samples))
    index = {"samples": [asdict(truth) for truth in truths]}
    _write_text(folder / INDEX_NAME, json.dumps(index) + "\n")
    _write_text(folder / LABELS_NAME, "\n".join(CLASSES) + "\n")
    return tuple(truths)


def _write_clip(folder: Path, scene: Scene, size: int) -> SampleTruth:
    kinds = " and ".join(actor.motion.kind for actor in scene.actors)
    path = folder / f"{kinds.replace(' ', '_')}.mp4"
    times = np.linspace(0, FRAMES - 1, CLIP_FRAMES)
    boxes: list[list[Box]] = [[] for _ in scene.actors]
    with VideoWriter(path, size=(size, size), fps=FPS, comment=_title(scene)) as writer:
        for part in np.split(times, range(_CHUNK, CLIP_FRAMES, _CHUNK)):
            for frame in render(scene, size, part).frames:
                writer.write(frame)
            for actor, own in enumerate(boxes):
                own += [_box(mask) for mask in actor_masks(scene, size, part, actor)]
    actors = [_truth(thing, own) for thing, own in zip(scene.actors, boxes, strict=True)]
    return SampleTruth(
        file=path.name,
        title=_title(scene),
        class_name=scene.class_name,
        seed=scene.seed,
        size=size,
        active_frames=actors[0].active_frames,
        boxes_px=actors[0].boxes_px,
        second=actors[1] if len(actors) > 1 else None,
    )


def _truth(actor: Thing, boxes: list[Box]) -> ActorTruth:
    motion = actor.motion
    first, last = (t / (FRAMES - 1) * (CLIP_FRAMES - 1) for t in (motion.first, motion.last))
    return ActorTruth(motion.kind, (ceil(first), floor(last)), tuple(boxes))


def _box(mask: NDArray[np.bool_]) -> Box:
    """Edges (left, top, right, bottom) of the pixels that are set."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _title(scene: Scene) -> str:
    """For example: The blue drop moves left. A second actor is named before the first."""
    words = ", ".join(
        f"the {_hue(actor)} {actor.shape} {actor.motion.kind}" for actor in reversed(scene.actors)
    )
    return words[0].upper() + words[1:]


def _hue(thing: Thing) -> str:
    hue = colorsys.rgb_to_hsv(*thing.colour)[0]
    return _HUES[round(hue * len(_HUES)) % len(_HUES)]


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
