"""Scenes of two actors, and scenes whose distractors move at other times."""

import colorsys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mvit_core.demo.classes import CLASSES
from mvit_core.training.motion import FRAMES
from mvit_core.training.rendering import SAMPLED_TIMES, actor_masks, render
from mvit_core.training.scene import draw_pair, draw_scene, draw_timed

TIMES = np.linspace(0, FRAMES - 1, 64)


def parts(track):
    return (track.x, track.y, track.radius, track.angle)


def test_a_seed_draws_the_same_two_actors_and_the_same_bytes_every_time():
    assert draw_pair(7) == draw_pair(7)
    assert draw_pair(7) != draw_pair(8)
    assert np.array_equal(render(draw_pair(7), 48).frames, render(draw_pair(7), 48).frames)
    assert draw_timed(7) == draw_timed(7)
    assert draw_timed(7) != draw_timed(8)


def test_two_vivid_actors_perform_two_classes_and_no_distractor_performs_either():
    for seed in range(30):
        scene = draw_pair(seed)
        kinds = [actor.motion.kind for actor in scene.actors]
        assert kinds[0] == scene.class_name != kinds[1]
        assert kinds[1] in CLASSES
        assert not {thing.motion.kind for thing in scene.distractors} & set(kinds)
        for actor in scene.actors:
            _, saturation, value = colorsys.rgb_to_hsv(*actor.colour)
            assert saturation >= 0.8 - 1e-9
            assert value >= 0.85 - 1e-9


def test_two_actors_act_at_once_apart_and_in_the_picture():
    for seed in range(30):
        one, other = (actor.motion for actor in draw_pair(seed).actors)
        assert min(one.last, other.last) - max(one.first, other.first) >= 0.2 * (FRAMES - 1) - 1e-9
        a, b = one.track(TIMES), other.track(TIMES)
        assert (np.hypot(a.x - b.x, a.y - b.y) > a.radius + b.radius).all()
        for track in (a, b):
            assert (np.minimum(track.x, track.y) - track.radius > 0).all()
            assert (np.maximum(track.x, track.y) + track.radius < 1).all()


@pytest.mark.parametrize("actor", [0, 1])
def test_each_mask_is_where_its_actor_was_painted(actor):
    kernel = np.ones((3, 3), np.uint8)
    for seed in range(4):
        scene = draw_pair(seed)
        pictures = []
        for colour in ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)):
            painted = replace(scene.actors[actor], has_eyes=False, colour=colour)
            one = {("actor", "second")[actor]: painted}
            pictures.append(render(replace(scene, **one), 96).frames.astype(int))
        changed = np.abs(pictures[0] - pictures[1]).max(axis=-1) > 8
        for mask, seen in zip(actor_masks(scene, 96, actor=actor), changed, strict=True):
            assert not (seen & ~(cv2.dilate(mask.astype(np.uint8), kernel) > 0)).any()
            assert seen[cv2.erode(mask.astype(np.uint8), kernel) > 0].all()


def test_the_masks_of_two_actors_never_meet_and_one_actor_has_one():
    scene = draw_pair(3)
    first, second = (actor_masks(scene, 96, actor=index) for index in (0, 1))
    assert first.any(axis=(1, 2)).all()
    assert second.any(axis=(1, 2)).all()
    assert not (first & second).any()
    with pytest.raises(IndexError):
        actor_masks(draw_scene(3), 96, actor=1)


def test_distractors_move_while_the_actor_rests_and_never_while_it_moves():
    for seed in range(40):
        scene = draw_timed(seed)
        motion = scene.actor.motion
        assert 0.6 - 1e-9 <= (motion.last - motion.first) / (FRAMES - 1) <= 0.8 + 1e-9
        moving = [thing.motion for thing in scene.distractors if thing.motion.kind]
        assert 1 <= len(moving) <= 3
        assert scene.class_name not in {each.kind for each in moving}
        acting = np.linspace(motion.first, motion.last, 40)
        resting = np.concatenate([TIMES[motion.first >= TIMES], TIMES[motion.last <= TIMES]])
        for each in moving:
            assert all(np.ptp(values) < 1e-9 for values in parts(each.track(acting)))
            assert any(np.ptp(values) > 0.01 for values in parts(each.track(resting)))
        assert all(
            np.ptp(v) < 1e-9 for v in parts(motion.track(TIMES[motion.first >= TIMES])) if v.size
        )


def test_the_class_of_a_timed_scene_can_be_given():
    for label, name in enumerate(CLASSES):
        scene = draw_timed(5, label)
        assert scene.class_name == scene.actor.motion.kind == name
        assert scene.second is None
        assert render(scene, 32).frames.shape == (len(SAMPLED_TIMES), 32, 32, 3)
