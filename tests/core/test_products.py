"""Tiles of maps, masks in every number format, and probabilities that are dropped."""

import pytest
import torch

from mvit_core.model import products
from mvit_core.model.products import (
    flat_mask,
    masked_logits,
    tiles_of,
    weighted_values,
)


def count(shape, tensor):
    return len(list(tiles_of(shape, tensor)))


def test_tiles_of_a_device_are_few_and_large():
    assert count((8, 1000, 1000), torch.empty(0)) == 8 * 4  # 262 rows of 4,000 bytes
    assert count((8, 1000, 1000), torch.empty(0, device="meta")) == 1
    assert count((200, 1000, 1000), torch.empty(0, device="meta")) == 3  # 67 maps of 4 MB


def test_half_of_the_bytes_are_twice_the_rows():
    assert count((1, 5000, 1000), torch.empty(0)) == 20
    assert count((1, 5000, 1000), torch.empty(0).half()) == 10


def test_maps_without_keys_have_tiles_too():
    assert count((3, 4, 0), torch.empty(0)) == 1


def test_a_tile_has_16_rows_at_least_and_no_more_than_there_are():
    (first, *_) = tiles_of((1, 40, 1 << 20), torch.empty(0))
    assert first.rows == slice(0, 16)
    (only,) = tiles_of((1, 5, 1 << 20), torch.empty(0))
    assert only.rows == slice(0, 5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_forbidden_pair_has_no_probability_and_a_forbidden_row_is_even(dtype):
    mask = torch.tensor([[1, 0, 1, 1], [0, 0, 0, 0]])
    logits = masked_logits(torch.ones(2, 4, dtype=dtype), mask)
    assert torch.isfinite(logits).all()
    assert logits.dtype == dtype
    weights = logits.float().softmax(-1)
    torch.testing.assert_close(weights[0], torch.tensor([1, 0, 1, 1]) / 3)
    torch.testing.assert_close(weights[1], torch.full((4,), 0.25))


def test_a_forbidden_logit_is_that_of_the_formula_where_the_format_holds_it():
    logits = torch.zeros(3)
    assert masked_logits(logits, torch.tensor([1, 0, 1])).tolist() == [0.0, -1e9, 0.0]
    assert masked_logits(logits, None) is logits


def test_a_mask_is_spread_over_items_and_heads():
    q, k = torch.empty(2, 3, 5, 4), torch.empty(2, 3, 6, 4)
    mask = torch.arange(2 * 6).reshape(2, 1, 1, 6)
    flat = flat_mask(mask, q, k)
    assert flat.shape == (6, 5, 6)
    assert torch.equal(flat[3:], mask[1].expand(3, 5, 6))
    assert flat_mask(None, q, k) is None


def test_dropped_probabilities_are_the_share_asked_for_and_the_mean_stays():
    torch.manual_seed(0)
    q, k, v = (
        torch.randn(1, 2, 200, 4),
        torch.randn(1, 2, 100, 4),
        torch.eye(100).expand(1, 2, -1, -1),
    )
    whole = weighted_values(q, k, v)
    dropped = weighted_values(q, k, v, drop_rate=0.25)
    left = dropped != 0
    assert 1 - left.float().mean() == pytest.approx(0.25, abs=0.02)
    torch.testing.assert_close(dropped[left], whole[left] / 0.75)


@pytest.mark.parametrize(
    ("asks", "drop_rate", "pieces"), [(False, 0, 18), (True, 0, 18), (True, 0.1, 1)]
)
def test_only_dropped_probabilities_are_made_in_one_piece(asks, drop_rate, pieces, monkeypatch):
    """Autograd keeps a piece for the way back: of tiles it keeps none."""
    monkeypatch.setattr(products, "CPU_TILE_BYTES", 1)
    q, k, v = (torch.randn(2, 3, 40, 4).requires_grad_(asks) for _ in range(3))
    heard = []
    weighted_values(q, k, v, on_tile=lambda *_: heard.append(1), drop_rate=drop_rate)
    assert len(heard) == pieces


def test_tensors_may_be_named_and_options_have_to_be():
    q, k, v = torch.randn(1, 1, 3, 2), torch.randn(1, 1, 4, 2), torch.randn(1, 1, 4, 5)
    assert torch.equal(weighted_values(v=v, k=k, q=q), weighted_values(q, k, v, None))
    with pytest.raises(TypeError, match="positional"):
        weighted_values(q, k, v, None, print)


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("drop_rate", [0.0, 1e-9])
def test_whoever_listens_hears_every_probability_once_in_every_way(asks, drop_rate, monkeypatch):
    monkeypatch.setattr(products, "CPU_TILE_BYTES", 1)
    torch.manual_seed(0)
    q, k, v = torch.randn(2, 3, 40, 4), torch.randn(2, 3, 30, 4), torch.randn(2, 3, 30, 5)
    expected = (q @ k.transpose(-2, -1)).softmax(-1).flatten(0, 1)
    maps, heard = torch.full((6, 40, 30), -1.0), torch.zeros(6, 40, 30)

    def on_tile(tile, logits, weights):
        assert not weights.requires_grad
        torch.testing.assert_close(logits.softmax(-1), weights)
        heard[tile.maps, tile.rows] += weights

    given = [each.requires_grad_(asks) for each in (q, k, v)]
    found = weighted_values(*given, on_tile=on_tile, maps=maps, drop_rate=drop_rate)
    torch.testing.assert_close(maps, expected)
    torch.testing.assert_close(heard, expected)
    torch.testing.assert_close(found, expected.unflatten(0, (2, 3)) @ v)
    assert found.requires_grad is asks
