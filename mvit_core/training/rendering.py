"""Scenes to pictures of any size, with the actor's own pixels as ground truth.

Axes: F pictures, H rows, W columns, square pictures (H = W). The centre of pixel i lies at
(i + 0.5) / W widths. All arithmetic is double precision and is rounded once, at the end, so that
platforms which differ in the last bit of a cosine still draw the same bytes.
"""

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from mvit_core.demo.classes import TIME_REVERSED, X_MIRRORED, Y_MIRRORED
from mvit_core.training.motion import FRAMES, Track
from mvit_core.training.scene import Background, Scene, Thing
from mvit_core.training.shapes import signed_distance

__all__ = ["SAMPLED_TIMES", "Rendered", "actor_masks", "render"]

Floats = NDArray[np.float64]

SAMPLED_TIMES: Floats = np.arange(FRAMES, dtype=np.float64)
"""The times that the model is shown."""

_OUTLINE = 0.13
"""Width of the dark outline, in radii, inside the shape."""

_EYES = ((-0.25, -0.12), (0.25, -0.12))
"""Centres (x, y) of the eyes, in radii."""

_EYE_RADIUS, _PUPIL_RADIUS = 0.2, 0.1
_WHITE, _BLACK = np.ones(3), np.full(3, 0.07)


@dataclass(frozen=True, eq=False)
class Rendered:
    """A scene as pictures, and where its actor is in each."""

    frames: NDArray[np.uint8]
    """(F, H, W, 3) RGB."""
    label: int
    """Index in ``CLASSES``."""
    track: Track
    """The actor's, camera included."""

    def mirrored_x(self) -> "Rendered":
        """Left and right exchanged."""
        track = replace(self.track, x=1 - self.track.x, angle=-self.track.angle)
        return Rendered(self.frames[:, :, ::-1], X_MIRRORED[self.label], track)

    def mirrored_y(self) -> "Rendered":
        """Top and bottom exchanged."""
        track = replace(self.track, y=1 - self.track.y, angle=-self.track.angle)
        return Rendered(self.frames[:, ::-1], Y_MIRRORED[self.label], track)

    def reversed_in_time(self) -> "Rendered":
        """Played backwards."""
        track = Track(*(values[::-1] for values in vars(self.track).values()))
        return Rendered(self.frames[::-1], TIME_REVERSED[self.label], track)


def render(scene: Scene, size: int, times: Floats = SAMPLED_TIMES) -> Rendered:
    """Pictures of ``size`` x ``size`` pixels at (F,) times."""
    shift_x, shift_y = _camera_at(scene, times)
    canvas = _background(scene.background, size, shift_x, shift_y)  # (F, H, W, 3)
    for thing in (*scene.distractors, *reversed(scene.actors)):  # the first actor's track is kept
        track = thing.motion.track(times).moved(shift_x, shift_y)
        _paint(canvas, thing, track)
    canvas += _sensor_noise(scene, canvas.shape)
    np.multiply(canvas, 255.0, out=canvas)
    frames = np.rint(np.clip(canvas, 0, 255, out=canvas)).astype(np.uint8)
    return Rendered(frames, scene.label, track)


def actor_masks(
    scene: Scene, size: int, times: Floats = SAMPLED_TIMES, actor: int = 0
) -> NDArray[np.bool_]:
    """(F, H, W): the pixels whose larger part an actor covers; nothing ever hides it.

    Args:
        scene: what was rendered.
        size: side of the pictures, in pixels.
        times: (F,) of the pictures.
        actor: which of ``scene.actors``.
    """
    shift_x, shift_y = _camera_at(scene, times)
    thing = scene.actors[actor]
    track = thing.motion.track(times).moved(shift_x, shift_y)
    masks = np.zeros((len(times), size, size), dtype=bool)
    for mask, patch in zip(masks, _patches(thing, track, size), strict=True):
        mask[patch.rows, patch.columns] = patch.distance < 0
    return masks


def _camera_at(scene: Scene, times: Floats) -> tuple[Floats, Floats]:
    path = np.asarray(scene.camera)
    return np.interp(times, SAMPLED_TIMES, path[:, 0]), np.interp(times, SAMPLED_TIMES, path[:, 1])


@dataclass(frozen=True, eq=False)
class _Patch:
    """The part of one picture that a thing can touch."""

    rows: slice
    columns: slice
    distance: Floats
    """(h, w) to the outline, in pixels, negative inside."""
    y: Floats
    """(h, w) in radii, along the thing's own axes."""
    x: Floats
    pixel: float
    """Radii per pixel."""


def _patches(thing: Thing, track: Track, size: int) -> list[_Patch]:
    places = zip(track.x, track.y, track.radius, track.angle, strict=True)
    return [_patch(thing.shape, size, *(float(v) for v in place)) for place in places]


def _patch(shape: str, size: int, x: float, y: float, radius: float, angle: float) -> _Patch:
    reach = 1.15 * radius
    rows, columns = _span(y - reach, y + reach, size), _span(x - reach, x + reach, size)
    down = ((np.arange(rows.start, rows.stop) + 0.5) / size - y)[:, None] / radius
    right = ((np.arange(columns.start, columns.stop) + 0.5) / size - x) / radius
    own_x = cos(angle) * right + sin(angle) * down
    own_y = cos(angle) * down - sin(angle) * right
    distance = signed_distance(shape, own_y, own_x) * (radius * size)
    return _Patch(rows, columns, distance, own_y, own_x, 1 / (radius * size))


def _span(low: float, high: float, size: int) -> slice:
    """The pixels between two places in widths."""
    start = min(max(int(low * size), 0), size)
    return slice(start, min(max(int(high * size) + 2, start), size))


def _covered(distance: Floats) -> Floats:
    """Share of each pixel that lies inside an outline, (h, w, 1): anti-aliased edges."""
    share: Floats = np.clip(0.5 - distance, 0, 1)[..., None]
    return share


def _paint(canvas: Floats, thing: Thing, track: Track) -> None:
    colour = np.asarray(thing.colour)
    for picture, patch in zip(canvas, _patches(thing, track, canvas.shape[1]), strict=True):
        under = picture[patch.rows, patch.columns]
        inner = _covered(patch.distance + _OUTLINE / patch.pixel)
        paint = colour * (0.3 + 0.7 * inner)
        if thing.has_eyes:
            paint = _with_eyes(paint, patch)
        under += _covered(patch.distance) * (paint - under)


def _with_eyes(paint: Floats, patch: _Patch) -> Floats:
    for x, y in _EYES:
        far = np.sqrt((patch.x - x) ** 2 + (patch.y - y) ** 2)
        for radius, colour in ((_EYE_RADIUS, _WHITE), (_PUPIL_RADIUS, _BLACK)):
            paint = paint + _covered((far - radius) / patch.pixel) * (colour - paint)
    return paint


def _background(look: Background, size: int, shift_x: Floats, shift_y: Floats) -> Floats:
    """(F, H, W, 3), each picture shifted as the camera says."""
    centres = (np.arange(size) + 0.5) / size
    return np.stack(
        [
            _still(look, (centres - dy)[:, None], centres - dx)
            for dx, dy in zip(shift_x, shift_y, strict=True)
        ]
    )


def _still(look: Background, y: Floats, x: Floats) -> Floats:
    """One picture (H, W, 3) at rows (H, 1) and columns (W,) of the world."""
    along = cos(look.direction) * (x - 0.5) + sin(look.direction) * (y - 0.5)
    share = np.clip(along / 1.2 + 0.5, 0, 1)[..., None]
    first, second = (np.asarray(colour) for colour in look.colours)
    light = _pattern(look, y, x)
    for cells, amplitude in zip((5, 17), look.noise, strict=True):
        lattice = _lattice(look.noise_seed, cells) * amplitude
        light = light + _hats(y.ravel(), cells) @ lattice @ _hats(x, cells).T
    picture: Floats = first + share * (second - first) + light[..., None]
    return picture


def _pattern(look: Background, y: Floats, x: Floats) -> Floats:
    """Soft stripes or checks, -strength to +strength."""
    if not look.pattern:
        return np.zeros(np.broadcast_shapes(y.shape, x.shape))
    c, s = cos(look.pattern_angle), sin(look.pattern_angle)
    pulse = 2 * np.pi / look.pattern_period
    wave = np.sin(pulse * (c * x + s * y))
    if look.pattern == "checker":
        wave = wave * np.sin(pulse * (c * y - s * x))
    pattern: Floats = look.pattern_strength * np.clip(4 * wave, -1, 1)
    return pattern


@lru_cache(maxsize=4)  # the same for every picture of a scene
def _lattice(seed: int, cells: int) -> Floats:
    random = np.random.Generator(np.random.PCG64(seed))
    return random.uniform(-1, 1, (cells, cells))


def _hats(places: Floats, cells: int) -> Floats:
    """(n, cells): linear interpolation weights of a lattice that spans the picture and a rim."""
    at = (places + 0.05) / 1.1 * (cells - 1)
    hats: Floats = np.clip(1 - np.abs(at[:, None] - np.arange(cells)), 0, 1)
    return hats


@cache
def _bell() -> Floats:
    """The noise that each of 256 equally likely bytes stands for: mostly weak, of variance 1."""
    steps = np.arange(256) / 127.5 - 1
    bell: Floats = steps * np.abs(steps) * 5**0.5
    return bell


def _sensor_noise(scene: Scene, shape: tuple[int, ...]) -> Floats:
    random = np.random.Generator(np.random.PCG64([scene.seed, shape[1]]))
    draws = random.integers(0, 256, size=shape, dtype=np.uint8)
    noise: Floats = (_bell() * scene.sensor_noise)[draws]
    return noise
