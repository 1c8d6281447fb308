"""Bounds, first values and both axes of how values are drawn."""

from dataclasses import fields, replace

import numpy as np
import pytest

from mvit_core.attribution import HeadMaps
from mvit_core.geometry import GridGeometry
from mvit_core.heatmap import Heatmap
from mvit_core.render import (
    AGAINST,
    COLORMAPS,
    FOR,
    OPACITIES,
    ColourMap,
    HeatLayer,
    HeatSettings,
    Outline,
    RenderStyle,
    Side,
    ValueRange,
    automatic_range,
    bar_colours,
    bar_number,
    bar_picture,
    colormaps,
    colour_table,
    difference_layer,
    difference_range,
    hatched,
    heat_layer,
    map_outlines,
    paint_values,
    range_text,
    seen_box,
    share_text,
    signed_text,
    symmetric_range,
    times_text,
    tint_of,
    upsample,
    value_text,
)
from mvit_core.render.outlines import draw_outlines, outlines_of

UNIT = ValueRange(0, 1)
FRAME = (80, 40)
WHOLE = (0.0, 0.0, 80.0, 40.0)


def placed(values, box=WHOLE, frame=FRAME):
    """A map of one time over a frame that is wider than high."""
    values = np.asarray(values, np.float32)[None]
    across, down = frame[0] / values.shape[2], frame[1] / values.shape[1]
    lines = (across, (across - 1) / 2), (down, (down - 1) / 2)
    return Heatmap(values, *lines, (2.0, 0.0), (0, 1, 2, 3), frame, box, None)


def noise(seed=0, shape=(4, 8)):
    return np.random.default_rng(seed).random(shape)


def colour(text):
    return tuple(int(text[at : at + 2], 16) for at in (1, 3, 5))


# -- settings ------------------------------------------------------------------------------------


def test_heat_begins_as_a_smooth_tint_without_thresholds():
    assert HeatSettings().with_range(UNIT) == RenderStyle(UNIT)
    first = RenderStyle(UNIT)
    assert (first.colormap, first.mode, first.opacity) == ("inferno", "tint", 0.85)
    assert (first.smooth, first.gamma, first.threshold, first.outline) == (True, 1.0, 0.0, False)
    assert OPACITIES == {"tint": 0.85, "even": 0.6, "spotlight": 0.6}


def test_every_setting_reaches_the_style():
    chosen = HeatSettings("viridis", 0.3, False, 0.7, 0.2, mode="even", outline=True)
    style = chosen.with_range(UNIT)
    shared = {each.name for each in fields(style)} & {each.name for each in fields(chosen)}
    assert len(shared) == 7
    assert all(getattr(style, name) == getattr(chosen, name) for name in shared)
    signed = chosen.signed_style(UNIT)
    assert signed == replace(style, colormap="signed", mode="tint")
    assert (signed.is_signed, style.is_signed) == (True, False)
    assert style.without_frame == replace(style, mode="even", opacity=1.0, outline=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"opacity": 0.0}, {"opacity": 1.0}, {"threshold": 1.0}, {"gamma": 1e-3}, {"gamma": 1e3},
        {"tails_percent": (0, 100)}, {"tails_percent": (99, 100)},
    ],
)  # fmt: skip
def test_the_ends_of_what_is_allowed_are_allowed(changes):
    assert HeatSettings(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"opacity": -0.001}, {"opacity": 1.001}, {"threshold": 1.001}, {"threshold": -0.001},
        {"gamma": -0.5}, {"gamma": float("inf")}, {"gamma": float("nan")},
        {"tails_percent": (5, 5)}, {"tails_percent": (0, 100.5)}, {"tails_percent": (-0.5, 50)},
    ],
)  # fmt: skip
def test_a_little_beyond_is_refused(changes):
    with pytest.raises(ValueError, match="allowed are"):
        HeatSettings(**changes)


def test_only_fixed_numbers_are_not_automatic():
    manual = HeatSettings(range_policy="manual")
    assert HeatSettings().is_automatic
    assert manual.is_automatic
    assert not replace(manual, manual_range=UNIT).is_automatic
    assert HeatSettings(manual_range=UNIT).is_automatic
    assert not HeatSettings(locked_range=UNIT).is_automatic


def test_numbers_that_another_policy_keeps_are_not_used():
    values = np.linspace(0, 1, 9, dtype=np.float32).reshape(1, 1, 3, 3)
    maps = HeadMaps(values, GridGeometry(), None, 9, "row", 0, 1, "class")
    kept = HeatSettings(range_policy="map", manual_range=ValueRange(5, 6))
    assert kept.ends(maps, maps.pick(0)) == automatic_range(values)


def test_all_of_one_is_not_said_to_be_a_part():
    clip = HeatSettings(range_policy="clip")
    assert range_text(clip, (0, 1)).startswith("this layer, 0 of 1 windows")
    assert range_text(clip, (1, 1)).startswith("this layer, whole clip")


# -- ranges --------------------------------------------------------------------------------------


def test_constant_values_get_a_range_around_them():
    assert automatic_range(np.full(4, 0.25)) == ValueRange(0.0, 0.5)
    assert automatic_range(np.zeros(4)) == ValueRange(0.0, 1.0)
    assert automatic_range(np.full(4, -3.0)) == ValueRange(0.0, 1.0)
    assert automatic_range(np.array([1.0, 1 + 1e-13])).low == 0.0
    assert automatic_range(np.array([1.0, 1 + 1e-9])).low >= 1.0


def test_values_become_shares_of_the_range_and_an_empty_range_has_none():
    values = np.array([-1.0, 2.0, 3.0, 4.0, 9.0])
    np.testing.assert_allclose(ValueRange(2, 4).normalise(values), [0, 0, 0.5, 1, 1])
    assert not ValueRange(2, 2).normalise(values).any()
    assert not ValueRange(3, 2).normalise(values).any()
    assert ValueRange(0, 0.5).normalise(np.array([0.25])) == 0.5


@pytest.mark.parametrize("ends", [(0, np.inf), (-np.inf, 0), (np.nan, 1), (0, np.nan)])
def test_a_range_has_two_finite_ends(ends):
    with pytest.raises(ValueError, match="finite ends"):
        ValueRange(*ends)


def test_the_range_of_zeros_is_small_and_symmetrical():
    zeros = symmetric_range(np.zeros(4))
    assert 0 < zeros.high == -zeros.low < 1e-6
    assert symmetric_range(np.array([-4.0, -4.0, 1.0])) == ValueRange(-4.0, 4.0)


# -- colours -------------------------------------------------------------------------------------


def test_a_signed_tint_is_nothing_at_its_middle_and_whole_at_both_ends():
    tint = tint_of("signed")
    assert tint.opacity[[1, 128, 255]].tolist() == [1, 0, 1]
    assert tint.opacity[0] == 1
    assert tint.opacity[64] == pytest.approx((64 / 127) ** 0.7)
    assert tint.opacity[128 + 64] == tint.opacity[128 - 64]
    assert tuple(tint.colours[127]) == tuple(tint.colours[1]) == colour(AGAINST)
    assert tuple(tint.colours[129]) == tuple(tint.colours[255]) == colour(FOR)
    whole = colour_table("signed")
    assert (tuple(whole[0]), tuple(whole[255])) == (colour(AGAINST), colour(FOR))
    assert whole[127:129].max() <= 2


def test_the_share_of_an_amount_is_its_opacity():
    np.testing.assert_allclose(tint_of("inferno").opacity, np.arange(256) / 255, atol=1e-6)
    assert tint_of("gray").colours.tolist() == colour_table("gray").tolist()


@pytest.mark.parametrize("name", colormaps("sequential"))
def test_a_tint_is_the_part_of_its_table_that_it_names(name):
    low, high = COLORMAPS[name].cut
    assert 0 <= low <= high <= 1
    whole, tint = colour_table(name).astype(int), tint_of(name).colours
    for entry in (0, 100, 255):
        place = round(255 * (low + (high - low) * entry / 255))
        near = whole[max(place - 1, 0) : place + 2]
        assert np.abs(near - tint[entry]).max(axis=1).min() <= 3


def test_tables_are_listed_by_the_name_of_their_kind():
    assert colormaps("".join(("sig", "ned"))) == ("signed",)
    assert set(colormaps("sequential")) == set(COLORMAPS) - {"signed"}
    assert colormaps("sequential")[0] == "inferno"


def test_only_tables_that_mislead_nobody_are_recommended():
    assert [name for name in COLORMAPS if not COLORMAPS[name].is_recommended] == ["turbo"]
    assert ColourMap("x").is_recommended
    assert not ColourMap("x", perceptual=False).is_recommended
    assert not ColourMap("x", colour_blind_safe=False).is_recommended


# -- pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("mode", OPACITIES)
def test_a_picture_of_many_bands_is_that_of_its_values(mode, smooth):
    style = RenderStyle(UNIT, mode=mode, smooth=smooth, threshold=0.2)
    heatmap = placed(noise())
    values = upsample(heatmap, 0, (70, 101), smooth=smooth)
    assert values.shape == (101, 70)
    found, wanted = heat_layer(heatmap, 0, style, (70, 101)), paint_values(values, style)
    np.testing.assert_array_equal(found.colours, wanted.colours)
    np.testing.assert_array_equal(found.alpha, wanted.alpha)


def test_what_was_seen_is_scaled_to_the_picture_along_each_axis():
    heatmap = placed(noise(), (20.0, 10.0, 60.0, 36.0))
    down, across = seen_box(heatmap, (160, 120))
    assert (down.start, down.stop, across.start, across.stop) == (30, 108, 40, 120)
    layer = heat_layer(heatmap, 0, RenderStyle(UNIT, mode="even"), (160, 120))
    rows, columns = np.nonzero(layer.alpha)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (30, 107, 40, 119)
    spot = heat_layer(heatmap, 0, RenderStyle(UNIT, mode="spotlight", opacity=0.4), (160, 120))
    assert (spot.alpha[:30] == 102).all()
    assert not spot.colours.any()


def test_a_map_of_one_row_or_one_column_is_drawn():
    for values in (noise(1, (1, 8)), noise(1, (4, 1)), noise(1, (1, 1))):
        picture = upsample(placed(values), 0, FRAME, smooth=True)
        assert picture[0, 0] == pytest.approx(values[0, 0], abs=1e-6)
        assert picture[-1, -1] == pytest.approx(values[-1, -1], abs=1e-6)
        if values.shape[0] == 1:
            assert np.ptp(picture, axis=0).max() == 0
        if values.shape[1] == 1:
            assert np.ptp(picture, axis=1).max() == 0


def test_the_lowest_value_that_is_drawn_is_the_threshold_itself():
    values = np.array([[0.2, 0.4, 0.6]], np.float32)
    assert (paint_values(values, RenderStyle(UNIT, threshold=0.4)).alpha > 0).tolist() == [
        [False, True, True]
    ]
    spot = RenderStyle(UNIT, mode="spotlight", opacity=1.0, threshold=0.4)
    assert paint_values(values, spot).alpha.tolist() == [[255, 153, 102]]
    signed = RenderStyle(ValueRange(-1, 1), "signed", threshold=0.5)
    around = np.array([[-0.75, -0.25, 0.25, 0.75]], np.float32)
    assert (paint_values(around, signed).alpha > 0).tolist() == [[True, False, False, True]]


def test_a_signed_value_is_as_strong_on_both_sides():
    signed = RenderStyle(ValueRange(-1, 1), "signed", opacity=1.0, gamma=0.5)
    layer = paint_values(np.array([[-1, -0.25, 0, 0.25, 1]], np.float32), signed)
    np.testing.assert_allclose(layer.alpha[0], 255 * np.array([1, 0.5, 0, 0.5, 1]) ** 0.7, atol=2)
    assert [tuple(each) for each in layer.colours[0, [0, 1]]] == [colour(AGAINST)] * 2
    assert [tuple(each) for each in layer.colours[0, [3, 4]]] == [colour(FOR)] * 2


def test_heat_of_damaged_frames_is_whole_but_for_its_diagonals():
    layer = HeatLayer(np.zeros((20, 30, 3), np.uint8), np.full((20, 30), 200, np.uint8))
    alpha = hatched(layer).alpha
    bare = np.add.outer(np.arange(20), np.arange(30)) % 8 == 0
    assert (alpha[~bare] == 200).all()
    assert (alpha[bare] == 0).all()


def test_the_bar_of_an_empty_range_rises_from_its_end():
    flat = RenderStyle(ValueRange(0.5, 0.5), "gray", mode="even")
    assert bar_colours(flat, 5, (9, 9, 9)).shape == (5, 3)
    falling = RenderStyle(ValueRange(0.5, 0.2), "gray", mode="even")
    np.testing.assert_array_equal(
        bar_colours(falling, 5, (9, 9, 9)), bar_colours(flat, 5, (9, 9, 9))
    )


def test_the_bar_of_a_spotlight_falls_on_white_and_that_of_a_tint_on_the_ground():
    spot = bar_colours(RenderStyle(UNIT, mode="spotlight", opacity=1.0), 5, (9, 8, 7))
    assert (spot[0].tolist(), spot[-1].tolist()) == ([0, 0, 0], [255, 255, 255])
    assert bar_colours(RenderStyle(UNIT), 5, (9, 8, 7))[0].tolist() == [9, 8, 7]


@pytest.mark.parametrize(("rows", "dark"), [(2, 1), (3, 1), (10, 5)])
def test_the_upper_half_of_a_bar_is_on_black(rows, dark):
    bar = bar_picture(RenderStyle(UNIT), 7, rows)
    assert bar.shape == (rows, 7, 3)
    assert bar[:, 0, 0].tolist() == [0] * dark + [255] * (rows - dark)
    assert bar_picture(RenderStyle(UNIT), 7).shape == (2, 7, 3)


# -- differences ---------------------------------------------------------------------------------


def timed(values, box=WHOLE, frame=FRAME):
    """A map of several times."""
    one = placed(np.zeros((4, 8)), box, frame)
    return replace(one, values=np.asarray(values, np.float32), time=(1.0, 0.0))


def test_times_are_paired_in_their_order():
    steps = np.arange(4.0)[:, None, None] * np.ones((4, 4, 8))
    four, two = timed(steps), timed(steps[::2] / 2 + 0.25)
    ends = difference_range(four, two, (1.0, 1.0))
    # 0 - 0.25, 1 - 0.25, 2 - 1.25, 3 - 1.25
    assert ends.high == pytest.approx(1.75)
    assert difference_range(two, four, (1.0, 1.0)) == ends
    assert difference_range(four, four, (2.0, 1.0)).high == pytest.approx(3.0)


def test_each_side_counts_by_its_factor_and_its_own_frame():
    steps = np.arange(4.0)[:, None, None] * np.ones((4, 4, 8))
    side = Side(timed(steps), 3, 2.0)
    np.testing.assert_allclose(side.values((16, 8), smooth=True), np.full((8, 16), 6.0))
    assert Side(timed(steps), 2).values((16, 8), smooth=False).max() == 2.0
    ends = HeatSettings().signed_style(ValueRange(-4, 4))
    layer = difference_layer(side, Side(timed(steps), 2, 1.0), ends, FRAME)
    assert (layer.alpha == round(255 * 0.85)).all()
    assert (layer.colours == colour(FOR)).all()


def test_what_both_saw_is_found_on_frames_of_different_sizes():
    first = placed(np.ones((4, 8)), (10.0, 4.0, 70.0, 32.0))
    second = placed(np.zeros((4, 8)), (40.0, 12.0, 120.0, 72.0), frame=(160, 80))
    style = HeatSettings(outline=True).signed_style(ValueRange(-1, 1))
    layer = difference_layer(Side(first, 0), Side(second, 0), style, FRAME)
    rows, columns = np.nonzero(layer.alpha)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (6, 31, 20, 59)
    back = difference_layer(Side(second, 0), Side(first, 0), style, FRAME)
    assert (back.alpha > 0).tolist() == (layer.alpha > 0).tolist()


def lined(first, second):
    """Where the outlines of a difference lie beside its heat, (H, W)."""
    style = HeatSettings(outline=True, smooth=False).signed_style(ValueRange(-1, 1))
    plain = replace(style, outline=False)
    with_lines, without = (
        difference_layer(Side(first, 0), Side(second, 0), one, FRAME).alpha
        for one in (style, plain)
    )
    return (with_lines > 0) & (without == 0)


def test_outlines_of_a_difference_end_where_one_of_both_did_not_look():
    left, upper = np.zeros((4, 8)), np.zeros((4, 8))
    left[:, :4], upper[:2] = 1.0, 1.0
    above = placed(np.zeros((4, 8)), (0.0, 0.0, 160.0, 40.0), frame=(160, 80))
    rows, columns = np.nonzero(lined(placed(left), above))
    assert 18 <= rows.max() <= 23
    assert rows.min() == 0
    beside = columns[rows < 18]  # an end is round
    assert 40 <= beside.min() <= beside.max() <= 43
    middle = placed(np.zeros((4, 8)), (40.0, 0.0, 120.0, 80.0), frame=(160, 80))
    rows, columns = np.nonzero(lined(placed(upper), middle))
    assert 16 <= columns.min() <= 22
    assert 57 <= columns.max() <= 63


# -- outlines ------------------------------------------------------------------------------------


def around(line):
    return line.points.min(axis=0), line.points.max(axis=0)


def test_an_outline_lies_where_its_values_do_on_a_wide_frame_that_was_cropped():
    values = np.zeros((4, 8))
    values[1, 5] = 1.0  # around (54.5, 14.5)
    for box in (WHOLE, (30.0, 3.0, 78.0, 37.0)):
        (line,) = map_outlines(placed(values, box), 0, RenderStyle(UNIT))
        np.testing.assert_allclose(around(line), [(49.5, 9.5), (59.5, 19.5)], atol=0.3)
        assert (line.points[0] == line.points[-1]).all()


def test_outlines_of_a_tall_frame_are_the_same_turned():
    values = np.zeros((8, 4))
    values[5, 1] = 1.0
    heatmap = placed(values, (0.0, 0.0, 40.0, 80.0), (40, 80))
    (line,) = map_outlines(heatmap, 0, RenderStyle(UNIT))
    np.testing.assert_allclose(around(line), [(9.5, 49.5), (19.5, 59.5)], atol=0.3)


@pytest.mark.parametrize("second", [(2, 4), (2, 2)])
def test_two_peaks_that_touch_at_a_corner_have_a_line_each(second):
    values = np.zeros((4, 8))
    values[1, 3] = values[second] = 1.0
    lines = map_outlines(placed(values), 0, RenderStyle(UNIT, smooth=False))
    assert len(lines) == 2
    places = sorted((around(line)[0][1], around(line)[0][0], *around(line)[1]) for line in lines)
    for found, (row, column) in zip(places, ((1, 3), second), strict=True):
        left, top = 10 * column - 0.5, 10 * row - 0.5
        np.testing.assert_allclose(found, (top, left, left + 10, top + 10), atol=0.5)
    assert all((line.points[0] == line.points[-1]).all() for line in lines)


@pytest.mark.parametrize(
    ("frame", "size"),
    [
        ((80, 40), (192, 96)),
        ((1920, 1080), (192, 108)),
        ((30, 70), (82, 192)),
        ((900, 1), (192, 2)),
    ],
)
def test_outlines_are_found_on_a_grid_of_the_frames_own_proportions(frame, size):
    asked = []

    def sampler(wanted):
        asked.append(wanted)
        return np.zeros(wanted[::-1], np.float32)

    assert outlines_of(sampler, RenderStyle(UNIT), frame, (0.0, 0.0, *map(float, frame))) == ()
    assert asked == [size]


def test_values_at_the_edge_of_what_was_seen_have_an_open_line():
    values = np.zeros((4, 8))
    values[:, :3] = 1.0
    (line,) = map_outlines(placed(values), 0, RenderStyle(UNIT, smooth=False))
    np.testing.assert_allclose(line.points[:, 0], 29.5, atol=0.4)
    assert sorted(line.points[[0, -1], 1]) == pytest.approx([0, 39], abs=0.5)


def test_a_signed_outline_is_at_half_of_each_side():
    values = np.zeros((4, 8))
    values[1, 2], values[1, 5] = 1.0, -1.0
    style = RenderStyle(ValueRange(-1, 1), "signed")
    plus, minus = map_outlines(placed(values), 0, style)
    assert (plus.is_against, minus.is_against) == (False, True)
    np.testing.assert_allclose(around(plus), [(19.5, 9.5), (29.5, 19.5)], atol=0.3)
    np.testing.assert_allclose(around(minus), [(49.5, 9.5), (59.5, 19.5)], atol=0.3)


def drawn(side, is_against=False, times=1):
    """Alpha and lightness of a level line through a picture that is ``times`` its frame's size."""
    y = side / 2 - 0.5
    line = Outline(np.array([[0.0, y], [side - 1.0, y]], np.float32), is_against)
    shape = (times * side, times * side)
    colours, alpha = np.full((*shape, 3), 50, np.uint8), np.zeros(shape, np.uint8)
    draw_outlines(colours, alpha, (line,), (side, side))
    return alpha, colours[..., 0]


def test_a_line_is_white_on_black_and_thinner_on_small_pictures():
    # OpenCV smooths the edges of a line, which makes it wider than it is asked to be.
    for side, times, black in ((100, 1, 3.6), (160, 1, 5.7), (159, 1, 3.6), (100, 2, 5.7)):
        alpha, light = drawn(side, times=times)
        middle = times * side // 2
        assert alpha[:, middle].sum() / 255 == pytest.approx(black, abs=0.3), side
        rows = np.nonzero(alpha[:, middle])[0]
        assert rows.mean() == pytest.approx(times * side / 2 - 0.5, abs=0.6)
        assert light[rows, middle].max() > 110
        assert light[rows, middle].min() == 0
        assert (light[alpha == 0] == 50).all()


def test_a_dashed_line_is_white_for_6_pixels_and_black_for_4():
    alpha, light = drawn(200, is_against=True)
    lit = light[98:102].max(axis=0)[2:-2] > 90
    assert alpha[98:102].max(axis=0)[2:-2].min() > 120, "black goes on below the gaps"
    starts = np.flatnonzero(np.diff(lit.astype(int)) == 1)
    assert np.diff(starts).tolist() == [10] * (len(starts) - 1)
    assert lit.mean() == pytest.approx(0.7, abs=0.11)


def test_no_outline_changes_nothing():
    colours, alpha = np.full((9, 9, 3), 7, np.uint8), np.full((9, 9), 5, np.uint8)
    draw_outlines(colours, alpha, (), (9, 9))
    assert (colours == 7).all()
    assert (alpha == 5).all()


# -- numbers -------------------------------------------------------------------------------------


def test_numbers_change_their_form_at_a_thousandth():
    assert [value_text(v) for v in (0.001, 0.000999, -0.0005, 1.0, 99.96, 123456)] == [
        "0.00100", "1.0e-3", "\u22125.0e-4", "1.00", "100", "123456"
    ]  # fmt: skip
    assert [value_text(v) for v in (float("-inf"), float("nan"))] == ["\u2212inf", "nan"]
    assert [share_text(v) for v in (0.001, 0.00099, 0.999, 0.99901, -0.25)] == [
        "0.1 %", "< 0.1 %", "99.9 %", "> 99.9 %", "\u221225.0 %"
    ]  # fmt: skip
    assert [signed_text(v) for v in (1.0, -0.0, 1e-6)] == ["+1.00", "0", "+1.0e-6"]
    assert signed_text(-0.004, 2) == "0.00"
    assert times_text(0.5) == "0.500×"
    assert bar_number(0.5, "uniform", 4) == "2.00×"
