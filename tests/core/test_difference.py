"""Signed differences of maps: values first, pixels then, colours last."""

import numpy as np
import pytest

from mvit_core.heatmap import Heatmap
from mvit_core.render import Side, colour_table, difference_layer, difference_range, upsample


def heatmap(values, box=(0.0, 0.0, 32.0, 32.0)):
    values = np.asarray(values, dtype=np.float32)
    step = 32 / values.shape[2]
    place = (step, (step - 1) / 2)
    return Heatmap(values, place, place, (2.0, 0.0), (0, 1, 2, 3), (32, 32), box, None)


@pytest.fixture
def two():
    rng = np.random.default_rng(3)
    return heatmap(rng.random((2, 4, 4))), heatmap(rng.random((2, 8, 8)))


def test_a_map_minus_itself_is_the_middle_of_the_table(two):
    ends = difference_range(two[0], two[1], (1.0, 1.0))
    layer = difference_layer(Side(two[0], 0), Side(two[0], 0), ends, (32, 32), smooth=True)
    assert np.ptp(layer.colours.reshape(-1, 3), axis=0).max() == 0
    assert tuple(layer.colours[0, 0]) == tuple(colour_table("vik")[128])


def test_differences_of_unequal_grids_are_those_of_their_pixels(two):
    first, second = two
    pixels = upsample(first, 0, (32, 32), smooth=True) - upsample(second, 0, (32, 32), smooth=True)
    ends = difference_range(first, second, (1.0, 1.0))
    layer = difference_layer(Side(first, 0), Side(second, 0), ends, (32, 32), smooth=True)
    table = colour_table("vik").astype(int)
    place = np.clip((pixels - ends.low) / (ends.high - ends.low), 0, 1) * 255
    wanted = table[np.rint(place).astype(int)]
    assert np.abs(layer.colours.astype(int) - wanted).max() <= 8


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
    alpha = difference_layer(Side(half, 0), Side(two[1], 0), ends, (32, 32), smooth=False).alpha
    assert alpha[:, :16].min() == 255
    assert alpha[:, 16:].max() == 0
