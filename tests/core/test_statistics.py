"""Statistics of heads, each beside its definition on the full map."""

from dataclasses import replace
from math import log

import pytest
import torch

from mvit_core import capture
from mvit_core.attention.recorder import Keep
from mvit_core.attention.statistics import StatisticsNotes
from mvit_core.attribution import (
    HEAD_QUERIES,
    METHODS,
    block_details,
    head_statistics,
    mean_statistics,
)
from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry
from mvit_core.model import MViT, plain_vit
from mvit_core.model.multi_head import MultiHeadedAttention
from mvit_core.model.positions import RelativePositions
from mvit_core.model.tap import AttentionInputs
from tests.core.test_capture import CONFIGS, peaked

TAKEN = Keep(statistics=True)


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


def centres(shape, geometry):
    """(patches, 3) in sampled frames and model pixels."""
    places = [
        geometry.centre((t, y, x))
        for t in range(shape[0])
        for y in range(shape[1])
        for x in range(shape[2])
    ]
    return torch.tensor(places, dtype=torch.float64)


def by_definition(layer):
    """Each statistic of a layer by the plain formula on its full map."""
    full, cls = layer.attention(max_bytes=None).double(), int(layer.has_class_token)
    between = (
        centres(layer.q_shape, layer.q_geometry)[:, None]
        - centres(layer.k_shape, layer.k_geometry)[None]
    )
    patches = full[:, :, cls:, cls:]
    mass = patches.sum(dim=3, keepdim=True)
    seen = mass >= torch.finfo(torch.float32).tiny  # the others look at the class key alone
    shares = torch.where(seen, patches / mass, 0.0)
    looking = seen[..., 0].sum(dim=2)
    times = patches.unflatten(3, (layer.k_shape[0], -1)).sum(dim=4)
    return {
        "entropy": torch.special.entr(full).sum(dim=3).mean(dim=2) / log(full.shape[3]),
        "distance_px": (shares * between[..., 1:].norm(dim=2)).sum(dim=(2, 3)) / looking,
        "distance_frames": (shares * between[..., 0].abs()).sum(dim=(2, 3)) / looking,
        "sink": full[..., 0].mean(dim=2) if cls else None,
        "profile": times.unflatten(2, (layer.q_shape[0], -1)).mean(dim=3),
    }


def assert_as_defined(layer, found):
    for name, expected in by_definition(layer).items():
        value = getattr(found, name)
        assert (value is None) == (expected is None)
        if expected is not None:
            torch.testing.assert_close(value.double(), expected, atol=1e-5, rtol=1e-5, msg=name)
    rows = found.profile.sum(dim=3)
    if found.profile_sink is not None:
        rows = rows + found.profile_sink
    torch.testing.assert_close(rows, torch.ones_like(rows), atol=1e-5, rtol=0)


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_statistics_of_a_run_are_those_of_its_full_maps(changes, clip):
    for layer in capture(peaked(**changes), clip, keep=TAKEN).layers:
        assert layer.summary.statistics is not None
        assert_as_defined(layer, layer.statistics())


def test_a_run_that_takes_statistics_gives_the_same_logits_and_notes_bit_for_bit(clip):
    model = peaked()
    plain, found = capture(model, clip), capture(model, clip, keep=TAKEN)
    assert torch.equal(plain.logits, found.logits)
    for one, other in zip(plain.layers, found.layers, strict=True):
        assert torch.equal(one.summary.log_sum_exp, other.summary.log_sum_exp)
        assert torch.equal(one.summary.column_sums, other.summary.column_sums)
        assert one.summary.statistics is None
        assert other.nbytes > one.nbytes


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_statistics_of_a_record_that_took_none_are_rebuilt_bit_for_bit(changes, clip):
    model = peaked(**changes)
    plain, taken = capture(model, clip), capture(model, clip, keep=TAKEN)
    for one, other in zip(plain.layers, taken.layers, strict=True):
        for name, value in vars(other.statistics()).items():
            rebuilt = getattr(one.statistics(), name)
            assert (value is None and rebuilt is None) or torch.equal(value, rebuilt)


def test_layers_in_a_file_and_runs_with_gradients_and_full_maps_have_the_same_statistics(clip):
    model = peaked()
    expected = [layer.statistics() for layer in capture(model, clip).layers]
    keeps = [
        Keep(memory_bytes=0),
        replace(TAKEN, memory_bytes=0),
        replace(TAKEN, full_maps=True),
        replace(TAKEN, blocks=frozenset({0, 3})),
    ]
    records = [capture(model, clip, keep=keep) for keep in keeps]
    records.append(capture(model, clip, gradient_of=3, keep=TAKEN))
    for record in records:
        for layer in record.layers:
            assert_as_defined(layer, layer.statistics())
            assert torch.equal(layer.statistics().entropy, expected[layer.block].entropy)


def inputs_of(q, k, shape, cls=0, mask=None):
    return AttentionInputs(
        q, k, k, scale=1.0, positions=RelativePositions(None, None, None), input_shape=shape,
        q_shape=shape, k_shape=shape, has_class_token=bool(cls), q_window=None, k_window=None,
        mask=mask,
    )  # fmt: skip


def noted(inputs, geometry=GridGeometry((2, 16, 16))):  # noqa: B008 - a frozen value
    notes = StatisticsNotes(inputs, geometry, geometry)
    mask = None if inputs.mask is None else inputs.mask.flatten(0, 1)
    notes.rebuild(inputs.queries().flatten(0, 1), inputs.keys().flatten(0, 1), mask)
    return notes.statistics()


def test_even_attention_has_entropy_one_and_looks_at_each_time_alike():
    even = torch.zeros(1, 1, 1 + 2 * 3 * 3, 4)
    found = noted(inputs_of(even, even, (2, 3, 3), cls=1))
    assert float(found.entropy) == pytest.approx(1, abs=1e-6)
    assert float(found.sink) == pytest.approx(1 / 19)
    torch.testing.assert_close(found.profile, torch.full((1, 1, 2, 2), 9 / 19))
    assert float(found.distance_frames) == pytest.approx(1)  # 0 and 2 sampled frames


@pytest.mark.parametrize(("shift", "frames", "pixels"), [(0, 0, 0), (4, 2, 0), (1, 0, 16)])
def test_a_head_that_looks_at_one_token_is_as_far_as_that_token(shift, frames, pixels):
    """On a grid of 2 times 2x2; four tokens on is the next time, one is a column."""
    keys = 200 * torch.eye(8)[None, None]
    picked = torch.arange(8) ^ shift
    found = noted(inputs_of(keys[:, :, picked], keys, (2, 2, 2)))
    assert float(found.entropy) == pytest.approx(0, abs=1e-6)
    assert float(found.distance_frames) == pytest.approx(frames, abs=1e-5)
    assert float(found.distance_px) == pytest.approx(pixels, abs=1e-4)
    assert found.sink is None
    assert found.profile_sink is None


def test_forbidden_keys_have_no_part_and_a_row_without_any_key_is_even():
    torch.manual_seed(0)
    q, mask = torch.randn(1, 1, 8, 4), torch.ones(1, 1, 8, 8)
    mask[..., 4:] = 0  # the second time
    mask[:, :, 3] = 0
    inputs = inputs_of(q, torch.randn(1, 1, 8, 4), (2, 2, 2), mask=mask)
    found = noted(inputs)
    logits = (inputs.queries() @ inputs.keys().transpose(2, 3)).masked_fill(mask == 0, -1e9)
    expected = torch.special.entr(logits.double().softmax(dim=3)).sum(dim=3).mean() / log(8)
    assert float(found.entropy) == pytest.approx(float(expected), abs=1e-6)
    assert float(found.profile[0, 0, 1, 1]) == 0
    assert float(found.profile[0, 0, 0, 1]) == pytest.approx(0.5 / 4)


def test_a_query_that_sees_the_class_key_alone_has_no_distance():
    q, keys = torch.zeros(1, 1, 9, 9), 200 * torch.eye(9)[None, None]
    q[:, :, 1:5, 0] = 1e4  # the first time looks at the class key, the second one frame back
    q[:, :, 5:] = 1e4 * torch.eye(9)[None, None, 1:5]
    found = noted(inputs_of(q, keys, (2, 2, 2), cls=1))
    assert float(found.distance_frames) == pytest.approx(2)
    assert found.profile_sink[0, 0].tolist() == pytest.approx([1, 0])


def test_a_single_key_and_a_head_that_sees_the_class_key_alone_give_numbers():
    one = noted(inputs_of(torch.randn(1, 1, 1, 4), torch.randn(1, 1, 1, 4), (1, 1, 1)))
    assert (float(one.entropy), float(one.distance_px)) == (0, 0)
    keys = torch.zeros(1, 1, 9, 1)
    keys[:, :, 0] = 1e4
    blind = noted(inputs_of(torch.ones(1, 1, 9, 1), keys, (2, 2, 2), cls=1))
    assert (float(blind.sink), float(blind.distance_px), float(blind.distance_frames)) == (1, 0, 0)


def test_large_logits_leave_entropy_exact():
    torch.manual_seed(0)
    q, k = 300 * torch.randn(1, 2, 8, 4), torch.randn(1, 2, 8, 4)
    k[..., 0] = 30  # a large part of each logit that all keys share
    inputs = inputs_of(q, k, (2, 2, 2))
    weights = (q @ k.transpose(2, 3)).double().softmax(dim=3)
    expected = torch.special.entr(weights).sum(dim=3).mean(dim=2) / log(8)
    torch.testing.assert_close(noted(inputs).entropy.double(), expected, atol=1e-5, rtol=0)


def test_a_lone_layer_and_unpooled_heads_have_statistics_too():
    from mvit_core import AttentionRecorder

    torch.manual_seed(0)
    layer = MultiHeadedAttention(2, 8).eval()
    x = torch.randn(2, 5, 8)
    with torch.no_grad(), AttentionRecorder(layer, keep=TAKEN) as recorder:
        layer(x, x, x)
    assert_as_defined(recorder.layers[0], recorder.layers[0].statistics())
    config = plain_vit(depth=2, embed_dim=8, num_heads=2, num_classes=7, input_shape=(4, 32, 32))
    record = capture(MViT(config).eval(), torch.randn(1, 3, 4, 32, 32), keep=TAKEN)
    for heard in record.layers:
        assert_as_defined(heard, heard.statistics())


def test_half_precision_is_noted_in_single_precision(clip):
    model = peaked().bfloat16()
    for layer in capture(model, clip[:1], keep=TAKEN).layers:
        found = layer.statistics()
        assert found.entropy.dtype == torch.float32
        rows = found.profile.sum(dim=3) + found.profile_sink
        torch.testing.assert_close(rows, torch.ones_like(rows), atol=1e-2, rtol=0)


def test_each_head_has_a_row_with_its_place_and_the_peak_of_its_profile(clip):
    record = capture(peaked(), clip, keep=TAKEN)
    rows = head_statistics(record, item=1)
    assert [(row.block, row.stage, row.head) for row in rows] == [
        (layer.block, layer.stage, head) for layer in record.layers for head in range(layer.heads)
    ]
    for row in rows:
        layer = record.layers[row.block]
        assert row.entropy == float(layer.statistics().entropy[1, row.head])
        assert row.profile.shape == (layer.q_shape[0], layer.k_shape[0])
        assert row.profile[row.peak] == row.profile.max()
        assert row.profile.sum(axis=1) + row.profile_sink == pytest.approx(1, abs=1e-5)


def test_without_a_class_token_there_is_no_sink(clip):
    record = capture(peaked(has_cls_embed=False, readout="mean"), clip, keep=TAKEN)
    for row in head_statistics(record):
        assert row.sink is None
        assert row.profile_sink is None
        assert row.profile.sum(axis=1) == pytest.approx(1, abs=1e-5)


# -- the picture's middle, the readout, means, and details of a block ------------------------------


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_the_middle_of_the_picture_has_a_quarter_of_even_attention_and_all_of_one_at_its_centre(
    changes, clip
):
    record = capture(peaked(**changes), clip)
    for layer in record.layers:
        cls = int(layer.has_class_token)
        sums = torch.zeros_like(layer.summary.column_sums)
        sums[..., cls:] = 1.0
        even = replace(layer, summary=replace(layer.summary, column_sums=sums))
        for row in head_statistics(replace(record, layers=(even,))):
            assert row.centre == pytest.approx(0.25)
        sums[...] = 0.0
        sums[..., 0] = float(cls)  # all on the class key
        dark = replace(layer, summary=replace(layer.summary, column_sums=sums))
        for row in head_statistics(replace(record, layers=(dark,))):
            assert row.centre is None


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_statistics_of_the_readout_are_those_of_the_row_that_the_map_shows(changes, clip):
    record = capture(peaked(**changes), clip)
    rows = iter(head_statistics(record, queries="readout"))
    for layer in record.layers:
        maps = METHODS["row"].maps(record, layer, "readout")
        of_class = record.readout == "class" and layer.has_class_token
        for head in range(layer.heads):
            row, values = next(rows), maps.values[head]
            assert (row.block, row.head) == (layer.block, head)
            assert (row.distance_px is None) == (row.distance_frames is None) == of_class
            assert row.profile.shape == (1, layer.k_shape[0])
            assert row.profile[0] == pytest.approx(values.sum(axis=(1, 2)))
            total = float(row.profile.sum()) + (row.sink or 0.0)
            assert total == pytest.approx(1.0, abs=1e-5)
            assert 0.0 <= row.entropy <= 1.0 + 1e-6


@pytest.mark.parametrize("queries", HEAD_QUERIES)
def test_the_mean_over_windows_is_the_mean_of_each_number(queries, clip):
    model = peaked()
    one, two = (
        head_statistics(capture(model, clip[place : place + 1]), queries=queries)
        for place in (0, 1)
    )
    for row, first, second in zip(mean_statistics((one, two)), one, two, strict=True):
        assert (row.block, row.stage, row.head) == (first.block, first.stage, first.head)
        assert row.entropy == pytest.approx((first.entropy + second.entropy) / 2)
        assert row.profile == pytest.approx((first.profile + second.profile) / 2)
        if first.sink is not None:
            assert row.sink == pytest.approx((first.sink + second.sink) / 2)
    assert mean_statistics((one,))[0].entropy == one[0].entropy


def test_no_windows_and_windows_of_other_networks_have_no_mean(clip):
    one = head_statistics(capture(peaked(), clip))
    with pytest.raises(CaptureError, match="run a window first"):
        mean_statistics(())
    with pytest.raises(CaptureError, match="different networks"):
        mean_statistics((one, one[:-1]))


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_distances_of_a_block_have_the_mean_and_the_total_of_its_attention(changes, clip):
    for layer in capture(peaked(**changes), clip).layers:
        found, full = block_details(layer, 1), layer.attention(max_bytes=None)[1].double()
        cls = int(layer.has_class_token)
        between = (
            centres(layer.q_shape, layer.q_geometry)[:, None]
            - centres(layer.k_shape, layer.k_geometry)[None]
        )[..., 1:].norm(dim=2)
        for head in range(layer.heads):
            patches = full[head, cls:, cls:]
            shares = found.distances[head]
            assert shares.sum() == pytest.approx(1.0, abs=1e-5)
            within = float(patches[between < float(found.edges_px[3]) - 1e-6].sum())
            assert shares[:3].sum() == pytest.approx(within / float(patches.sum()), abs=1e-4)


def test_positions_do_as_much_as_rows_differ_from_those_of_content_alone(clip):
    record = capture(peaked(), clip)
    for layer in record.layers:
        found = block_details(layer)
        if not layer.inputs.positions.axes:
            assert found.position is None
            continue
        cls, total = int(layer.has_class_token), torch.zeros(layer.heads)
        queries = [
            (t, y, x)
            for t in range(layer.q_shape[0])
            for y in range(layer.q_shape[1])
            for x in range(layer.q_shape[2])
        ]
        for query in queries:
            row = METHODS["row"].maps(record, layer, query)
            content = METHODS["content"].maps(record, layer, query)
            apart = abs(row.values - content.values).sum(axis=(1, 2, 3))
            if cls:
                apart = apart + abs(row.sinks - content.sinks)
            total += torch.from_numpy(apart) / 2
        assert found.position == pytest.approx((total / len(queries)).tolist(), abs=1e-5)


def test_details_stop_where_the_user_stops_them(clip):
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    layer = capture(peaked(), clip).layers[0]
    with pytest.raises(Stop):
        block_details(layer, on_tile=stop)
