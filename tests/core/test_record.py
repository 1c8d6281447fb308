"""Sizes, bounds and words of a record and its layers, and masks of every form."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from mvit_core import AttentionRecorder, capture
from mvit_core.attention import record as records
from mvit_core.attention.record import activated
from mvit_core.attention.recorder import Keep
from mvit_core.errors import Cancelled, CaptureError, DeviceMemoryError
from mvit_core.model import MultiHeadedAttention, MultiScaleAttention, MViT
from mvit_core.model.tap import AttentionTap
from tests.core.test_capture import peaked


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


def tensors_of(layer):
    """All that a layer keeps."""
    inputs, summary, positions = layer.inputs, layer.summary, layer.inputs.positions
    parts = (inputs.q, inputs.k, inputs.v, inputs.mask, layer.output_gradient, summary.maps)
    sums = (summary.first_row, summary.column_sums, summary.log_sum_exp, summary.value_norms)
    tables = (positions.t, positions.y, positions.x)
    return [part for part in (*parts, *sums, *tables) if part is not None]


@pytest.mark.parametrize("keep", [Keep(), Keep(full_maps=True)])
@pytest.mark.parametrize("gradient_of", [None, 2])
def test_the_size_of_a_record_is_that_of_its_tensors(clip, keep, gradient_of):
    record = capture(peaked(), clip, gradient_of, keep=keep)
    sizes = [sum(part.nbytes for part in tensors_of(layer)) for layer in record.layers]
    assert [layer.nbytes for layer in record.layers] == sizes
    assert (record.nbytes, record.spilled_bytes) == (sum(sizes), 0)


def test_what_lies_in_a_file_is_counted_there(clip, tmp_path, monkeypatch):
    monkeypatch.setattr("mvit_core.system.spill.spill_folder", lambda: tmp_path)
    held = capture(peaked(), clip, 1)
    spilled = capture(peaked(), clip, 1, keep=Keep(memory_bytes=0))
    assert all(layer.spill is not None for layer in spilled.layers)
    assert spilled.nbytes + spilled.spilled_bytes == held.nbytes
    large = sum(part.nbytes for layer in held.layers for part in layer.large)
    assert spilled.spilled_bytes == large > 0


@pytest.mark.parametrize(("less", "spilled"), [(0, False), (1, True)])
def test_memory_is_used_up_to_the_last_byte(clip, tmp_path, monkeypatch, less, spilled):
    monkeypatch.setattr("mvit_core.system.spill.spill_folder", lambda: tmp_path)
    needed = capture(peaked(), clip).nbytes
    layers = capture(peaked(), clip, keep=Keep(memory_bytes=needed - less)).layers
    assert [layer.spill is not None for layer in layers] == [False, False, False, spilled]


def test_a_map_as_large_as_the_cap_is_built_and_none_above_it(clip):
    layer = capture(peaked(), clip).layers[3]
    assert layer.attention_bytes == 2 * 4 * 9 * 33 * 4 == layer.attention().nbytes
    assert layer.attention(max_bytes=layer.attention_bytes).shape == layer.map_shape
    with pytest.raises(CaptureError, match="takes 0 MiB"):
        layer.attention(max_bytes=layer.attention_bytes - 1)
    of_one = layer.attention_bytes // layer.heads
    assert layer.head(0, max_bytes=of_one).nbytes == of_one
    with pytest.raises(CaptureError, match="takes 0 MiB"):
        layer.head(0, max_bytes=of_one - 1)


def test_a_refusal_says_both_sizes_in_mebibytes(clip):
    layer = capture(peaked(), clip).layers[3]
    wide = replace(
        layer.inputs, q=torch.zeros(1).expand(1, 1, 4096, 4), k=torch.zeros(1).expand(1, 1, 2048, 4)
    )
    large = replace(layer, inputs=wide)
    with pytest.raises(CaptureError, match=r"blocks\.3\.attn takes 32 MiB, more than 3 MiB; use"):
        large.attention(max_bytes=3 << 20)
    with pytest.raises(CaptureError, match="the map of this layer takes 32 MiB, more than 31 MiB"):
        replace(large, name="").head(0, max_bytes=31 << 20)


def test_heads_and_tokens_below_0_are_refused_in_words(clip):
    layer = capture(peaked(), clip).layers[3]
    with pytest.raises(CaptureError, match="has 4 heads, 0 to 3; got head -1"):
        layer.head(-1)
    with pytest.raises(CaptureError, match=r"\(class token and grid \(2, 2, 2\)\)"):
        layer.row(9)
    bare = replace(layer, inputs=replace(layer.inputs, has_class_token=False), name="")
    with pytest.raises(CaptureError, match=r"0\.\.7 of the layer \(grid \(2, 2, 2\)\)"):
        bare.row(8)


@pytest.mark.parametrize(("rows", "bytes_of_rows"), [(16, 1), (20, 20), (129, 10**6)])
def test_tiles_have_as_many_rows_as_fit_and_16_at_least(clip, monkeypatch, rows, bytes_of_rows):
    layer = capture(peaked(), clip, gradient_of=1).layers[0]
    batch, heads, queries, keys = layer.map_shape
    limit = bytes_of_rows * batch * heads * keys * 4
    monkeypatch.setattr(records, "CPU_TILE_BYTES", limit)
    whole = layer.attention()
    for tiles in (layer.tiles(), layer.gradient_tiles()):
        starts, parts = zip(*tiles, strict=True)
        assert starts == tuple(range(0, queries, rows))
        assert parts[0].shape == (batch, heads, min(rows, queries), keys)
    joined = torch.cat([tile for _, tile in layer.tiles()], dim=2)
    torch.testing.assert_close(joined, whole, atol=2e-6, rtol=1e-4)


MASKS = {
    "of pairs": (40, 40),
    "of keys": (1, 40),
    "of pairs for each item": (3, 40, 40),
    "of keys for each item": (3, 1, 40),
}


@pytest.mark.parametrize("shape", MASKS.values(), ids=MASKS)
def test_masked_maps_are_rebuilt_tile_by_tile(shape, monkeypatch):
    monkeypatch.setattr(records, "CPU_TILE_BYTES", 1)
    torch.manual_seed(0)
    layer, x = MultiHeadedAttention(2, 8).eval(), torch.randn(3, 40, 8)
    mask = (torch.rand(shape) > 0.4).int()
    with torch.no_grad(), AttentionRecorder(layer) as recorder:
        layer(x, x, x, mask)
    (heard,) = recorder.layers
    full = heard.attention()
    allowed = mask.reshape(-1, 1, *shape[-2:]).expand(3, 2, 40, 40)
    assert (full[allowed == 0] == 0).all()
    assert heard.nbytes >= sum(part.nbytes for part in tensors_of(heard))
    for head in (0, 1):
        torch.testing.assert_close(heard.head(head), full[:, head])
    for token in (0, 17, 39):
        torch.testing.assert_close(heard.row(token), full[:, :, token])
        torch.testing.assert_close(heard.column(token), full[..., token])


def test_masks_of_each_head_are_its_own():
    torch.manual_seed(0)
    layer, x = MultiHeadedAttention(2, 8).eval(), torch.randn(3, 40, 8)
    with torch.no_grad(), AttentionRecorder(layer) as recorder:
        layer(x, x, x, torch.ones(40, 40))
    mask = (torch.rand(3, 2, 40, 40) > 0.4).int()
    heard = replace(recorder.layers[0], inputs=replace(recorder.layers[0].inputs, mask=mask))
    full = heard.attention()
    assert (full[mask == 0] == 0).all()
    for head in (0, 1):
        torch.testing.assert_close(heard.head(head), full[:, head])


def test_probabilities_are_those_of_the_activation():
    logits = torch.tensor([[0.0, 1.0, -2.0]]).half()
    assert activated(logits, "sigmoid").dtype == torch.float32
    torch.testing.assert_close(activated(logits, "sigmoid"), logits.float().sigmoid())
    torch.testing.assert_close(activated(logits, "softmax").sum(dim=-1), torch.ones(1))
    assert activated(logits.double(), "softmax").dtype == torch.float64


def test_a_layer_tells_its_name_and_no_numbers(clip, tmp_path, monkeypatch):
    monkeypatch.setattr("mvit_core.system.spill.spill_folder", lambda: tmp_path)
    for layer in capture(peaked(), clip, 1, keep=Keep(memory_bytes=0, full_maps=True)).layers:
        words = repr(layer)
        assert layer.name in words
        assert "tensor" not in words
        assert "Spill" not in words
        assert len(words) < 500


def test_a_recorder_keeps_no_values_and_no_whole_maps_unless_asked(clip):
    with torch.no_grad(), AttentionRecorder(model := peaked()) as recorder:
        model(clip)
    for layer in recorder.layers:
        assert layer.inputs.v.numel() == 0
        assert layer.summary.maps is None
        assert layer.output_gradient is None
        assert layer.spill is None
    assert [layer.block for layer in recorder.layers] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("number", "is_offered"),
    [(torch.float32, True), (torch.float64, True), (torch.bfloat16, False), (torch.float16, False)],
)
def test_half_precision_is_a_way_out_for_whoever_does_not_use_it(
    clip, monkeypatch, number, is_offered
):
    model = peaked().to(number)

    def fails(*_):
        raise torch.OutOfMemoryError("no")

    monkeypatch.setattr(MViT, "forward", fails)
    with pytest.raises(DeviceMemoryError) as told:
        capture(model, clip)
    assert ("half" in told.value.remedies) is is_offered


class Pooling(nn.Module):
    """Two layers that both pool their queries."""

    def __init__(self):
        super().__init__()
        pooled = {"num_heads": 1, "kernel_q": (1, 3, 3), "stride_q": (1, 2, 2)}
        self.first = MultiScaleAttention(4, 4, (1, 8, 8), **pooled)
        self.second = MultiScaleAttention(4, 4, (1, 4, 4), **pooled)

    def forward(self, x):
        return self.second(*self.first(x, [1, 8, 8]))[0]


def test_stages_count_from_1_wherever_pooling_begins():
    with torch.no_grad(), AttentionRecorder(module := Pooling().eval()) as recorder:
        module(torch.randn(1, 65, 4))
    assert [(layer.stage, layer.q_shape) for layer in recorder.layers] == [
        (1, (1, 4, 4)),
        (2, (1, 2, 2)),
    ]


class OfPictures(nn.Module):
    """A network of pictures, (B, 3, H, W), around one of clips."""

    def __init__(self):
        super().__init__()
        self.inner = peaked()

    def forward(self, pictures):
        return self.inner(pictures.unsqueeze(2).expand(-1, -1, 4, -1, -1))


def test_a_picture_is_a_clip_of_one_frame(clip):
    record = capture(OfPictures(), clip[:, :, 0])
    assert record.input_shape == (1, 32, 32)
    assert next(layer.name for layer in record.layers) == "inner.blocks.0.attn"
    assert (record.readout, record.activation, record.boxes) == ("class", "softmax", None)


def test_a_pass_that_was_cancelled_hands_over_the_layers_heard_and_knows_how_many_there_are(clip):
    unfinished = []

    def stop(done, total):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        capture(peaked(), clip, on_layer=stop, on_cancelled=unfinished.append)
    (record,) = unfinished
    assert (record.depth, record.is_complete) == (4, False)
    assert record.logits.shape == (2, 0)
    # The layer at which it was asked to stop is kept: it was heard whole.
    assert [layer.block for layer in record.layers] == [0, 1]
    whole = capture(peaked(), clip)
    assert (whole.depth, whole.is_complete) == (4, True)
    assert torch.equal(record.layers[1].attention(), whole.layers[1].attention())


def test_nothing_is_handed_over_where_no_layer_was_heard(clip):
    unfinished = []

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        capture(peaked(), clip, on_step=stop, on_cancelled=unfinished.append)
    assert unfinished == []


def test_only_parts_with_weights_of_their_own_ask_whether_to_go_on():
    """A hook keeps the others from being computed at once."""
    model = peaked()
    with AttentionRecorder(model, on_step=lambda: None) as recorder:
        hooked = {part for part in model.modules() if part._forward_pre_hooks}
        weighted = {part for part in model.modules() if [*part.parameters(recurse=False)]}
        taps = {part for part in model.modules() if isinstance(part, AttentionTap)}
        assert hooked == weighted | taps | {model}
        assert (recorder.taps, recorder.depth, recorder.roots) == (4, 0, ())


def test_the_last_layer_alone_is_read(clip):
    record = capture(peaked(), clip)
    assert [record.is_last(layer) for layer in record.layers] == [False, False, False, True]


@pytest.mark.parametrize(("blocks", "named"), [({-1}, -1), ({4}, 4), ({9, 6, 0}, 6)])
def test_the_first_block_that_does_not_exist_is_named(blocks, named):
    with pytest.raises(CaptureError, match=f"block {named} does not exist; .* blocks 0 to 3"):
        AttentionRecorder(peaked(), keep=Keep(frozenset(blocks)))


def test_the_first_and_the_last_block_can_be_kept(clip):
    layers = capture(peaked(), clip, keep=Keep(frozenset({0, 3}))).layers
    assert [(layer.block, layer.stage) for layer in layers] == [(0, 1), (3, 3)]
