"""What must hold of explanations whatever the weights, each beside a plain computation."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from mvit_core import capture
from mvit_core.errors import CaptureError
from mvit_core.explaining import EnteringTokens, Subject, Target, explain, explain_subject
from mvit_core.explaining.footprints import Kernel, push_footprint, push_skip
from mvit_core.explaining.integration import integrate
from mvit_core.explaining.subject import entering_geometry, last_stage
from mvit_core.explaining.tapping import tap_of
from mvit_core.explaining.watching import Steps
from mvit_core.geometry import SlidingWindow
from mvit_core.model import plain_vit
from tests.core.test_capture import CONFIGS, peaked
from tests.core.test_families import reversible
from tests.oracle import plain_attention
from tests.toys import toy_config


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


def close(found, expected, relative):
    found, expected = torch.as_tensor(found).double(), torch.as_tensor(expected).double()
    assert (found - expected).norm() <= relative * expected.norm()
    assert expected.norm() > 0


# Where a map lies.


def test_the_last_stage_begins_where_queries_are_pooled_last():
    assert last_stage(toy_config()) == 3
    assert last_stage(reversible()) == 3
    assert last_stage(plain_vit(depth=12, embed_dim=8, num_heads=1)) == 9


def test_tokens_lie_where_the_layers_before_put_them(clip):
    model = peaked()
    record = capture(model, clip)
    for index in range(1, 4):
        before = record.layers[index - 1].q_geometry
        assert entering_geometry(model.config, index) == before
    found = explain(model, clip, 3, method="gradient_attention")
    assert found.saliency.geometry == record.layers[-1].k_geometry
    assert found.shape == record.layers[-1].k_shape


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_what_enters_the_last_stage_goes_on_to_the_logits_bit_for_bit(changes, clip):
    model = peaked(**changes)
    with torch.no_grad(), EnteringTokens(model, 3) as entering:
        logits = model(clip)
    run = entering.run(logits)
    with torch.no_grad():
        assert torch.equal(model.resume(run.tokens, run.grid, run.block), logits)


def test_a_window_that_was_run_is_explained_without_its_beginning(clip):
    model, begun = peaked(), []
    with EnteringTokens(model, 3) as entering:
        record = capture(model, clip)
    model.blocks[0].register_forward_pre_hook(lambda *_: begun.append(1))
    subject = Subject(model, clip, run=entering.run(record.logits))
    found = explain_subject(subject, Target(3), "gradient_attention")
    assert begun == []
    expected = explain(model, clip, 3, method="gradient_attention")
    np.testing.assert_array_equal(found.saliency.values, expected.saliency.values)


# Attention times gradient.


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_attention_times_gradient_of_the_end_is_that_of_the_full_backward_pass(changes, clip):
    model = peaked(**changes).double()
    layer = capture(model, clip.double(), gradient_of=3).layers[-1]
    weighted = (layer.attention() * layer.gradient())[0]  # (h, Nq, Nk)
    first = int(layer.has_class_token)
    for method, part in (
        ("signed_gradient_attention", weighted),
        ("gradient_attention", weighted.clamp(min=0)),
    ):
        found = explain(model, clip.double(), 3, method=method)
        expected = part.sum(dim=1).mean(dim=0)
        close(found.saliency.values.ravel(), expected[first:], 1e-6)
        if first:
            assert found.class_token == pytest.approx(float(expected[0] / expected.sum()), rel=1e-4)


def test_in_single_precision_too_the_gradient_is_that_of_the_full_backward_pass(clip):
    model = peaked()
    layer = capture(model, clip, gradient_of=3).layers[-1]
    expected = (layer.attention() * layer.gradient())[0].sum(dim=1).mean(dim=0)
    found = explain(model, clip, 3, method="signed_gradient_attention")
    close(found.saliency.values.ravel(), expected[1:], 1e-6)


def test_patches_of_the_last_block_have_no_gradient_under_a_class_readout(clip):
    layer = capture(peaked(), clip, gradient_of=3).layers[-1]
    assert layer.gradient()[:, :, 1:].abs().max() == 0
    assert layer.gradient()[:, :, 0].abs().max() > 0


# Stage evidence.


def test_gradient_times_token_vanishes_where_a_stage_reads_its_tokens_through_a_norm_alone(clip):
    """A norm does not see the size of a token: only the integral says anything there."""
    model = peaked().double()
    subject = Subject(model, clip.double())
    leaf = subject.run.tokens.clone().requires_grad_(True)
    model.resume(leaf, subject.run.grid, 3)[0, 3].backward()
    products = (leaf.grad * leaf)[0].sum(dim=-1).abs()
    parts = (leaf.grad * leaf)[0].abs().sum(dim=-1)
    assert products.max() < 5e-5 * parts.max()
    found = explain(model, clip.double(), 3)
    assert abs(found.saliency.values).max() > 1e3 * products.max()
    assert found.error < 0.01


def test_evidence_and_class_token_add_up_to_the_difference_of_the_logits(clip):
    model = peaked()
    found = explain(model, clip, 3)
    with torch.no_grad():
        hidden = clip.mean(dim=(2, 3, 4), keepdim=True).expand_as(clip)
        own, other = model(clip)[0], model(hidden)[0]
    assert found.delta == pytest.approx(float(own[3] - other[3]), rel=1e-4)
    assert found.baseline_probability == pytest.approx(float(other.softmax(0)[3]), rel=1e-4)
    patches = float(found.saliency.values.sum())
    assert patches + found.class_token * found.sum == pytest.approx(found.sum, rel=1e-3)
    assert found.error <= 0.01
    assert "not complete" not in found.warning


def test_an_integral_takes_more_steps_until_it_is_complete_or_says_that_it_is_not():
    ends = torch.zeros(1, 1, 1), torch.ones(1, 1, 1)
    smooth = integrate(lambda x: 2 * x, ends, 1.0, 2, Steps())
    assert (smooth.steps, smooth.is_complete) == (16, True)
    sharp = integrate(lambda x: 20 * x**19, ends, 1.0, 2, Steps())
    assert (sharp.steps, sharp.is_complete) == (64, True)
    wrong = integrate(lambda x: x, ends, 1.0, 2, Steps())
    assert (wrong.steps, wrong.is_complete) == (64, False)
    assert wrong.sum == pytest.approx(0.5)


def test_evidence_that_does_not_add_up_is_shown_with_a_warning(clip, monkeypatch):
    monkeypatch.setattr("mvit_core.explaining.integration.TOLERANCE", 0.0)
    monkeypatch.setattr("mvit_core.explaining.stage_evidence.rounding", lambda _: 0.0)
    found = explain(peaked(), clip, 3)
    assert found.warning.startswith("not complete: 64 steps sum to")
    assert found.steps == 64


# Keys of the last block.


@pytest.mark.parametrize("changes", [{}, {"residual_on_cls": True}, CONFIGS["v1"]])
def test_a_knock_out_is_what_a_run_with_the_key_masked_loses(changes, clip):
    model = peaked(**changes)
    found = explain(model, clip, 3, 5, method="key_knockout")

    def masked(key):
        def mask(_, given):
            keep = torch.ones(1, 1, 1, given[0].k.shape[2])
            keep[..., key] = 0
            return (type(given[0])(**{**vars(given[0]), "mask": keep}),)

        handle = tap_of(model.layers[-1]).register_forward_pre_hook(mask)
        with torch.no_grad():
            logits = model(clip)[0]
        handle.remove()
        return float(logits[3] - logits[5])

    with torch.no_grad():
        whole = model(clip)[0]
    losses = [float(whole[3] - whole[5]) - masked(key) for key in range(1 + found.shape[0] * 16)]
    np.testing.assert_allclose(found.saliency.values.ravel(), losses[1:], atol=2e-4, rtol=1e-3)
    assert found.class_token == pytest.approx(losses[0] / sum(losses), abs=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        CONFIGS["v1"],
        CONFIGS["v2 without a class token"],
        {"readout": "mean_before_norm"},
        {"residual_on_cls": True},
        {"has_cls_embed": False, "readout": "classification_head"},
    ],
)
def test_direct_logits_and_what_goes_another_way_add_up_to_the_logit(changes, clip):
    model = peaked(**changes)
    found = explain(model, clip, 3, method="direct_logit")
    with torch.no_grad():
        assert found.delta == pytest.approx(float(model(clip)[0, 3]), rel=1e-5)
    assert found.error < 1e-5
    assert {part.name for part in found.parts} == {"pooled queries", "skip", "MLP", "biases"}
    heads = found.sum - sum(part.value for part in found.parts)
    assert found.note.startswith(f"direct {100 * heads / found.delta:.0f} %")
    patches = float(found.saliency.values.sum())
    assert patches + (found.class_token or 0) * found.sum == pytest.approx(heads, rel=1e-3)


def test_direct_logits_of_a_head_that_is_not_linear_are_refused(clip):
    model = peaked()
    model.head.register_forward_hook(lambda _, __, logits: logits**2 + 1)
    with pytest.raises(CaptureError, match="not linear"):
        explain(model, clip, 3, method="direct_logit")


# Shares pushed through pools.


def matrix_of(push, rows):
    """The matrix (rows, N) of a push, a row at a time."""
    return torch.stack([push(row) for row in torch.eye(rows)])


def test_a_footprint_goes_to_the_tokens_under_the_window_and_sums_to_one():
    torch.manual_seed(0)
    grid, window = (3, 5, 4), SlidingWindow((3, 3, 3), (1, 2, 2), (1, 1, 1))
    t, y, x = window.output_shape(grid)
    kernel = Kernel(torch.rand(1, 1, 3, 3, 3), window)
    found = matrix_of(lambda row: push_footprint(row, kernel, grid, 1), 1 + t * y * x)
    assert found.shape == (1 + t * y * x, 1 + 60)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(len(found)))
    assert found[0].tolist() == [1.0] + [0.0] * 60
    expected = torch.zeros(3, 5, 4)  # that of pooled token (1, 1, 1), whose centre is (1, 2, 2)
    expected[0:3, 1:4, 1:4] = kernel.weights[0, 0]
    torch.testing.assert_close(
        found[1 + (1 * y + 1) * x + 1, 1:], expected.flatten() / expected.sum()
    )


def test_a_skip_goes_to_the_tokens_that_its_maxima_are_of_and_sums_to_one():
    torch.manual_seed(0)
    volume = torch.randn(1, 6, 2, 4, 4, requires_grad=True)
    pooled, taken = functional.max_pool3d(
        volume, (1, 3, 3), (1, 2, 2), (0, 1, 1), return_indices=True
    )
    found = matrix_of(
        lambda row: push_skip(row, taken.flatten(0, 1).flatten(1), (2, 4, 4), 1), 1 + 8
    )
    torch.testing.assert_close(found.sum(dim=1), torch.ones(9))
    for index in range(8):  # the gradient of a maximum is 1 at the token that it is of
        (shares,) = torch.autograd.grad(
            pooled.flatten(2)[..., index].sum(), volume, retain_graph=True
        )
        torch.testing.assert_close(found[1 + index, 1:], shares[0].mean(dim=0).flatten())


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_rollout_shares_one_among_all_tokens(changes, clip):
    found = explain(peaked(**changes), clip, 3, method="rollout")
    assert found.saliency.values.sum() + (found.class_token or 0) == pytest.approx(1, abs=1e-5)
    assert found.shape == (4 if "patch_stride" in changes else 2, 8, 8)


def flat(model):
    """Every query looks at every key alike."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "rel_pos" in name or "pool_q" in name or "norm_q" in name:
                parameter.zero_()
            if "linears.0" in name:
                parameter.zero_()
    return model


def test_uniform_attention_rolls_out_to_the_density_of_footprints_and_not_flat(clip):
    found = explain(flat(peaked()), clip, 3, method="rollout").saliency.values
    assert found.max() > 1.5 * found.mean()
    assert found.min() < 0.7 * found.mean()


def test_uniform_attention_without_pools_rolls_out_flat(clip):
    config = plain_vit(
        depth=3, embed_dim=8, num_heads=2, num_classes=7, input_shape=(4, 32, 32),
        attention="multi_head",
    )  # fmt: skip
    torch.manual_seed(0)
    model = flat(type(peaked())(config).eval())
    found = explain(model, clip, 3, method="rollout").saliency.values
    np.testing.assert_allclose(found, found.mean(), rtol=1e-4)


def test_relevance_of_a_network_without_pools_is_the_papers(clip):
    config = plain_vit(
        depth=3, embed_dim=8, num_heads=2, num_classes=7, input_shape=(4, 32, 32),
        attention="multi_head",
    )  # fmt: skip
    torch.manual_seed(0)
    model = type(peaked())(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(8)
    record = capture(model, clip, gradient_of=3)
    matrix = torch.eye(record.layers[0].map_shape[2])
    for layer in record.layers:  # rules 5 and 6: R = R + A R
        attention = plain_attention(layer.inputs).float()
        matrix = matrix + (attention * layer.gradient()).clamp(min=0)[0].mean(dim=0) @ matrix
    found = explain(model, clip, 3, method="relevance")
    close(found.saliency.values.ravel(), matrix.mean(dim=0), 1e-4)


def test_a_baseline_that_still_shows_the_class_is_said_beside_the_map(clip):
    subject = Subject(peaked(), clip)
    logits = subject.baseline_run("mean").logits[0]
    shown = explain_subject(subject, Target(int(logits.argmax())))
    hidden = explain_subject(subject, Target(int(logits.argmin())))
    assert "the baseline (mean) still gives the class" in shown.warning
    assert "try blur, freeze" in shown.warning
    assert hidden.warning == ""
