import gc
import weakref

import pytest
import torch
from torch import nn

from mvit_core import AttentionRecorder, capture
from mvit_core.errors import Cancelled, CaptureError
from mvit_core.model import MultiScaleAttention, MViT
from tests.oracle import plain_attention
from tests.toys import toy_config


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


CONFIGS = {
    "v2": {},
    "v2 without a class token": {"has_cls_embed": False, "readout": "mean"},
    "v1": {
        "rel_pos_spatial": False, "rel_pos_temporal": False, "use_abs_pos": True,
        "sep_pos_embed": True, "residual_pooling": False, "dim_mul_in_att": False,
    },
    "spatial positions only": {"rel_pos_temporal": False},
    "max": {"mode": "max"},
    "avg": {"mode": "avg", "patch_stride": (1, 4, 4)},  # torch pools no axis below the kernel
    "pool first": {"pool_first": True},
    "unshared": {"mode": "conv_unshared", "pool_first": True},
    "separate": {"separate_qkv": True},
}  # fmt: skip


def peaked(**changes) -> MViT:
    torch.manual_seed(0)
    model = MViT(toy_config(**changes)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(12)
    return model


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_capture_leaves_the_output_unchanged_bit_for_bit(changes, clip):
    model = peaked(**changes)
    with torch.no_grad():
        plain = model(clip)
    assert torch.equal(capture(model, clip).logits, plain)
    with torch.no_grad():
        assert torch.equal(model(clip), plain)


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_rebuilt_maps_equal_the_plain_formula(changes, clip):
    for layer in capture(peaked(**changes), clip).layers:
        expected = plain_attention(layer.inputs).float()
        torch.testing.assert_close(layer.attention(), expected, atol=2e-6, rtol=1e-4)
        assert expected.std() > 0.05 * expected.mean()  # flat maps would hide a mistake


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_the_weighted_values_of_the_forward_pass_are_the_rebuilt_map_times_v(changes, clip):
    model = peaked(**changes)
    heard = []
    for block in model.blocks:
        block.attn.tap.register_forward_hook(lambda _, given, out: heard.append((given, out)))
    record = capture(model, clip)
    for layer, (given, weighted) in zip(record.layers, heard, strict=True):
        torch.testing.assert_close(layer.attention() @ given[0].v, weighted, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_rows_columns_and_means_are_those_of_the_full_map(changes, clip):
    for layer in capture(peaked(**changes), clip).layers:
        full = layer.attention()
        torch.testing.assert_close(full.sum(dim=-1), torch.ones(full.shape[:3]))
        for query in {0, 1, full.shape[2] // 2, full.shape[2] - 1}:
            torch.testing.assert_close(layer.row(query), full[:, :, query], atol=2e-6, rtol=1e-4)
        for key in {0, full.shape[3] - 1}:
            torch.testing.assert_close(layer.column(key), full[..., key])
        torch.testing.assert_close(layer.received(), full.mean(dim=2), atol=2e-6, rtol=1e-4)
        patches = full[:, :, int(layer.has_class_token) :].mean(dim=2)
        torch.testing.assert_close(layer.patch_rows_mean(), patches, atol=2e-6, rtol=1e-4)


def test_layers_know_their_place_and_their_grids(clip):
    record = capture(peaked(), clip)
    assert [layer.name for layer in record.layers] == [f"blocks.{i}.attn" for i in range(4)]
    assert [layer.stage for layer in record.layers] == [1, 2, 2, 3]
    assert [layer.heads for layer in record.layers] == [1, 2, 2, 4]
    assert [layer.q_shape for layer in record.layers] == [
        (2, 8, 8),
        (2, 4, 4),
        (2, 4, 4),
        (2, 2, 2),
    ]
    assert [layer.k_geometry.scale for layer in record.layers] == [
        (2, 16, 16), (2, 8, 8), (2, 16, 16), (2, 8, 8)
    ]  # fmt: skip
    for layer in record.layers:
        assert layer.map_shape == tuple(layer.attention().shape)
        assert layer.attention_bytes == layer.attention().nbytes


def test_a_lone_layer_can_be_recorded(clip):
    torch.manual_seed(0)
    layer = MultiScaleAttention(8, 8, (2, 4, 4), num_heads=2, kernel_kv=(3, 3, 3),
                                stride_kv=(1, 2, 2)).eval()  # fmt: skip
    with torch.no_grad(), AttentionRecorder(layer) as recorder:
        layer(torch.randn(1, 33, 8), [2, 4, 4])
    (heard,) = recorder.layers
    assert (heard.name, heard.block, heard.stage) == ("", 0, 1)
    assert heard.attention().shape == (1, 2, 33, 9)


def test_hooks_are_gone_after_the_block_however_it_ends(clip):
    model = peaked()

    def hooks():
        return sum(len(module._forward_hooks) for module in model.modules())

    with AttentionRecorder(model):
        assert hooks() == 4
    assert hooks() == 0

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        capture(model, clip, on_layer=stop)
    assert hooks() == 0


def test_progress_counts_the_layers(clip):
    seen = []
    capture(peaked(), clip, on_layer=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_second_forward_replaces_the_first(clip):
    model = peaked()
    with torch.no_grad(), AttentionRecorder(model) as recorder:
        model(clip)
        model(clip[:1])
    assert [layer.map_shape[0] for layer in recorder.layers] == [1] * 4


def test_no_larger_tensor_stays_alive_behind_what_is_kept(clip):
    record = capture(peaked(), clip)
    for layer in record.layers:
        for tensor in (layer.inputs.q, layer.inputs.k, layer.inputs.v):
            assert tensor.untyped_storage().nbytes() == tensor.nbytes
    assert record.nbytes < sum(layer.attention_bytes for layer in record.layers) * 10


def test_a_record_does_not_hold_the_model(clip):
    model = peaked()
    record = capture(model, clip)
    alive = weakref.ref(model)
    del model
    gc.collect()
    assert alive() is None
    assert len(record.layers) == 4


def test_gradients_of_the_map_equal_autograds_own(clip):
    model = peaked()
    record = capture(model, clip, gradient_of=3)
    layer = record.layers[-1]
    inputs = layer.inputs
    weights = layer.attention().requires_grad_(True)
    block = model.blocks[-1]
    with torch.no_grad(), AttentionRecorder(model):
        tokens = {}
        handle = block.register_forward_hook(lambda m, given, out: tokens.update(x=given[0]))
        model(clip)
        handle.remove()
    x = tokens["x"]
    with torch.enable_grad():
        normed = block.norm1(x)
        weighted = weights @ inputs.v
        attended = block.attn._add_queries(weighted, inputs.q).transpose(1, 2).flatten(2)
        attended = block.attn.proj(attended)
        skip = block.proj(normed)
        cls, patches = skip[:, :1], skip[:, 1:]
        volume = patches.transpose(1, 2).unflatten(2, layer.inputs.input_shape)
        pooled = block.pool_skip(volume).flatten(2).transpose(1, 2)
        y = torch.cat((cls, pooled), dim=1) + attended
        y = y + block.mlp(block.norm2(y))
        logits = model.head(model.norm(y)[:, 0])
        (expected,) = torch.autograd.grad(logits[:, 3].sum(), weights)
    torch.testing.assert_close(layer.gradient(), expected, atol=1e-4, rtol=1e-3)
    assert all(p.grad is None for p in model.parameters())
    assert torch.equal(record.logits, capture(model, clip).logits)


def test_a_gradient_that_was_not_asked_for_is_refused(clip):
    with pytest.raises(CaptureError, match="capture again with gradient_of"):
        capture(peaked(), clip).layers[0].gradient()
    with pytest.raises(CaptureError, match="class 7 does not exist"):
        capture(peaked(), clip, gradient_of=7)


@pytest.mark.parametrize("index", [-1, 9])
def test_a_query_or_key_outside_the_grid_is_refused(clip, index):
    layer = capture(peaked(), clip).layers[-1]
    with pytest.raises(CaptureError, match=r"outside 0\.\.8"):
        layer.row(index)
    with pytest.raises(CaptureError, match="is outside"):
        layer.column(index * 100)


def test_a_map_above_the_cap_is_refused_and_still_there_by_rows(clip):
    layer = capture(peaked(), clip).layers[0]
    with pytest.raises(CaptureError, match="use row"):
        layer.attention(max_bytes=100)
    assert layer.attention(max_bytes=None).shape == layer.map_shape
    assert layer.row(0).shape == (2, 1, 9)


def test_a_module_without_attention_is_refused():
    with pytest.raises(CaptureError, match="Linear holds no attention layer"):
        AttentionRecorder(nn.Linear(2, 2))


def test_probabilities_sum_to_one_and_the_readout_is_named(clip):
    record = capture(peaked(), clip)
    torch.testing.assert_close(record.probabilities.sum(dim=-1), torch.ones(2))
    assert record.readout == "class"
    assert record.input_shape == (4, 32, 32)
    assert capture(peaked(readout="mean_before_norm"), clip).readout == "mean"


class Twice(nn.Module):
    """One attention layer, used twice in each forward pass."""

    def __init__(self):
        super().__init__()
        self.attn = MultiScaleAttention(8, 8, (1, 2, 2), num_heads=2)

    def forward(self, x):
        x, shape = self.attn(x, [1, 2, 2])
        return self.attn(x, shape)[0]


def test_a_layer_that_is_used_twice_is_heard_twice():
    module = Twice().eval()
    with torch.no_grad(), AttentionRecorder(module) as recorder:
        module(torch.randn(1, 5, 8))
        module(torch.randn(1, 5, 8))
    assert [layer.name for layer in recorder.layers] == ["attn", "attn"]
    first, second = recorder.layers
    assert not torch.equal(first.attention(), second.attention())


def test_a_model_in_half_or_double_precision_takes_float32_inputs(clip):
    model = peaked()
    expected = capture(model, clip).logits
    torch.testing.assert_close(
        capture(model.double(), clip).logits.float(), expected, atol=1e-4, rtol=1e-3
    )
    assert capture(model.bfloat16(), clip).logits.dtype == torch.bfloat16


def test_gradients_are_kept_inside_a_callers_inference_mode_too(clip):
    model = peaked()
    with torch.inference_mode():
        record = capture(model, clip, gradient_of=1)
    assert record.layers[0].gradient().shape == record.layers[0].map_shape


def test_a_network_that_cannot_run_on_the_input_is_refused_in_one_line(clip):
    model = peaked(mode="avg", rel_pos_temporal=False)  # torch pools no axis below the kernel
    with pytest.raises(CaptureError, match=r"cannot run on an input of \(2, 3, 4, 32, 32\)") as it:
        capture(model, clip)
    assert "\n" not in str(it.value)


@pytest.mark.parametrize("query", ["class", 1.5, None])
def test_a_row_is_picked_by_a_whole_number(clip, query):
    with pytest.raises(CaptureError, match="allowed are whole numbers"):
        capture(peaked(), clip).layers[0].row(query)


def test_a_class_is_picked_by_a_whole_number(clip):
    with pytest.raises(CaptureError, match="allowed are None and a class index"):
        capture(peaked(), clip, gradient_of="archery")
