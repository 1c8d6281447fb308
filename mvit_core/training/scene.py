"""A scene as frozen values, drawn from a seed: actors, distractors, background and camera.

Only uniform and integer draws are taken from the generator: their bits are the same everywhere,
whereas normal draws go through the platform's logarithm.
"""

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin

import numpy as np

from mvit_core.demo.classes import CLASSES
from mvit_core.training.motion import FRAMES, Motion
from mvit_core.training.shapes import SHAPES

__all__ = ["Background", "Scene", "Thing", "draw_pair", "draw_scene", "draw_timed"]

Colour = tuple[float, float, float]
"""Red, green, blue, each 0 to 1."""

Random = np.random.Generator

Span = tuple[float, float]
"""First and last time of a motion, in sampled frames."""

_MARGIN = 0.015
"""Nothing that acts comes nearer to the edge, in widths, however it is turned."""

_APART = 0.03
"""Two actors never come nearer to each other, in widths, however they are turned."""

_SHORTEST_REST = 1.5
"""A distractor that moves while the actor rests has at least so many sampled frames for it."""


@dataclass(frozen=True)
class Thing:
    """One object of a scene."""

    shape: str
    """A name in ``SHAPES``."""
    colour: Colour
    motion: Motion
    has_eyes: bool = False


@dataclass(frozen=True)
class Background:
    """A muted gradient with noise of two scales, and stripes or a checker on some."""

    colours: tuple[Colour, Colour]
    """At the two ends of the gradient."""
    direction: float
    """Direction of the gradient, in radians."""
    noise_seed: int
    noise: tuple[float, float]
    """Amplitude of the coarse and the fine noise."""
    pattern: str
    """stripes, checker, or empty."""
    pattern_angle: float
    pattern_period: float
    """In widths."""
    pattern_strength: float


@dataclass(frozen=True)
class Scene:
    """Everything there is to know of a clip before it has a size."""

    seed: int
    label: int
    """Index in ``CLASSES`` of what the actor does."""
    actor: Thing
    distractors: tuple[Thing, ...]
    background: Background
    camera: tuple[tuple[float, float], ...]
    """Shift of the picture at each sampled frame, (x, y) in widths."""
    sensor_noise: float
    """Standard deviation of the noise of each value, of 1."""
    second: Thing | None = None
    """Another actor, which performs another class; None in all scenes that are trained on."""

    @property
    def actors(self) -> tuple[Thing, ...]:
        """All that is vivid and acts, ``actor`` first."""
        return (self.actor,) if self.second is None else (self.actor, self.second)

    @property
    def class_name(self) -> str:
        """Name of the actor's class."""
        return CLASSES[self.label]

    @property
    def active(self) -> tuple[float, float]:
        """First and last time of the actor's motion, in sampled frames."""
        return self.actor.motion.first, self.actor.motion.last


def draw_scene(seed: int, label: int | None = None) -> Scene:
    """The scene of a seed; the class is drawn too unless it is given."""
    random = np.random.Generator(np.random.PCG64(seed))
    drawn = int(random.integers(len(CLASSES)))
    label = drawn if label is None else label
    return Scene(
        seed=seed,
        label=label,
        actor=_actor(random, CLASSES[label]),
        distractors=_distractors(random, (label,)),
        background=_background(random),
        camera=_camera(random),
        sensor_noise=_between(random, 0.004, 0.02),
    )


def draw_pair(seed: int) -> Scene:
    """A scene in which two actors perform two classes at once; neither ever hides the other.

    Everything else is drawn as in a scene of one actor, and no distractor performs either class.
    """
    random = np.random.Generator(np.random.PCG64([seed, 2]))
    label = int(random.integers(len(CLASSES)))
    other = (label + 1 + int(random.integers(len(CLASSES) - 1))) % len(CLASSES)
    while True:
        actor, second = (_actor(random, CLASSES[index]) for index in (label, other))
        if _distance(actor.motion, second.motion) >= _APART:
            break
    return Scene(
        seed=seed,
        label=label,
        actor=actor,
        distractors=_distractors(random, (label, other)),
        background=_background(random),
        camera=_camera(random),
        sensor_noise=_between(random, 0.004, 0.02),
        second=second,
    )


def draw_timed(seed: int, label: int | None = None) -> Scene:
    """A scene whose actor moves for 60 to 80 % of the time, and its distractors in the rest of it.

    What moves tells nothing of when the class is seen: at least one distractor moves, and none
    while the actor does.
    """
    random = np.random.Generator(np.random.PCG64([seed, 3]))
    drawn = int(random.integers(len(CLASSES)))
    label = drawn if label is None else label
    span = _span(random, 0.6, 0.8)
    rests = [rest for rest in ((0.0, span[0]), (span[1], FRAMES - 1.0)) if _is_long(rest)]
    return Scene(
        seed=seed,
        label=label,
        actor=_actor(random, CLASSES[label], span),
        distractors=_distractors(random, (label,), rests),
        background=_background(random),
        camera=_camera(random),
        sensor_noise=_between(random, 0.004, 0.02),
    )


def _is_long(rest: Span) -> bool:
    return rest[1] - rest[0] >= _SHORTEST_REST


def _distance(one: Motion, other: Motion) -> float:
    """Least distance between the circles around two things, in widths; below 0 they overlap."""
    times = np.linspace(0, FRAMES - 1, 8 * FRAMES)
    a, b = one.track(times), other.track(times)
    gaps = np.hypot(a.x - b.x, a.y - b.y) - a.radius - b.radius
    return float(gaps.min())


def _between(random: Random, low: float, high: float) -> float:
    return float(random.uniform(low, high))


def _sign(random: Random) -> int:
    return 1 if random.integers(2) else -1


def _actor(random: Random, kind: str, span: Span | None = None) -> Thing:
    colour = colorsys.hsv_to_rgb(
        _between(random, 0, 1), _between(random, 0.8, 1), _between(random, 0.85, 1)
    )
    return Thing(
        _shape(random, kind), colour, _motion(random, kind, span), has_eyes=bool(random.integers(3))
    )


def _distractors(
    random: Random, labels: tuple[int, ...], rests: Sequence[Span] = ()
) -> tuple[Thing, ...]:
    """Two to five muted things; up to three perform a class, each another than the actors'.

    Where there are rests, at least one moves, and each within one of them.
    """
    count = int(random.integers(2, 6))
    moving = int(random.integers(bool(rests), min(count, 3) + 1))
    others = [name for index, name in enumerate(CLASSES) if index not in labels]
    kinds = [others[int(i)] for i in random.integers(len(others), size=moving)]
    kinds += [""] * (count - moving)
    if not rests:
        return tuple(_distractor(random, kind) for kind in kinds)
    spans = [rests[int(i)] for i in random.integers(len(rests), size=count)]
    return tuple(_distractor(random, kind, span) for kind, span in zip(kinds, spans, strict=True))


def _distractor(random: Random, kind: str, span: Span | None = None) -> Thing:
    colour = _muted(random, 0.22, 0.3, 0.92)
    return Thing(_shape(random, kind), colour, _motion(random, kind, span))


def _shape(random: Random, kind: str) -> str:
    """Any shape, but a disc's spin could not be seen."""
    shapes = SHAPES[1:] if kind == "spins" else SHAPES
    return shapes[int(random.integers(len(shapes)))]


def _muted(random: Random, saturation: float, dark: float, light: float) -> Colour:
    return colorsys.hsv_to_rgb(
        _between(random, 0, 1), _between(random, 0, saturation), _between(random, dark, light)
    )


def _motion(random: Random, kind: str, span: Span | None = None) -> Motion:
    """A motion of a kind, placed so that the thing stays in the picture."""
    first, last = _span(random, 0.6, 1.0) if span is None else span
    radius, angle = _between(random, 0.075, 0.13), _between(random, -0.4, 0.4)
    still = Motion(kind, 0.0, 0.0, radius, angle, first, last)
    return _placed(random, _performed(random, still))


def _span(random: Random, low: float, high: float) -> Span:
    """A time of so much of the clip, anywhere in it."""
    length = _between(random, low, high) * (FRAMES - 1)
    first = _between(random, 0, FRAMES - 1 - length)
    return first, first + length


def _performed(random: Random, still: Motion) -> Motion:
    """With the numbers that make it a motion of its kind."""
    kind, length = still.kind, still.last - still.first
    if kind.startswith("moves"):
        return replace(still, travel=_travel(random, kind.removeprefix("moves ")))
    if kind.startswith("circles"):
        turns = _between(random, 0.8, 1.35) * (-1 if "counter" in kind else 1)
        reach, phase = _between(random, 0.12, 0.22), _between(random, 0, 2 * pi)
        return replace(still, reach=reach, cycles=turns, phase=phase)
    if kind in ("grows", "shrinks"):
        small, factor = _between(random, 0.06, 0.08), _between(random, 1.9, 2.6)
        if kind == "grows":
            return replace(still, radius=small, growth=factor)
        return replace(still, radius=small * factor, growth=1 / factor)
    if kind == "bounces":
        bounces = max(round(length / _between(random, 4, 6.5)), 2)
        return replace(still, reach=_between(random, 0.16, 0.32), cycles=float(bounces))
    if kind == "shakes":
        swings = max(round(length / _between(random, 3.6, 5.5)), 2)
        reach = _sign(random) * _between(random, 0.06, 0.12)
        return replace(still, reach=reach, cycles=float(swings))
    if kind == "spins":
        return replace(still, cycles=_sign(random) * _between(random, 0.8, 1.5))
    return still


def _travel(random: Random, direction: str) -> tuple[float, float]:
    """The way of a straight motion, with a drift of up to 15 % across it."""
    way = _between(random, 0.34, 0.60)
    drift = way * _between(random, -0.15, 0.15)
    along = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[direction]
    return way * along[0] + drift * along[1], way * along[1] + drift * along[0]


def _placed(random: Random, trial: Motion) -> Motion:
    """The motion, begun at a random place from which it never leaves the picture."""
    track = trial.track(np.linspace(0, FRAMES - 1, 8 * FRAMES))
    start = []
    for places in (track.x, track.y):
        low = _MARGIN - float((places - track.radius).min())
        high = 1 - _MARGIN - float((places + track.radius).max())
        start.append(_between(random, low, high))
    return replace(trial, x=start[0], y=start[1])


def _background(random: Random) -> Background:
    first = _muted(random, 0.22, 0.25, 0.85)
    lift = _sign(random) * _between(random, 0.06, 0.22)
    red, green, blue = (min(max(c + lift, 0.12), 0.92) for c in first)
    return Background(
        colours=(first, (red, green, blue)),
        direction=_between(random, 0, 2 * pi),
        noise_seed=int(random.integers(1 << 32)),
        noise=(_between(random, 0.02, 0.07), _between(random, 0.01, 0.04)),
        pattern=("", "", "stripes", "checker")[int(random.integers(4))],
        pattern_angle=_between(random, 0, pi),
        pattern_period=_between(random, 0.12, 0.3),
        pattern_strength=_between(random, 0.03, 0.08),
    )


def _camera(random: Random) -> tuple[tuple[float, float], ...]:
    """A walk of at most 0.4 % of the width per frame, held within 2 %."""
    place, path = np.zeros(2), []
    for _ in range(FRAMES):
        path.append((float(place[0]), float(place[1])))
        angle, step = _between(random, 0, 2 * pi), _between(random, 0, 0.004)
        move = np.array((step * cos(angle), step * sin(angle)))
        place = np.clip(place + move, -0.02, 0.02)
    return tuple(path)
