"""Places of tokens on a source whose axes are scaled and cropped each in its own way."""

import numpy as np
import pytest

from mvit_core.attribution import Saliency
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import project

VALUES = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
GEOMETRY = GridGeometry((2.0, 16.0, 40.0), (0.5, 7.5, 19.5))
PIXELS = PixelMap((400, 150), (200, 100), (10, 20), (160, 64))
"""A pixel of the input is 2 by 1.5 pixels of the source."""
FRAMES = (3, 5, 7, 9)


@pytest.fixture
def heatmap():
    return project(Saliency(VALUES, GEOMETRY, 0.25), PIXELS, FRAMES)


def test_the_axes_are_placed_each_by_its_own_scale_and_crop(heatmap):
    assert heatmap.x_px == (80.0, 59.5)
    assert heatmap.y_px == (24.0, 41.5)
    assert heatmap.time == (2.0, 0.5)
    assert heatmap.box_px == (20.0, 30.0, 340.0, 126.0)
    assert heatmap.token_centre_px(1, 2) == (219.5, 65.5)


def test_what_is_known_of_the_map_goes_with_it(heatmap):
    assert heatmap.values is VALUES
    assert (heatmap.shape, heatmap.sink) == ((2, 3, 4), 0.25)
    assert (heatmap.frame_size, heatmap.frame_indices) == ((400, 150), FRAMES)


@pytest.mark.parametrize(
    ("pixels", "covers"),
    [
        (PIXELS, False),
        (PixelMap((400, 150), (200, 100), (0, 0), (200, 100)), True),
        (PixelMap((400, 150), (200, 100), (-5, -7), (210, 114)), True),  # padded
        (PixelMap((400, 150), (200, 100), (0, 1), (200, 99)), False),
        (PixelMap((400, 150), (200, 100), (1, 0), (199, 100)), False),
        (PixelMap((400, 150), (200, 100), (0, 0), (200, 99)), False),
        (PixelMap((400, 150), (200, 100), (0, 0), (199, 100)), False),
    ],
)
def test_a_frame_is_covered_where_no_edge_was_cut(pixels, covers):
    assert project(Saliency(VALUES, GEOMETRY, None), pixels, FRAMES).covers_frame is covers


def test_frames_between_samples_lie_between_them_and_those_beyond_at_an_end(heatmap):
    asked = (0, 3, 4, 5, 6, 9, 100)
    assert [heatmap.sampled_position(frame) for frame in asked] == [0, 0, 0.5, 1, 1.5, 3, 3]


def test_a_token_has_the_frames_that_are_nearest_to_it_the_later_one_on_a_tie(heatmap):
    assert [heatmap.token_time(frame) for frame in (0, 5, 6, 7, 9, 50)] == [0, 0, 1, 1, 1, 1]
    assert (heatmap.token_frames(0), heatmap.token_frames(1)) == ((3, 5), (7, 9))


def test_a_frame_that_was_sampled_twice_is_named_once():
    heatmap = project(Saliency(VALUES, GEOMETRY, None), PIXELS, (4, 4, 6, 6))
    assert [heatmap.sampled_position(frame) for frame in (4, 5, 6)] == [0, 1, 2]
    assert heatmap.token_frames(0) == (4,)
    assert heatmap.token_frames(1) == (6,)


LEFT, TOP, RIGHT, BOTTOM = 19.5, 29.5, 339.5, 125.5
"""Pixels on the edges of what the model saw."""


@pytest.mark.parametrize(
    ("x", "y", "frame", "token"),
    [
        (LEFT, TOP, 3, (0, 0, 0)),
        (RIGHT, BOTTOM, 9, (1, 2, 3)),
        (219.5, 65.5, 7, (1, 1, 2)),
        (99.4, 53.4, 3, (0, 0, 0)),
        (99.5, 53.5, 3, (0, 1, 1)),  # the later one on a tie
    ],
)
def test_a_pixel_has_the_token_whose_centre_is_nearest(heatmap, x, y, frame, token):
    assert heatmap.token_at(x, y, frame) == token


@pytest.mark.parametrize(
    ("x", "y"),
    [(LEFT - 0.1, 60), (RIGHT + 0.1, 60), (200, TOP - 0.1), (200, BOTTOM + 0.1)],
)
def test_a_pixel_beyond_an_edge_has_none(heatmap, x, y):
    assert heatmap.token_at(x, y, 3) is None
