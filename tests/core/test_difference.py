"""Signed differences of maps: values first, pixels then, colours last."""

import numpy as np
import pytest

from mvit_core.heatmap import Heatmap
from mvit_core.render import HeatSettings, Side, difference_layer, difference_range, upsample


def heatmap(values, box=(0.0, 0.0, 32.0, 32.0)):
    values = np.asarray(values, dtype=np.float32)
    step = 32 / values.shape[2]
    place = (step, (step - 1) / 2)
    return Heatmap(values, place, place, (2.0, 0.0), (0, 1, 2, 3), (32, 32), box, None)


def style(ends, **changes):
    return HeatSettings(**changes).signed_style(ends)


@pytest.fixture
def two():
    rng = np.random.default_rng(3)
    return heatmap(rng.random((2, 4, 4))), heatmap(rng.random((2, 8, 8)))


def test_a_map_minus_itself_leaves_the_frame_as_it_is(two):
    ends = difference_range(two[0], two[1], (1.0, 1.0))
    layer = difference_layer(Side(two[0], 0), Side(two[0], 0), style(ends), (32, 32))
    assert not layer.alpha.any()


def test_differences_of_unequal_grids_are_those_of_their_pixels(two):
    first, second = two
    pixels = upsample(first, 0, (32, 32), smooth=True) - upsample(second, 0, (32, 32), smooth=True)
    ends = difference_range(first, second, (1.0, 1.0))
    layer = difference_layer(Side(first, 0), Side(second, 0), style(ends), (32, 32))
    share = np.clip(np.abs(pixels) / ends.high, 0, 1)
    np.testing.assert_allclose(layer.alpha, 255 * 0.85 * share**0.7, atol=5)
    clear = share > 0.02
    for_it, against = layer.colours[clear & (pixels > 0)], layer.colours[clear & (pixels < 0)]
    assert (for_it == (0xE0, 0x56, 0x0B)).all()
    assert (against == (0x2F, 0x7D, 0xE1)).all()


def test_swapping_the_sides_mirrors_the_range_and_the_sign(two):
    there = difference_range(two[0], two[1], (1.0, 1.0))
    back = difference_range(two[1], two[0], (1.0, 1.0))
    assert there == back
    assert there.low == -there.high


def test_equal_maps_have_a_range_that_is_not_empty(two):
    ends = difference_range(two[0], two[0], (1.0, 1.0))
    assert ends.low < 0 < ends.high


def test_factors_give_both_sides_one_unit(two):
    ends = difference_range(two[0], heatmap(two[0].values * 4), (4.0, 1.0))
    assert ends.high < 1e-6


def test_only_what_both_models_saw_is_drawn(two):
    half = heatmap(two[0].values, box=(0.0, 0.0, 16.0, 32.0))
    ends = difference_range(half, two[1], (1.0, 1.0))
    cells = style(ends, smooth=False)
    alpha = difference_layer(Side(half, 0), Side(two[1], 0), cells, (32, 32)).alpha
    assert (alpha[:, :16] > 0).mean() > 0.9
    assert alpha[:, 16:].max() == 0
