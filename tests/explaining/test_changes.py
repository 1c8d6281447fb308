"""A changed network on the one path: heads that are off in runs, evidence and exports."""

import json

import numpy as np
import pytest
import torch

from mvit_core import load_model
from mvit_core.errors import Cancelled, CaptureError
from mvit_core.explaining import EVIDENCE, UNCHANGED, Changes, HeadPlace, Subject, Target
from mvit_core.explaining.ablation import Ablation
from mvit_core.explaining.changes import parse_heads
from mvit_core.explaining.entry import explain_subject
from mvit_core.explaining.heads_off import HeadsOff
from mvit_core.export import ExportRequest, draw_still, export
from mvit_core.export.scene import Scene
from mvit_core.pipeline import Explainer, MapSpec
from tests.core.test_capture import CONFIGS, peaked
from tests.explaining.test_methods import NETWORKS, SLOW, assert_untouched, state_of

OFF = Changes((HeadPlace(1, 0), HeadPlace(2, 1)))


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


@pytest.mark.parametrize("by", ["mean", "zero"])
def test_a_run_with_heads_off_has_the_logits_of_the_ablation_bit_for_bit(explainer, video, by):
    window, before = explainer.windows(video)[1], state_of(explainer.loaded.model)
    plain = explainer.capture(video, window)
    for places in (OFF.heads_off, OFF.heads_off[1:]):
        changed = explainer.with_changes(Changes(places, by)).capture(video, window)
        means = explainer.head_means(video) if by == "mean" else None
        expected = Ablation(explainer.subject(video, plain), means).logits(places)
        assert torch.equal(changed.record.logits, expected)
        assert not torch.equal(changed.record.logits, plain.record.logits)
    assert_untouched(explainer.loaded.model, before)


def test_the_mean_is_of_the_windows_that_are_named(explainer, video):
    first, second, *_ = explainer.windows(video)
    one = Changes(OFF.heads_off, mean_of=(second,))
    found = explainer.with_changes(one).capture(video, first).record.logits
    means = explainer.head_means(video, windows=(second,))
    subject = explainer.subject(video, explainer.capture(video, first))
    assert torch.equal(found, Ablation(subject, means).logits(OFF.heads_off))
    assert means.windows == 1
    of_all = explainer.with_changes(OFF).capture(video, first).record.logits
    assert not torch.equal(found, of_all)


def test_a_plain_run_leaves_its_means_behind_and_they_are_those_of_a_pass(
    toy_checkpoint, explainer, video
):
    window = explainer.windows(video)[0]
    fresh = Explainer(load_model(toy_checkpoint)).head_means(video, windows=(window,))
    explainer.capture(video, window)
    begun = []
    explainer.loaded.model.blocks[0].register_forward_pre_hook(lambda *_: begun.append(1))
    kept = explainer.head_means(video, windows=(window,))
    assert begun == []
    for one, other in zip(kept.blocks, fresh.blocks, strict=True):
        assert torch.equal(one, other)


def test_each_set_of_heads_is_remembered_and_undoing_it_gives_the_same_run_again(explainer, video):
    window = explainer.windows(video)[0]
    plain = explainer.capture(video, window)
    changed = explainer.with_changes(OFF)
    off = changed.capture(video, window)
    assert changed.capture(video, window) is off
    assert changed.with_changes(UNCHANGED).capture(video, window) is plain
    assert (plain.changes, off.changes) == (UNCHANGED, OFF)
    spec = MapSpec(block=3)
    maps = [explainer.head_maps(video, each, spec).values for each in (plain, off)]
    assert not np.array_equal(*maps)
    assert np.array_equal(explainer.head_maps(video, plain, spec).values, maps[0])


def test_the_attention_before_the_first_head_that_is_off_stays_as_it_was(explainer, video):
    window = explainer.windows(video)[0]
    plain = explainer.explain(video, window, MapSpec(block=1)).maps.values
    off = explainer.with_changes(OFF).explain(video, window, MapSpec(block=1)).maps.values
    assert np.array_equal(plain, off)


@pytest.mark.parametrize("method", [name for name in EVIDENCE if name not in SLOW])
def test_evidence_is_of_the_changed_network(explainer, video, method):
    window, spec = explainer.windows(video)[0], MapSpec(method=method, target=3)
    plain = explainer.explain(video, window, spec).evidence
    off = explainer.with_changes(OFF).explain(video, window, spec).evidence
    assert off.probability != plain.probability
    assert not np.array_equal(off.saliency.values, plain.saliency.values)
    assert explainer.explain(video, window, spec).evidence is plain


@pytest.mark.parametrize("method", ["gradient_attention", "signed_gradient_attention"])
@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_a_head_of_the_last_block_that_is_off_has_no_share_in_the_map(method, changes, clip):
    model = peaked(**changes)
    last = model.config.depth - 1
    every = [HeadPlace(last, head) for head in range(model.config.blocks[last].num_heads)]
    found = explain_subject(
        Subject(model, clip, off=HeadsOff(model.config, tuple(every))), Target(3), method
    )
    assert not found.saliency.values.any()
    one = HeadsOff(model.config, (every[0],))
    assert explain_subject(Subject(model, clip, off=one), Target(3), method).saliency.values.any()


def test_what_adds_up_still_adds_up_with_heads_off(clip):
    model = peaked()
    last = model.config.depth - 1
    off = HeadsOff(model.config, (HeadPlace(1, 1), HeadPlace(last, 0)))
    for method in ("direct_logit", "stage_evidence"):
        found = explain_subject(Subject(model, clip, off=off), Target(3), method)
        assert found.sum == pytest.approx(found.delta, rel=2e-2)
    knocked = explain_subject(Subject(model, clip, off=off), Target(3), "key_knockout")
    whole = HeadsOff(model.config, tuple(HeadPlace(last, h) for h in range(4)))
    nothing = explain_subject(Subject(model, clip, off=whole), Target(3), "key_knockout")
    assert np.abs(knocked.saliency.values).max() > 1e-3
    assert np.abs(nothing.saliency.values).max() < 1e-5


@pytest.mark.parametrize("network", NETWORKS)
def test_every_family_runs_with_heads_off(network, clip):
    model = NETWORKS[network]()
    before, off = state_of(model), HeadsOff(model.config, (HeadPlace(1, 0),))
    subject = Subject(model, clip, off=off)
    with subject.session():
        logits = subject.run.logits
    assert torch.equal(logits, Ablation(Subject(model, clip)).logits(off.places))
    assert_untouched(model, before)


def test_exports_are_of_the_changed_network_and_print_the_heads(explainer, video, tmp_path):
    request = ExportRequest(MapSpec(block=3), frame_index=4)
    plain = draw_still(explainer, video, request)
    changed = ExportRequest(MapSpec(block=3), frame_index=4, changes=OFF)
    still = draw_still(explainer, video, changed)
    assert not np.array_equal(still.picture, plain.picture)
    told = json.loads(still.provenance)
    assert told["heads_off"] == ["1/0", "2/1"]
    assert (told["heads_off_by"], told["heads_off_mean_of_windows"]) == ("mean", "all")
    assert "heads_off" not in json.loads(plain.provenance)
    shot = Scene(explainer, video, changed, lambda: None).shot(4)
    assert shot.panels[0].explanation.capture.changes.words == "heads off: 1/0, 2/1"
    for name in ("changed.npz", "plain.npz"):
        given = changed if name == "changed.npz" else request
        export(explainer, video, given, tmp_path / name)
    with np.load(tmp_path / "changed.npz") as off, np.load(tmp_path / "plain.npz") as whole:
        facts = json.loads(str(off["facts"]))
        assert facts["heads_off"] == ["1/0", "2/1"]
        logits = explainer.with_changes(OFF).capture(video, explainer.windows(video)[0])
        assert np.array_equal(off["logits"][0], logits.record.logits[0].numpy())
        assert not np.array_equal(off["logits"], whole["logits"])
    export(explainer, video, changed, tmp_path / "changed.csv")
    heads, first, *_ = (tmp_path / "changed.csv").read_text().splitlines()
    assert heads.endswith(",heads_off")
    assert first.endswith(",1/0 2/1")


def test_a_picture_without_caption_names_the_heads_on_it(explainer, video):
    given = {"map": MapSpec(block=0), "frame_index": 4, "caption": False}
    last = Changes((HeadPlace(3, 0),))  # the map of block 0 stays as it is
    plain = draw_still(explainer, video, ExportRequest(**given))
    off = draw_still(explainer, video, ExportRequest(**given, changes=last))
    assert off.size == plain.size
    assert not np.array_equal(off.picture, plain.picture)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ((HeadPlace(9, 0),), "head 0 of block 9 does not exist; the model has blocks 0 to 3"),
        ((HeadPlace(2, 7),), "head 7 of block 2 does not exist; the model has heads 0 to 1 there"),
    ],
)
def test_a_head_that_does_not_exist_is_refused_before_anything_runs(
    explainer, video, places, words
):
    begun = []
    explainer.loaded.model.blocks[0].register_forward_pre_hook(lambda *_: begun.append(1))
    with pytest.raises(CaptureError, match=words):
        explainer.with_changes(Changes(places)).capture(video, explainer.windows(video)[0])
    assert begun == []


def test_heads_that_are_out_of_order_or_named_twice_are_refused():
    for places in ((HeadPlace(2, 0), HeadPlace(1, 0)), (HeadPlace(1, 0),) * 2, (HeadPlace(0, -1),)):
        with pytest.raises(CaptureError, match="heads that are off are"):
            Changes(places)
    assert UNCHANGED.without([HeadPlace(2, 0), HeadPlace(1, 3)]).words == "heads off: 1/3, 2/0"
    assert not UNCHANGED
    assert UNCHANGED.words == ""


def test_heads_are_read_as_they_are_printed():
    assert parse_heads("2/1, 1/0") == (HeadPlace(1, 0), HeadPlace(2, 1))
    for text in ("", "2", "2/", "2/x", "-1/0", "1/0,,2/1", "1/" + "9" * 40):
        with pytest.raises(CaptureError, match="allowed are block/head from 0"):
            parse_heads(text)


def test_a_run_with_heads_off_is_stopped_while_its_mean_is_taken(explainer, video):
    before, steps = state_of(explainer.loaded.model), []

    def stop():
        steps.append(1)
        if len(steps) > 5:
            raise Cancelled

    window = explainer.windows(video)[0]
    with pytest.raises(Cancelled):
        explainer.with_changes(OFF).capture(video, window, on_step=stop)
    assert_untouched(explainer.loaded.model, before)
    assert explainer.recall(video, window) is None
