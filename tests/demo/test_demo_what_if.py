"""What if, on scenes whose actor is known: erase it, or as much of the background."""

import numpy as np
import pytest

from mvit_core import load_model
from mvit_core.demo.samples import demo_checkpoint
from mvit_core.explaining import Subject, Target
from mvit_core.explaining.painting import Tube, painted
from mvit_core.explaining.patches import Patch
from mvit_core.explaining.what_if import what_if
from mvit_core.training.evaluation import held_out_scenes, model_input
from mvit_core.training.rendering import actor_masks
from mvit_core.video.boxes import Box

SCENES = 8
LAST_BLOCK, LAST_HEADS = 4, 4


@pytest.fixture(scope="module")
def loaded():
    return load_model(demo_checkpoint(), device="cpu")


def actor_and_background(scene, given):
    """Around all places of the actor, and a box of that size that it never enters, or None."""
    side = given.pixel_map.source_size[0]
    anywhere = actor_masks(scene, side).any(axis=0)
    rows, columns = np.nonzero(anywhere)
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) + 1 - top, int(columns.max()) + 1 - left
    for y in range(0, side - height + 1, 2):
        for x in range(0, side - width + 1, 2):
            if not anywhere[y : y + height, x : x + width].any():
                actor = Box(left, top, left + width, top + height)
                return actor, Box(x, y, x + width, y + height)
    return None


@pytest.fixture(scope="module")
def scenes(loaded):
    """(target, input, box of the actor, box of background) where there is such a background."""
    found = []
    for scene in held_out_scenes(SCENES):
        given = model_input(loaded, scene)
        boxes = actor_and_background(scene, given)
        if boxes is not None:
            found.append((Target(scene.label), given, *boxes))
    assert len(found) >= 5
    return found


def probability(loaded, given, target, *tubes):
    subject = Subject(loaded.model, painted(given, tubes).tensor)
    with subject.session():
        return subject.probability(subject.run.logits, target)


def over_all(what, box, given):
    return Tube(what, box, 0, max(given.frame_indices))


def test_erasing_the_actor_drops_the_class_and_erasing_as_much_background_does_not(loaded, scenes):
    for target, given, actor, background in scenes:
        assert probability(loaded, given, target) > 0.9
        assert probability(loaded, given, target, over_all("mean", actor, given)) < 0.3
        assert probability(loaded, given, target, over_all("mean", background, given)) > 0.9


def test_the_actor_alone_keeps_the_class_and_the_background_alone_does_not(loaded, scenes):
    for target, given, actor, background in scenes:
        assert probability(loaded, given, target, over_all("keep", actor, given)) > 0.9
        assert probability(loaded, given, target, over_all("keep", background, given)) < 0.3


def test_an_actor_that_stands_still_loses_its_class(loaded, scenes):
    for target, given, actor, background in scenes:
        assert probability(loaded, given, target, over_all("freeze", actor, given)) < 0.3
        assert probability(loaded, given, target, over_all("freeze", background, given)) > 0.9


def test_the_answer_of_another_clip_comes_with_the_last_block_and_hardly_with_early_heads(
    loaded, scenes
):
    (one, given, *_), (two, other_given, *_) = scenes[:2]
    own, other = (Subject(loaded.model, each.tensor) for each in (given, other_given))
    target = Target(one.index, two.index)

    def share(*patches):
        return what_if(own, patches=patches, other=other).share(target)

    assert share(Patch("block", LAST_BLOCK)) == pytest.approx(1)
    heads = [Patch("head", LAST_BLOCK, head) for head in range(LAST_HEADS)]
    assert share(*heads) > 0.5
    assert abs(share(Patch("head", 0, 0))) < 0.2
