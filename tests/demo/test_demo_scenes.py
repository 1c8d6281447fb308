import colorsys
import hashlib
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mvit_core.demo.classes import CLASSES, TIME_REVERSED, X_MIRRORED, Y_MIRRORED
from mvit_core.training.motion import FRAMES
from mvit_core.training.rendering import SAMPLED_TIMES, actor_masks, render
from mvit_core.training.scene import draw_scene
from mvit_core.training.shapes import SHAPES, signed_distance


def _plain(label: int, seed: int = 5):
    """A scene whose camera stands still and whose sensor has no noise."""
    scene = draw_scene(seed, label)
    return replace(scene, camera=((0.0, 0.0),) * FRAMES, sensor_noise=0.0)


def test_a_seed_draws_the_same_scene_and_the_same_bytes_every_time():
    assert draw_scene(7) == draw_scene(7)
    assert draw_scene(7) != draw_scene(8)
    frames = render(draw_scene(7), 48).frames
    assert np.array_equal(frames, render(draw_scene(7), 48).frames)
    assert hashlib.sha256(frames.tobytes()).hexdigest() == (
        "bfa4afdf1811d90b0c553e6334e2a49cc2ee80dd592c8d0771b4e5bc2213b3fa"
    )


@pytest.mark.parametrize("label", range(len(CLASSES)))
def test_the_actor_is_vivid_alone_and_always_in_the_picture(label):
    for seed in range(25):
        scene = draw_scene(seed, label)
        _, saturation, value = colorsys.rgb_to_hsv(*scene.actor.colour)
        assert saturation >= 0.8 - 1e-9
        assert value >= 0.85 - 1e-9
        assert all(colorsys.rgb_to_hsv(*d.colour)[1] <= 0.22 + 1e-9 for d in scene.distractors)
        track = scene.actor.motion.track(SAMPLED_TIMES)
        assert (track.x - track.radius > 0).all()
        assert (track.x + track.radius < 1).all()
        assert (track.y - track.radius > 0).all()
        assert (track.y + track.radius < 1).all()


def test_distractors_never_perform_the_actors_class():
    performed = set()
    for seed in range(200):
        scene = draw_scene(seed)
        kinds = [d.motion.kind for d in scene.distractors]
        assert 2 <= len(kinds) <= 5
        assert sum(map(bool, kinds)) <= 3
        assert scene.class_name not in kinds
        performed.update(kinds)
    assert performed == {"", *CLASSES}


def test_the_motion_fills_its_time_and_rests_before_and_after():
    for seed in range(60):
        motion = draw_scene(seed).actor.motion
        assert 0.6 * (FRAMES - 1) - 1e-9 <= motion.last - motion.first <= FRAMES - 1
        ends = motion.track(np.array([0.0, motion.first, motion.last, FRAMES - 1.0]))
        for values in (ends.x, ends.y, ends.radius, ends.angle):
            assert values[0] == values[1]
            assert values[2] == values[3]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("moves left", lambda t: t.x[-1] - t.x[0] < -0.3),
        ("moves right", lambda t: t.x[-1] - t.x[0] > 0.3),
        ("moves up", lambda t: t.y[-1] - t.y[0] < -0.3),
        ("moves down", lambda t: t.y[-1] - t.y[0] > 0.3),
        ("grows", lambda t: t.radius[-1] / t.radius[0] > 1.8),
        ("shrinks", lambda t: t.radius[0] / t.radius[-1] > 1.8),
        ("spins", lambda t: abs(t.angle[-1] - t.angle[0]) > 5),
        ("bounces", lambda t: t.y.max() - t.y.min() > 0.1 and np.ptp(t.x) == 0),
        ("shakes", lambda t: np.ptp(t.x) > 0.08 and np.ptp(t.y) == 0),
    ],
)
def test_each_class_does_what_its_name_says(name, changes):
    for seed in range(20):
        track = draw_scene(seed, CLASSES.index(name)).actor.motion.track(SAMPLED_TIMES)
        assert changes(track)


@pytest.mark.parametrize(("name", "sign"), [("clockwise", 1), ("counter-clockwise", -1)])
def test_circles_turn_as_seen_on_the_screen(name, sign):
    track = draw_scene(3, CLASSES.index(f"circles {name}")).actor.motion.track(SAMPLED_TIMES)
    steps = np.stack((np.diff(track.x), np.diff(track.y)), axis=1)
    turns = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
    # With y down, a positive cross product turns right: clockwise.
    assert (sign * turns >= -1e-12).all()
    assert (sign * turns > 0).any()


@pytest.mark.parametrize("size", [48, 96])
def test_the_mask_is_where_the_actor_was_painted(size):
    for label in range(0, len(CLASSES), 2):
        scene = draw_scene(11, label)
        actor = replace(scene.actor, has_eyes=False, colour=(1.0, 0.0, 0.0))
        other = replace(actor, colour=(0.0, 0.0, 1.0))
        red = render(replace(scene, actor=actor), size).frames.astype(int)
        blue = render(replace(scene, actor=other), size).frames.astype(int)
        changed = np.abs(red - blue).max(axis=-1) > 8
        masks = actor_masks(scene, size)
        kernel = np.ones((3, 3), np.uint8)
        for mask, painted in zip(masks, changed, strict=True):
            wide = cv2.dilate(mask.astype(np.uint8), kernel) > 0
            narrow = cv2.erode(mask.astype(np.uint8), kernel) > 0
            assert not (painted & ~wide).any()
            assert painted[narrow].all()


def test_the_truth_of_a_scene_does_not_depend_on_the_size_of_its_picture():
    scene = draw_scene(4, CLASSES.index("grows"))
    small, large = render(scene, 48).track, render(scene, 192).track
    assert np.array_equal(small.x, large.x)
    shares = [actor_masks(scene, size).mean() for size in (96, 192)]
    assert shares[0] == pytest.approx(shares[1], rel=0.03)


def test_times_between_the_samples_are_rendered_as_they_lie():
    scene = _plain(CLASSES.index("moves right"))
    fine = render(scene, 48, np.linspace(0, FRAMES - 1, 4 * (FRAMES - 1) + 1))
    assert np.array_equal(fine.frames[::4], render(scene, 48).frames)


@pytest.mark.parametrize("table", [X_MIRRORED, Y_MIRRORED, TIME_REVERSED])
def test_two_mirrors_or_two_reversals_change_nothing(table):
    assert sorted(table) == list(range(len(CLASSES)))
    assert tuple(table[i] for i in table) == tuple(range(len(CLASSES)))


def test_mirrors_and_reversal_give_the_class_that_the_track_performs():
    for label in range(len(CLASSES)):
        clip = render(draw_scene(2, label), 32)
        for change in ("mirrored_x", "mirrored_y", "reversed_in_time"):
            changed = getattr(clip, change)()
            again = getattr(changed, change)()
            assert np.array_equal(again.frames, clip.frames)
            assert again.label == clip.label
            for name in ("x", "y", "radius", "angle"):
                values = getattr(again.track, name)
                assert values == pytest.approx(getattr(clip.track, name))
    right = render(draw_scene(2, CLASSES.index("moves right")), 32)
    assert CLASSES[right.mirrored_x().label] == "moves left"
    assert CLASSES[right.reversed_in_time().label] == "moves left"
    assert CLASSES[right.mirrored_y().label] == "moves right"
    grows = render(draw_scene(2, CLASSES.index("grows")), 32)
    assert CLASSES[grows.reversed_in_time().label] == "shrinks"
    turns = render(draw_scene(2, CLASSES.index("circles clockwise")), 32)
    assert CLASSES[turns.mirrored_y().label] == "circles counter-clockwise"


def test_the_mirrored_track_lies_on_the_mirrored_pixels():
    scene = _plain(CLASSES.index("shakes"))
    clip = render(scene, 96).mirrored_x()
    masks = actor_masks(scene, 96)[:, :, ::-1]
    for mask, x, y in zip(masks, clip.track.x, clip.track.y, strict=True):
        assert mask[int(y * 96), int(x * 96)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_fills_most_of_its_circle_and_stays_inside(shape):
    axis = np.linspace(-1.25, 1.25, 201)
    distance = signed_distance(shape, axis[:, None], axis[None, :])
    inside = distance < 0
    far = np.hypot(axis[:, None], axis[None, :])
    assert far[inside].max() <= 1.12
    assert 0.25 < inside.sum() * (axis[1] - axis[0]) ** 2 / np.pi < 1
    slope = np.hypot(*np.gradient(distance, axis, axis))
    assert np.median(slope) == pytest.approx(1, abs=0.02)  # a distance grows as fast as one walks
