"""Networks of further families: identities that hold whatever their weights."""

from copy import deepcopy
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mvit_core import capture
from mvit_core.attention.recorder import AttentionRecorder
from mvit_core.errors import ArchitectureError, CaptureError, ClipError
from mvit_core.model import ClassificationHead, MViT, MViTConfig, multiscale_blocks
from mvit_core.model.detection import DetectionConfig, DetectionMViT, roi_align
from mvit_core.model.families import FAMILIES, build_network, family_of
from mvit_core.model.head_config import HeadConfig, HeadLayer, final_heads, head_path
from mvit_core.model.heads import PredictionHeads
from mvit_core.model.pretraining import MaskedEncoder, PretrainingConfig
from mvit_core.model.reversible import ReversibleConfig, ReversibleMViT, StreamFusion
from tests.checkpoint.tiny import tiny, weights


def as_kind(kind: type[MViTConfig], config: MViTConfig, **changes: Any) -> Any:
    return kind(**{f.name: getattr(config, f.name) for f in fields(config)} | changes)


def detector(**changes: Any) -> DetectionConfig:
    return as_kind(DetectionConfig, tiny(), readout="boxes", head_act="sigmoid", **changes)


def encoder(**changes: Any) -> PretrainingConfig:
    return as_kind(PretrainingConfig, tiny(), num_classes=0, readout="none", **changes)


def reversible(**changes: Any) -> ReversibleConfig:
    stages = {1: 2.0, 3: 2.0}
    blocks = multiscale_blocks(
        depth=5, embed_dim=8, num_heads=1, dim_mul=stages, head_mul=stages, dim_mul_in_att=True,
        q_strides=dict.fromkeys(stages, (1, 2, 2)), kv_stride_adaptive=(1, 4, 4),
        kernel=(3, 3, 3),
    )  # fmt: skip
    given: dict[str, Any] = {
        "blocks": blocks,
        "input_shape": (4, 32, 32),
        "num_classes": 7,
        "has_cls_embed": False,
        "readout": "mean",
        "dim_mul_in_att": True,
        "transitions": (1, 3),
    }
    return ReversibleConfig(**(given | changes))


@pytest.fixture
def clip() -> Tensor:
    return torch.randn(2, 3, 4, 32, 32, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("config", [tiny(), reversible(), encoder(), detector()])
def test_a_configuration_builds_the_network_of_its_family(config: MViTConfig, clip: Tensor):
    model = weights(build_network(config)).eval()
    assert type(model) is FAMILIES[config.family].network
    assert type(deepcopy(model)) is type(model)
    assert family_of(config).config is type(config)
    record = capture(model, clip)
    assert len(record.layers) == config.depth
    for layer, (q_shape, k_shape) in zip(record.layers, config.block_grids(), strict=True):
        assert (layer.q_shape, layer.k_shape) == (q_shape, k_shape)
        assert torch.allclose(layer.attention().sum(-1), torch.ones(()), atol=1e-5)


@pytest.mark.parametrize("config", [reversible(), encoder(), detector()])
def test_the_network_of_classifiers_refuses_the_configuration_of_another_family(config):
    with pytest.raises(TypeError, match="build_network"):
        MViT(config)


# Reversible networks.


def test_a_reversible_layer_can_be_run_backwards():
    model = weights(ReversibleMViT(reversible())).eval()
    layer = model.rev_backbone["layers"][0]
    x1, x2 = (torch.randn(1, 128, 8, generator=torch.Generator().manual_seed(i)) for i in (1, 2))
    with torch.no_grad():
        y1, y2 = layer(x1, x2, (2, 8, 8))
        again2 = y2 - layer.G(y1)
        again1 = y1 - layer.F(again2, (2, 8, 8))[0]
    torch.testing.assert_close(again1, x1, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(again2, x2, atol=1e-4, rtol=1e-4)


def test_both_streams_of_a_reversible_network_reach_the_prediction(clip: Tensor):
    model = weights(ReversibleMViT(reversible())).eval()
    assert model.head.projection.in_features == 2 * model.config.blocks[-1].dim_out
    with torch.no_grad():
        before = model(clip)
        model.head.projection.weight[:, :32] = 0  # the attended stream
        first = model(clip)
        model.head.projection.weight[:, 32:] = 0
        assert not torch.allclose(before, first)
        assert torch.allclose(model(clip), model.head.projection.bias.expand(2, -1))


@pytest.mark.parametrize(
    ("kind", "expected"), [("add", [4.0, 6.0]), ("avg", [2.0, 3.0]), ("max", [3.0, 4.0]),
                           ("min", [1.0, 2.0]), ("concat", [1.0, 2.0, 3.0, 4.0])]
)  # fmt: skip
def test_streams_are_fused_as_the_name_says(kind: str, expected: list[float]):
    both = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
    assert StreamFusion(kind, 4)(both).tolist() == [[expected]]


@pytest.mark.parametrize("kind", ["concat_linear_2", "ln+concat_linear_2", "concat_linear"])
def test_a_learnt_fusion_adds_to_both_streams(kind: str):
    fusion = StreamFusion(kind, 4)
    for parameter in fusion.parameters():
        nn.init.zeros_(parameter)
    both = torch.randn(1, 3, 4)
    assert torch.equal(fusion(both), both)
    hidden = {"concat_linear": 4}.get(kind, 8)
    assert any(p.shape == (hidden, 4) for p in fusion.parameters())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"has_cls_embed": True}, "no class token"),
        ({"transitions": (0, 1, 3)}, "must each follow"),
        ({"transitions": (1,)}, "layer 3 changes width or grid"),
        ({"transitions": (1, 3, 9)}, "layers 0 to 4"),
        ({"stream_fusion": "sum"}, "allowed are add"),
        ({"stream_fusion": "avg"}, "USE_MEAN_POOLING"),
        ({"residual_path": "avg"}, "not conv or max"),
    ],
)
def test_a_reversible_configuration_that_makes_no_sense_is_refused(
    changes: dict[str, Any], words: str
):
    with pytest.raises(ArchitectureError, match=words):
        reversible(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"stream_fusion": "avg", "readout": "mean_before_norm"},
        {"transition_fusion": "ln+concat_linear_2"},
        {"transition_fusion": "concat", "pool_first": True},
        {"residual_path": "max"},
        {"mode": "max"},
    ],
)
def test_every_option_of_reversible_networks_runs(changes: dict[str, Any], clip: Tensor):
    model = weights(ReversibleMViT(reversible(**changes))).eval()
    assert capture(model, clip).logits.shape == (2, 7)


# Encoders of masked pre-training.


def test_an_encoder_is_its_classifiers_trunk(clip: Tensor):
    classifier = weights(MViT(tiny())).eval()
    masked = MaskedEncoder(encoder(autoencoder=True)).eval()
    kept = {n: v for n, v in classifier.state_dict().items() if not n.startswith("head.")}
    masked.load_state_dict(kept)
    with torch.no_grad():
        assert torch.equal(classifier.head(masked.encode(clip)[:, 0]), classifier(clip))


def test_an_encoder_has_no_class_to_explain(clip: Tensor):
    model = weights(MaskedEncoder(encoder())).eval()
    record = capture(model, clip)
    assert record.logits.shape == record.probabilities.shape == (2, 0)
    assert record.readout == "mean"
    with pytest.raises(CaptureError, match="predicts no classes"):
        capture(model, clip, gradient_of=0)


def test_fixed_positions_are_added_once_by_the_encoder_and_twice_by_the_classifier(clip: Tensor):
    options = {"use_abs_pos": True, "sep_pos_embed": False, "use_fixed_sincos_pos": True}
    twice = weights(MViT(tiny(**options))).eval()
    once = MaskedEncoder(encoder(autoencoder=True, **options)).eval()
    state = {n: v for n, v in twice.state_dict().items() if not n.startswith("head.")}
    once.load_state_dict(state | {"pos_embed": 2 * state["pos_embed"]})
    with torch.no_grad():
        torch.testing.assert_close(twice.head(once.encode(clip)[:, 0]), twice(clip))


# Detection.


def test_a_box_on_a_flat_plane_holds_the_planes_value():
    plane = torch.full((1, 2, 6, 8), 3.0)
    boxes = torch.tensor([[0, 10.0, 12.0, 90.0, 70.0]])
    assert torch.allclose(roi_align(plane, boxes, 7, 1 / 16), torch.full((1, 2, 7, 7), 3.0))


def test_a_box_on_a_ramp_holds_the_positions_of_its_cells():
    """Bilinear sampling of a linear function is exact, so each cell holds its own centre."""
    rows, columns = torch.meshgrid(torch.arange(8.0), torch.arange(10.0), indexing="ij")
    plane = torch.stack((columns, rows))[None]
    box = (16.0, 8.0, 72.0, 56.0)  # pixels, 8 to a token
    cells = roi_align(plane, torch.tensor([[0, *box]]), 4, 1 / 8)[0]
    for channel, (start, end) in enumerate(((box[0], box[2]), (box[1], box[3]))):
        step = (end - start) / 8 / 4
        centres = start / 8 - 0.5 + step * (torch.arange(4) + 0.5)
        wanted = centres.expand(4, 4) if channel == 0 else centres[:, None].expand(4, 4)
        torch.testing.assert_close(cells[channel], wanted)


def test_what_lies_outside_the_plane_counts_as_nothing():
    plane = torch.ones(1, 1, 4, 4)
    far = roi_align(plane, torch.tensor([[0, 100.0, 0.0, 132.0, 32.0]]), 2, 1 / 8)
    assert far.abs().max() == 0


def test_unaligned_boxes_are_a_token_wide_at_least():
    plane = torch.arange(16.0).reshape(1, 1, 4, 4)
    tiny_box = torch.tensor([[0, 8.0, 8.0, 8.5, 8.5]])
    whole = torch.tensor([[0, 8.0, 8.0, 16.0, 16.0]])
    one, other = (roi_align(plane, b, 2, 1 / 8, aligned=False) for b in (tiny_box, whole))
    assert torch.equal(one, other)


def test_without_boxes_the_whole_frame_of_each_clip_is_one(clip: Tensor):
    model = weights(DetectionMViT(detector())).eval()
    whole = torch.tensor([[0, 0, 0, 32, 32], [1, 0, 0, 32, 32]], dtype=torch.float32)
    alone, given = capture(model, clip), capture(model, clip, boxes=whole)
    assert torch.equal(alone.logits, given.logits)
    assert torch.equal(alone.boxes, whole)


def test_boxes_of_one_clip_do_not_see_another(clip: Tensor):
    model = weights(DetectionMViT(detector(box_depth=1))).eval()
    boxes = torch.tensor([[1, 2, 3, 20, 30], [0, 0, 0, 32, 32], [1, 5, 5, 9, 9]]).float()
    together = capture(model, clip, boxes=boxes).logits
    apart = capture(model, clip[1:], boxes=boxes[[0, 2]] * torch.tensor([0.0, 1, 1, 1, 1])).logits
    torch.testing.assert_close(together[[0, 2]], apart, atol=1e-5, rtol=1e-4)


def test_scores_of_a_detector_are_independent(clip: Tensor):
    record = capture(weights(DetectionMViT(detector())).eval(), clip)
    assert torch.equal(record.probabilities, record.logits.sigmoid())


def test_a_gradient_is_of_a_boxs_class(clip: Tensor):
    model = weights(DetectionMViT(detector())).eval()
    boxes = torch.tensor([[0, 0.0, 0.0, 16.0, 16.0]])
    record = capture(model, clip[:1], gradient_of=2, boxes=boxes)
    assert record.layers[0].gradient().abs().max() > 0


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (torch.zeros(0, 5), r"must be \(N, 5\)"),
        (torch.zeros(3, 4), r"must be \(N, 5\)"),
        (torch.full((1, 5), float("nan")), "no finite numbers"),
        (torch.tensor([[7.0, 0, 0, 4, 4]]), "clips 0 to 1"),
        (torch.tensor([[0.5, 0, 0, 4, 4]]), "clips 0 to 1"),
        (torch.tensor([[0.0, 0, 0, 1e9, 4]]), "far outside the crop"),
    ],
)
def test_boxes_that_make_no_sense_are_refused(boxes: Tensor, words: str, clip: Tensor):
    with pytest.raises(ClipError, match=words):
        capture(weights(DetectionMViT(detector())).eval(), clip, boxes=boxes)


def test_boxes_for_a_classifier_are_refused(clip: Tensor):
    with pytest.raises(CaptureError, match="models of detection"):
        capture(weights(MViT(tiny())).eval(), clip, boxes=torch.zeros(1, 5))


@pytest.mark.parametrize(
    "change", [{"roi_resolution": 0}, {"roi_scale_factor": "16"}, {"box_depth": -1}]
)
def test_a_detector_that_cannot_be_built_is_refused(change: dict[str, Any]):
    with pytest.raises(ArchitectureError, match=next(iter(change))):
        detector(**change)


# MeMViT.


def test_a_residual_convolution_that_changes_nothing_is_residual_pooling(clip: Tensor):
    plain = weights(MViT(tiny(pool_first=True))).eval()
    convolved = MViT(tiny(pool_first=True, residual_conv=True)).eval()
    state = dict(plain.state_dict())
    for name, value in convolved.state_dict().items():
        if ".conv_q_func." in name:
            state[name] = torch.zeros_like(value)
            if name.endswith("weight"):
                state[name][..., 1, 1, 1] = 1.0  # the middle of the kernel
    convolved.load_state_dict(state)
    with torch.no_grad():
        torch.testing.assert_close(convolved(clip), plain(clip), atol=1e-5, rtol=1e-5)


# Heads.


def head(name: str, *sizes: int, reads: str = "", norm: bool = False) -> HeadConfig:
    layers = [HeadLayer("0", "norm", sizes[0], sizes[0])] if norm else []
    for key, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        layers.append(HeadLayer(str(key), "linear", inputs, outputs))
    return HeadConfig(name, tuple(layers), reads)


VERB, NOUN = head("verb", 32, 5), head("noun", 32, 6, 9)
FEATURES = (head("features", 32, 4), head("fc.a", 4, 3, reads="features", norm=True))


def test_heads_that_others_read_predict_nothing():
    assert [h.name for h in final_heads(FEATURES)] == ["fc.a"]
    assert [h.name for h in head_path(FEATURES, "fc.a")] == ["features", "fc.a"]


def test_every_head_is_told_and_the_chosen_one_gives_the_logits(clip: Tensor):
    config = tiny(heads=(VERB, NOUN), head_name="noun", num_classes=9)
    model = weights(MViT(config)).eval()
    record = capture(model, clip)
    assert [(h.name, tuple(h.logits.shape)) for h in record.heads] == [
        ("verb", (2, 5)), ("noun", (2, 9)),
    ]  # fmt: skip
    assert torch.equal(record.logits, record.heads[1].logits)
    assert not any(module._forward_hooks for module in model.modules())


def test_a_head_behind_another_is_their_composition():
    heads = weights(PredictionHeads(FEATURES)).eval()
    x = torch.randn(3, 32)
    features, last = heads.get_submodule("features"), heads.get_submodule("fc_a")
    assert torch.equal(heads(x), last(features(x)))


@pytest.mark.parametrize("heads", [FEATURES, (head("a", 4, 4, reads="a"),)])
def test_a_head_that_is_not_there_or_reads_itself_is_refused(heads: tuple[HeadConfig, ...]):
    with pytest.raises(ArchitectureError, match="no head"):
        head_path(heads, "a" if len(heads) == 1 else "fc_b")


@pytest.mark.parametrize("names", [("1", "2"), ("norm", "projection")])
def test_the_classification_head_takes_the_references_names_and_its_own(names: tuple[str, str]):
    reference = nn.Sequential(nn.Identity(), nn.LayerNorm(8), nn.Linear(8, 3))
    weights(reference)
    ours = ClassificationHead(8, 3)
    state = reference.state_dict()
    theirs = {f"{names[int(n[0]) - 1]}{n[1:]}": value for n, value in state.items()}
    assert ours.load_state_dict(theirs) == ([], [])
    x = torch.randn(2, 5, 8)
    assert torch.equal(ours(x), reference(x.mean(dim=1)))
    assert set(ours.state_dict()) == {f"{p}.{q}" for p in ("norm", "projection")
                                      for q in ("weight", "bias")}  # fmt: skip


def test_the_classification_head_still_refuses_what_it_does_not_have():
    with pytest.raises(RuntimeError, match=r"3\.weight"):
        ClassificationHead(8, 3).load_state_dict({"3.weight": torch.zeros(3, 8)})


def test_a_family_is_recorded_alone_as_well_as_in_a_model(clip: Tensor):
    model = weights(ReversibleMViT(reversible())).eval()
    layer = model.rev_backbone["layers"][0].F
    with AttentionRecorder(layer) as recorder, torch.no_grad():
        layer(torch.randn(1, 128, 8), (2, 8, 8))
    assert recorder.layers[0].q_shape == (2, 8, 8)
    assert replace(reversible(), num_classes=3).family == "reversible"


@pytest.mark.parametrize("config", [tiny(), reversible(), encoder(), detector()])
def test_the_end_of_a_forward_pass_is_entered_at_its_first_layer(config: MViTConfig, clip: Tensor):
    model = weights(build_network(config)).eval()
    with torch.no_grad():
        logits = model.resume(*model.embed(clip))
        torch.testing.assert_close(logits, model(clip), atol=1e-5, rtol=1e-4)


def test_a_reversible_network_is_entered_behind_a_layer_by_both_streams(clip: Tensor):
    model = weights(build_network(reversible())).eval()
    with torch.no_grad():
        tokens, grid = model.embed(clip)
        streams = torch.cat(model.rev_backbone["layers"][0](tokens, tokens, grid), dim=-1)
        torch.testing.assert_close(model.resume(streams, grid, 1), model(clip))
        with pytest.raises(CaptureError, match="blocks 0 to 4"):
            model.resume(streams, grid, 5)
