"""The measures of explanations on maps whose worth is known, and the command that prints them."""

import json
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from app.cli.entry import main
from mvit_core import load_model
from mvit_core.attribution import Saliency
from mvit_core.demo.samples import demo_checkpoint
from mvit_core.errors import ClipError
from mvit_core.explaining import EVIDENCE, Subject, Target, explain_subject
from mvit_core.explaining.faithfulness import faithfulness
from mvit_core.explaining.sanity import redrawn, sanity, spearman
from mvit_core.geometry import GridGeometry
from mvit_core.training import explanations
from mvit_core.training.card import card_text, figures_text, refresh_card, write_card
from mvit_core.training.evaluation import evaluate, held_out_scenes, model_input
from mvit_core.training.explained import Explained
from mvit_core.training.explanations import LARGEST_SEED, SLOW, evaluate_explanations
from mvit_core.training.recipe import recipe_for
from mvit_core.training.rendering import actor_masks
from mvit_core.training.scene import draw_pair
from mvit_core.training.threads import one_thread
from mvit_core.training.trust import (
    ROW,
    areas,
    other_wins,
    own_density,
    positive,
    saliency_of,
    timing,
    won,
)

FEW = ("gradient_attention",)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    with one_thread():
        yield


@pytest.fixture(scope="module")
def loaded():
    return load_model(demo_checkpoint(), device="cpu")


@pytest.fixture(scope="module")
def pair(loaded):
    """Input, subject, labels and masks of a scene whose two classes the model reads."""
    scene = draw_pair(98)
    given = model_input(loaded, scene)
    labels = [loaded.classes.index(actor.motion.kind) for actor in scene.actors]
    masks = [actor_masks(scene, 96, actor=actor) for actor in (0, 1)]
    return given, Subject(loaded.model, given.tensor), labels, masks


@pytest.fixture
def few(monkeypatch):
    """One evidence method stands for the table."""
    monkeypatch.setattr(explanations, "EVIDENCE", {name: EVIDENCE[name] for name in FEW})


def of_pixels(values):
    return Saliency(np.asarray(values, np.float32), GridGeometry(), None)


# Two actors.


def test_the_map_of_the_own_actor_is_right_and_that_of_the_other_is_wrong(pair):
    given, _, _, masks = pair
    for own, other in ((0, 1), (1, 0)):
        heatmap = positive(of_pixels(masks[own]), given)
        assert own_density(heatmap, masks[own], masks[other]) == 1
        assert own_density(heatmap, masks[other], masks[own]) == 0
    assert (won(1), won(0.5), won(0)) == (1, 0.5, 0)


@pytest.mark.parametrize("kind", ["noise", "flat", "nothing", ROW])
def test_a_map_that_knows_no_class_gets_a_half_of_both(pair, kind):
    given, subject, labels, masks = pair
    shape = masks[0].shape
    found = {
        "noise": lambda _: of_pixels(np.random.default_rng(0).random(shape)),
        "flat": lambda _: of_pixels(np.ones(shape)),
        "nothing": lambda _: of_pixels(np.zeros(shape)),
        ROW: lambda label: saliency_of(subject, Target(label), ROW),
    }[kind]
    owns = [
        own_density(positive(found(labels[own]), given), masks[own], masks[1 - own])
        for own in (0, 1)
    ]
    assert np.mean(owns) == pytest.approx(0.5, abs=1e-6)
    assert np.mean([won(own) for own in owns]) == 0.5


def test_what_speaks_against_the_class_does_not_count(pair):
    given, _, _, masks = pair
    signed = of_pixels(masks[0].astype(np.float32) - 5 * masks[1])
    assert own_density(positive(signed, given), masks[0], masks[1]) == 1


def test_evidence_lies_on_the_actor_of_its_own_class(pair):
    given, subject, labels, masks = pair
    for own in (0, 1):
        found = saliency_of(subject, Target(labels[own]), "stage_evidence")
        assert own_density(positive(found, given), masks[own], masks[1 - own]) > 0.6


def test_the_other_class_wins_once_the_own_actor_is_removed(pair):
    _, subject, labels, masks = pair
    for own, other in ((0, 1), (1, 0)):
        target = Target(labels[own])
        assert other_wins(subject, target, of_pixels(masks[own]), labels[other])
    first = Target(labels[0])
    assert not other_wins(subject, first, of_pixels(masks[1]), labels[1])


# Faithfulness and sanity.


def test_removing_the_actors_own_pixels_removes_the_class(loaded):
    scene = next(iter(held_out_scenes(1)))
    subject = Subject(loaded.model, model_input(loaded, scene).tensor)
    masks = actor_masks(scene, 96)
    random = np.random.default_rng(0).random(masks.shape)
    oracle, noise = (areas(subject, Target(scene.label), of_pixels(v)) for v in (masks, random))
    assert oracle[0] < 0.25 < 0.5 < noise[0]
    assert oracle[1] > 0.9 > noise[1]


def test_the_areas_are_those_that_faithfulness_tells(pair):
    _, subject, labels, _ = pair
    evidence = explain_subject(subject, Target(labels[0]), "gradient_attention")
    told = faithfulness(subject, evidence)
    found = areas(subject, evidence.target, evidence.saliency)
    assert found == pytest.approx((told.deletion.area, told.insertion.area), abs=1e-4)


def test_networks_drawn_anew_are_those_of_the_sanity_check(pair):
    _, subject, labels, _ = pair
    evidence = explain_subject(subject, Target(labels[0]), "gradient_attention")
    told = sanity(subject, evidence, seed=3)
    alike = [
        spearman(
            evidence.saliency.values,
            saliency_of(subject.with_model(twin), evidence.target, evidence.method).values,
        )
        for twin in redrawn(subject.model, seed=3)
    ]
    assert alike == pytest.approx([told.head, told.last_block])


# When.


def test_all_evidence_in_active_frames_reaches_the_largest_lift():
    shares = [0, 0, 1, 2, 1, 0, 0, 0]
    found = timing(shares, (2.0, 4.0))
    assert found.lift == found.most == pytest.approx(8 / 3)
    assert found.peak == 1


def test_evidence_spread_evenly_has_a_lift_of_one_and_what_is_negative_is_left_out():
    assert timing([1.0] * 8, (2.0, 4.0)).lift == pytest.approx(1)
    late = timing([0, 0, -9, 0, 0, 0, 0, 1], (2.0, 4.0))
    assert (late.lift, late.peak) == (0, 0)
    assert timing([0.0] * 8, (2.0, 4.0)).lift == 0


# All of it.


@pytest.fixture(scope="module")
def measured(loaded):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explanations, "EVIDENCE", {name: EVIDENCE[name] for name in FEW})
        return evaluate_explanations(loaded, 2, 1, 3, slow={ROW: (1, 1)})


def test_each_method_is_measured_on_its_clips_and_pairs(measured):
    assert [*measured.methods] == [*FEW, ROW]
    assert [*measured.references] == ["oracle", "random"]
    found, row = measured.methods[FEW[0]], measured.methods[ROW]
    assert (found.n, found.pairs, row.n, row.pairs) == (2, 1, 1, 1)
    assert found.lift > 8
    assert found.deletion < measured.references["random"].deletion
    assert row.own == pytest.approx(0.5, abs=1e-6)
    assert (row.right, row.flips, row.rho_head) == (0.5, 0.5, pytest.approx(1))
    oracle = measured.references["oracle"]
    assert (oracle.own, oracle.right, oracle.flips, oracle.rho_head) == (1, 1, 1, None)
    assert measured.when.n == 2
    assert measured.when.lift > 0.9 * measured.when.most


def test_methods_of_many_passes_are_named_in_the_table():
    assert SLOW.keys() <= EVIDENCE.keys()
    assert all(clips > 0 and pairs > 0 for clips, pairs in SLOW.values())


def test_figures_of_explanations_come_back_from_their_json(measured):
    values = measured.to_json()
    assert {*values["explanations"]} == {*FEW, ROW, "when"}
    assert {*values["explanations"]["when"]} >= {"lift", "most", "peak"}
    wanted = {"lift", "hit", "deletion", "insertion", "own", "right", "flips", "n"}
    assert {*values["explanations"][ROW]} >= {*wanted, "rho_head", "rho_last_block"}
    assert Explained.from_json(json.dumps(values)) == measured
    for text in ("", "{}", "[]", '{"explanations": {"row": 1}}'):
        with pytest.raises(ClipError, match="no figures of explanations"):
            Explained.from_json(text)


def test_the_card_has_a_place_for_either_kind_of_figures(measured, loaded, tmp_path):
    path = tmp_path / "card.md"
    maps = evaluate(loaded, 11, map_clips=1)
    text = card_text(recipe_for(), "mvit-lens demo train", 236_507, maps)
    assert "Not measured yet" in text
    write_card(path, text)
    refresh_card(path, measured)
    filled = path.read_text()
    assert figures_text(measured) in filled
    assert figures_text(maps) in filled
    assert "Not measured yet" not in filled
    refresh_card(path, measured)
    assert path.read_text() == filled


@pytest.mark.parametrize(
    ("clips", "pairs", "seed", "message"),
    [
        (0, 1, 0, "0 clips were asked for; give 1 to 1,000"),
        (1, 0, 0, "0 pairs were asked for; give 1 to 1,000"),
        (1001, 1, 0, "1001 clips"),
        (1, 1, LARGEST_SEED + 1, "no scenes of seed 9900; give 0 to 9,899"),
    ],
)
def test_senseless_numbers_are_refused(loaded, clips, pairs, seed, message):
    with pytest.raises(ClipError, match=message):
        evaluate_explanations(loaded, clips, pairs, seed)


def test_other_models_are_refused(loaded, toy_checkpoint):
    with pytest.raises(ClipError, match="7 classes, the demo task 11"):
        evaluate_explanations(load_model(toy_checkpoint, device="cpu"), 1, 1)


def test_a_model_that_reads_too_few_scenes_is_refused(loaded):
    stubborn = deepcopy(loaded.model)
    with torch.no_grad():
        for parameter in stubborn.head.parameters():
            parameter.zero_()
        stubborn.head.projection.bias[:2] = 9
    with pytest.raises(ClipError, match="in 0 of 20 scenes, and 1 are wanted"):
        evaluate_explanations(replace(loaded, model=stubborn), 1, 1)


# The command.


@pytest.fixture
def run(capsys):
    def call(*words) -> tuple[int, str, str]:
        try:
            code = main(["demo", "evaluate", *map(str, words)])
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_command_prints_json_that_it_reads_again(run, few, tmp_path):
    code, out, _ = run("--explanations", "--clips", 1, "--pairs", 1, "--seed", 5, "--json")
    assert code == 0
    found = Explained.from_json(out)
    assert (found.clips, found.pairs, found.seed) == (1, 1, 5)
    path = tmp_path / "figures.json"
    path.write_text(out)
    code, out, _ = run("--explanations", "--figures", path)
    assert code == 0
    assert out.strip() == figures_text(found)
    code, _, err = run("--figures", path)
    assert code == 1
    assert "no figures of the demo" in err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--explanations", "--clips", 0), 1, "0 clips were asked for"),
        (("--explanations", "--pairs", 0), 1, "0 pairs were asked for"),
        (("--explanations", "--seed", -1), 2, "below 0"),
        (("--explanations", "--scenes", 3), 2, "--scenes"),
        (("--pairs", 3), 1, "--pairs is of --explanations"),
        (("--seed", 0), 1, "--seed is of --explanations"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(run, words, code, message):
    found, out, err = run(*words)
    assert (found, out) == (code, "")
    assert message in err
