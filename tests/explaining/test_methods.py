"""Contract of every row of EVIDENCE, on every kind of network."""

import pytest
import torch
from torch import nn

from mvit_core.errors import Cancelled, CaptureError, ClipError
from mvit_core.explaining import (
    BASELINES,
    DEFAULT_METHOD,
    EVIDENCE,
    INSTANT_METHOD,
    Subject,
    Target,
    explain,
    explain_subject,
)
from mvit_core.explaining.tapping import tap_of
from mvit_core.model import plain_vit
from mvit_core.model.families import build_network
from tests.checkpoint.tiny import weights
from tests.core.test_capture import peaked
from tests.core.test_families import detector, encoder, reversible
from tests.toys import toy_config

SLOW = {"pixel_gradients", "occlusion"}


def of_config(config, factor=4):
    torch.manual_seed(0)
    model = build_network(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(factor)
    return model


NETWORKS = {
    "MViTv2": lambda: of_config(toy_config()),
    "MViTv1": lambda: of_config(toy_config(
        rel_pos_spatial=False, rel_pos_temporal=False, use_abs_pos=True, sep_pos_embed=True,
        residual_pooling=False, dim_mul_in_att=False,
    )),
    "no class token": lambda: of_config(toy_config(has_cls_embed=False, readout="mean")),
    "mean readout": lambda: of_config(toy_config(readout="mean")),
    "mean before the norm": lambda: of_config(toy_config(readout="mean_before_norm")),
    "residual on the class row": lambda: of_config(toy_config(residual_on_cls=True)),
    "maxima": lambda: of_config(toy_config(mode="max")),
    "pools first": lambda: of_config(toy_config(pool_first=True)),
    "plain ViT": lambda: of_config(plain_vit(depth=4, embed_dim=8, num_heads=2, num_classes=7,
                                             input_shape=(4, 32, 32))),
    "multi-head ViT": lambda: of_config(plain_vit(
        depth=4, embed_dim=8, num_heads=2, num_classes=7, input_shape=(4, 32, 32),
        attention="multi_head",
    )),
    "reversible": lambda: of_config(reversible()),
    "detection": lambda: of_config(detector()),
    "as initialised": lambda: of_config(toy_config(), 1),
}  # fmt: skip

REFUSED = {
    ("no class token", "key_knockout"): "class token",
    ("mean readout", "key_knockout"): "class token",
    ("mean before the norm", "key_knockout"): "class token",
    ("plain ViT", "key_knockout"): "class token",
    ("multi-head ViT", "key_knockout"): "class token",
    ("detection", "key_knockout"): "class token",
    ("reversible", "key_knockout"): "class token",
    ("reversible", "direct_logit"): "one stream",
    ("reversible", "relevance"): "one stream",
    ("reversible", "rollout"): "one stream",
}
"""What cannot be, and the reason that is given."""


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


def state_of(model):
    return (
        {name: tensor.clone() for name, tensor in model.state_dict().items()},
        [parameter.requires_grad for parameter in model.parameters()],
        [parameter.grad for parameter in model.parameters()],
        sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in model.modules()),
    )


def assert_untouched(model, before):
    after = state_of(model)
    assert all(torch.equal(after[0][name], tensor) for name, tensor in before[0].items())
    assert after[1:] == before[1:]


def methods_for(network):
    return [name for name in EVIDENCE if (name in SLOW) == (network == "as initialised")]


@pytest.mark.parametrize(
    ("network", "method"),
    [(network, method) for network in NETWORKS for method in methods_for(network)],
)
def test_a_method_explains_a_network_or_says_why_not_and_leaves_it_as_it_was(
    network, method, clip, monkeypatch
):
    if method in SLOW:
        monkeypatch.setattr("mvit_core.explaining.integration.MIDPOINTS", (4,))
    model = NETWORKS[network]()
    next(model.parameters()).requires_grad_(False)
    before = state_of(model)
    if (network, method) in REFUSED:
        with pytest.raises(CaptureError, match=REFUSED[network, method]):
            explain(model, clip, 3, method=method)
    else:
        found = explain(model, clip, 3, 5, method=method)
        row = EVIDENCE[method]
        assert (found.method, found.target) == (method, Target(3, 5))
        assert found.saliency.values.shape == found.shape
        assert torch.isfinite(torch.from_numpy(found.saliency.values)).all()
        assert row.signed or found.saliency.values.min() >= 0
        assert (found.baseline is not None) == row.uses_baseline
        assert found.error is None or found.error < 0.01 or found.warning
    assert_untouched(model, before)


@pytest.mark.parametrize("name", EVIDENCE)
def test_a_row_says_in_words_how_far_it_is_trusted(name):
    row = EVIDENCE[name]
    assert row.title[0].isupper()
    assert row.description.endswith(".")
    assert row.trust_words[0].islower()
    assert callable(row.run(name))


def test_the_list_is_in_the_order_of_trust():
    badges = ["trusted", "usable", "slow check", "fails", "wrong actor"]
    places = [badges.index(row.trust) for row in EVIDENCE.values()]
    assert places == sorted(places)
    assert list(EVIDENCE)[:2] == [DEFAULT_METHOD, INSTANT_METHOD]


@pytest.mark.parametrize("name", [n for n in EVIDENCE if EVIDENCE[n].linear and n not in SLOW])
def test_evidence_against_a_class_is_the_difference(name, clip):
    subject = Subject(peaked(), clip)
    maps = [
        explain_subject(subject, target, name).saliency.values
        for target in (Target(3), Target(5), Target(3, 5))
    ]
    scale = max(abs(each).max() for each in maps)
    # Each integral may have its own number of steps.
    loose = 0.1 if EVIDENCE[name].uses_baseline else 1e-5
    assert abs(maps[0] - maps[1] - maps[2]).max() <= loose * scale


@pytest.mark.parametrize("name", sorted(set(EVIDENCE) - SLOW))
def test_another_class_gives_another_map_where_the_row_says_so(name, clip):
    subject = Subject(peaked(), clip)
    one, other = (explain_subject(subject, Target(index), name).saliency.values for index in (3, 5))
    assert (abs(one - other).max() > 0) == EVIDENCE[name].of_class


@pytest.mark.parametrize("name", sorted(set(EVIDENCE) - SLOW - {"rollout"}))
def test_the_logit_is_explained_so_a_head_of_twice_the_weight_doubles_the_map(name, clip):
    model = peaked()
    found = explain(model, clip, 3, method=name).saliency.values
    with torch.no_grad():
        model.head.projection.weight.mul_(2)
        model.head.projection.bias.mul_(2)
    twice = explain(model, clip, 3, method=name).saliency.values
    largest = abs(found).max()
    if name == "relevance":  # the gradient of every block doubles: no multiple of the map
        assert abs(twice).max() > 1.5 * largest
    else:
        assert abs(twice - 2 * found).max() < 1e-3 * largest


@pytest.mark.parametrize("name", ["pixel_gradients", "stage_evidence", "occlusion"])
@pytest.mark.parametrize("baseline", BASELINES)
def test_a_clip_that_is_its_own_baseline_has_no_evidence(name, baseline):
    flat = torch.full((1, 3, 4, 32, 32), 0.3)
    found = explain(peaked(), flat, 3, method=name, baseline=baseline)
    assert abs(found.saliency.values).max() < 1e-3
    assert abs(found.delta or 0.0) < 1e-3
    assert "not complete" not in found.warning


def test_half_precision_is_explained_with_what_its_rounding_leaves(clip):
    model = peaked()
    whole = explain(model, clip, 3).saliency.values
    found = explain(model.half(), clip, 3)
    assert next(model.parameters()).dtype is torch.float16
    assert found.saliency.values.dtype == "float32"
    assert abs(found.saliency.values - whole).max() < 0.1 * abs(whole).max()


@pytest.mark.parametrize("method", EVIDENCE)
def test_an_explanation_can_be_cancelled_at_each_of_its_steps(method, clip):
    model = peaked()
    before = state_of(model)
    calls = []

    def count(done, total):
        calls.append((done, total))
        if len(calls) > 40:
            raise Cancelled

    def often():
        for _ in range(40):
            explain(model, clip, 3, method=method, on_step=count)

    with pytest.raises(Cancelled):
        often()
    assert all(0 <= done <= total for done, total in calls)
    assert_untouched(model, before)


def test_progress_counts_the_steps(clip):
    calls = []
    found = explain(peaked(), clip, 3, on_step=lambda done, total: calls.append((done, total)))
    assert calls[-1][0] == calls[-1][1] >= found.steps == 16


def test_another_class_of_a_clip_runs_only_the_last_stage_anew(clip):
    model = peaked()
    subject, begun = Subject(model, clip), []
    explain_subject(subject, Target(3))
    model.blocks[0].register_forward_pre_hook(lambda *_: begun.append(1))
    explain_subject(subject, Target(5))
    explain_subject(subject, Target(5), INSTANT_METHOD)
    assert begun == []


def test_no_graph_begins_below_the_last_stage(clip):
    model, graphs = peaked(), {index: [] for index in range(4)}
    for index, block in enumerate(model.blocks):
        block.register_forward_hook(
            lambda _, __, left, index=index: graphs[index].append(left[0].requires_grad)
        )
    explain(model, clip, 3)
    assert [any(graphs[index]) for index in range(4)] == [False, False, False, True]
    assert len(graphs[3]) == 18
    assert len(graphs[0]) == 2  # the clip and the baseline


@pytest.mark.parametrize("target", [-1, 7, "moves left"])
def test_a_class_that_does_not_exist_is_refused(clip, target):
    with pytest.raises(CaptureError, match="7 classes, 0 to 6"):
        explain(peaked(), clip, target)


def test_a_class_is_not_explained_against_itself(clip):
    with pytest.raises(CaptureError, match="give two classes"):
        explain(peaked(), clip, 3, 3)
    assert Target(3, 5).swapped() == Target(5, 3)
    with pytest.raises(CaptureError, match="stands alone"):
        Target(3).swapped()


def test_what_cannot_be_explained_says_why(clip):
    model = peaked()
    with pytest.raises(CaptureError, match="method is 'saliency'; allowed are stage_evidence"):
        explain(model, clip, 3, method="saliency")
    with pytest.raises(CaptureError, match="baseline is 'black'; allowed are mean, blur, freeze"):
        explain(model, clip, 3, baseline="black")
    with pytest.raises(CaptureError, match="box is for models of detection"):
        explain(model, clip, 3, box=(0, 0, 9, 9))
    with pytest.raises(ClipError, match="one clip"):
        explain(model, clip.expand(2, -1, -1, -1, -1), 3)
    with pytest.raises(CaptureError, match="predicts no classes"):
        explain(weights(build_network(encoder())).eval(), clip, 0)
    with pytest.raises(CaptureError, match="no MViT"):
        explain(nn.Linear(3, 3).eval(), clip, 0)
    with pytest.raises(CaptureError, match=r"model\.eval"):
        explain(model.train(), clip, 3)


def test_a_box_is_explained_by_itself(clip):
    model = of_config(detector())
    boxes = (0, 0, 15, 31), (16, 0, 31, 31)
    whole, left, right = (
        explain(model, clip, 1, method="direct_logit", box=box) for box in (None, *boxes)
    )
    with torch.no_grad():
        logits = model(clip, torch.tensor([[0.0, *box] for box in boxes]))[:, 1].tolist()
    assert [left.delta, right.delta] == pytest.approx(logits, rel=1e-5)
    assert whole.delta not in logits
    assert abs(left.saliency.values - right.saliency.values).max() > 0


def test_a_pass_and_its_gradient_can_be_stopped_within_each_block(clip, monkeypatch):
    subject = Subject(of_config(toy_config()), clip)

    def checks():
        heard = []
        explain_subject(subject, Target(0), "relevance", on_step=lambda *_: heard.append(None))
        return len(heard)

    checks()  # the pass that is remembered
    whole = checks()
    monkeypatch.setattr("mvit_core.model.products.CPU_TILE_BYTES", 1)
    assert checks() > whole
    assert all(tap_of(layer).on_piece is None for layer in subject.model.layers)
