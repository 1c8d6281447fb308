"""Measures every evidence method on scenes whose truth is known, and the times that a clip tells.

One actor: lift and hit on the method's own grid, faithfulness, sanity. Two actors whose classes are
the model's first two: is a map on the actor of its own class? Distractors that move while the actor
rests: is the evidence in the frames in which the actor moves?
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from types import MappingProxyType

import numpy as np
import torch

from mvit_core.attribution import Saliency
from mvit_core.checkpoint import LoadedModel
from mvit_core.demo.classes import CLASSES
from mvit_core.errors import ClipError
from mvit_core.explaining import EVIDENCE, Subject, Target
from mvit_core.explaining.sanity import redrawn, spearman
from mvit_core.explaining.when import temporal_evidence
from mvit_core.geometry import GridGeometry
from mvit_core.training.evaluation import OnClip, check_classes, model_input
from mvit_core.training.explained import Explained, MethodFigures, WhenFigures
from mvit_core.training.rendering import actor_masks
from mvit_core.training.scene import Scene, draw_pair, draw_scene, draw_timed
from mvit_core.training.scoring import Masks, score
from mvit_core.training.threads import one_thread
from mvit_core.training.trust import (
    ROW,
    Timing,
    areas,
    other_wins,
    own_density,
    positive,
    saliency_of,
    timing,
    won,
)

__all__ = ["DEFAULT_CLIPS", "DEFAULT_PAIRS", "LARGEST_SEED", "SLOW", "evaluate_explanations"]

DEFAULT_CLIPS, DEFAULT_PAIRS = 110, 40

LARGEST_SEED = 9_899
"""Scenes of a larger one could have been trained on."""

SLOW: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"pixel_gradients": (4, 4), "occlusion": (2, 2)}
)
"""Clips and pairs at most of methods that take dozens to hundreds of passes."""

_FIRST_SEED, _SEEDS_OF_A_RUN = 10_000_000, 100_000
"""Scenes of seed S begin at the first and at S times the second: no two runs share one."""

_PAIRS_FROM, _TIMED_FROM = 40_000, 80_000
"""Where scenes of two actors, and those of distractors at other times, begin within a run."""

_MOST = 1_000
"""Clips or pairs; of more, scenes tried would reach into those of the next kind."""

_MOST_TRIED = 20
"""Scenes tried for each one wanted, until the model reads in it what was drawn."""

ORACLE, RANDOM = "oracle", "random"
"""Maps to compare with: the actor's own pixels, and noise."""


_Row = dict[str, float]
"""Figures of one map on one scene, by the names of ``MethodFigures``."""

_Rows = defaultdict[str, list[_Row]]


def evaluate_explanations(
    loaded: LoadedModel,
    clips: int = DEFAULT_CLIPS,
    pairs: int = DEFAULT_PAIRS,
    seed: int = 0,
    on_clip: OnClip = lambda _, __: None,
    *,
    slow: Mapping[str, tuple[int, int]] = SLOW,
) -> Explained:
    """Measure every method of ``EVIDENCE``, the attention row and temporal evidence.

    Args:
        loaded: a model with the demo's classes.
        clips: scenes of one actor, and as many whose distractors move at other times.
        pairs: scenes of two actors whose classes are the model's first two.
        seed: of the scenes; no two seeds share one, and none was trained on.
        on_clip: progress, (scenes done, scenes in all); raising from it ends the measuring.
        slow: clips and pairs at most, by the names of methods that take long.

    Raises:
        CaptureError: a method does not suit the network.
        ClipError: no clips, no pairs, no such seed, the model has other classes, or it reads too
            few of the scenes.
    """
    _check(clips, pairs, seed)
    check_classes(loaded)
    start, total = _FIRST_SEED + seed * _SEEDS_OF_A_RUN, 2 * clips + pairs
    done, rows, times = count(1), _Rows(list), []
    with one_thread():
        two, tried = _read(loaded, pairs, start + _PAIRS_FROM, draw_pair)
        timed, _ = _read(loaded, clips, start + _TIMED_FROM, draw_timed)
        for index in range(clips):
            scene = draw_scene(start + index, index % len(CLASSES))
            _on_one_actor(loaded, scene, _methods(index, slow, 0), rows)
            on_clip(next(done), total)
        for index, scene in enumerate(two):
            _on_two_actors(loaded, scene, _methods(index, slow, 1), rows)
            on_clip(next(done), total)
        for scene in timed:
            times.append(_in_time(loaded, scene))
            on_clip(next(done), total)
    methods = {name: _figures(rows[name]) for name in (*EVIDENCE, ROW)}
    references = {name: _figures(rows[name]) for name in (ORACLE, RANDOM)}
    return Explained(clips, pairs, seed, tried, methods, references, _in_all(times))


def _check(clips: int, pairs: int, seed: int) -> None:
    for what, number in (("clips", clips), ("pairs", pairs)):
        if not 1 <= number <= _MOST:
            raise ClipError(f"{number} {what} were asked for; give 1 to {_MOST:,}")
    if not 0 <= seed <= LARGEST_SEED:
        raise ClipError(f"there are no scenes of seed {seed}; give 0 to {LARGEST_SEED:,}")


def _methods(index: int, slow: Mapping[str, tuple[int, int]], kind: int) -> tuple[str, ...]:
    """Methods to measure on a scene: slow ones on the first few alone."""
    return tuple(name for name in (*EVIDENCE, ROW) if name not in slow or index < slow[name][kind])


def _read(
    loaded: LoadedModel, wanted: int, first: int, draw: Callable[[int], Scene]
) -> tuple[list[Scene], int]:
    """The first scenes in which the model reads what was drawn, and how many were tried for them.

    Raises:
        ClipError: it reads too few.
    """
    found: list[Scene] = []
    for tried in range(1, _MOST_TRIED * wanted + 1):
        scene = draw(first + tried - 1)
        acted = {CLASSES.index(actor.motion.kind) for actor in scene.actors}
        with torch.inference_mode():
            given = model_input(loaded, scene).tensor.to(loaded.device)
            read = loaded.model(given)[0].topk(len(acted)).indices
        if set(read.tolist()) == acted:
            found.append(scene)
        if len(found) == wanted:
            return found, tried
    raise ClipError(
        f"the model reads what was drawn in {len(found)} of {_MOST_TRIED * wanted} scenes, and "
        f"{wanted} are wanted; give a checkpoint that was trained longer, or want fewer"
    )


def _on_one_actor(loaded: LoadedModel, scene: Scene, methods: tuple[str, ...], rows: _Rows) -> None:
    given, masks = model_input(loaded, scene), actor_masks(scene, loaded.clip_spec.size)
    subject, target = Subject(loaded.model, given.tensor), Target(scene.label)
    maps = {name: saliency_of(subject, target, name) for name in methods}
    alike: dict[str, list[float]] = {name: [] for name in methods}
    for twin in redrawn(loaded.model, scene.seed):
        other = subject.with_model(twin)
        for name, found in maps.items():
            again = saliency_of(other, target, name)
            alike[name].append(spearman(found.values, again.values))
    for name, found in {**maps, **_references(scene, masks)}.items():
        on_actor, faithful = score(positive(found, given), masks), areas(subject, target, found)
        row = {"lift": on_actor.lift, "hit": on_actor.hit}
        row |= zip(("deletion", "insertion"), faithful, strict=True)
        row |= zip(("rho_head", "rho_last_block"), alike.get(name, ()), strict=False)
        rows[name].append(row)


def _on_two_actors(
    loaded: LoadedModel, scene: Scene, methods: tuple[str, ...], rows: _Rows
) -> None:
    given = model_input(loaded, scene)
    labels = [CLASSES.index(actor.motion.kind) for actor in scene.actors]
    subject = Subject(loaded.model, given.tensor)
    masks = [actor_masks(scene, loaded.clip_spec.size, actor=actor) for actor in (0, 1)]
    for own, other in ((0, 1), (1, 0)):
        target = Target(labels[own])
        maps = {name: saliency_of(subject, target, name) for name in methods}
        for name, found in {**maps, **_references(scene, masks[own])}.items():
            density = own_density(positive(found, given), masks[own], masks[other])
            flipped = other_wins(subject, target, found, labels[other])
            rows[name].append({"own": density, "right": won(density), "flips": float(flipped)})


def _references(scene: Scene, masks: Masks) -> dict[str, Saliency]:
    """Maps of pixels (T, H, W) that no network made."""
    random = np.random.Generator(np.random.PCG64([scene.seed, 4]))
    noise = random.random(masks.shape, dtype=np.float32)
    maps = {ORACLE: masks.astype(np.float32), RANDOM: noise}
    return {name: Saliency(values, GridGeometry(), None) for name, values in maps.items()}


def _figures(rows: Sequence[_Row]) -> MethodFigures:
    """The mean of each figure over the scenes that have it."""
    columns: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            columns[name].append(value)

    def mean(name: str) -> float:
        return float(np.mean(columns[name]))

    return MethodFigures(
        lift=mean("lift"),
        hit=mean("hit"),
        deletion=mean("deletion"),
        insertion=mean("insertion"),
        own=mean("own"),
        right=mean("right"),
        flips=mean("flips"),
        rho_head=mean("rho_head") if columns["rho_head"] else None,
        rho_last_block=mean("rho_last_block") if columns["rho_last_block"] else None,
        n=len(columns["lift"]),
        pairs=len(columns["own"]) // 2,
    )


def _in_time(loaded: LoadedModel, scene: Scene) -> Timing:
    subject = Subject(loaded.model, model_input(loaded, scene).tensor)
    shares = temporal_evidence(subject, Target(scene.label)).shares
    return timing(shares, scene.active)


def _in_all(times: Sequence[Timing]) -> WhenFigures:
    lift, most, peak = np.mean([(t.lift, t.most, t.peak) for t in times], axis=0)
    return WhenFigures(float(lift), float(most), float(peak), len(times))
