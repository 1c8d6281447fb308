"""Heads of the demo network on scenes that no training saw: which of them matter."""

from functools import reduce

import numpy as np
import pytest

from mvit_core import load_model
from mvit_core.demo.samples import demo_checkpoint
from mvit_core.explaining import Subject, Target
from mvit_core.explaining.ablation import Ablation, HeadPlace, head_means
from mvit_core.explaining.direct_parts import direct_parts
from mvit_core.training.evaluation import held_out_scenes, model_input

SCENES = 4
LAST_BLOCK = 4


@pytest.fixture(scope="module")
def subjects():
    """(target, subject) of each scene."""
    loaded = load_model(demo_checkpoint(), device="cpu")
    return [
        (Target(scene.label), Subject(loaded.model, model_input(loaded, scene).tensor))
        for scene in held_out_scenes(SCENES)
    ]


@pytest.fixture(scope="module")
def means(subjects):
    return reduce(
        lambda one, other: one.joined(other), [head_means(subject) for _, subject in subjects]
    )


def mean_effects(subjects, means):
    """Mean effects over the scenes: of the last block's heads, and of all others."""
    found = [Ablation(subject, means).effects(target).effects for target, subject in subjects]
    last, early = (
        np.mean(
            [[e.value for e in each if (e.place.block == LAST_BLOCK) == of_last] for each in found],
            axis=0,
        )
        for of_last in (True, False)
    )
    return last, early


def test_the_heads_that_matter_are_those_of_the_last_block(subjects, means):
    last, early = mean_effects(subjects, means)
    assert len(last) == 4
    assert 1.2 < last.mean() < 2.2
    assert last.min() > 4 * np.abs(early).max()


def test_zero_tells_of_early_heads_that_their_output_has_an_offset(subjects, means):
    """With their mean in their place nothing is missed: zero alone would blame them."""
    _, by_mean = mean_effects(subjects, means)
    _, by_zero = mean_effects(subjects, None)
    assert np.abs(by_mean).mean() < 0.1
    assert np.abs(by_zero).mean() > 2 * np.abs(by_mean).mean()


@pytest.mark.parametrize("of_clip", [True, False], ids=["of the clip", "of all scenes"])
def test_without_the_heads_of_the_last_block_the_class_is_gone(subjects, means, of_clip):
    off = [HeadPlace(LAST_BLOCK, head) for head in range(4)]
    for target, subject in subjects:
        ablation = Ablation(subject, head_means(subject) if of_clip else means)
        assert subject.probability(subject.run.logits, target) > 0.9
        assert subject.probability(ablation.logits(off), target) < 0.3
        others = [HeadPlace(block, head) for block, head in ((0, 0), (1, 0), (1, 1))]
        assert subject.probability(ablation.logits(others), target) > 0.9


def test_heads_carry_a_part_of_the_logit_by_themselves_and_the_last_mlp_most_of_it(subjects):
    for target, subject in subjects:
        found = direct_parts(subject, target)
        assert found.error < 1e-4
        assert 0 < found.direct < 0.6
        assert max(found.parts, key=lambda part: part.value).name == "MLP"
