"""Heat on planes is the heat of ``overlay``: within two levels in the mean, with any settings."""

import numpy as np
import pytest

from mvit_core.attribution import Saliency
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import project
from mvit_core.render import (
    HeatLayer,
    RenderStyle,
    ValueRange,
    heat_layer,
    lay,
    overlay,
    plane_heat,
)
from mvit_core.video.decode.matrices import BT601, BT709
from mvit_core.video.decode.planes import PlaneCanvas, planes_of

ENDS = ValueRange(0.1, 0.9)


def smooth_frame(width, height):
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - (x + y) / 2], axis=-1).astype(np.uint8)


def noisy_map(size, box=None):
    values = np.random.default_rng(0).random((2, 7, 7)).astype(np.float32)
    pixel_map = box or PixelMap(size, (56, 56), (0, 0), (56, 56))
    saliency = Saliency(values, GridGeometry((2.0, 8.0, 8.0), (0.5, 3.5, 3.5)), None)
    return project(saliency, pixel_map, (0, 4, 8, 12))


def blended(frame, layer, matrix):
    """(H, W, 3) after the way through planes."""
    height, width = frame.shape[:2]
    canvas = PlaneCanvas((width + width % 2, height + height % 2), matrix)
    lay(
        planes_of(frame, matrix),
        plane_heat(layer, matrix),
        canvas.planes().part(0, 0, width, height),
    )
    code = matrix.colorspace
    rgb = canvas.frame.reformat(format="rgb24", src_colorspace=code, dst_colorspace=code)
    return rgb.to_ndarray()[:height, :width]


STYLES = [
    RenderStyle(ENDS),
    RenderStyle(ENDS, "lime"),
    RenderStyle(ENDS, "signed"),
    RenderStyle(ENDS, "viridis", opacity=0.3),
    RenderStyle(ENDS, opacity=1.0),
    RenderStyle(ENDS, gamma=0.5),
    RenderStyle(ENDS, mode="even"),
    RenderStyle(ENDS, mode="even", opacity=1.0),
    RenderStyle(ENDS, "viridis", mode="even", opacity=0.3),
    RenderStyle(ENDS, mode="even", gamma=0.5),
    RenderStyle(ENDS, mode="spotlight"),
    RenderStyle(ENDS, mode="spotlight", threshold=0.3, opacity=0.9),
]


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize("matrix", [BT601, BT709], ids=["601", "709"])
@pytest.mark.parametrize("size", [(320, 240), (321, 241)], ids=str)
def test_smooth_content_agrees_with_the_overlay_in_rgb(style, matrix, size):
    frame, heatmap = smooth_frame(*size), noisy_map(size)
    found = blended(frame, heat_layer(heatmap, 4, style), matrix)
    difference = np.abs(found.astype(int) - overlay(frame, heatmap, 4, style))
    # Bare colours change faster than chroma of half the size can follow on so small a frame.
    assert difference.mean() <= (2 if style.opacity < 1 else 3)
    assert np.percentile(difference, 99) <= 12


@pytest.mark.parametrize(
    "style",
    [
        RenderStyle(ENDS, threshold=0.5),
        RenderStyle(ENDS, smooth=False),
        RenderStyle(ENDS, threshold=0.5, mode="even"),
        RenderStyle(ENDS, smooth=False, mode="even"),
        RenderStyle(ENDS, outline=True),
        RenderStyle(ENDS, "signed", outline=True),
    ],
    ids=str,
)
def test_hard_edges_differ_only_where_chroma_is_shared(style):
    size = (320, 240)
    frame, heatmap = smooth_frame(*size), noisy_map(size)
    found = blended(frame, heat_layer(heatmap, 4, style), BT709)
    difference = np.abs(found.astype(int) - overlay(frame, heatmap, 4, style))
    assert difference.mean() <= 2.5
    assert np.median(difference) <= 2


def test_outside_of_what_the_model_saw_the_planes_stay_as_they_were():
    pixel_map = PixelMap((320, 240), (75, 56), (9, 0), (56, 56))
    heatmap = noisy_map((320, 240), pixel_map)
    frame = planes_of(smooth_frame(320, 240), BT709)
    before = [plane.copy() for plane in frame.each]
    canvas = PlaneCanvas((320, 240), BT709)
    layer = heat_layer(heatmap, 4, RenderStyle(ENDS, mode="even"))
    lay(frame, plane_heat(layer, BT709), canvas.planes())
    left = int(heatmap.box_px[0]) - 1
    for plane, was, half in zip(canvas.planes().each, before, (1, 2, 2), strict=True):
        np.testing.assert_array_equal(plane[:, : left // half], was[:, : left // half])
    assert (canvas.planes().y != before[0]).mean() > 0.5
    for plane, was in zip(frame.each, before, strict=True):
        np.testing.assert_array_equal(plane, was)  # the decoder's frame is not written to


@pytest.mark.parametrize("size", [(20, 12), (21, 13)])
@pytest.mark.parametrize(
    "box", [(3, 5, 8, 10), (4, 6, 8, 10), (0, 0, 1, 1), (11, 20, 12, 21), (2, 2, 5, 7)]
)
def test_the_part_that_is_changed_is_that_of_the_heat_grown_to_pairs_of_pixels(size, box):
    """Chroma has a sample for two rows and columns."""
    width, height = size
    top, left, bottom, right = (
        min(v, most) for v, most in zip(box, (height, width) * 2, strict=True)
    )
    alpha = np.zeros((height, width), np.uint8)
    alpha[top:bottom, left:right] = 99
    heat = plane_heat(HeatLayer(np.zeros((height, width, 3), np.uint8), alpha), BT709)
    if not alpha.any():
        assert heat.keep.y.size == 0
        return
    even_top, even_left = top - top % 2, left - left % 2
    even_bottom, even_right = min(bottom + bottom % 2, height), min(right + right % 2, width)
    assert heat.area == (even_left, even_top, even_right - even_left, even_bottom - even_top)
    np.testing.assert_array_equal(
        heat.keep.y, 255 - alpha[even_top:even_bottom, even_left:even_right]
    )


@pytest.mark.parametrize("alpha", [0, 255])
def test_no_opacity_is_the_frame_and_full_opacity_the_heat(alpha):
    frame, colours = smooth_frame(64, 48), smooth_frame(64, 48)[::-1, ::-1].copy()
    layer = HeatLayer(colours, np.full((48, 64), alpha, np.uint8))
    canvas = PlaneCanvas((64, 48), BT709)
    lay(planes_of(frame, BT709), plane_heat(layer, BT709), canvas.planes())
    wanted = planes_of(colours if alpha else frame, BT709)
    for plane, should in zip(canvas.planes().each, wanted.each, strict=True):
        np.testing.assert_array_equal(plane, should)


def test_every_pixel_may_have_its_own_opacity():
    rng = np.random.default_rng(1)
    layer = HeatLayer(np.zeros((48, 64, 3), np.uint8), rng.integers(0, 256, (48, 64), np.uint8))
    below = planes_of(np.full((48, 64, 3), 255, np.uint8), BT709)
    canvas = PlaneCanvas((64, 48), BT709)
    lay(below, plane_heat(layer, BT709), canvas.planes())
    wanted = 235 + (16 - 235) * (layer.alpha / 255)
    np.testing.assert_allclose(canvas.planes().y, wanted, atol=1.01)
