"""The logit as a sum of what each part of the last stage adds by itself."""

import pytest
import torch

from mvit_core.errors import CaptureError
from mvit_core.explaining import Subject, Target, explain
from mvit_core.explaining.ablation import HeadPlace
from mvit_core.explaining.direct_parts import direct_parts
from mvit_core.explaining.tapping import tap_of
from tests.core.test_capture import CONFIGS, peaked
from tests.explaining.test_methods import NETWORKS, assert_untouched, state_of


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


@pytest.mark.parametrize("network", NETWORKS)
def test_parts_add_up_to_the_logit_and_leave_the_network_as_it_was(network, clip):
    model = NETWORKS[network]()
    before, subject = state_of(model), Subject(model, clip)
    if network == "reversible":
        with pytest.raises(CaptureError, match="one stream"):
            direct_parts(subject, Target(3))
    else:
        found = direct_parts(subject, Target(3, 5))
        whole = float(subject.run.logits[0, 3] - subject.run.logits[0, 5])
        assert found.total == pytest.approx(whole)
        assert found.error < 1e-4
        heads = sum(part.value for part in found.parts if part.name == "head")
        assert found.direct == pytest.approx(heads / whole)
        assert {part.name for part in found.parts} == {
            "entered", "head", "pooled queries", "bias", "MLP"
        }  # fmt: skip
    assert_untouched(model, before)


def test_heads_of_the_last_block_add_what_their_keys_add(clip):
    model = peaked()
    keys = explain(model, clip, 3, method="direct_logit")
    found = direct_parts(Subject(model, clip), Target(3))
    heads = [part for part in found.parts if part.head is not None and part.block == 3]
    of_keys = keys.sum - sum(part.value for part in keys.parts)
    assert sum(part.value for part in heads) == pytest.approx(of_keys, abs=1e-4)
    assert found.of_head(HeadPlace(3, 1)) == heads[1].value
    assert found.of_head(HeadPlace(0, 0)) is None


def test_a_plain_network_is_taken_apart_over_several_blocks(clip):
    model = NETWORKS["plain ViT"]()
    found = direct_parts(Subject(model, clip), Target(3))
    assert found.first == 3  # the last quarter of four blocks
    assert {part.block for part in found.parts} == {None, 3}


def test_a_head_whose_values_are_zero_adds_nothing(clip):
    model = peaked()

    def silent(_, __, weighted):
        changed = weighted.clone()
        changed[:, 2] = 0
        return changed

    tap_of(model.layers[3]).register_forward_hook(silent)
    found = direct_parts(Subject(model, clip), Target(3))
    assert found.of_head(HeadPlace(3, 2)) == 0
    assert found.error < 1e-4


def test_a_norm_within_the_last_stage_ends_what_is_counted(clip):
    model = peaked(norm_after=(2,), **CONFIGS["v1"])
    assert direct_parts(Subject(model, clip), Target(3)).error < 1e-4


def test_what_cannot_be_a_sum_is_refused(clip):
    model = peaked()
    model.head.register_forward_hook(lambda _, __, logits: logits**2 + 1)
    with pytest.raises(CaptureError, match="not linear"):
        direct_parts(Subject(model, clip), Target(3))
    with pytest.raises(CaptureError, match="class 9 does not exist"):
        direct_parts(Subject(peaked(), clip), Target(9))
