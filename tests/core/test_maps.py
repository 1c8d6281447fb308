import numpy as np
import pytest
import torch

from mvit_core import capture
from mvit_core.attribution import (
    METHODS,
    HeadMaps,
    HeadSet,
    MapSpec,
    dead_reason,
    head_of,
    head_within,
    measures_of,
    parse_head,
    query_grid,
    same_query,
)
from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry
from mvit_core.model import MViT
from tests.toys import toy_config


@pytest.fixture
def record(toy):
    torch.manual_seed(1)
    return capture(toy, torch.randn(1, 3, 4, 32, 32))


@pytest.fixture
def mean_record():
    torch.manual_seed(0)
    model = MViT(toy_config(readout="mean_before_norm")).eval()
    return capture(model, torch.randn(1, 3, 4, 32, 32))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_gives_finite_maps_on_the_grid_it_names(record, name):
    method = METHODS[name]
    for layer in record.layers:
        maps = method.maps(record, layer, (0, 1, 1))
        grid = layer.q_shape if method.grid == "q" else layer.k_shape
        assert maps.values.shape == (layer.heads, *grid)
        assert maps.values.dtype == np.float32
        assert np.isfinite(maps.values).all()
        geometry = layer.q_geometry if method.grid == "q" else layer.k_geometry
        assert maps.geometry == geometry
        assert (maps.method, maps.block, maps.stage) == (name, layer.block, layer.stage)


@pytest.mark.parametrize("name", METHODS)
def test_what_the_table_says_of_a_method_is_true_of_its_maps(record, name):
    method = METHODS[name]
    for layer in record.layers:
        first = method.maps(record, layer, "class")
        other = method.maps(record, layer, (0, 0, 1))
        assert (first.sinks is not None) == method.has_sink
        assert method.needs_query == (not np.array_equal(first.values, other.values))
        if method.is_row:
            sums = first.values.sum(axis=(1, 2, 3)) + first.sinks
            np.testing.assert_allclose(sums, 1, atol=1e-5)
        if method.query_is_key:
            with pytest.raises(CaptureError, match="needs a key"):
                method.maps(record, layer, "readout")
        else:
            assert np.isfinite(method.maps(record, layer, "readout").values).all()


@pytest.mark.parametrize("name", METHODS)
def test_a_query_of_another_layer_lies_on_the_grid_it_is_picked_from(record, name):
    here, there = record.layers[0], record.layers[3]
    for index in ((0, 0, 0), (1, 7, 7), (1, 3, 5)):
        query = same_query(query_grid(name, here).clamp(index), name, here, there)
        assert query_grid(name, there).clamp(query) == query
        assert METHODS[name].maps(record, there, query).values.any()
    assert same_query("class", name, here, there) == "class"
    spec = MapSpec(0, 2, name, (1, 1, 1))
    moved = spec.on_layer(here, there)
    assert moved == MapSpec(3, 2, name, same_query((1, 1, 1), name, here, there))
    assert spec.on_layer(here, here) == spec


@pytest.mark.parametrize("name", METHODS)
def test_every_method_says_in_words_what_it_is(name):
    assert METHODS[name].title
    assert METHODS[name].description.endswith(".")


def test_a_row_is_the_row_of_the_full_map_and_sums_to_one_with_its_sink(record):
    layer = record.layers[1]
    full = layer.attention()[0]
    for query, index in (("class", 0), ((1, 2, 3), layer.q_grid.index(1, 2, 3))):
        maps = METHODS["row"].maps(record, layer, query)
        expected = full[:, index, 1:].reshape(maps.values.shape).numpy()
        np.testing.assert_allclose(maps.values, expected, atol=2e-6)
        np.testing.assert_allclose(maps.sinks, full[:, index, 0].numpy(), atol=2e-6)
        totals = maps.values.sum(axis=(1, 2, 3)) + maps.sinks
        np.testing.assert_allclose(totals, 1.0, atol=1e-5)


def test_a_column_is_the_column_of_the_full_map_on_the_query_grid(record):
    layer = record.layers[3]  # keys finer than queries
    maps = METHODS["column"].maps(record, layer, (1, 3, 3))
    key = layer.k_grid.index(1, 3, 3)
    expected = layer.attention()[0, :, 1:, key].reshape(maps.values.shape).numpy()
    np.testing.assert_allclose(maps.values, expected, atol=2e-6)
    assert maps.sinks is None


def test_received_is_the_mean_of_all_rows(record):
    layer = record.layers[0]
    maps = METHODS["received"].maps(record, layer, "readout")
    expected = layer.attention()[0].mean(dim=1)[:, 1:].reshape(maps.values.shape).numpy()
    np.testing.assert_allclose(maps.values, expected, atol=2e-6)


def test_the_readout_is_the_class_row_or_the_mean_of_patch_rows(record, mean_record):
    layer = record.layers[2]
    by_readout = METHODS["row"].maps(record, layer, "readout")
    by_class = METHODS["row"].maps(record, layer, "class")
    np.testing.assert_array_equal(by_readout.values, by_class.values)
    layer = mean_record.layers[2]
    maps = METHODS["row"].maps(mean_record, layer, "readout")
    expected = layer.attention()[0, :, 1:].mean(dim=1)[:, 1:].reshape(maps.values.shape).numpy()
    np.testing.assert_allclose(maps.values, expected, atol=2e-6)


def test_uniform_attention_gives_a_flat_map():
    model = MViT(toy_config()).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    record = capture(model, torch.randn(1, 3, 4, 32, 32))
    for layer in record.layers:
        maps = METHODS["row"].maps(record, layer, "readout")
        np.testing.assert_allclose(maps.values, 1 / maps.key_count, rtol=1e-5)
        np.testing.assert_allclose(maps.sinks, 1 / maps.key_count, rtol=1e-5)


def test_rows_that_cannot_move_the_prediction_say_so(record, mean_record):
    last = record.layers[-1]
    assert "class token" in dead_reason(record, last, (0, 0, 0))
    assert METHODS["row"].maps(record, last, (0, 0, 0)).note
    assert METHODS["received"].maps(record, last, "readout").note
    assert METHODS["column"].maps(record, last, (0, 0, 0)).note
    assert dead_reason(record, last, "class") == ""
    assert dead_reason(record, record.layers[0], (0, 0, 0)) == ""
    assert "mean of patch tokens" in dead_reason(mean_record, mean_record.layers[-1], "class")


def test_a_query_that_is_not_there_is_refused(record):
    layer = record.layers[-1]
    with pytest.raises(CaptureError, match="lies outside the grid"):
        METHODS["row"].maps(record, layer, (0, 9, 0))
    with pytest.raises(CaptureError, match="needs a key"):
        METHODS["column"].maps(record, layer, "readout")


def test_a_class_query_without_a_class_token_is_refused():
    model = MViT(toy_config(has_cls_embed=False, readout="mean")).eval()
    record = capture(model, torch.randn(1, 3, 4, 32, 32))
    with pytest.raises(CaptureError, match="no class token"):
        METHODS["row"].maps(record, record.layers[0], "class")
    assert METHODS["row"].maps(record, record.layers[0], "readout").sinks is None


def head_maps(values, sinks=None) -> HeadMaps:
    return HeadMaps(np.asarray(values, np.float32), GridGeometry(), sinks, 9, "row", 2, 1, "class")


def test_heads_are_picked_one_by_one_or_reduced():
    values = np.arange(8).reshape(2, 1, 2, 2)
    maps = head_maps(values, np.array([0.2, 0.4], np.float32))
    assert maps.pick(1).values.tolist() == values[1].tolist()
    assert maps.pick(1).sink == pytest.approx(0.4)
    assert maps.pick("mean").values.tolist() == [[[2, 3], [4, 5]]]
    assert maps.pick("max").values.tolist() == values[1].tolist()
    assert maps.pick("min").sink == pytest.approx(0.2)
    with pytest.raises(CaptureError, match="has 2 heads"):
        maps.pick(2)


def test_several_heads_are_the_mean_of_their_maps_and_sinks(record):
    maps = METHODS["row"].maps(record, record.layers[3], "class")
    both = maps.pick(HeadSet((0, 2)))
    expected = (maps.pick(0).values + maps.pick(2).values) / 2
    np.testing.assert_allclose(both.values, expected, atol=1e-7)
    assert both.sink == pytest.approx((maps.pick(0).sink + maps.pick(2).sink) / 2)
    assert both.values.sum() + both.sink == pytest.approx(1, abs=1e-5)


def test_all_heads_together_are_the_mean(record):
    maps = METHODS["received"].maps(record, record.layers[3], "readout")
    every = maps.pick(head_of(tuple(range(maps.heads))))
    np.testing.assert_array_equal(every.values, maps.pick("mean").values)


def test_several_heads_of_which_the_layer_lacks_one_are_refused():
    with pytest.raises(CaptureError, match="block 2 has 2 heads, 0 to 1; got head 2, 5"):
        head_maps(np.zeros((2, 1, 2, 2))).pick(HeadSet((1, 2, 5)))


@pytest.mark.parametrize("indices", [(), (1,), (1, 1), (2, 0), (-1, 0)])
def test_heads_that_are_no_set_are_refused(indices):
    with pytest.raises(CaptureError, match="allowed are two or more different numbers"):
        HeadSet(indices)


def test_a_choice_of_heads_is_one_value_whatever_its_order():
    assert head_of((2, 0, 2)) == HeadSet((0, 2))
    assert {head_of((2, 0)): "kept"}[HeadSet((0, 2))] == "kept"
    assert (head_of((3,)), head_of(())) == (3, "mean")


def test_heads_that_a_layer_lacks_are_left_out():
    chosen = HeadSet((0, 1, 3))
    assert head_within(chosen, 4) == chosen
    assert head_within(chosen, 2) == HeadSet((0, 1))
    assert head_within(chosen, 1) == 0
    assert head_within(HeadSet((2, 3)), 2) == head_within(3, 2) == head_within(-1, 2) == "mean"
    assert head_within("max", 1) == "max"


def test_the_share_on_patches_of_several_heads_is_that_of_their_mean(record):
    maps = METHODS["row"].maps(record, record.layers[3], "class")
    measured = measures_of(maps).of(HeadSet((0, 2)))
    assert measured.kept == pytest.approx(1 - maps.pick(HeadSet((0, 2))).sink, abs=1e-5)
    assert measured.entropy is None  # it does not follow from those of the heads
    bare = measures_of(head_maps(np.ones((3, 1, 2, 2)))).of(HeadSet((0, 2)))
    assert bare.kept is None


def test_a_head_is_read_from_its_text_form():
    assert [parse_head(text) for text in ("0", "11", "mean", "max", "min", "2, 0", "3,3")] == [
        0,
        11,
        "mean",
        "max",
        "min",
        HeadSet((0, 2)),
        3,
    ]
    for text in ("-1", "0,", "0,two", "mean,0"):
        with pytest.raises(CaptureError, match="allowed are a number"):
            parse_head(text)
