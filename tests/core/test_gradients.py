"""Gradients with respect to tokens, of frozen networks: ours beside autograd's own."""

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from mvit_core import AttentionRecorder, capture
from mvit_core.attention.recorder import Keep
from mvit_core.errors import CaptureError
from mvit_core.model import MViT
from mvit_core.model.kernels import frozen, linear, used_rows
from mvit_core.model.pooling import for_all_heads
from mvit_core.model.products import weighted_values
from tests.core.test_capture import CONFIGS, peaked
from tests.core.test_kernels import library  # noqa: F401 - a fixture
from tests.toys import toy_config


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


def doubles(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def test_the_gradient_of_attention_is_the_finite_difference():
    torch.manual_seed(0)
    q, k, v = doubles(1, 2, 5, 3), doubles(1, 2, 4, 3), doubles(1, 2, 4, 2)
    assert gradcheck(weighted_values, (q, k, v))


def test_forbidden_pairs_pass_no_gradient():
    torch.manual_seed(0)
    q, k, v = doubles(1, 2, 5, 3), doubles(1, 2, 4, 3), doubles(1, 2, 4, 2)
    mask = torch.ones(5, 4)
    mask[1, 2] = mask[3] = 0  # one pair, and one row whole
    assert gradcheck(lambda *given: weighted_values(*given, mask), (q, k, v))


def test_the_gradient_of_one_row_alone_is_that_of_all():
    torch.manual_seed(0)
    q, k, v = doubles(1, 2, 5, 3), doubles(1, 2, 4, 3), doubles(1, 2, 4, 2)
    assert gradcheck(lambda *given: weighted_values(*given)[:, :, :1], (q, k, v))


def test_tiles_do_not_change_the_gradient(library, monkeypatch):  # noqa: F811
    torch.manual_seed(0)
    given = [torch.randn(1, 2, 70, 4), torch.randn(1, 2, 40, 4), torch.randn(1, 2, 40, 3)]
    found = []
    for size in (1 << 20, 1):  # all maps at once, and 16 rows of one map
        monkeypatch.setattr("mvit_core.model.products.CPU_TILE_BYTES", size)
        leaves = [each.clone().requires_grad_(True) for each in given]
        weighted_values(*leaves).square().sum().backward()
        found.append([leaf.grad for leaf in leaves])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("stride", [(1, 1, 1), (1, 2, 2), (2, 3, 4)])
def test_the_gradient_of_a_depthwise_pool_is_the_finite_difference(stride):
    torch.manual_seed(0)
    pool = nn.Conv3d(2, 2, 3, stride=stride, padding=1, groups=2, bias=False).double()
    pool.requires_grad_(False)
    assert gradcheck(for_all_heads(pool, 4), (doubles(1, 4, 3, 6, 5),))


@pytest.mark.parametrize("rows", [slice(None), slice(0, 1), slice(1, 2)])
def test_the_gradient_of_a_frozen_layer_is_the_finite_difference(rows):
    torch.manual_seed(0)
    weight, bias = torch.randn(4, 3).double(), torch.randn(4).double()
    assert gradcheck(lambda x: linear(x, weight, bias)[:, rows], (doubles(2, 5, 3),))
    assert gradcheck(lambda x: linear(x, weight, bias), (doubles(3),))


def test_rows_are_left_out_only_where_all_others_are_zero():
    gradient = torch.zeros(2, 5, 3)
    assert used_rows(gradient) == 1
    gradient[:, 0] = 1
    assert used_rows(gradient) == 1
    gradient[1, 4, 2] = float("nan")
    assert used_rows(gradient) == 5
    assert used_rows(torch.ones(3)) == 1


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_gradients_of_tokens_are_those_of_a_network_that_is_trained(changes, clip, library):  # noqa: F811
    model = peaked(**changes)
    seen = {}
    handle = model.blocks[0].register_forward_pre_hook(lambda _, given: seen.update(x=given))
    with torch.no_grad():
        model(clip)
    handle.remove()
    tokens, grid = seen["x"]
    trained = tokens.clone().requires_grad_(True)
    with torch.autocast("cpu", enabled=False):
        logits = model.resume(trained, grid)  # weights ask for gradients: autograd's own products
    (expected,) = torch.autograd.grad(logits[:, 3].sum(), trained)
    leaf = tokens.clone().requires_grad_(True)
    with frozen(model):
        again = model.resume(leaf, grid)
        (found,) = torch.autograd.grad(again[:, 3].sum(), leaf)
    torch.testing.assert_close(again, logits, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(found, expected, atol=1e-5 * float(expected.abs().max()), rtol=1e-4)


def test_the_tail_alone_has_the_gradients_of_the_whole(clip, library):  # noqa: F811
    model = peaked()
    whole = capture(model, clip, gradient_of=3)
    tail = capture(model, clip, gradient_of=3, keep=Keep(blocks=frozenset({2, 3})))
    assert [layer.block for layer in tail.layers] == [2, 3]
    for one, other in zip(tail.layers, whole.layers[2:], strict=True):
        largest = float(other.output_gradient.abs().max())
        torch.testing.assert_close(one.gradient(), other.gradient(), atol=1e-5 * largest, rtol=1e-4)


def test_nothing_before_the_first_layer_kept_is_recorded_by_autograd(clip):
    model, heard = peaked(), {}
    for index, block in enumerate(model.blocks):
        block.register_forward_hook(
            lambda _, __, out, index=index: heard.update({index: out[0].requires_grad})
        )
    capture(model, clip, gradient_of=3, keep=Keep(blocks=frozenset({2})))
    assert heard == {0: False, 1: False, 2: True, 3: True}


def test_weights_ask_for_gradients_again_however_the_block_ends(clip):
    model = peaked()
    model.head.projection.bias.requires_grad_(False)
    before = [parameter.requires_grad for parameter in model.parameters()]
    capture(model, clip, gradient_of=3)
    assert [parameter.requires_grad for parameter in model.parameters()] == before
    with pytest.raises(CaptureError, match="class 7 does not exist"):
        capture(model, clip, gradient_of=7)
    assert [parameter.requires_grad for parameter in model.parameters()] == before
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_callers_own_gradient_flows_through_a_recorder_to_the_clip(clip):
    model = peaked()
    given = clip.clone().requires_grad_(True)
    model(given)[:, 3].sum().backward()
    expected, given.grad = given.grad.clone(), None
    with AttentionRecorder(model, keep=Keep(gradients=True)) as recorder:
        model(given)[:, 3].sum().backward()
    torch.testing.assert_close(given.grad, expected)
    assert recorder.layers[0].output_gradient is not None


# The end of a network by itself.


def entering(model, clip):
    """Tokens and grid that enter each block."""
    seen, handles = {}, []
    for index, block in enumerate(model.blocks):
        handles.append(
            block.register_forward_pre_hook(
                lambda _, given, index=index: seen.update({index: given})
            )
        )
    with torch.no_grad():
        logits = model(clip)
    for handle in handles:
        handle.remove()
    return seen, logits


@pytest.mark.parametrize(
    "changes",
    [*CONFIGS.values(), {"norm_after": (0, 2)}, {"norm_stem": True}],
    ids=[*CONFIGS, "norms after blocks", "norm before the first"],
)
def test_the_pass_goes_on_from_any_block_bit_for_bit(changes, clip, library):  # noqa: F811
    model = peaked(**changes)
    seen, logits = entering(model, clip)
    assert sorted(seen) == [0, 1, 2, 3]
    for index, (tokens, grid) in seen.items():
        with torch.no_grad():
            assert torch.equal(model.resume(tokens, grid, index), logits)


def test_changed_tokens_change_the_scores(clip):
    model = peaked()
    seen, logits = entering(model, clip)
    tokens, grid = seen[2]
    with torch.no_grad():
        assert not torch.equal(model.resume(tokens.flip(1), grid, 2), logits)


@pytest.mark.parametrize("block", [-1, 4])
def test_a_block_that_does_not_exist_cannot_be_gone_on_from(clip, block):
    model = MViT(toy_config()).eval()
    with pytest.raises(CaptureError, match="does not exist; the model has blocks 0 to 3"):
        model.resume(torch.zeros(1, 1, 8), (2, 8, 8), block)


def test_the_gradient_goes_through_the_class_token_alone_in_the_last_block(clip):
    model, rows = peaked(), []
    model.blocks[-1].mlp.register_forward_hook(
        lambda _, given, __: rows.append((torch.is_grad_enabled(), given[0].shape[1]))
    )
    capture(model, clip)
    assert rows == [(False, 9)]
    rows.clear()
    capture(model, clip, gradient_of=3)
    assert rows == [(True, 1), (False, 9)]  # the logits are the plain pass's, bit for bit
