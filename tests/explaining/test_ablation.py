"""Heads that are switched off, each beside a plain run with a hook."""

from itertools import pairwise

import pytest
import torch

from mvit_core import capture
from mvit_core.errors import Cancelled, CaptureError
from mvit_core.explaining import EnteringTokens, Subject, Target
from mvit_core.explaining.ablation import Ablation, HeadMeans, HeadPlace, head_means
from mvit_core.explaining.tapping import tap_of
from tests.core.test_capture import CONFIGS, peaked
from tests.explaining.test_methods import NETWORKS, assert_untouched, state_of


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def run_with(model, clip, changes):
    """Logits of a whole run in which hooks change the weighted values of some blocks."""
    handles = [
        tap_of(model.layers[block]).register_forward_hook(lambda _, __, out, to=change: to(out))
        for block, change in changes.items()
    ]
    with torch.no_grad():
        logits = model(clip)
    for handle in handles:
        handle.remove()
    return logits


def without(*heads):
    def change(weighted):
        changed = weighted.clone()
        changed[:, list(heads)] = 0
        return changed

    return change


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_a_head_set_to_zero_is_a_run_whose_hook_zeroes_it_bit_for_bit(changes, clip):
    model = peaked(**changes)
    ablation = Ablation(Subject(model, clip))
    for place in ablation.places:
        expected = run_with(model, clip, {place.block: without(place.head)})
        assert torch.equal(ablation.logits([place]), expected)
        assert not torch.equal(expected, ablation.subject.run.logits)


def test_any_set_of_heads_is_switched_off_at_once(clip):
    model = peaked()
    ablation = Ablation(Subject(model, clip))
    off = [HeadPlace(3, 0), HeadPlace(1, 1), HeadPlace(3, 2)]
    expected = run_with(model, clip, {1: without(1), 3: without(0, 2)})
    assert torch.equal(ablation.logits(off), expected)
    with torch.no_grad():
        assert torch.equal(ablation.logits([]), model(clip))


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "detection"])
def test_a_layer_without_any_head_is_the_layer_without_weighted_values(name, clip):
    model = NETWORKS[name]()
    ablation = Ablation(Subject(model, clip))
    for block in range(model.config.depth):
        heads = [place for place in ablation.places if place.block == block]
        expected = run_with(model, clip, {block: torch.zeros_like})
        assert torch.equal(ablation.logits(heads), expected)


@pytest.mark.parametrize("network", NETWORKS)
def test_effects_of_all_heads_are_what_the_logit_loses_and_leave_the_network_as_it_was(
    network, clip
):
    model = NETWORKS[network]()
    before, subject = state_of(model), Subject(model, clip)
    heard = []
    found = Ablation(subject).effects(Target(3, 5), on_head=heard.append)
    assert_untouched(model, before)
    whole = float(subject.run.logits[0, 3] - subject.run.logits[0, 5])
    assert (found.by, found.total) == ("zero", pytest.approx(whole))
    assert [effect.place for effect in found.effects] == [
        HeadPlace(layer.block, head)
        for layer in capture(model, clip).layers
        for head in range(layer.heads)
    ]
    assert sorted(heard, key=lambda effect: effect.place) == list(found.effects)
    blocks = [effect.place.block for effect in heard]
    assert blocks == sorted(blocks, reverse=True)
    for effect in (found.effects[0], found.effects[-1]):
        left = Ablation(subject).logits([effect.place])[0]
        assert effect.value == pytest.approx(whole - float(left[3] - left[5]), abs=1e-6)


def test_a_head_gives_its_mean_over_tokens_and_windows(clip):
    model = peaked()
    torch.manual_seed(2)
    others = [torch.randn_like(clip) for _ in range(2)]
    means = [head_means(Subject(model, each)) for each in (clip, *others)]
    joined = means[0].joined(means[1]).joined(means[2])
    assert joined.windows == 3
    outputs = {}
    for block in range(4):
        heard = []
        for each in (clip, *others):
            run_with(model, each, {block: lambda out, to=heard: to.append(out.clone()) or out})
        outputs[block] = torch.cat(heard).mean(dim=(0, 2))  # (h, d)
        torch.testing.assert_close(joined.blocks[block], outputs[block])

    def averaged(weighted):
        changed = weighted.clone()
        changed[:, 1] = joined.blocks[3][1]
        return changed

    found = Ablation(Subject(model, clip), joined)
    assert torch.equal(found.logits([HeadPlace(3, 1)]), run_with(model, clip, {3: averaged}))
    assert found.effects(Target(3)).by == "mean"


def test_a_head_that_gives_the_same_everywhere_is_not_missed_where_its_mean_stands_for_it(clip):
    model = peaked(residual_pooling=False)
    with torch.no_grad():
        model.blocks[3].attn.norm_v.weight.zero_()  # every value of the last block is the bias
    subject = Subject(model, clip)
    by_mean = Ablation(subject, head_means(subject)).effects(Target(3)).effects
    by_zero = Ablation(subject).effects(Target(3)).effects
    assert all(abs(e.value) < 1e-3 for e in by_mean if e.place.block == 3)
    assert all(abs(e.value) > 1e-3 for e in by_zero if e.place.block == 3)


def test_a_head_of_the_last_stage_runs_no_block_before_it(clip):
    model, begun = peaked(), []
    with EnteringTokens(model, 3) as entering:
        record = capture(model, clip)
    subject = Subject(model, clip, run=entering.run(record.logits))
    for index, block in enumerate(model.blocks):
        block.register_forward_pre_hook(lambda *_, index=index: begun.append(index))
    ablation = Ablation(subject)
    ablation.logits([HeadPlace(3, 0)])
    assert set(begun) == {3}
    begun.clear()
    ablation.logits([HeadPlace(1, 0)])  # the tokens that enter every block are heard once
    ablation.logits([HeadPlace(2, 1)])
    assert begun == [0, 1, 2, 3, 1, 2, 3, 2, 3]
    assert ablation.nbytes > 0


def test_heads_that_do_not_exist_and_means_of_another_network_are_refused(clip):
    subject = Subject(peaked(), clip)
    ablation = Ablation(subject)
    with pytest.raises(CaptureError, match=r"head 2 of block 1 does not exist.*heads 0 to 1 there"):
        ablation.logits([HeadPlace(1, 2)])
    with pytest.raises(CaptureError, match=r"head 0 of block 4 does not exist.*blocks 0 to 3"):
        ablation.logits([HeadPlace(4, 0)])
    with pytest.raises(CaptureError, match="class 9 does not exist"):
        ablation.effects(Target(9))
    with pytest.raises(CaptureError, match="of another network"):
        Ablation(subject, HeadMeans((torch.zeros(1, 8),), 1))


def test_it_ends_at_any_step_and_leaves_no_hook(clip):
    model = peaked()
    before, counted = state_of(model), []
    Ablation(Subject(model, clip)).effects(Target(3), on_step=lambda *at: counted.append(at))
    assert counted[-1] == (9, 9)
    assert all(one <= two for one, two in pairwise(counted))

    def stop_at(count):
        calls = []

        def on_step(*_):
            calls.append(1)
            if len(calls) == count:
                raise Cancelled

        return on_step

    for count in (1, len(counted) // 2, len(counted)):
        with pytest.raises(Cancelled):
            Ablation(Subject(model, clip)).effects(Target(3), on_step=stop_at(count))
        assert_untouched(model, before)
    with pytest.raises(Cancelled):
        head_means(Subject(model, clip), on_step=stop_at(5))
    assert_untouched(model, before)
