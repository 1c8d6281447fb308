import numpy as np
import pytest

from mvit_core.attribution import HeadMaps, Saliency
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import project
from mvit_core.render import (
    COLORMAPS,
    HeatLayer,
    Look,
    RenderStyle,
    ValueRange,
    automatic_range,
    blend,
    colour_table,
    colourise,
    heat_layer,
    overlay,
    upsample,
)

WHOLE = PixelMap((224, 224), (224, 224), (0, 0), (224, 224))
FRAMES = tuple(range(0, 64, 4))


def one_hot(token, shape=(8, 7, 7), scale=(2.0, 32.0, 32.0), offset=(0.0, 0.0, 0.0)) -> Saliency:
    values = np.zeros(shape, np.float32)
    values[token] = 1.0
    return Saliency(values, GridGeometry(scale, offset), None)


@pytest.mark.parametrize("token", [(0, 0, 0), (3, 2, 5), (7, 6, 6)])
def test_a_one_hot_token_peaks_at_its_own_pixel(token):
    heatmap = project(one_hot(token), WHOLE, FRAMES)
    frame = FRAMES[token[0] * 2]
    values = upsample(heatmap, frame, (224, 224), smooth=True)
    y, x = np.unravel_index(values.argmax(), values.shape)
    assert (y, x) == (32 * token[1], 32 * token[2])
    assert values.max() == 1.0
    other = FRAMES[(token[0] * 2 + 4) % 16]
    assert upsample(heatmap, other, (224, 224), smooth=True).max() == 0.0


def test_cells_are_centred_on_their_tokens_not_stretched_over_the_picture():
    heatmap = project(one_hot((0, 1, 1)), WHOLE, FRAMES)
    lit = upsample(heatmap, 0, (224, 224), smooth=False) > 0
    ys, xs = np.nonzero(lit)
    assert (ys.min(), ys.max()) == (16, 47)  # 32 +- 16, the earlier pixel at a tie
    assert (xs.min(), xs.max()) == (16, 47)


def test_a_plain_vits_cells_tile_the_picture_exactly():
    saliency = one_hot((0, 1, 2), (8, 14, 14), (2, 16, 16), (0.5, 7.5, 7.5))
    lit = upsample(project(saliency, WHOLE, FRAMES), 0, (224, 224), smooth=False) > 0
    ys, xs = np.nonzero(lit)
    assert (ys.min(), ys.max(), xs.min(), xs.max()) == (16, 31, 32, 47)


def test_interpolation_is_linear_between_two_tokens():
    heatmap = project(one_hot((0, 1, 1)), WHOLE, FRAMES)
    line = upsample(heatmap, 0, (224, 224), smooth=True)[32, 32:65]
    np.testing.assert_allclose(line, 1 - np.arange(33) / 32, atol=1e-6)


def test_the_crop_and_resize_are_undone_on_the_source_frame():
    pixel_map = PixelMap((448, 336), (298, 224), (37, 0), (224, 224))
    heatmap = project(one_hot((0, 3, 3)), pixel_map, FRAMES)
    values = upsample(heatmap, 0, (448, 336), smooth=True)
    y, x = np.unravel_index(values.argmax(), values.shape)
    assert (x, y) == pytest.approx(pixel_map.to_source(96, 96), abs=0.51)


def test_a_picture_of_another_size_shows_the_same_scene():
    heatmap = project(one_hot((0, 3, 4)), WHOLE, FRAMES)
    half = upsample(heatmap, 0, (112, 112), smooth=True)
    full = upsample(heatmap, 0, (224, 224), smooth=True)
    np.testing.assert_allclose(half, full.reshape(112, 2, 112, 2).mean(axis=(1, 3)), atol=0.02)


def test_a_constant_map_stays_constant_everywhere():
    flat = Saliency(np.full((8, 7, 7), 0.25, np.float32), GridGeometry((2, 32, 32)), None)
    values = upsample(project(flat, WHOLE, FRAMES), 9, (224, 224), smooth=True)
    np.testing.assert_allclose(values, 0.25, rtol=1e-6)


def test_each_source_frame_shows_the_nearest_token_in_time():
    heatmap = project(one_hot((1, 0, 0)), WHOLE, FRAMES)
    shown = [heatmap.token_time(frame) for frame in (0, 4, 8, 12, 60, 63, 100)]
    assert shown == [0, 1, 1, 2, 7, 7, 7]
    assert heatmap.token_frames(1) == (4, 8)


def test_a_repeated_last_frame_still_belongs_to_one_token():
    heatmap = project(one_hot((0, 0, 0)), WHOLE, (0, 1, 2, 3, *[4] * 12))
    assert heatmap.token_time(4) == 2
    assert heatmap.token_time(0) == 0


def test_a_pixel_names_its_token_and_none_outside_the_crop():
    pixel_map = PixelMap((448, 336), (298, 224), (37, 0), (224, 224))
    heatmap = project(one_hot((0, 3, 3)), pixel_map, FRAMES)
    x, y = heatmap.token_centre_px(3, 3)
    assert heatmap.token_at(x, y, 0) == (0, 3, 3)
    assert heatmap.token_at(1, 100, 0) is None


def test_nothing_is_drawn_where_the_model_did_not_look():
    pixel_map = PixelMap((448, 336), (298, 224), (37, 0), (224, 224))
    heatmap = project(one_hot((0, 3, 3)), pixel_map, FRAMES)
    frame = np.full((336, 448, 3), 90, np.uint8)
    picture = overlay(frame, heatmap, 0, RenderStyle(ValueRange(0, 1)))
    left, _, right, _ = (round(edge) for edge in heatmap.box_px)
    assert (picture[:, :left] == 90).all()
    assert (picture[:, right:] == 90).all()
    assert (picture[:, left:right] != 90).any(axis=-1).mean() > 0.99
    assert (frame == 90).all()  # the frame itself is not written to


@pytest.mark.parametrize("opacity", [0.0, 0.4, 1.0])
def test_blending_is_the_weighted_mean(opacity):
    rng = np.random.default_rng(0)
    frame = rng.integers(0, 256, (8, 9, 3), dtype=np.uint8)
    colours = rng.integers(0, 256, (8, 9, 3), dtype=np.uint8)
    alpha = np.full((8, 9), round(opacity * 255), np.uint8)
    alpha[0] = 0
    mixed = blend(frame, HeatLayer(colours, alpha))
    share = alpha[..., None] / 255
    np.testing.assert_allclose(mixed, frame * (1 - share) + colours * share, atol=0.51)


def test_opacity_zero_is_the_bare_frame_and_one_is_the_bare_map():
    heatmap = project(one_hot((0, 3, 3)), WHOLE, FRAMES)
    frame = np.full((224, 224, 3), 90, np.uint8)
    ends = ValueRange(0, 1)
    assert (overlay(frame, heatmap, 0, RenderStyle(ends, opacity=0.0)) == frame).all()
    bare = overlay(frame, heatmap, 0, RenderStyle(ends, opacity=1.0))
    layer = heat_layer(heatmap, 0, RenderStyle(ends, opacity=1.0))
    assert (bare == layer.colours).all()


def test_the_ends_of_the_range_are_the_ends_of_the_colour_table():
    style = RenderStyle(ValueRange(0.1, 0.3), "viridis")
    colours = colourise(np.array([-1, 0.1, 0.2, 0.3, 9], np.float32), style)
    table = colour_table("viridis")
    assert (colours[[0, 1]] == table[0]).all()
    assert (colours[[3, 4]] == table[255]).all()
    assert (colours[2] == table[128]).all()


def test_gamma_and_threshold_change_what_is_drawn():
    ends = ValueRange(0, 1)
    bright = colourise(np.array([0.25], np.float32), RenderStyle(ends, "gray", gamma=0.5))
    assert bright[0, 0] == pytest.approx(128, abs=1)
    heatmap = project(one_hot((0, 3, 3)), WHOLE, FRAMES)
    layer = heat_layer(heatmap, 0, RenderStyle(ends, threshold=0.5))
    assert 0 < (layer.alpha > 0).mean() < 0.05


@pytest.mark.parametrize("name", COLORMAPS)
def test_every_colour_table_has_256_colours(name):
    assert colour_table(name).shape == (256, 3)


def test_the_range_of_a_layer_covers_all_heads_and_of_a_map_its_own():
    values = np.stack([np.full((1, 2, 2), 0.1), np.linspace(0, 1, 4).reshape(1, 2, 2)])
    maps = HeadMaps(values.astype(np.float32), GridGeometry(), None, 4, "row", 0, 1, "class")
    layer = Look().style(maps, maps.pick(0)).range
    assert (layer.low, layer.high) == pytest.approx(np.percentile(values, [1, 99.5]), abs=1e-6)
    own = Look(range_policy="map").style(maps, maps.pick(1)).range
    assert own.high > 0.98
    by_hand = Look(range_policy="manual", manual_range=ValueRange(0, 2))
    assert by_hand.style(maps, maps.pick(0)).range == ValueRange(0, 2)


def test_a_flat_map_gets_a_range_and_one_colour():
    ends = automatic_range(np.full((2, 2), 0.2, np.float32))
    assert ends.low < 0.2 < ends.high


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colormap": "jet"}, "allowed are inferno"),
        ({"opacity": 1.5}, "opacity is 1.5"),
        ({"gamma": 0}, "gamma is 0"),
        ({"range_policy": "all"}, "range policy"),
        ({"threshold": -1}, "threshold is -1"),
    ],
)
def test_a_look_that_cannot_be_drawn_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Look(**changes)


def test_an_infinite_range_is_refused():
    with pytest.raises(ValueError, match="finite ends"):
        ValueRange(0, float("inf"))
