"""Parts that take their output from another clip, each beside a plain run with a hook."""

import pytest
import torch

from mvit_core.errors import Cancelled, CaptureError
from mvit_core.explaining import HeadPlace, Subject, Target
from mvit_core.explaining.heads_off import HeadsOff
from mvit_core.explaining.patches import Patch
from mvit_core.explaining.patching import Patching, mlp_of
from mvit_core.explaining.what_if import Outcome, what_if
from mvit_core.model.tap import tap_of
from tests.core.test_capture import peaked
from tests.explaining.test_methods import NETWORKS, assert_untouched, state_of


@pytest.fixture
def clips():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32), torch.randn(1, 3, 4, 32, 32)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def places(model):
    """Every part of a network that can be patched."""
    for block, config in enumerate(model.config.blocks):
        yield Patch("block", block)
        yield Patch("mlp", block)
        for head in range(config.num_heads):
            yield Patch("head", block, head)


def part_of(model, patch):
    layer = model.layers[patch.block]
    return tap_of(layer) if patch.part == "head" else mlp_of(layer)


def run_patched(model, clip, other, patch):
    """Logits of a whole run in which a hook gives what the part gave in a run of another."""
    heard, part = [], part_of(model, patch)

    def swap(_, __, given):
        if not heard:
            heard.append(given.clone())
            return given
        if patch.part == "mlp":
            return heard[0]
        changed = given.clone()
        changed[:, patch.head] = heard[0][:, patch.head]
        return changed

    handle = part.register_forward_hook(swap)
    with torch.no_grad():
        model(other)
        logits = model(clip)
    handle.remove()
    return logits


@pytest.mark.parametrize("network", NETWORKS)
def test_a_patch_from_the_clip_itself_changes_nothing_bit_for_bit(network, clips):
    model = NETWORKS[network]()
    before, subject = state_of(model), Subject(model, clips[0])
    patching = Patching(subject, Subject(model, clips[0]))
    plain = subject.pass_over(clips[0]).logits
    for patch in places(model):
        assert torch.equal(patching.logits([patch]), plain)
    assert torch.equal(patching.logits([*places(model)]), plain)
    assert torch.equal(patching.logits([]), plain)
    assert_untouched(model, before)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_whole_block_from_another_clip_gives_its_answer_bit_for_bit(network, clips):
    model = NETWORKS[network]()
    own, other = (Subject(model, clip) for clip in clips)
    patching, expected = Patching(own, other), other.pass_over(clips[1]).logits
    assert not torch.equal(own.pass_over(clips[0]).logits, expected)
    for block in range(model.config.depth):
        assert torch.equal(patching.logits([Patch("block", block)]), expected)


@pytest.mark.parametrize("network", [name for name in NETWORKS if name != "detection"])
def test_a_head_or_an_mlp_is_a_run_whose_hook_gives_the_other_output(network, clips):
    model = NETWORKS[network]()
    patching = Patching(*(Subject(model, clip) for clip in clips))
    for patch in places(model):
        if patch.part != "block":
            assert torch.equal(patching.logits([patch]), run_patched(model, *clips, patch))


def test_behind_a_block_that_is_patched_whole_the_rest_may_be_patched_too(clips):
    model = peaked()
    own, other = (Subject(model, clip) for clip in clips)
    patching = Patching(own, other)
    both = [Patch("block", 1), Patch("head", 3, 2)]
    assert torch.equal(patching.logits(both), patching.logits([both[0]]))
    before_it = [Patch("head", 0, 0), both[0]]
    assert torch.equal(patching.logits(before_it), patching.logits([both[0]]))


def test_patched_parts_of_the_last_stage_run_no_block_before_it(clips):
    model, begun = peaked(), []
    own, other = (Subject(model, clip) for clip in clips)
    patching = Patching(own, other)
    assert own.run.block == other.run.block == 3
    for index, block in enumerate(model.blocks):
        block.register_forward_pre_hook(lambda *_, index=index: begun.append(index))
    patching.logits([Patch("head", 3, 0), Patch("mlp", 3)])
    assert set(begun) == {3}
    begun.clear()
    patching.logits([Patch("mlp", 3)])  # what the other clip gives was heard
    assert begun == [3]
    assert patching.nbytes > 0


def test_a_head_that_is_off_may_be_patched_and_what_is_patched_counts(clips):
    model = peaked()
    own, other = (Subject(model, clip) for clip in clips)
    off = Subject(model, clips[0], off=HeadsOff(model.config, (HeadPlace(3, 1),)))
    patch = Patch("head", 3, 1)
    assert torch.equal(Patching(off, other).logits([patch]), Patching(own, other).logits([patch]))
    early = Patch("head", 0, 0)
    both = Patching(off, other).logits([early])
    assert not torch.equal(both, Patching(own, other).logits([early]))
    assert not torch.equal(both, off.pass_over(clips[0]).logits)


# How much of the other's answer comes along.


def test_the_share_is_that_of_the_distance_between_both_answers():
    before, other = torch.tensor([[4.0, 1.0]]), torch.tensor([[0.0, 3.0]])
    outcome = Outcome(before, torch.tensor([[3.0, 1.5]]), other)
    assert outcome.share(Target(0)) == pytest.approx(0.25)
    assert outcome.share(Target(0, 1)) == pytest.approx(outcome.share(Target(1, 0)))
    assert outcome.share(Target(0, 1)) == pytest.approx(1.5 / 6)
    assert Outcome(before, before).share(Target(0)) is None
    assert Outcome(before, other, before).share(Target(0)) is None


def test_all_of_the_answer_comes_along_with_a_block_and_none_without_a_patch(clips):
    model = peaked()
    own, other = (Subject(model, clip) for clip in clips)
    found = what_if(own, patches=[Patch("block", 2)], other=other)
    assert torch.equal(found.before, own.run.logits)
    assert torch.equal(found.after, found.other)
    assert found.share(Target(3)) == pytest.approx(1)
    plain = what_if(own)
    assert torch.equal(plain.after, plain.before)
    assert plain.share(Target(3)) is None


def test_tubes_come_first_and_patches_are_of_the_changed_clip(clips):
    model = peaked()
    own, other = (Subject(model, clip) for clip in clips)
    erased = Subject(model, clips[0].flip(2))
    patch = Patch("head", 2, 1)
    found = what_if(own, erased, [patch], other)
    assert torch.equal(found.before, own.run.logits)
    assert torch.equal(found.after, Patching(erased, other).logits([patch]))
    assert torch.equal(what_if(own, erased).after, erased.run.logits)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Patch("neuron", 1), "a patch is of a block, head, mlp; got 'neuron'"),
        (lambda: Patch("head", 1), "a head is named by block and head"),
        (lambda: Patch("mlp", 1, 0), "an MLP by its block alone"),
    ],
)
def test_what_is_no_part_is_refused(make, reason):
    with pytest.raises(CaptureError, match=reason):
        make()


def test_parts_that_do_not_exist_and_clips_that_do_not_fit_are_refused(clips):
    model = peaked()
    own, other = (Subject(model, clip) for clip in clips)
    patching = Patching(own, other)
    with pytest.raises(CaptureError, match=r"head 2 of block 1 does not exist.*heads 0 to 1 there"):
        patching.logits([Patch("head", 1, 2)])
    with pytest.raises(CaptureError, match=r"block 4 does not exist.*blocks 0 to 3"):
        patching.logits([Patch("mlp", 4)])
    with pytest.raises(CaptureError, match=r"the same size.*\(1, 3, 4, 48, 32\), this one \(1, 3"):
        Patching(own, Subject(model, torch.zeros(1, 3, 4, 48, 32)))
    with pytest.raises(CaptureError, match="the same network"):
        Patching(own, Subject(peaked(), clips[1]))
    for given in ({"patches": [Patch("block", 0)]}, {"other": other}):
        with pytest.raises(CaptureError, match="are given together"):
            what_if(own, **given)


def test_it_ends_at_any_step_and_leaves_no_hook(clips):
    model = peaked()
    before, patches = state_of(model), [Patch("block", 0), Patch("head", 2, 0), Patch("mlp", 1)]

    def run(on_step):
        own, other = (Subject(model, clip) for clip in clips)
        what_if(own, own, patches, other, on_step)

    def stop_at(count):
        calls = []

        def on_step(*_):
            calls.append(1)
            if len(calls) == count:
                raise Cancelled

        return on_step

    counted = []
    run(lambda *_: counted.append(1))
    for count in (1, len(counted) // 2, len(counted)):
        with pytest.raises(Cancelled):
            run(stop_at(count))
        assert_untouched(model, before)
