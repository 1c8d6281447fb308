import itertools

import cv2
import numpy as np
import pytest

from mvit_core.attribution import HeadMaps, Saliency
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import project
from mvit_core.render import (
    COLORMAPS,
    HeatLayer,
    HeatSettings,
    RenderStyle,
    ValueRange,
    automatic_range,
    bar_colours,
    bar_number,
    blend,
    colormaps,
    colour_table,
    colourise,
    heat_layer,
    overlay,
    range_text,
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
    picture = overlay(frame, heatmap, 0, RenderStyle(ValueRange(0, 1), mode="even"))
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


def test_blending_takes_another_opacity_in_every_pixel():
    rng = np.random.default_rng(1)
    frame, colours = (rng.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(2))
    before = frame.copy()
    alpha = rng.integers(0, 256, (64, 64), dtype=np.uint8)
    alpha[:2] = [[0], [255]]
    mixed = blend(frame, HeatLayer(colours, alpha))
    share = alpha[..., None] / 255
    np.testing.assert_allclose(mixed, frame * (1 - share) + colours * share, atol=0.51)
    assert (mixed[0] == frame[0]).all()
    assert (mixed[1] == colours[1]).all()
    assert (frame == before).all()


# -- modes, gamma and threshold ------------------------------------------------------------------

RAMP = np.linspace(0, 1, 49, dtype=np.float32).reshape(1, 7, 7)
CROPPED = PixelMap((448, 336), (298, 224), (37, 0), (224, 224))


def ramp(values=RAMP, pixel_map=WHOLE):
    return project(Saliency(values, GridGeometry((16, 32, 32)), None), pixel_map, FRAMES)


def picture_of(**style):
    frame = np.full((224, 224, 3), 200, np.uint8)
    return overlay(frame, ramp(), 0, RenderStyle(ValueRange(0, 1), **style)).astype(int)


def test_a_spotlight_on_a_map_that_is_high_everywhere_is_the_frame():
    frame = np.random.default_rng(2).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    high = ramp(np.ones((1, 7, 7), np.float32))
    style = RenderStyle(ValueRange(0, 1), mode="spotlight", opacity=1.0)
    assert (overlay(frame, high, 0, style) == frame).all()


def test_a_spotlight_on_a_map_that_is_low_everywhere_is_dark():
    frame = np.full((224, 224, 3), 200, np.uint8)
    low = ramp(np.zeros((1, 7, 7), np.float32))
    for opacity in (0.0, 0.4, 1.0):
        style = RenderStyle(ValueRange(0, 1), mode="spotlight", opacity=opacity)
        np.testing.assert_allclose(overlay(frame, low, 0, style), 200 * (1 - opacity), atol=0.6)


def test_a_spotlight_dims_each_pixel_by_what_its_value_lacks():
    values = upsample(ramp(), 0, (224, 224), smooth=True)[..., None]
    picture = picture_of(mode="spotlight", opacity=0.8)
    np.testing.assert_allclose(picture, 200 * (1 - 0.8 * (1 - values)).repeat(3, -1), atol=1.1)


def test_a_spotlight_is_dark_where_the_model_did_not_look():
    frame = np.full((336, 448, 3), 200, np.uint8)
    high = ramp(np.ones((1, 7, 7), np.float32), CROPPED)
    style = RenderStyle(ValueRange(0, 1), mode="spotlight", opacity=0.5)
    picture = overlay(frame, high, 0, style)
    assert (picture[:, :50] == 100).all()
    assert (picture[:, 200:250] == 200).all()


def test_threshold_one_leaves_only_what_reaches_the_top():
    values = upsample(ramp(), 0, (224, 224), smooth=True)
    tinted = picture_of(threshold=1.0)
    assert (tinted[values < 0.999] == 200).all()
    assert (tinted[values >= 1] != 200).any(axis=-1).all()
    lit = picture_of(mode="spotlight", threshold=1.0, opacity=1.0)
    assert (lit[values < 0.999] == 0).all()


def test_threshold_zero_draws_everything():
    assert (picture_of(opacity=1.0) == picture_of(opacity=1.0, threshold=0.0)).all()
    even = RenderStyle(ValueRange(0, 1), mode="even", opacity=0.6)
    assert (heat_layer(ramp(), 0, even).alpha == 153).all()


@pytest.mark.parametrize("mode", ["even", "spotlight"])
def test_a_smaller_gamma_never_darkens(mode):
    gammas = (0.2, 0.5, 1.0, 2.0, 5.0)
    pictures = [picture_of(mode=mode, gamma=g, colormap="gray", opacity=1.0) for g in gammas]
    for brighter, darker in itertools.pairwise(pictures):
        assert (brighter >= darker).all()
        assert (brighter > darker).any()


def test_gamma_is_the_power_of_the_share():
    values = np.linspace(0, 1, 1001, dtype=np.float32)
    for gamma in (0.3, 1.0, 2.2):
        style = RenderStyle(ValueRange(0, 1), "gray", gamma=gamma)
        entries = colourise(values, style)[:, 0]
        np.testing.assert_allclose(entries, 255 * values**gamma, atol=1)


def test_the_colour_bar_shows_what_is_drawn():
    ends, ground = ValueRange(0.2, 0.6), (1, 2, 3)
    plain = bar_colours(RenderStyle(ends, opacity=0.1, mode="even"), 256, ground)
    assert (plain == colour_table("inferno")).all()
    cut = bar_colours(RenderStyle(ends, threshold=0.5, mode="even"), 256, ground)
    assert (cut[:127] == ground).all()
    assert (cut[129:] == plain[129:]).all()
    lifted = bar_colours(RenderStyle(ends, "gray", gamma=0.5, mode="even"), 256, ground)
    assert lifted[64, 0] == pytest.approx(128, abs=1)
    spot = bar_colours(RenderStyle(ends, mode="spotlight", opacity=1.0), 256, ground)
    np.testing.assert_allclose(spot[:, 0], np.arange(256), atol=1)


# -- colour tables -------------------------------------------------------------------------------


def lightness(table):
    return cv2.cvtColor(table[None].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[0, :, 0]


DEUTERANOPIA = np.array(  # Machado et al. 2009, severity 1, on linear RGB
    [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]
)


def as_a_deuteranope_sees(table):
    linear = (table / 255.0) ** 2.2
    return np.rint(np.clip(linear @ DEUTERANOPIA.T, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)


@pytest.mark.parametrize("name", colormaps("sequential"))
def test_a_perceptual_table_grows_lighter_evenly_and_others_are_flagged(name):
    steps = np.diff(lightness(colour_table(name))[::15])
    rises = bool((steps > 0).all() and steps.std() < 0.6 * steps.mean())
    assert rises == COLORMAPS[name].perceptual
    seen = np.diff(lightness(as_a_deuteranope_sees(colour_table(name)))[::15])
    assert bool((seen > 0).all()) == COLORMAPS[name].colour_blind_safe


def test_opacity_zero_is_the_bare_frame_and_one_is_the_bare_map():
    heatmap = project(one_hot((0, 3, 3)), WHOLE, FRAMES)
    frame = np.full((224, 224, 3), 90, np.uint8)
    ends = ValueRange(0, 1)
    assert (overlay(frame, heatmap, 0, RenderStyle(ends, opacity=0.0)) == frame).all()
    whole = RenderStyle(ends, opacity=1.0, mode="even")
    bare = overlay(frame, heatmap, 0, whole)
    layer = heat_layer(heatmap, 0, whole)
    assert (bare == layer.colours).all()


def test_the_ends_of_the_range_are_the_ends_of_the_colour_table():
    style = RenderStyle(ValueRange(0.1, 0.3), "viridis", mode="even")
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
    layer = HeatSettings().style(maps, maps.pick(0)).range
    assert (layer.low, layer.high) == pytest.approx(np.percentile(values, [1, 99.5]), abs=1e-6)
    own = HeatSettings(range_policy="map").style(maps, maps.pick(1)).range
    assert own.high > 0.98
    by_hand = HeatSettings(range_policy="manual", manual_range=ValueRange(0, 2))
    assert by_hand.style(maps, maps.pick(0)).range == ValueRange(0, 2)


def test_ranges_widen_from_the_map_to_the_layer_to_all_there_is():
    rng = np.random.default_rng(3)
    clip = rng.random((5, 2, 4, 3, 3), dtype=np.float32) ** 3
    maps = HeadMaps(clip[2], GridGeometry(), None, 36, "row", 0, 1, "class")
    ends = [
        HeatSettings(range_policy=policy, tails_percent=(0, 100)).ends(maps, maps.pick(1), clip)
        for policy in ("map", "layer", "clip")
    ]
    for inner, outer in itertools.pairwise(ends):
        assert outer.low <= inner.low < inner.high <= outer.high
    assert ends[2] == ValueRange(float(clip.min()), float(clip.max()))
    assert HeatSettings(range_policy="model").ends(maps, maps.pick(1), clip) == automatic_range(
        clip
    )


def test_the_pool_counts_in_any_order_and_shape():
    values = np.random.default_rng(4).random((6, 50), dtype=np.float32)
    assert automatic_range(values) == automatic_range(values[::-1].ravel())


def test_the_layer_stands_for_a_pool_that_is_not_known():
    values = np.linspace(0, 1, 8, dtype=np.float32).reshape(2, 1, 2, 2)
    maps = HeadMaps(values, GridGeometry(), None, 4, "row", 0, 1, "class")
    layer = HeatSettings().ends(maps, maps.pick(0))
    assert HeatSettings(range_policy="clip").ends(maps, maps.pick(0)) == layer
    assert HeatSettings(range_policy="manual").ends(maps, maps.pick(0)) == layer


def test_locked_numbers_win_over_every_policy():
    maps = HeadMaps(
        np.ones((1, 1, 2, 2), np.float32), GridGeometry(), None, 4, "row", 0, 1, "class"
    )
    for policy in ("map", "layer", "clip", "model", "manual"):
        heat = HeatSettings(
            range_policy=policy, locked_range=ValueRange(3, 4), manual_range=ValueRange(1, 2)
        )
        assert heat.ends(maps, maps.pick(0)) == ValueRange(3, 4)
        assert range_text(heat) == "locked range"


def test_the_words_of_a_range_name_policy_tails_and_what_is_missing():
    assert range_text(HeatSettings()) == "this layer, 1–99.5 %"
    assert (
        range_text(HeatSettings(range_policy="map", tails_percent=(0, 100))) == "each map, 0–100 %"
    )
    clip = HeatSettings(range_policy="clip")
    assert range_text(clip, (3, 8)) == "this layer, 3 of 8 windows, 1–99.5 %"
    assert range_text(clip, (8, 8)) == "this layer, whole clip, 1–99.5 %"
    assert range_text(HeatSettings(range_policy="model"), (5, 16)) == "5 of 16 layers, 1–99.5 %"
    by_hand = HeatSettings(range_policy="manual", manual_range=ValueRange(0, 2))
    assert range_text(by_hand) == "manual range"
    assert range_text(HeatSettings(range_policy="manual")) == "this layer, 1–99.5 %"


def test_the_bar_counts_probabilities_or_multiples_of_uniform():
    assert bar_number(0.0125, "probability", 392) == "0.0125"
    assert bar_number(0.000124, "probability", 392) == "1.2e-4"
    assert bar_number(1 / 392, "uniform", 392) == "1.00×"
    assert bar_number(12 / 392, "uniform", 392) == "12.0×"


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
        ({"mode": "glow"}, "mode is 'glow'; allowed are tint, even, spotlight"),
        ({"units": "bits"}, "units is 'bits'; allowed are probability, uniform"),
        ({"tails_percent": (99, 1)}, "tails are 99 and 1 %"),
        ({"tails_percent": (-1, 99)}, "tails are -1 and 99 %"),
    ],
)
def test_a_look_that_cannot_be_drawn_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        HeatSettings(**changes)


def test_an_infinite_range_is_refused():
    with pytest.raises(ValueError, match="finite ends"):
        ValueRange(0, float("inf"))
