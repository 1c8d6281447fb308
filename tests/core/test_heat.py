"""Heat that leaves the frame visible: the tint, signed colours, outlines, old and damaged heat."""

import cv2
import numpy as np
import pytest

from mvit_core.attribution import Saliency
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import project
from mvit_core.render import (
    COLORMAPS,
    OPACITIES,
    HeatSettings,
    RenderStyle,
    ValueRange,
    bar_picture,
    colormaps,
    colour_table,
    hatched,
    heat_layer,
    map_outlines,
    overlay,
    share_text,
    signed_text,
    symmetric_range,
    tint_of,
    value_of,
    value_text,
)

SIZE = (112, 112)
UNIT, AROUND_0 = ValueRange(0, 1), ValueRange(-1, 1)


def heatmap(values):
    """A map of one time, whose tokens are 16 pixels wide."""
    values = np.asarray(values, np.float32)[None]
    saliency = Saliency(values, GridGeometry((16.0, 16.0, 16.0), (7.5, 7.5, 7.5)), None)
    return project(saliency, PixelMap(SIZE, SIZE, (0, 0), SIZE), (0, 1, 2, 3))


def one_peak(value=1.0):
    values = np.zeros((7, 7))
    values[2, 4] = value
    return heatmap(values)


def grounds():
    """A black, a white and a noisy frame."""
    noise = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    return {"black": np.zeros_like(noise), "white": np.full_like(noise, 255), "noise": noise}


def lab(picture):
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


STYLES = {
    **{name: HeatSettings(colormap=name).with_range(UNIT) for name in colormaps("sequential")},
    "signed": HeatSettings().signed_style(AROUND_0),
}


@pytest.mark.parametrize("ground", grounds())
@pytest.mark.parametrize("name", STYLES)
def test_where_a_value_is_0_the_picture_is_the_frame_and_the_peak_is_seen(name, ground):
    frame, style = grounds()[ground], STYLES[name]
    picture = overlay(frame, one_peak(), 0, style)
    empty = heat_layer(one_peak(), 0, style).alpha == 0
    assert empty[80:, :40].all()
    assert (picture[empty] == frame[empty]).all()
    apart = np.linalg.norm(lab(picture) - lab(frame), axis=-1)[40, 72]
    # Grey on grey is what it is: a table without a hue cannot be seen on every noise.
    assert apart > (20 if ground == "noise" else 10) or name == "gray"


@pytest.mark.parametrize("name", STYLES)
def test_an_even_tint_covers_the_frame_at_0_and_a_tint_of_no_opacity_nothing(name):
    frame = grounds()["noise"]
    even = RenderStyle(UNIT, "inferno", mode="even", opacity=OPACITIES["even"])
    assert (overlay(frame, one_peak(), 0, even) != frame).any(axis=-1).mean() > 0.99
    clear = HeatSettings(colormap=name, opacity=0.0).with_range(UNIT)
    assert (overlay(frame, one_peak(), 0, clear) == frame).all()


def test_the_opacity_of_a_tint_is_its_value_times_that_of_the_peak():
    values = np.linspace(0, 1, 49).reshape(7, 7)
    style = HeatSettings(smooth=False).with_range(UNIT)
    alpha = heat_layer(heatmap(values), 0, style).alpha[8::16, 8::16]
    np.testing.assert_allclose(alpha, 255 * 0.85 * values, atol=1)
    lime = HeatSettings(smooth=False, colormap="lime").with_range(UNIT)
    layer = heat_layer(heatmap(values), 0, lime)
    np.testing.assert_allclose(layer.alpha[8::16, 8::16], 255 * 0.85 * values**0.7, atol=2)
    assert (layer.colours == (0x7C, 0xFF, 0x00)).all()


def test_a_tint_leaves_out_the_ends_of_its_table_and_a_map_without_a_frame_has_them():
    whole, cut = colour_table("inferno"), tint_of("inferno").colours
    assert (cut[0] == whole[round(0.30 * 255)]).all()
    assert np.abs(cut[255].astype(int) - whole[round(0.85 * 255)]).max() <= 2
    ramp = heatmap(np.linspace(0, 1, 49).reshape(7, 7))
    bare = heat_layer(ramp, 0, HeatSettings().with_range(UNIT).without_frame)
    assert bare.alpha.min() == 255
    assert bare.colours.min() == 0
    assert (bare.colours[-1, -1] == whole[255]).all()


def steps_back(colours):
    """Share of rises of a value that bring a picture nearer to its frame, of any colour."""
    frames = np.random.default_rng(1).integers(0, 256, (400, 3))
    steps = np.linspace(0, 255, 20).round().astype(int)
    alpha = 0.85 * steps[:, None, None] / 255
    mixed = frames * (1 - alpha) + colours[steps][:, None] * alpha
    apart = np.linalg.norm(lab(mixed) - lab(frames[None].repeat(20, axis=0)), axis=-1)
    return (np.diff(apart, axis=0) < 0).mean()


def test_without_its_ends_a_table_steps_back_to_the_frame_far_more_rarely():
    assert steps_back(tint_of("inferno").colours) < 0.5 * steps_back(colour_table("inferno"))
    assert steps_back(tint_of("lime").colours) == 0


# -- signed values -------------------------------------------------------------------------------

# Machado et al. 2009, severity 1, on linear RGB.
DEFICIENCIES = {
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def seen_with(deficiency, picture):
    linear = (picture / 255.0) ** 2.2
    seen = np.clip(linear @ np.array(DEFICIENCIES[deficiency]).T, 0, 1) ** (1 / 2.2)
    return np.rint(seen * 255).astype(np.uint8)


@pytest.mark.parametrize("ground", grounds())
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_for_and_against_are_told_apart_without_one_kind_of_cone(deficiency, ground):
    values = np.zeros((7, 7))
    values[2, 1], values[2, 5] = 1.0, -1.0
    style = HeatSettings().signed_style(AROUND_0)
    picture = overlay(grounds()[ground], heatmap(values), 0, style)
    seen = lab(seen_with(deficiency, picture))
    assert np.linalg.norm(seen[40, 24] - seen[40, 88]) > 60


def test_the_sign_turns_the_colour_and_nothing_else():
    values = np.random.default_rng(2).normal(size=(7, 7))
    style = HeatSettings(gamma=0.8, threshold=0.1).signed_style(AROUND_0)
    plus, minus = (heat_layer(heatmap(sign * values), 0, style) for sign in (1, -1))
    assert np.abs(plus.alpha.astype(int) - minus.alpha).max() <= 1
    drawn = plus.alpha > 0
    assert (plus.colours[drawn] != minus.colours[drawn]).any(axis=-1).all()


def test_a_signed_map_is_a_tint_in_every_mode():
    for mode in OPACITIES:
        style = HeatSettings(mode=mode).signed_style(AROUND_0)
        assert not heat_layer(heatmap(np.zeros((7, 7))), 0, style).alpha.any()


def test_the_range_of_signed_values_is_symmetrical_and_holds_all_but_the_tail():
    values = np.random.default_rng(3).normal(size=10_000)
    ends = symmetric_range(values)
    assert ends.low == -ends.high
    assert np.mean(np.abs(values) <= ends.high) == pytest.approx(0.995, abs=1e-3)
    zeros = symmetric_range(np.zeros(5))
    assert zeros.low < 0 < zeros.high


# -- outlines ------------------------------------------------------------------------------------


def test_an_outline_runs_where_values_are_half_of_the_range():
    (line,) = map_outlines(one_peak(), 0, HeatSettings().with_range(UNIT))
    assert not line.is_against
    assert (line.points[0] == line.points[-1]).all()
    # The values fall linearly to the next tokens, 16 pixels from the peak at (71.5, 39.5).
    ends = line.points.min(axis=0), line.points.max(axis=0)
    np.testing.assert_allclose(ends, [(63.5, 31.5), (79.5, 47.5)], atol=0.4)


def test_each_sign_has_its_outline_and_lines_end_at_the_edge_of_what_was_seen():
    values = np.zeros((7, 7))
    values[:, 0], values[3, 4] = 1.0, -1.0
    lines = map_outlines(heatmap(values), 0, HeatSettings().signed_style(AROUND_0))
    plus, minus = sorted(lines, key=lambda line: line.is_against)
    assert (plus.is_against, minus.is_against) == (False, True)
    np.testing.assert_allclose(plus.points[:, 0], 15.5, atol=0.4)
    assert abs(plus.points[0, 1] - plus.points[-1, 1]) > 110
    assert (minus.points[0] == minus.points[-1]).all()


@pytest.mark.parametrize("values", [np.zeros((7, 7)), np.full((7, 7), 0.3), np.ones((7, 7))])
def test_a_flat_map_has_no_outline(values):
    assert map_outlines(heatmap(values), 0, HeatSettings().with_range(UNIT)) == ()


@pytest.mark.parametrize("ground", grounds())
def test_an_outline_is_white_on_black_and_dashed_where_values_speak_against(ground):
    frame = grounds()[ground]
    for value, dashed in ((1.0, False), (-1.0, True)):
        style = HeatSettings(outline=True).signed_style(AROUND_0)
        lined = overlay(frame, one_peak(value), 0, style)
        (line,) = map_outlines(one_peak(value), 0, style)
        x, y = np.rint(line.points).astype(int).T
        bright = (lined[y, x].min(axis=-1) > 100).mean()
        assert 0.4 < bright < 0.85 if dashed else bright > 0.95
        assert (lined.max(axis=-1) < 60).sum() > 20 or ground == "noise"


def test_without_a_frame_there_is_no_outline():
    style = HeatSettings(outline=True).with_range(UNIT)
    plain = HeatSettings().with_range(UNIT)
    with_line, without = (heat_layer(one_peak(), 0, s.without_frame) for s in (style, plain))
    assert (with_line.colours == without.colours).all()


# -- old heat, the bar, numbers ------------------------------------------------------------------


def test_old_heat_keeps_a_third_of_its_opacity_and_has_bare_diagonals():
    layer = heat_layer(one_peak(), 0, HeatSettings().with_range(UNIT))
    before = layer.alpha.copy()
    old = hatched(layer, 0.35)
    assert old.alpha.max() <= 0.36 * layer.alpha.max()
    bare = np.add.outer(np.arange(112), np.arange(112)) % 8 == 0
    assert not old.alpha[bare].any()
    assert (old.alpha[~bare] > 0).sum() > 0.8 * (layer.alpha[~bare] > 0).sum()
    assert (layer.alpha == before).all()


@pytest.mark.parametrize("name", STYLES)
def test_the_bar_is_the_heat_on_a_black_and_on_a_white_frame(name):
    style = STYLES[name]
    bar = bar_picture(style, 113, 10)
    assert bar.shape == (10, 113, 3)
    ramp = np.linspace(style.range.low, style.range.high, 113)[:, None].repeat(113, axis=1)
    for rows, level in ((slice(0, 5), 0), (slice(5, 10), 255)):
        middle = 56 if style.is_signed else 0
        assert (bar[rows, middle] == level).all()
        top = style.opacity * tint_of(name).colours[255] + (1 - style.opacity) * level
        np.testing.assert_allclose(bar[rows, -1], np.tile(top, (5, 1)), atol=1)
    assert ramp.shape == (113, 113)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.5, "0.500"),
        (0.0125, "0.0125"),
        (0.00125, "0.00125"),
        (1.44e-6, "1.4e-6"),
        (2.984, "2.98"),
        (-2.984, "\u22122.98"),
        (47.31, "47.3"),
        (1240, "1240"),
        (9.999, "10.0"),
        (float("inf"), "inf"),
    ],
)
def test_a_value_has_three_digits(value, text):
    assert value_text(value) == text
    assert value_of(text) == pytest.approx(value, rel=0.05)


def test_words_are_no_value():
    with pytest.raises(ValueError, match="high"):
        value_of("high")
    assert value_of("0,5") == 0.5


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.968, "96.8 %"),
        (0.001, "0.1 %"),
        (0.0004, "< 0.1 %"),
        (0.9996, "> 99.9 %"),
        (1.003, "100.3 %"),
    ],
)
def test_a_share_near_none_or_all_does_not_pretend_to_be_it(share, text):
    assert share_text(share) == text


def test_a_signed_value_always_shows_its_sign_but_0_has_none():
    assert [signed_text(v) for v in (2.39, -0.96, 0.0)] == ["+2.39", "\u22120.960", "0"]
    assert [signed_text(v, 2) for v in (0.116, -38.731, -0.001)] == ["+0.12", "\u221238.73", "0.00"]


def test_a_table_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="allowed are inferno"):
        tint_of("vik")
    assert "vik" not in COLORMAPS
