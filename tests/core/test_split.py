"""Rows by content, by position and by what values give, each beside its formula."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mvit_core import capture
from mvit_core.attribution import METHODS, SPLIT_NOTES
from mvit_core.errors import CaptureError
from mvit_core.explaining.tapping import tap_of
from mvit_core.model import MViT, plain_vit
from tests.core.test_capture import CONFIGS, peaked

ROW = (1, 1, 0)


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


def whole(maps):
    """Rows (heads, Nk) with the class key first where there is one."""
    rows = maps.values.reshape(maps.heads, -1)
    return rows if maps.sinks is None else np.concatenate((maps.sinks[:, None], rows), axis=1)


def rows_of(record, layer, query, *names):
    return [whole(METHODS[name].maps(record, layer, query)) for name in names]


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_content_times_position_is_the_row_itself(changes, clip):
    record = capture(peaked(**changes), clip)
    for layer in record.layers:
        for query in (ROW, (0, 0, 0)):
            row, content, position = rows_of(record, layer, query, "row", "content", "position")
            product = content * position
            product /= product.sum(axis=1, keepdims=True)
            np.testing.assert_allclose(product, row, atol=2e-5, rtol=1e-3)


def test_the_class_row_is_all_content_and_its_note_says_so(clip):
    record = capture(peaked(), clip)
    layer = record.layers[1]
    row, content, position = rows_of(record, layer, "class", "row", "content", "position")
    np.testing.assert_allclose(content, row, atol=1e-6)
    np.testing.assert_allclose(position, 1 / position.shape[1], rtol=1e-5)
    for query in ("class", "readout"):
        assert METHODS["content"].maps(record, layer, query).note == SPLIT_NOTES["class row"]
    assert METHODS["content"].maps(record, layer, ROW).note == ""


def test_without_relative_positions_content_is_everything(clip):
    record = capture(peaked(**CONFIGS["v1"]), clip)
    row, content = rows_of(record, record.layers[1], ROW, "row", "content")
    np.testing.assert_allclose(content, row, atol=1e-6)
    maps = METHODS["position"].maps(record, record.layers[1], ROW)
    assert maps.note == SPLIT_NOTES["no positions"]


@pytest.mark.parametrize("name", ["content", "position"])
def test_the_row_of_a_mean_readout_is_the_mean_of_all_patch_rows(name, clip):
    model = peaked(readout="mean")
    record = capture(model, clip)
    layer = record.layers[2]
    t, y, x = layer.q_shape
    each = [
        rows_of(record, layer, (i, j, k), name)[0]
        for i in range(t) for j in range(y) for k in range(x)
    ]  # fmt: skip
    np.testing.assert_allclose(
        rows_of(record, layer, "readout", name)[0], np.mean(each, axis=0), atol=1e-6
    )


def test_a_dead_row_says_so_before_anything_else(clip):
    record = capture(peaked(), clip)
    assert "unused" in METHODS["content"].maps(record, record.layers[-1], (0, 0, 0)).note


@pytest.mark.parametrize("kind", [*CONFIGS, "multi-head"])
def test_what_a_query_takes_is_the_length_of_what_each_key_gives(kind, clip):
    """Norm of a v W_o of each head (Kobayashi et al. 2020), by the plain formula."""
    if kind == "multi-head":
        config = plain_vit(depth=2, embed_dim=8, num_heads=2, num_classes=7,
                           input_shape=(4, 32, 32), attention="multi_head")  # fmt: skip
        torch.manual_seed(0)
        model = MViT(config).eval()
    else:
        model = peaked(**CONFIGS[kind])
    values = []
    for layer in model.layers:
        tap_of(layer).register_forward_hook(lambda _, given, __: values.append(given[0].v))
    record = capture(model, clip)
    for layer, value, block in zip(record.layers, values, model.layers, strict=True):
        weight = block.attn.linears[3].weight if kind == "multi-head" else block.attn.proj.weight
        by_head = weight.detach().unflatten(1, (layer.heads, -1)).permute(1, 2, 0)  # (h, d, C)
        for query in ("readout", ROW):
            row, found = rows_of(record, layer, query, "row", "value")
            given = torch.from_numpy(row)[..., None] * (value[0].detach() @ by_head)  # (h, Nk, C)
            expected = given.norm(dim=2)
            expected = expected / expected.sum(dim=1, keepdim=True)
            np.testing.assert_allclose(found, expected.numpy(), atol=1e-5, rtol=1e-3)


def test_a_layer_whose_projection_is_not_known_is_refused(clip):
    record = capture(peaked(), clip)
    layer = record.layers[0]
    layer = replace(layer, summary=replace(layer.summary, value_norms=None))
    with pytest.raises(CaptureError, match="no output projection"):
        METHODS["value"].maps(record, layer, "readout")
