"""Faithfulness and sanity: what the figures beside a map say."""

import numpy as np
import pytest
import torch

from mvit_core.attribution.maps import Saliency
from mvit_core.errors import Cancelled, CaptureError
from mvit_core.explaining import EVIDENCE, Subject, Target, explain_subject
from mvit_core.explaining.faithfulness import SHARES, Curve, faithfulness, tubes_of
from mvit_core.explaining.sanity import Sanity, sanity, spearman
from mvit_core.explaining.tubes import Tubes
from mvit_core.geometry import GridGeometry
from tests.core.test_capture import peaked
from tests.explaining.test_methods import assert_untouched, state_of


@pytest.fixture
def subject():
    torch.manual_seed(1)
    return Subject(peaked(), torch.randn(1, 3, 4, 32, 32))


# Tubes.


def test_a_map_of_tubes_keeps_the_mean_of_a_map_of_pixels():
    values = np.random.default_rng(0).normal(size=(4, 16, 24)).astype(np.float32)
    found = Tubes((4, 16, 24)).values(Saliency(values, GridGeometry(), None))
    expected = values.reshape(2, 2, 2, 8, 3, 8).mean(axis=(1, 3, 5))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_tokens_are_ranked_where_they_lie():
    """Token i is centred on pixel 8 i, half a tube before the middle of tube i."""
    values = np.zeros((2, 4, 4), np.float32)
    values[0, 2, 1] = 1
    geometry = GridGeometry((2.0, 8.0, 8.0), (0.0, 0.0, 0.0))
    found = Tubes((4, 32, 32)).values(Saliency(values, geometry, None))
    assert found[0, 2, 1] > found[0, 1, 1] > found[0, 3, 1] == 0
    flat = Tubes((4, 32, 32)).values(Saliency(np.ones((2, 4, 4), np.float32), geometry, None))
    np.testing.assert_allclose(flat, 1)


@pytest.mark.parametrize(("mode", "pixels"), [("space-time", 128), ("space", 256), ("time", 2048)])
def test_the_highest_of_each_kind_is_removed_first(mode, pixels):
    tubes, values = Tubes((4, 32, 32)), np.zeros((2, 4, 4), np.float32)
    values[1, 3, 0] = 1
    chosen = tubes.mask(tubes.order(values, mode), 0.01, mode)
    assert chosen.shape == (4, 32, 32)
    assert chosen.sum() == pixels
    assert chosen[3, 31, 0]
    assert not tubes.mask(tubes.order(values, mode), 0.0, mode).any()


def test_a_clip_that_no_tubes_fill_has_short_ones_at_its_end():
    tubes = Tubes((5, 20, 33))
    assert tubes.shape == (3, 3, 5)
    everything = tubes.mask(np.arange(45), 1.0, "space-time")
    assert everything.shape == (5, 20, 33)
    assert everything.all()


# Faithfulness.


def test_removing_what_a_map_shows_first_is_measured_beside_orders_that_know_nothing(subject):
    before = state_of(subject.model)
    evidence = explain_subject(subject, Target(3), "gradient_attention")
    found = faithfulness(subject, evidence)
    shares = (0.0, *SHARES["space-time"], 1.0)
    for curve in (found.deletion, found.insertion, found.random, found.centre):
        assert curve.shares == shares
        assert 0 <= curve.area <= 1
    covered = found.baseline_probability
    assert found.deletion.probabilities[0] == pytest.approx(evidence.probability)
    assert found.deletion.probabilities[-1] == pytest.approx(covered)
    assert found.insertion.probabilities[0] == pytest.approx(covered)
    assert found.insertion.probabilities[-1] == pytest.approx(evidence.probability)
    assert found.words.startswith(f"3 % of the tubes removed: p {evidence.probability:.2f} to")
    assert_untouched(subject.model, before)


def test_removing_one_tube_is_a_run_of_the_clip_without_it(subject):
    evidence = explain_subject(subject, Target(3), "gradient_attention")
    tubes = tubes_of(subject)
    t, y, x = np.unravel_index(tubes.values(evidence.saliency).argmax(), tubes.shape)
    clip = subject.clip.clone()
    mean = clip.mean(dim=(2, 3, 4))[0]
    for channel in range(3):
        clip[0, channel, 2 * t : 2 * t + 2, 8 * y : 8 * y + 8, 8 * x : 8 * x + 8] = mean[channel]
    with torch.no_grad():
        expected = float(subject.model(clip)[0].softmax(0)[3])
    assert faithfulness(subject, evidence).deletion.probabilities[1] == pytest.approx(
        expected, rel=1e-4
    )


@pytest.mark.parametrize(("mode", "word"), [("space", "places"), ("time", "times")])
def test_space_alone_and_time_alone_can_be_removed(subject, mode, word):
    evidence = explain_subject(subject, Target(3), "gradient_attention")
    found = faithfulness(subject, evidence, mode=mode, baseline="freeze")
    assert (found.mode, found.baseline) == (mode, "freeze")
    assert word in found.words


def test_a_baseline_that_still_shows_the_class_is_named(subject):
    evidence = explain_subject(subject, Target(3), "gradient_attention")
    index = int(subject.baseline_run("blur").logits[0].argmax())
    shown = explain_subject(subject, Target(index), "gradient_attention")
    assert "still gives the class" in faithfulness(subject, shown, baseline="blur").warning
    low = int(subject.baseline_run("blur").logits[0].argmin())
    hidden = explain_subject(subject, Target(low), "gradient_attention")
    assert faithfulness(subject, hidden, baseline="blur").warning == ""
    with pytest.raises(CaptureError, match="allowed are mean, blur, freeze"):
        faithfulness(subject, evidence, baseline="black")


def test_the_area_is_the_mean_probability_over_all_shares():
    assert Curve((0.0, 0.5, 1.0), (1.0, 0.0, 0.0)).area == pytest.approx(0.25)
    assert Curve((0.0, 0.5, 1.0), (1.0, 0.0, 0.0)).at(0.25) == pytest.approx(0.5)


def test_measuring_can_be_cancelled(subject):
    evidence = explain_subject(subject, Target(3), "gradient_attention")
    before, calls = state_of(subject.model), []

    def stop(done, total):
        calls.append(total)
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        faithfulness(subject, evidence, on_step=stop)
    assert calls[-1] == 24
    assert_untouched(subject.model, before)


# Sanity.


def test_signs_count_in_the_correlation_of_signed_maps():
    values = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], np.float32)
    assert spearman(values, values**3) == pytest.approx(1)
    assert spearman(values, -values) == pytest.approx(-1)
    assert spearman(abs(values), abs(-values)) == pytest.approx(1)
    assert spearman(values, np.zeros(6, np.float32)) == 0
    assert spearman(np.array([1.0, 1.0, 2.0]), np.array([2.0, 2.0, 5.0])) == pytest.approx(1)


@pytest.mark.parametrize("name", ["gradient_attention", "direct_logit", "rollout"])
def test_weights_are_drawn_anew_in_a_copy(subject, name):
    before = state_of(subject.model)
    found = sanity(subject, explain_subject(subject, Target(3), name), seed=4)
    assert_untouched(subject.model, before)
    assert -1 <= found.head <= 1
    assert (found.head > 0.999) == (not EVIDENCE[name].of_class)
    assert found.words.startswith(found.verdict)


def test_the_verdict_is_said_in_words():
    assert Sanity(0.1, 0.1).verdict == "passes"
    assert Sanity(1.0, 0.2).verdict == "not class-specific"
    assert Sanity(1.0, 0.95).verdict == "fails"
    assert "last block was drawn anew" in Sanity(1.0, 0.95).words


def test_a_network_drawn_twice_alike_gives_the_same_answer(subject):
    evidence = explain_subject(subject, Target(3), "gradient_attention")
    state = torch.random.get_rng_state()
    assert sanity(subject, evidence, seed=4) == sanity(subject, evidence, seed=4)
    assert torch.equal(torch.random.get_rng_state(), state)
