"""Colours are read by the frame's own tags, and a useless tag costs no picture."""

from fractions import Fraction

import av
import numpy as np
import pytest

from mvit_core.video.decode.rgb_frame import Painter

GREEN = (40, 180, 60)
MATRICES = {1: "itu709", 6: "smpte170m", 9: "bt2020"}
RANGES = {1: "MPEG", 2: "JPEG"}


def yuv(matrix, colour_range, pixel_format="yuv420p"):
    """A plain green frame in the matrix and range given, tagged so."""
    rgb = np.full((32, 48, 3), GREEN, np.uint8)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(
        format=pixel_format,
        src_color_range="JPEG",
        dst_colorspace=MATRICES[matrix],
        dst_color_range=RANGES[colour_range],
    )
    frame.colorspace, frame.color_range = matrix, colour_range
    return frame


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("colour_range", RANGES)
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le", "yuv444p"])
def test_matrix_and_range_follow_the_tags(matrix, colour_range, pixel_format):
    frame = yuv(matrix, colour_range, pixel_format)
    np.testing.assert_allclose(Painter(frame, None).paint(frame)[16, 24], GREEN, atol=3)


def test_a_frame_without_tags_counts_as_bt601_of_limited_range():
    frame = yuv(6, 1)
    frame.colorspace, frame.color_range = 2, 0
    np.testing.assert_allclose(Painter(frame, None).paint(frame)[16, 24], GREEN, atol=3)


def test_a_reserved_matrix_number_costs_no_picture():
    frame = yuv(6, 1)
    frame.colorspace = 3
    np.testing.assert_allclose(Painter(frame, None).paint(frame)[16, 24], GREEN, atol=3)


def test_a_matrix_of_constant_luminance_is_read_as_its_plain_sister():
    frame, sister = yuv(6, 1), yuv(6, 1)
    frame.colorspace, sister.colorspace = 10, 9
    picture = Painter(frame, None).paint(frame)
    assert np.array_equal(picture, Painter(sister, None).paint(sister))
    assert not np.array_equal(picture, Painter(yuv(6, 1), None).paint(yuv(6, 1)))


def test_a_pixel_aspect_beyond_all_reason_is_not_believed():
    frame = yuv(6, 1)
    size = (frame.width, frame.height)
    assert Painter(frame, Fraction(255, 1)).display_size == size
    assert Painter(frame, Fraction(1, 1000)).display_size == size
    assert Painter(frame, Fraction(2, 1)).display_size == (2 * size[0], size[1])


@pytest.mark.parametrize("pixel_format", ["rgba", "bgr24", "gbrp", "gray", "rgb48le", "rgba64le"])
def test_other_pixels_become_plain_rgb(pixel_format):
    colour = (90, 90, 90) if pixel_format == "gray" else GREEN
    rgb = np.full((32, 48, 3), colour, np.uint8)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pixel_format)
    painted = Painter(frame, None).paint(frame)
    assert (painted.shape, painted.dtype) == ((32, 48, 3), np.uint8)
    np.testing.assert_allclose(painted[16, 24], colour, atol=2)
