"""Evidence on scenes whose truth is known: a wrong formula shows here."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from mvit_core import capture, load_model
from mvit_core.attribution import METHODS
from mvit_core.demo.samples import demo_checkpoint
from mvit_core.explaining import Subject, Target, explain_subject
from mvit_core.explaining.faithfulness import faithfulness
from mvit_core.explaining.when import order_battery, temporal_evidence
from mvit_core.heatmap import project
from mvit_core.training.evaluation import held_out_scenes, model_input
from mvit_core.training.rendering import actor_masks
from mvit_core.training.scoring import mean_score, score

CLIPS = 4


@pytest.fixture(scope="module")
def loaded():
    return load_model(demo_checkpoint(), device="cpu")


@pytest.fixture(scope="module")
def subjects(loaded):
    """(scene, input, subject) of some scenes that no training saw."""
    found = []
    for scene in held_out_scenes(CLIPS):
        given = model_input(loaded, scene)
        found.append((scene, given, Subject(loaded.model, given.tensor)))
    return found


@pytest.mark.parametrize(
    ("method", "lift"),
    [
        ("stage_evidence", 14),
        ("gradient_attention", 12),
        ("direct_logit", 12),
        ("key_knockout", 12),
        ("relevance", 5),
    ],
)
def test_evidence_lies_on_the_actor(subjects, method, lift):
    scores = []
    for scene, given, subject in subjects:
        found = explain_subject(subject, Target(scene.label), method)
        positive = replace(found.saliency, values=np.maximum(found.saliency.values, 0))
        heatmap = project(positive, given.pixel_map, given.frame_indices)
        scores.append(score(heatmap, actor_masks(scene, heatmap.frame_size[0])))
        assert found.error is None or found.error < 0.01
    assert mean_score(scores).lift > lift


def test_rollout_does_not_find_the_actor_and_says_so(subjects):
    scene, given, subject = subjects[0]
    found = explain_subject(subject, Target(scene.label), "rollout")
    heatmap = project(found.saliency, given.pixel_map, given.frame_indices)
    assert score(heatmap, actor_masks(scene, heatmap.frame_size[0])).lift < 4


def test_removing_what_stage_evidence_shows_removes_the_class(subjects):
    scene, _, subject = subjects[1]
    found = faithfulness(subject, explain_subject(subject, Target(scene.label)))
    assert found.deletion.area < 0.5 * found.random.area
    assert found.insertion.area > found.random_insertion.area


def test_frames_in_which_the_actor_moves_carry_the_class(subjects):
    """No map of tokens finds them; each frame's share does."""
    found, most = [], []
    for scene, _, subject in subjects[:2]:
        shares = np.maximum(temporal_evidence(subject, Target(scene.label)).shares, 0)
        first, last = scene.active
        active = np.array([first - 0.5 <= t <= last + 0.5 for t in range(len(shares))])
        found.append(shares[active].sum() / shares.sum() / active.mean())
        most.append(1 / active.mean())
        assert active[shares.argmax()]
    assert np.mean(found) > 0.9 * np.mean(most)


def test_the_demo_network_reads_motion(subjects):
    scene, _, subject = subjects[0]
    order = order_battery(subject, Target(scene.label))
    assert order.whole > 0.9
    assert order.frozen < 0.5


def test_no_map_finds_the_frames_in_which_the_actor_moves(subjects):
    """Neither attention nor evidence, summed over space: 'when' has its own method."""
    lifts = defaultdict(list)
    for scene, given, subject in subjects:
        record = capture(subject.model, given.tensor)
        row = METHODS["row"].maps(record, record.layers[-1], "readout").pick("mean")
        evidence = explain_subject(subject, Target(scene.label), "gradient_attention").saliency
        first, last = scene.active
        for name, saliency in (("row", row), ("evidence", evidence)):
            times = saliency.values.sum(axis=(1, 2))
            centres = [saliency.geometry.centre((t, 0, 0))[0] for t in range(len(times))]
            active = np.array([first - 1 <= centre <= last + 1 for centre in centres])
            lifts[name].append(times[active].sum() / times.sum() / active.mean())
    assert np.mean(lifts["row"]) < 1.15
    assert np.mean(lifts["evidence"]) < 1.25
